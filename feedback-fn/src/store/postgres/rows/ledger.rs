//! What an operator asks: looking things up, and deciding about mails.

use super::super::link::transaction;
use super::super::trouble::Trouble;
use super::read::{self, SUGGESTION};
use crate::reference::Reference;
use crate::store::{Amount, Change, DeliveryState, Listed, ListedDelivery, Position, Stats, Which};
use jiff::Timestamp;
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

/// What is locked first, so that no digest is claimed in the middle: deciding about a delivery in a digest is
/// deciding before its mail is written, or not at all. In this order all who need both lock them.
const LOCK_DIGESTS: &str = "SELECT id FROM digest
     WHERE state IN ('open', 'closed') AND claimed_due IS NULL
       AND id IN (SELECT digest FROM delivery WHERE state = 'bundled' AND {whose})
     ORDER BY id FOR UPDATE";
const RELEASE: &str =
    "UPDATE delivery SET state = 'waiting', due = $1 WHERE state = 'quarantined' AND {whose}";
const RETRY_ALONE: &str =
    "UPDATE delivery SET state = 'waiting', due = $1, attempts = least(attempts, 1), cause = NULL, digest = NULL,
                         generation = generation + 1
     WHERE (state = 'held' OR state = 'waiting' AND claimed_due IS NULL) AND {whose}";
const RETRY_BUNDLED: &str = "UPDATE delivery SET due = $1
     WHERE {whose} AND state = 'bundled'
       AND digest IN (SELECT id FROM digest WHERE state = 'closed' AND claimed_due IS NULL)";
const RETRY_DIGESTS: &str = "UPDATE digest SET due = $1, attempts = 0, cause = NULL
     WHERE state = 'closed' AND claimed_due IS NULL
       AND id IN (SELECT digest FROM delivery WHERE state = 'bundled' AND {whose})";
const HOLD: &str =
    "UPDATE delivery SET state = 'held', cause = $1, digest = NULL, generation = generation + 1
     WHERE {whose} AND (state = 'waiting' AND claimed_due IS NULL OR state = 'bundled' AND digest IN (
         SELECT id FROM digest WHERE state IN ('open', 'closed') AND claimed_due IS NULL))";

/// Does what an operator decided; says how many deliveries it concerned.
pub(in super::super) async fn change(
    client: &Client,
    of: &Amount,
    change: &Change,
    now: Timestamp,
) -> Result<u64, Trouble> {
    let now = now.as_millisecond();
    let now: Value<'_> = (&now, Type::INT8);
    transaction(client, async {
        match change {
            Change::Release => step(client, RELEASE, of, Some(now)).await,
            Change::Retry => {
                step(client, LOCK_DIGESTS, of, None).await?;
                let alone = step(client, RETRY_ALONE, of, Some(now.clone())).await?;
                let bundled = step(client, RETRY_BUNDLED, of, Some(now.clone())).await?;
                step(client, RETRY_DIGESTS, of, Some(now)).await?;
                Ok(alone + bundled)
            }
            Change::Hold { cause } => {
                step(client, LOCK_DIGESTS, of, None).await?;
                step(client, HOLD, of, Some((cause, Type::TEXT))).await
            }
        }
    })
    .await
}

/// One statement about the mails of one suggestion or of all; its value, if it has one, is `$1`.
async fn step(client: &Client, sql: &str, of: &Amount, value: Option<Value<'_>>) -> Result<u64, Trouble> {
    let mut values: Vec<Value<'_>> = value.into_iter().collect();
    let reference = match of {
        Amount::All => return Ok(client.execute_typed(&sql.replace("{whose}", "TRUE"), &values).await?),
        Amount::Of(reference) => reference.as_str(),
    };
    values.push((&reference, Type::TEXT));
    let whose = format!("suggestion = (SELECT id FROM suggestion WHERE reference = ${})", values.len());
    Ok(client.execute_typed(&sql.replace("{whose}", &whose), &values).await?)
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
