//! One delivery, one digest, and the lease that both have.

use super::super::{Change, DeliveryState, Kind, Outcome};
use crate::contract::Recipient;
use jiff::Timestamp;

#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) id: i64,
    pub(super) suggestion: i64,
    pub(super) number: u32,
    pub(super) recipient: Recipient,
    pub(super) state: DeliveryState,
    pub(super) lease: Lease,
    pub(super) cause: Option<String>,
    pub(super) digest: Option<i64>,
    pub(super) settled: Option<Timestamp>,
}

#[derive(Debug, Clone)]
pub(super) struct Lease {
    pub(super) due: Timestamp,
    pub(super) is_claimed: bool,
    pub(super) generation: u64,
    pub(super) attempts: u32,
}

#[derive(Debug, Clone)]
pub(super) struct DigestRow {
    pub(super) recipient: Recipient,
    pub(super) opened: Timestamp,
    /// Waiting is open, or closed if it was claimed once.
    pub(super) state: DeliveryState,
    pub(super) is_closed: bool,
    pub(super) lease: Lease,
    pub(super) cause: Option<String>,
    pub(super) settled: Option<Timestamp>,
    /// Generations of which it is known that nothing arrived.
    pub(super) refuted: u64,
}

impl Lease {
    pub(super) fn new(due: Timestamp) -> Lease {
        Lease { due, is_claimed: false, generation: 0, attempts: 0 }
    }

    pub(super) fn claim(&mut self, until: Timestamp) {
        self.due = until;
        self.is_claimed = true;
        self.generation += 1;
        self.attempts += 1;
    }

    /// Ends the lease; says what becomes of the state.
    pub(super) fn end(&mut self, outcome: &Outcome) -> (DeliveryState, Option<String>) {
        self.is_claimed = false;
        self.generation += 1;
        match outcome {
            Outcome::Delivered => (DeliveryState::Delivered, None),
            Outcome::Held { cause } | Outcome::Unanswered { until: None, cause } => {
                (DeliveryState::Held, Some(cause.clone()))
            }
            Outcome::Deferred { until, cause } | Outcome::Unanswered { until: Some(until), cause } => {
                self.due = *until;
                (DeliveryState::Waiting, Some(cause.clone()))
            }
            Outcome::Untried { until, cause } => {
                self.due = *until;
                self.attempts = self.attempts.saturating_sub(1);
                (DeliveryState::Waiting, Some(cause.clone()))
            }
        }
    }
}

impl DigestRow {
    pub(super) fn new(recipient: Recipient, due: Timestamp, now: Timestamp) -> DigestRow {
        DigestRow {
            recipient,
            opened: now,
            state: DeliveryState::Waiting,
            is_closed: false,
            lease: Lease::new(due),
            cause: None,
            settled: None,
            refuted: 0,
        }
    }

    /// Whether what an operator decided about one in it becomes of all: it may have arrived, and can only go out
    /// as the mail that it was.
    pub(super) fn changes_as_one(&self, change: &Change) -> bool {
        let from = match change {
            Change::Hold { .. } => DeliveryState::Waiting,
            Change::Retry => DeliveryState::Held,
            Change::Release => return false,
        };
        self.lease.generation > self.refuted && !self.lease.is_claimed && self.state == from
    }

    /// Does what an operator decided about one that changes as one.
    pub(super) fn change(&mut self, change: &Change, now: Timestamp) {
        match change {
            Change::Hold { cause } => {
                self.state = DeliveryState::Held;
                self.cause = Some(cause.clone());
            }
            Change::Retry | Change::Release => {
                self.state = DeliveryState::Waiting;
                self.lease.due = now;
                self.lease.attempts = 0;
                self.cause = None;
            }
        }
    }

    pub(super) fn is_open(&self) -> bool {
        self.state == DeliveryState::Waiting && !self.is_closed
    }
}

impl Row {
    /// Does what an operator decided about the digest that this is in.
    pub(super) fn follow(&mut self, digest: &DigestRow) {
        self.cause.clone_from(&digest.cause);
        if digest.state == DeliveryState::Held {
            self.state = DeliveryState::Held;
        } else {
            self.state = DeliveryState::Bundled;
            self.lease.due = digest.lease.due;
        }
    }

    /// Does what an operator decided; says whether it concerned this delivery.
    pub(super) fn change(&mut self, digest: Option<&mut DigestRow>, change: &Change, now: Timestamp) -> bool {
        let waits = self.state == DeliveryState::Waiting && !self.lease.is_claimed;
        match change {
            Change::Release if self.state == DeliveryState::Quarantined => {
                self.state = DeliveryState::Waiting;
                self.lease.due = now;
                true
            }
            Change::Retry if waits || self.state == DeliveryState::Held => {
                self.state = DeliveryState::Waiting;
                let Lease { generation, attempts, .. } = self.lease;
                self.lease =
                    Lease { generation: generation + 1, attempts: attempts.min(1), ..Lease::new(now) };
                self.cause = None;
                self.digest = None;
                true
            }
            Change::Retry => match digest {
                Some(digest) if digest.is_closed && !digest.lease.is_claimed => {
                    digest.lease.due = now;
                    digest.lease.attempts = 0;
                    digest.cause = None;
                    self.lease.due = now;
                    true
                }
                _ => false,
            },
            Change::Hold { cause } if waits || digest.is_some_and(|digest| !digest.lease.is_claimed) => {
                self.state = DeliveryState::Held;
                self.cause = Some(cause.clone());
                self.digest = None;
                self.lease.generation += 1;
                true
            }
            Change::Release | Change::Hold { .. } => false,
        }
    }
}

pub(super) fn kind(number: u32) -> Kind {
    if number == 0 { Kind::Confirmation } else { Kind::Suggestion }
}
