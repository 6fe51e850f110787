//! What an operator asks: looking things up. For deciding about mails: `decide`.

use super::super::trouble::Trouble;
use super::read::{self, SUGGESTION};
use crate::reference::Reference;
use crate::store::{DeliveryState, Listed, ListedDelivery, Position, Stats, Which};
use std::collections::BTreeMap;
use tokio_postgres::Client;
use tokio_postgres::types::{ToSql, Type};

/// A value and its type.
type Value<'v> = (&'v (dyn ToSql + Sync), Type);

/// The newest suggestions with their deliveries.
pub(in super::super) async fn list(
    client: &Client,
    which: Which,
    limit: usize,
) -> Result<Vec<Listed>, Trouble> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    match which {
        Which::All => listed(client, "TRUE", "DESC", &[(&limit, Type::INT8)]).await,
        Which::With(state) => {
            let of = "s.id IN (SELECT suggestion FROM delivery WHERE state = $2)";
            listed(client, of, "DESC", &[(&limit, Type::INT8), (&state.as_str(), Type::TEXT)]).await
        }
    }
}

/// How many suggestions there are.
pub(in super::super) async fn count(client: &Client, which: Which) -> Result<u64, Trouble> {
    let all = "SELECT count(*) FROM suggestion";
    let with = "SELECT count(DISTINCT suggestion) FROM delivery WHERE state = $1";
    let row = match which {
        Which::All => client.query_typed_one(all, &[]).await?,
        Which::With(state) => client.query_typed_one(with, &[(&state.as_str(), Type::TEXT)]).await?,
    };
    read::count(&row, 0)
}

/// One suggestion with its deliveries.
pub(in super::super) async fn show(
    client: &Client,
    reference: &Reference,
) -> Result<Option<Listed>, Trouble> {
    let values = [(&1_i64 as _, Type::INT8), (&reference.as_str() as _, Type::TEXT)];
    Ok(listed(client, "s.reference = $2", "ASC", &values).await?.pop())
}

/// Suggestions after a position, with their deliveries.
pub(in super::super) async fn page(
    client: &Client,
    after: Position,
    limit: usize,
) -> Result<Vec<Listed>, Trouble> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    listed(client, "s.id > $2", "ASC", &[(&limit, Type::INT8), (&after.0, Type::INT8)]).await
}

/// Suggestions of which `condition` is true, at most `$1`. One statement, hence one snapshot: they come with the
/// deliveries that they had then.
async fn listed(
    client: &Client,
    condition: &str,
    order: &str,
    values: &[Value<'_>],
) -> Result<Vec<Listed>, Trouble> {
    let sql = format!(
        "WITH chosen AS (SELECT * FROM suggestion s WHERE {condition} ORDER BY s.id {order} LIMIT $1)
         SELECT s.id, {SUGGESTION}, d.number, d.name, d.address, d.state, d.attempts, coalesce(g.due, d.due),
                coalesce(d.cause, g.cause), coalesce(g.claimed_due, d.claimed_due) IS NOT NULL
         FROM chosen s LEFT JOIN delivery d ON d.suggestion = s.id
                       LEFT JOIN digest g ON g.id = d.digest AND d.state = 'bundled'
         ORDER BY s.id {order}, d.number"
    );
    const DELIVERY: usize = 12;
    let mut all: Vec<Listed> = Vec::new();
    for row in &client.query_typed(&sql, values).await? {
        let position = Position(row.try_get(0)?);
        if all.last().is_none_or(|last| last.position != position) {
            let suggestion = read::suggestion(row, 1)?;
            all.push(Listed { position, suggestion, deliveries: Vec::new() });
        }
        let delivery = match row.try_get::<_, Option<i64>>(DELIVERY)? {
            Some(_) => Some(read::listed(row, DELIVERY)?),
            None => None,
        };
        let deliveries: Option<&mut Vec<ListedDelivery>> = all.last_mut().map(|last| &mut last.deliveries);
        deliveries.into_iter().for_each(|deliveries| deliveries.extend(delivery.clone()));
    }
    Ok(all)
}

/// Counts.
pub(in super::super) async fn stats(client: &Client) -> Result<Stats, Trouble> {
    let sql = "SELECT d.state, count(*), min(s.received), (SELECT count(*) FROM suggestion)
               FROM delivery d JOIN suggestion s ON s.id = d.suggestion
               WHERE d.number > 0 GROUP BY d.state
               UNION ALL SELECT NULL, 0, NULL, (SELECT count(*) FROM suggestion)";
    let mut stats = Stats::default();
    let mut oldest = BTreeMap::new();
    for row in &client.query_typed(sql, &[]).await? {
        stats.suggestions = read::count(row, 3)?;
        let word: Option<&str> = row.try_get(0)?;
        let Some(state) = word.and_then(DeliveryState::from_word) else { continue };
        stats.count(state, read::count(row, 1)?);
        oldest.insert(state.as_str(), read::instant(row, 2)?);
    }
    let of = |states: &[DeliveryState]| {
        states.iter().filter_map(|state| oldest.get(state.as_str())).min().copied()
    };
    stats.oldest_waiting = of(&[DeliveryState::Waiting, DeliveryState::Bundled]);
    stats.oldest_quarantined = of(&[DeliveryState::Quarantined]);
    Ok(stats)
}
