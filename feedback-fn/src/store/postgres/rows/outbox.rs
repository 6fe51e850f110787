//! Leases on deliveries, and what came of them.

use super::super::trouble::Trouble;
use super::read::{self, SUGGESTION};
use super::{Effect, LeaseClock, furthest, milliseconds, noted};
use crate::store::{Claim, Delivery, DeliveryId, DigestId, Outcome, Recorded};
use jiff::Timestamp;
use std::time::Duration;
use tokio_postgres::Client;
use tokio_postgres::types::Type;

/// Moves the due time of each claimed delivery to the end of its lease and hands it out; tells also by how many
/// milliseconds the clock of leases is ahead of `now`.
///
/// What another replica is claiming is skipped, and what it has claimed meanwhile is looked at again by PostgreSQL
/// once the row is locked: nobody gets it twice.
pub(in super::super) async fn claim_due(
    client: &Client,
    clock: LeaseClock,
    now: Timestamp,
    limit: usize,
    lease: Duration,
) -> Result<(Vec<Delivery>, i64), Trouble> {
    let sql = clock.in_statement(&format!(
        "WITH due AS (
             SELECT id, due FROM delivery
             WHERE state = 'waiting' AND due <= greatest($1, {{present}})
               AND due <= CASE WHEN claimed_due IS NULL THEN $1 ELSE {{present}} END
             ORDER BY due, id LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED
         ), claimed AS (
             UPDATE delivery d SET claimed_due = coalesce(d.claimed_due, d.due), due = {{present}} + $3,
                                   generation = d.generation + 1, attempts = d.attempts + 1
             FROM due WHERE d.id = due.id
             RETURNING d.*, due.due AS was
         ), drawn_near AS (
             UPDATE delivery SET due = $1 WHERE state = 'waiting' AND due > {}
         )
         SELECT {{present}} - $1, d.id, d.number, d.generation, d.attempts, d.name, d.address, {SUGGESTION}
         FROM (VALUES (1)) AS once LEFT JOIN (claimed d JOIN suggestion s ON s.id = d.suggestion) ON TRUE
         ORDER BY d.was, d.id",
        furthest()
    ));
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let (now, lease) = (now.as_millisecond(), milliseconds(lease));
    let values = [(&now as _, Type::INT8), (&limit as _, Type::INT8), (&lease as _, Type::INT8)];
    let rows = client.query_typed(&sql, &values).await?;
    let mut ahead = 0;
    let mut claimed = Vec::new();
    for row in &rows {
        ahead = row.try_get(0)?;
        if row.try_get::<_, Option<i64>>(1)?.is_some() {
            claimed.push(read::claimed(row, 1)?);
        }
    }
    Ok((claimed, ahead))
}

/// Notes an outcome if the lease is still the caller's.
pub(in super::super) async fn record(
    client: &Client,
    id: DeliveryId,
    generation: u64,
    outcome: &Outcome,
    now: Timestamp,
) -> Result<Recorded, Trouble> {
    let (effect, generation) = (Effect::new(outcome, now), generation as i64);
    let changed = client
        .execute_typed(
            "UPDATE delivery SET state = $3, due = coalesce($4, due), claimed_due = NULL, cause = $5,
                                 attempts = greatest(0, attempts - $6), settled = $7, generation = generation + 1
             WHERE id = $1 AND generation = $2 AND state = 'waiting'",
            &effect.values(&id.0, &generation),
        )
        .await?;
    Ok(noted(changed))
}

/// Extends leases; those that are still the caller's.
pub(in super::super) async fn renew(
    client: &Client,
    clock: LeaseClock,
    claims: &[Claim],
    now: Timestamp,
    lease: Duration,
) -> Result<Vec<Claim>, Trouble> {
    let sql = clock.in_statement(
        "WITH present (until) AS (VALUES ({present} + $2 + 0 * $1)), delivery_held AS (
             UPDATE delivery d SET due = p.until
             FROM present p, unnest($3::bigint[], $4::bigint[]) AS c (id, generation)
             WHERE d.id = c.id AND d.generation = c.generation AND d.state = 'waiting'
               AND d.claimed_due IS NOT NULL
             RETURNING d.id, d.generation
         ), digest_held AS (
             UPDATE digest g SET due = p.until
             FROM present p, unnest($5::bigint[], $6::bigint[]) AS c (id, generation)
             WHERE g.id = c.id AND g.generation = c.generation AND g.state = 'closed'
               AND g.claimed_due IS NOT NULL
             RETURNING g.id, g.generation
         )
         SELECT TRUE, id, generation FROM delivery_held
         UNION ALL SELECT FALSE, id, generation FROM digest_held",
    );
    let (now, lease) = (now.as_millisecond(), milliseconds(lease));
    let (mut deliveries, mut digests) =
        (<(Vec<i64>, Vec<i64>)>::default(), <(Vec<i64>, Vec<i64>)>::default());
    for claim in claims {
        let (of, id, generation) = match claim {
            Claim::Delivery(id, generation) => (&mut deliveries, id.0, generation),
            Claim::Digest(id, generation) => (&mut digests, id.0, generation),
        };
        of.0.push(id);
        of.1.push(*generation as i64);
    }
    let values = [
        (&now as _, Type::INT8),
        (&lease as _, Type::INT8),
        (&deliveries.0 as _, Type::INT8_ARRAY),
        (&deliveries.1 as _, Type::INT8_ARRAY),
        (&digests.0 as _, Type::INT8_ARRAY),
        (&digests.1 as _, Type::INT8_ARRAY),
    ];
    let rows = client.query_typed(&sql, &values).await?;
    let held = rows.iter().map(|row| {
        let (id, generation) = (row.try_get(1)?, read::count(row, 2)?);
        Ok(match row.try_get(0)? {
            true => Claim::Delivery(DeliveryId(id), generation),
            false => Claim::Digest(DigestId(id), generation),
        })
    });
    held.collect()
}

/// The earliest due time of what waits. The clock of leases is `ahead` milliseconds ahead of the caller's.
pub(in super::super) async fn next_due(client: &Client, ahead: i64) -> Result<Option<Timestamp>, Trouble> {
    let sql = "SELECT least(
        (SELECT min(due) FROM delivery WHERE state = 'waiting' AND claimed_due IS NULL),
        (SELECT min(due) FROM digest WHERE state IN ('open', 'closed') AND claimed_due IS NULL),
        (SELECT min(due) - $1 FROM delivery WHERE state = 'waiting' AND claimed_due IS NOT NULL),
        (SELECT min(due) - $1 FROM digest WHERE state IN ('open', 'closed') AND claimed_due IS NOT NULL))";
    let row = client.query_typed_one(sql, &[(&ahead, Type::INT8)]).await?;
    row.try_get::<_, Option<i64>>(0)?.map(read::timestamp).transpose()
}

/// Mails to an address, alone or as digests.
pub(in super::super) async fn sent_between(
    client: &Client,
    address: &str,
    from: Timestamp,
    to: Timestamp,
) -> Result<u64, Trouble> {
    let sql = "SELECT (SELECT count(*) FROM delivery
                       WHERE address = $1 AND settled IS NOT NULL AND settled BETWEEN $2 AND $3 AND digest IS NULL)
                    + (SELECT count(*) FROM digest
                       WHERE address = $1 AND settled IS NOT NULL AND settled BETWEEN $2 AND $3)";
    let (from, to) = (from.as_millisecond(), to.as_millisecond());
    let values = [(&address as _, Type::TEXT), (&from as _, Type::INT8), (&to as _, Type::INT8)];
    let row = client.query_typed_one(sql, &values).await?;
    read::count(&row, 0)
}

/// Whether something that is done once every `every` is to be done now.
pub(in super::super) async fn take_turn(
    client: &Client,
    clock: LeaseClock,
    what: &str,
    now: Timestamp,
    every: Duration,
) -> Result<bool, Trouble> {
    let sql = clock.in_statement(
        "INSERT INTO turn (what, taken) VALUES ($2, {present})
         ON CONFLICT (what) DO UPDATE SET taken = {present}
             WHERE turn.taken NOT BETWEEN {present} - $3 + 1 AND {present} + $3",
    );
    let (now, every) = (now.as_millisecond(), milliseconds(every));
    let values = [(&now as _, Type::INT8), (&what as _, Type::TEXT), (&every as _, Type::INT8)];
    Ok(client.execute_typed(&sql, &values).await? == 1)
}

/// As if the turn had not been taken.
pub(in super::super) async fn give_turn_back(client: &Client, what: &str) -> Result<(), Trouble> {
    client.execute_typed("DELETE FROM turn WHERE what = $1", &[(&what, Type::TEXT)]).await?;
    Ok(())
}
