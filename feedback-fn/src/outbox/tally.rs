//! What the worker did since the start.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// What the worker did since the start. Counts only, nothing about anyone.
#[derive(Debug, Default)]
pub struct Tally {
    /// Mails to authors that the other side took, digests included.
    pub delivered: AtomicU64,
    /// Digests among them.
    pub digests: AtomicU64,
    /// Confirmations to residents that the other side took.
    pub confirmations: AtomicU64,
    /// Confirmations given up: nothing that an operator has to do.
    pub unconfirmed: AtomicU64,
    /// Self-tests that the other side took.
    pub self_tests: AtomicU64,
    /// Warnings to the operator that the other side took.
    pub warnings: AtomicU64,
    /// Attempts at a mail to the operator, self-test or warning, that failed.
    pub operator_failed: AtomicU64,
    /// Deliveries put into a digest.
    pub postponed: AtomicU64,
    /// Attempts that are to be repeated.
    pub deferred: AtomicU64,
    /// Mails to authors given up until an operator decides.
    pub held: AtomicU64,
    /// Attempts after which nobody knows: the mail may arrive twice.
    pub maybe_duplicate: AtomicU64,
    /// Whether the route is down.
    pub route_down: AtomicBool,
}

/// One more.
pub(super) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}
