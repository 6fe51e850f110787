//! What an operator decides about mails.
//!
//! A digest may have arrived unless every attempt at it was refuted (`generation > refuted`), and can only go out
//! again as the mail that it was: nothing leaves it, and what is decided about one in it becomes of all
//! (`..._AS_ONE`, `..._MAIL`). Every other delivery in a digest may be taken out of it. What is being tried just now
//! is left alone.

use crate::store::{Amount, Change};
use jiff::Timestamp;
use rusqlite::types::Value;
use rusqlite::{Transaction, params_from_iter};

const RELEASE: &str =
    "UPDATE delivery SET state = 'waiting', due = ?1 WHERE state = 'quarantined' AND {whose}";

const RETRY_ALONE: &str =
    "UPDATE delivery SET state = 'waiting', due = ?1, attempts = min(attempts, 1), cause = NULL, digest = NULL,
                         generation = generation + 1
     WHERE {whose} AND (state = 'waiting' AND claimed_due IS NULL
         OR state = 'held' AND NOT EXISTS (
             SELECT 1 FROM digest g WHERE g.id = digest AND g.generation > g.refuted))";
const RETRY_BUNDLED: &str = "UPDATE delivery SET due = ?1
     WHERE {whose} AND state = 'bundled'
       AND digest IN (SELECT id FROM digest WHERE state = 'closed' AND claimed_due IS NULL)";
const RETRY_DIGEST: &str = "UPDATE digest SET due = ?1, attempts = 0, cause = NULL
     WHERE state = 'closed' AND claimed_due IS NULL
       AND id IN (SELECT digest FROM delivery WHERE state = 'bundled' AND {whose})";
const RETRY_AS_ONE: &str = "UPDATE delivery SET state = 'bundled', due = ?1, cause = NULL
     WHERE state = 'held' AND digest IN (
         SELECT id FROM digest WHERE state = 'held' AND generation > refuted
           AND id IN (SELECT digest FROM delivery WHERE state = 'held' AND {whose}))";
const RETRY_MAIL: &str = "UPDATE digest SET state = 'closed', due = ?1, attempts = 0, cause = NULL
     WHERE state = 'held' AND generation > refuted
       AND id IN (SELECT digest FROM delivery WHERE state = 'bundled' AND {whose})";

const HOLD_ALONE: &str =
    "UPDATE delivery SET state = 'held', cause = ?1, digest = NULL, generation = generation + 1
     WHERE {whose} AND (state = 'waiting' AND claimed_due IS NULL OR state = 'bundled' AND digest IN (
         SELECT id FROM digest
         WHERE state IN ('open', 'closed') AND claimed_due IS NULL AND generation = refuted))";
const HOLD_AS_ONE: &str = "UPDATE delivery SET state = 'held', cause = ?1
     WHERE state = 'bundled' AND digest IN (
         SELECT id FROM digest WHERE state = 'closed' AND claimed_due IS NULL AND generation > refuted
           AND id IN (SELECT digest FROM delivery WHERE state = 'bundled' AND {whose}))";
const HOLD_MAIL: &str = "UPDATE digest SET state = 'held', cause = ?1
     WHERE state = 'closed' AND claimed_due IS NULL AND generation > refuted
       AND id IN (SELECT digest FROM delivery WHERE state = 'held' AND {whose})";

/// Does what an operator decided; says how many deliveries it concerned.
pub(in super::super) fn change(
    transaction: &Transaction<'_>,
    of: &Amount,
    change: &Change,
    now: Timestamp,
) -> rusqlite::Result<u64> {
    let now = || Value::from(now.as_millisecond());
    let (steps, value): (&[&str], Value) = match change {
        Change::Release => (&[RELEASE], now()),
        // In this order nothing is counted twice.
        Change::Retry => (&[RETRY_ALONE, RETRY_BUNDLED, RETRY_DIGEST, RETRY_AS_ONE, RETRY_MAIL], now()),
        Change::Hold { cause } => (&[HOLD_ALONE, HOLD_AS_ONE, HOLD_MAIL], Value::from(cause.clone())),
    };
    let mut concerned = 0;
    for sql in steps {
        let (whose, reference) = whose(of);
        let values = std::iter::once(value.clone()).chain(reference);
        let changed =
            transaction.prepare_cached(&sql.replace("{whose}", whose))?.execute(params_from_iter(values))?;
        // Digests are no deliveries.
        concerned += if sql.starts_with("UPDATE delivery") { changed as u64 } else { 0 };
    }
    Ok(concerned)
}

fn whose(of: &Amount) -> (&'static str, Option<Value>) {
    match of {
        Amount::All => ("TRUE", None),
        Amount::Of(reference) => (
            "suggestion = (SELECT id FROM suggestion WHERE reference = ?2)",
            Some(Value::from(reference.as_str().to_owned())),
        ),
    }
}
