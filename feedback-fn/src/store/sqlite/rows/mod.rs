//! The statements: from the store's types to rows and back.

mod decide;
mod digest;
mod intake;
mod ledger;
mod outbox;
mod read;

pub(super) use decide::change;
pub(super) use digest::{claim_digest, postpone, record_digest};
pub(super) use intake::{accept, reference_of_nonce};
pub(super) use ledger::{count, list, page, show, stats};
pub(super) use outbox::{
    claim_due, give_turn_back, next_due, record, release, renew, sent_between, take_turn,
};

use crate::clock::later;
use crate::store::{FURTHEST, Outcome};
use jiff::Timestamp;
use rusqlite::{Transaction, params};

/// What an outcome changes in a row: (state, until, cause, attempts that do not count).
fn effect(outcome: &Outcome) -> (&'static str, Option<i64>, Option<&str>, u32) {
    let instant = |until: &Timestamp| Some(until.as_millisecond());
    match outcome {
        Outcome::Delivered => ("delivered", None, None, 0),
        Outcome::Untried { until, cause } => ("waiting", instant(until), Some(cause), 1),
        Outcome::Deferred { until, cause } | Outcome::Unanswered { until: Some(until), cause } => {
            ("waiting", instant(until), Some(cause), 0)
        }
        Outcome::Held { cause } | Outcome::Unanswered { until: None, cause } => {
            ("held", None, Some(cause), 0)
        }
    }
}

/// Makes due what was put off under a clock that was ahead; `sql` says of which table.
fn draw_near(transaction: &Transaction<'_>, sql: &str, now: Timestamp) -> rusqlite::Result<()> {
    let furthest = later(now, FURTHEST).as_millisecond();
    transaction.prepare_cached(sql)?.execute(params![now.as_millisecond(), furthest]).map(|_| ())
}
