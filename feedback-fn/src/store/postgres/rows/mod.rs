//! The statements: from the store's types to rows and back.

mod digest;
mod intake;
mod ledger;
mod outbox;
mod read;

pub(super) use digest::{claim_digest, postpone, record_digest};
pub(super) use intake::{Found, Given, accept, reference_of_nonce};
pub(super) use ledger::{change, list, page, show, stats};
pub(super) use outbox::{claim_due, give_turn_back, next_due, record, renew, sent_between, take_turn};

use crate::store::{FURTHEST, Outcome};
use jiff::Timestamp;
use std::time::Duration;

/// Whose clock ends leases and turns.
///
/// The clocks of two replicas may differ; only one that all of them ask can say when a lease is over. Instants
/// that decide nothing between replicas (when something is due again) are those of the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LeaseClock {
    /// The database's.
    Database,
    /// The caller's, which a test sets.
    #[cfg(test)]
    Caller,
}

impl LeaseClock {
    /// The statement, with the present of this clock for `{present}`; the caller's present is `$1`.
    fn in_statement(self, sql: &str) -> String {
        let present = match self {
            // STABLE, unlike clock_timestamp(): an index can be searched for it.
            LeaseClock::Database => "(extract(epoch FROM statement_timestamp()) * 1000)::bigint",
            #[cfg(test)]
            LeaseClock::Caller => "$1::bigint",
        };
        sql.replace("{present}", present)
    }
}

/// What is due later than this was put off under a clock that was ahead; an expression like `{present}`.
fn furthest() -> String {
    format!("greatest($1, {{present}}) + {}", FURTHEST.as_millis())
}

fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX / 4)
}

/// What an outcome changes in a row: (state, until, cause, attempts that do not count).
fn effect(outcome: &Outcome) -> (&'static str, Option<i64>, Option<&str>, i64) {
    let instant = |until: &Timestamp| Some(until.as_millisecond());
    match outcome {
        Outcome::Delivered => ("delivered", None, None, 0),
        Outcome::Deferred { until, cause } => ("waiting", instant(until), Some(cause), 0),
        Outcome::Untried { until, cause } => ("waiting", instant(until), Some(cause), 1),
        Outcome::Held { cause } => ("held", None, Some(cause), 0),
    }
}
