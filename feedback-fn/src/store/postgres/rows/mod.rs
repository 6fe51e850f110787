//! The statements: from the store's types to rows and back.

mod decide;
mod digest;
mod intake;
mod ledger;
mod outbox;
mod read;

pub(super) use decide::change;
pub(super) use digest::{claim_digest, postpone, record_digest};
pub(super) use intake::{Found, Given, accept, reference_of_nonce};
pub(super) use ledger::{count, list, page, show, stats};
pub(super) use outbox::{claim_due, give_turn_back, next_due, record, renew, sent_between, take_turn};

use crate::store::{FURTHEST, Outcome, Recorded};
use jiff::Timestamp;
use std::time::Duration;
use tokio_postgres::types::{ToSql, Type};

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

/// What an outcome changes in a row.
struct Effect<'o> {
    state: &'static str,
    until: Option<i64>,
    cause: Option<&'o str>,
    /// Attempts that do not count.
    uncounted: i64,
    settled: Option<i64>,
}

impl<'o> Effect<'o> {
    fn new(outcome: &'o Outcome, now: Timestamp) -> Effect<'o> {
        let instant = |until: &Timestamp| Some(until.as_millisecond());
        let (state, until, cause, uncounted) = match outcome {
            Outcome::Delivered => ("delivered", None, None, 0),
            Outcome::Untried { until, cause } => ("waiting", instant(until), Some(cause.as_str()), 1),
            Outcome::Deferred { until, cause } | Outcome::Unanswered { until: Some(until), cause } => {
                ("waiting", instant(until), Some(cause.as_str()), 0)
            }
            Outcome::Held { cause } | Outcome::Unanswered { until: None, cause } => {
                ("held", None, Some(cause.as_str()), 0)
            }
        };
        let settled = (*outcome == Outcome::Delivered).then(|| now.as_millisecond());
        Effect { state, until, cause, uncounted, settled }
    }

    /// From `$1` on: which row under which generation, state, until, cause, uncounted, settled.
    fn values<'v>(&'v self, id: &'v i64, generation: &'v i64) -> [(&'v (dyn ToSql + Sync), Type); 7] {
        [
            (id, Type::INT8),
            (generation, Type::INT8),
            (&self.state, Type::TEXT),
            (&self.until, Type::INT8),
            (&self.cause, Type::TEXT),
            (&self.uncounted, Type::INT8),
            (&self.settled, Type::INT8),
        ]
    }
}

fn noted(rows: u64) -> Recorded {
    if rows == 1 { Recorded::Noted } else { Recorded::Stale }
}
