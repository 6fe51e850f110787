//! The statements: from the store's types to rows and back.

mod digest;
mod intake;
mod ledger;
mod outbox;
mod read;

pub(super) use digest::{claim_digest, postpone, record_digest};
pub(super) use intake::{accept, reference_of_nonce};
pub(super) use ledger::{change, list, page, show, stats};
pub(super) use outbox::{claim_due, give_turn_back, next_due, record, release, renew, sent_since, take_turn};

use crate::store::Outcome;
use jiff::Timestamp;

/// What an outcome changes in a row: (state, until, cause, attempts that do not count).
fn effect(outcome: &Outcome) -> (&'static str, Option<i64>, Option<&str>, u32) {
    let instant = |until: &Timestamp| Some(until.as_millisecond());
    match outcome {
        Outcome::Delivered => ("delivered", None, None, 0),
        Outcome::Deferred { until, cause } => ("waiting", instant(until), Some(cause), 0),
        Outcome::Untried { until, cause } => ("waiting", instant(until), Some(cause), 1),
        Outcome::Held { cause } => ("held", None, Some(cause), 0),
    }
}
