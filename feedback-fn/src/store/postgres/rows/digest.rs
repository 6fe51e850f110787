//! Digests: opened by the first delivery that is put into them, closed when they are full or tried first.
//!
//! Between replicas the row of the digest is what is waited for: who puts a delivery in writes it, and who claims
//! it skips it meanwhile. So nothing is put into a digest whose mail is written already.

use super::super::link::transaction;
use super::super::trouble::Trouble;
use super::read::{self, SUGGESTION};
use super::{Effect, LeaseClock, furthest, milliseconds, noted};
use crate::contract::Recipient;
use crate::store::{DeliveryId, Digest, DigestId, Outcome, Recorded};
use crate::suggestion::Suggestion;
use jiff::Timestamp;
use std::time::Duration;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Row};

/// Puts a claimed delivery into the open digest of its address.
pub(in super::super) async fn postpone(
    client: &Client,
    id: DeliveryId,
    generation: u64,
    due: Timestamp,
    now: Timestamp,
) -> Result<Recorded, Trouble> {
    transaction(client, async {
        let generation = generation as i64;
        let mine = client
            .query_typed_opt(
                "SELECT name, address FROM delivery WHERE id = $1 AND generation = $2 AND state = 'waiting'
                 FOR NO KEY UPDATE",
                &[(&id.0, Type::INT8), (&generation, Type::INT8)],
            )
            .await?;
        let Some(row) = mine else { return Ok(Recorded::Stale) };
        let digest = with_room(client, row.try_get(0)?, row.try_get(1)?, due, now).await?;
        client
            .execute_typed(
                "UPDATE delivery SET state = 'bundled', digest = $2, claimed_due = NULL, cause = NULL,
                                     attempts = greatest(0, attempts - 1), generation = generation + 1
                 WHERE id = $1",
                &[(&id.0, Type::INT8), (&digest, Type::INT8)],
            )
            .await?;
        Ok(Recorded::Noted)
    })
    .await
}

/// The digest for a recipient that has room, opened if there is none; locked, so that its room cannot go to
/// another replica nor its mail be written meanwhile.
async fn with_room(
    client: &Client,
    name: &str,
    address: &str,
    due: Timestamp,
    now: Timestamp,
) -> Result<i64, Trouble> {
    let digest = open(client, name, address, due, now).await?;
    let count = "SELECT count(*) FROM delivery WHERE digest = $1 AND state = 'bundled'";
    let held: u64 = read::count(&client.query_typed_one(count, &[(&digest, Type::INT8)]).await?, 0)?;
    if held < Digest::MOST as u64 {
        return Ok(digest);
    }
    let close = "UPDATE digest SET state = 'closed' WHERE id = $1";
    client.execute_typed(close, &[(&digest, Type::INT8)]).await?;
    open(client, name, address, due, now).await
}

/// The open digest for a recipient, opened if there is none, and locked.
async fn open(
    client: &Client,
    name: &str,
    address: &str,
    due: Timestamp,
    now: Timestamp,
) -> Result<i64, Trouble> {
    let sql = "INSERT INTO digest (name, address, opened, state, due) VALUES ($1, $2, $3, 'open', $4)
               ON CONFLICT (address) WHERE state = 'open' DO UPDATE SET state = 'open' RETURNING id";
    let (due, now) = (due.as_millisecond(), now.as_millisecond());
    let values = [
        (&name as _, Type::TEXT),
        (&address as _, Type::TEXT),
        (&now as _, Type::INT8),
        (&due as _, Type::INT8),
    ];
    Ok(client.query_typed_one(sql, &values).await?.try_get(0)?)
}

/// Closes the digest that has been due longest and hands it out.
pub(in super::super) async fn claim_digest(
    client: &Client,
    clock: LeaseClock,
    now: Timestamp,
    lease: Duration,
) -> Result<Option<Digest>, Trouble> {
    let sql = clock.in_statement(&format!(
        "WITH due AS (
             SELECT id FROM digest
             WHERE state IN ('open', 'closed') AND due <= greatest($1, {{present}})
               AND due <= CASE WHEN claimed_due IS NULL THEN $1 ELSE {{present}} END
             ORDER BY due, id LIMIT 1 FOR UPDATE SKIP LOCKED
         ), drawn_near AS (
             UPDATE digest SET due = $1 WHERE state IN ('open', 'closed') AND due > {}
         )
         UPDATE digest g SET state = 'closed', claimed_due = coalesce(g.claimed_due, g.due),
                             due = {{present}} + $2, generation = g.generation + 1, attempts = g.attempts + 1
         FROM due WHERE g.id = due.id
         RETURNING g.id, g.generation, g.attempts, g.opened, g.name, g.address",
        furthest()
    ));
    let (now, lease) = (now.as_millisecond(), milliseconds(lease));
    let values = [(&now as _, Type::INT8), (&lease as _, Type::INT8)];
    // Two statements: only the second sees what was put in until the first had locked the digest.
    transaction(client, async {
        let Some(row) = client.query_typed_opt(&sql, &values).await? else { return Ok(None) };
        let mut digest = digest(&row)?;
        digest.suggestions = suggestions(client, digest.id).await?;
        Ok(Some(digest))
    })
    .await
}

fn digest(row: &Row) -> Result<Digest, Trouble> {
    Ok(Digest {
        id: DigestId(row.try_get(0)?),
        generation: read::count(row, 1)?,
        attempts: read::count(row, 2)?,
        opened: read::instant(row, 3)?,
        recipient: Recipient { name: row.try_get(4)?, address: row.try_get(5)? },
        suggestions: Vec::new(),
    })
}

async fn suggestions(client: &Client, digest: DigestId) -> Result<Vec<Suggestion>, Trouble> {
    let sql = format!(
        "SELECT {SUGGESTION} FROM delivery d JOIN suggestion s ON s.id = d.suggestion
         WHERE d.digest = $1 AND d.state = 'bundled' ORDER BY s.id"
    );
    let rows = client.query_typed(&sql, &[(&digest.0, Type::INT8)]).await?;
    rows.iter().map(|row| read::suggestion(row, 0)).collect()
}

/// Notes an outcome of a digest, if the lease is still the caller's, and of what is in it.
pub(in super::super) async fn record_digest(
    client: &Client,
    id: DigestId,
    generation: u64,
    outcome: &Outcome,
    now: Timestamp,
) -> Result<Recorded, Trouble> {
    let (effect, generation) = (Effect::new(outcome, now), generation as i64);
    let refuted = i64::from(outcome.refuted());
    let mut values = effect.values(&id.0, &generation).to_vec();
    values.push((&refuted, Type::INT8));
    let row = client
        .query_typed_one(
            "WITH done AS (
                 UPDATE digest SET state = CASE $3 WHEN 'waiting' THEN 'closed' ELSE $3 END,
                                   due = coalesce($4, due), claimed_due = NULL, cause = $5,
                                   attempts = greatest(0, attempts - $6), settled = $7,
                                   generation = generation + 1, refuted = refuted + $8
                 WHERE id = $1 AND generation = $2 AND state = 'closed'
                 RETURNING id
             ), passed_on AS (
                 UPDATE delivery d SET state = $3, cause = $5, settled = $7
                 FROM done WHERE d.digest = done.id AND d.state = 'bundled' AND $3 <> 'waiting'
             )
             SELECT count(*) FROM done",
            &values,
        )
        .await?;
    Ok(noted(read::count(&row, 0)?))
}
