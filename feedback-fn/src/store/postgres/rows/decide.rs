//! What an operator decides about mails.
//!
//! A digest may have arrived unless every attempt at it was refuted (`generation > refuted`), and can only go out
//! again as the mail that it was: nothing leaves it, and what is decided about one in it becomes of all
//! (`..._AS_ONE`). Every other delivery in a digest may be taken out of it. What is being tried just now is left alone.

use super::super::link::transaction;
use super::super::trouble::Trouble;
use crate::store::{Amount, Change};
use jiff::Timestamp;
use tokio_postgres::Client;
use tokio_postgres::types::{ToSql, Type};

/// A value and its type.
type Value<'v> = (&'v (dyn ToSql + Sync), Type);

/// The digests that a decision may concern, which are locked first, so that none is claimed in the middle: deciding
/// about a delivery in a digest is deciding before its mail is written, or not at all. In this order all who need
/// both lock them. What is put into a digest later than this is not decided about.
const LOCK: &str = "SELECT id FROM digest
     WHERE (state IN ('open', 'closed') AND claimed_due IS NULL OR state = 'held' AND generation > refuted)
       AND id IN (SELECT digest FROM delivery WHERE state IN ('bundled', 'held') AND {whose})
     ORDER BY id FOR UPDATE";

const RELEASE: &str =
    "UPDATE delivery SET state = 'waiting', due = $1 WHERE state = 'quarantined' AND {whose}";

const RETRY_ALONE: &str =
    "UPDATE delivery d SET state = 'waiting', due = $1, attempts = least(attempts, 1), cause = NULL, digest = NULL,
                           generation = generation + 1
     WHERE {whose} AND (state = 'waiting' AND claimed_due IS NULL
         OR state = 'held' AND NOT EXISTS (
             SELECT 1 FROM digest g WHERE g.id = d.digest AND g.generation > g.refuted))";
const RETRY_BUNDLED: &str = "UPDATE delivery SET due = $1
     WHERE {whose} AND state = 'bundled'
       AND digest IN (SELECT id FROM digest WHERE id = ANY ($2) AND state = 'closed')";
const RETRY_AS_ONE: &str = "UPDATE delivery SET state = 'bundled', due = $1, cause = NULL
     WHERE state = 'held' AND digest IN (SELECT id FROM digest WHERE id = ANY ($2) AND state = 'held')";
const RETRY_DIGESTS: &str = "UPDATE digest SET state = 'closed', due = $1, attempts = 0, cause = NULL
     WHERE id = ANY ($2) AND state IN ('closed', 'held')";

const HOLD_AS_ONE: &str = "UPDATE delivery SET state = 'held', cause = $1
     WHERE state = 'bundled'
       AND digest IN (SELECT id FROM digest WHERE id = ANY ($2) AND state = 'closed' AND generation > refuted)";
const HOLD_DIGESTS: &str = "UPDATE digest SET state = 'held', cause = $1
     WHERE id = ANY ($2) AND state = 'closed' AND generation > refuted";
const HOLD_ALONE: &str =
    "UPDATE delivery SET state = 'held', cause = $1, digest = NULL, generation = generation + 1
     WHERE {whose} AND (state = 'waiting' AND claimed_due IS NULL OR state = 'bundled' AND digest = ANY ($2))";

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
            Change::Release => step(client, RELEASE, of, vec![now]).await,
            Change::Retry => retry(client, of, now).await,
            Change::Hold { cause } => hold(client, of, (cause, Type::TEXT)).await,
        }
    })
    .await
}

async fn retry(client: &Client, of: &Amount, now: Value<'_>) -> Result<u64, Trouble> {
    let locked = lock(client, of).await?;
    let within = [now.clone(), (&locked, Type::INT8_ARRAY)];
    let alone = step(client, RETRY_ALONE, of, vec![now]).await?;
    let bundled = step(client, RETRY_BUNDLED, of, within.to_vec()).await?;
    // Not before, or they would be counted twice.
    let as_one = client.execute_typed(RETRY_AS_ONE, &within).await?;
    client.execute_typed(RETRY_DIGESTS, &within).await?;
    Ok(alone + bundled + as_one)
}

async fn hold(client: &Client, of: &Amount, cause: Value<'_>) -> Result<u64, Trouble> {
    let locked = lock(client, of).await?;
    let within = [cause, (&locked, Type::INT8_ARRAY)];
    let as_one = client.execute_typed(HOLD_AS_ONE, &within).await?;
    client.execute_typed(HOLD_DIGESTS, &within).await?;
    // What is still in a digest may leave it.
    let alone = step(client, HOLD_ALONE, of, within.to_vec()).await?;
    Ok(as_one + alone)
}

async fn lock(client: &Client, of: &Amount) -> Result<Vec<i64>, Trouble> {
    let (sql, reference) = concerning(LOCK, of, 1);
    let values: Vec<Value<'_>> = reference.iter().map(|reference| (reference as _, Type::TEXT)).collect();
    let rows = client.query_typed(&sql, &values).await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

/// One statement about the mails of one suggestion or of all.
async fn step(client: &Client, sql: &str, of: &Amount, mut values: Vec<Value<'_>>) -> Result<u64, Trouble> {
    let (sql, reference) = concerning(sql, of, values.len() + 1);
    values.extend(reference.iter().map(|reference| (reference as _, Type::TEXT)));
    Ok(client.execute_typed(&sql, &values).await?)
}

/// The statement with whose mails it is about, and the value number `place` that it needs for that.
fn concerning<'o>(sql: &str, of: &'o Amount, place: usize) -> (String, Option<&'o str>) {
    match of {
        Amount::All => (sql.replace("{whose}", "TRUE"), None),
        Amount::Of(reference) => {
            let whose = format!("suggestion = (SELECT id FROM suggestion WHERE reference = ${place})");
            (sql.replace("{whose}", &whose), Some(reference.as_str()))
        }
    }
}
