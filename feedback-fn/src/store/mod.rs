//! What the program asks of its durable memory: suggestions and the outbox of their mails.
//!
//! [`Store::accept`] writes a suggestion together with one delivery per recipient in one transaction
//! and answers only when both are on the disk. The rest is the outbox: deliveries are claimed for a
//! limited time (a lease), and what came of a delivery is recorded only by the holder of the lease.
//! Not for sending mail (`mail`) and not for deciding when to try again (`outbox`).

pub mod sqlite;

use crate::contract::Recipient;
use crate::reference::Reference;
use crate::suggestion::Suggestion;
use jiff::Timestamp;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// The answer of a store, in the future.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// The durable memory.
pub trait Store: Send + Sync + 'static {
    /// Keeps a suggestion and one delivery per recipient, due at once.
    /// Answers after both are durable. The same nonce twice is stored once.
    fn accept(&self, entry: Entry) -> Answer<'_, Accepted>;

    /// The reference that was given for this nonce, if the suggestion is stored.
    fn find(&self, nonce: [u8; 16]) -> Answer<'_, Option<Reference>>;

    /// Hands out deliveries that are due at `now`, at most `limit`, the longest due first.
    /// Until `now + lease` nobody else gets them. Counts as an attempt.
    fn claim_due(&self, now: Timestamp, limit: usize, lease: Duration) -> Answer<'_, Vec<Delivery>>;

    /// Notes what came of a delivery. Only the holder of the present generation can.
    fn record(&self, id: DeliveryId, generation: u64, outcome: Outcome) -> Answer<'_, Recorded>;

    /// When the next delivery becomes due or its lease ends; none if nothing waits.
    fn next_due(&self) -> Answer<'_, Option<Timestamp>>;

    /// Erases suggestions received before `before`, at most `limit`, the oldest first, with their deliveries
    /// and nonces. What has a delivery that waits or is held stays. Answers after nothing of the erased is
    /// left in any file of the store; fails if that cannot be had just now, and may be asked again.
    fn purge(&self, before: Timestamp, limit: usize) -> Answer<'_, Purged>;

    /// Stored suggestions with their deliveries, the newest first, at most `limit`.
    fn list(&self, limit: usize) -> Answer<'_, Vec<Listed>>;
}

/// What is stored in one transaction.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The nonce of the token that was sent: makes sending twice harmless.
    pub nonce: [u8; 16],
    /// The suggestion.
    pub suggestion: Suggestion,
    /// Who gets it.
    pub recipients: Vec<Recipient>,
}

/// How an entry was accepted. Either way it is durable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Accepted {
    /// Stored just now.
    Stored(Reference),
    /// The nonce was known; the reference is the one given then.
    Known(Reference),
}

impl Accepted {
    /// The reference for the resident.
    pub fn reference(&self) -> &Reference {
        match self {
            Accepted::Stored(reference) | Accepted::Known(reference) => reference,
        }
    }
}

/// Why a store did not do what was asked.
#[derive(Debug)]
pub enum StoreError {
    /// No room: the queue is full or the disk nearly so. Nothing was stored; later it may be.
    Full(String),
    /// Another suggestion has the reference already. Nothing was stored; draw another.
    ReferenceTaken,
    /// Anything else. Nothing was acknowledged.
    Failed(anyhow::Error),
}

impl StoreError {
    /// The same failure, for another who waits for the same COMMIT.
    pub(crate) fn again(&self) -> StoreError {
        match self {
            StoreError::Full(what) => StoreError::Full(what.clone()),
            StoreError::ReferenceTaken => StoreError::ReferenceTaken,
            StoreError::Failed(cause) => StoreError::Failed(anyhow::anyhow!("{cause:#}")),
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreError::Full(what) => write!(f, "no room in the store: {what}"),
            StoreError::ReferenceTaken => f.write_str("the reference is taken"),
            StoreError::Failed(cause) => write!(f, "the store failed: {cause:#}"),
        }
    }
}

impl std::error::Error for StoreError {}

/// Identifies a delivery for ever; part of its Message-ID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeliveryId(pub i64);

/// One mail to one recipient, claimed.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// Which delivery.
    pub id: DeliveryId,
    /// Position of the recipient among those of the suggestion, from 1.
    pub number: u32,
    /// The lease: grows by one with each claim.
    pub generation: u64,
    /// How often it was tried, this time included.
    pub attempts: u32,
    /// Who gets it.
    pub recipient: Recipient,
    /// What it is about.
    pub suggestion: Suggestion,
}

/// What came of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The transport took it.
    Delivered,
    /// Not this time; again at `until`.
    Deferred {
        /// When to try again.
        until: Timestamp,
        /// For the operator, without anything a resident wrote.
        cause: String,
    },
    /// The route was down, which is not the message's fault: the attempt does not count.
    Untried {
        /// When to try again.
        until: Timestamp,
        /// For the operator.
        cause: String,
    },
    /// Given up until an operator decides: the dead letter. It stays stored.
    Held {
        /// For the operator.
        cause: String,
    },
}

/// Whether an outcome was noted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// It was.
    Noted,
    /// The lease had gone to somebody else; nothing was changed.
    Stale,
}

/// What was erased. Counts only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Purged {
    /// Suggestions that are gone.
    pub suggestions: usize,
    /// Suggestions as old that stay, since a mail of theirs was not delivered.
    pub overdue: usize,
}

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryState {
    /// Waits for its next attempt, or is being tried.
    Waiting,
    /// The transport took it.
    Delivered,
    /// Dead letter.
    Held,
}

impl fmt::Display for DeliveryState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            DeliveryState::Waiting => "waiting",
            DeliveryState::Delivered => "delivered",
            DeliveryState::Held => "held",
        })
    }
}

/// A stored suggestion with its deliveries.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The suggestion.
    pub suggestion: Suggestion,
    /// Its deliveries, by number.
    pub deliveries: Vec<ListedDelivery>,
}

/// Where one delivery stands.
#[derive(Debug, Clone)]
pub struct ListedDelivery {
    /// Who gets it.
    pub recipient: Recipient,
    /// Where it stands.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is tried next, while it waits.
    pub due: Timestamp,
    /// Why the last attempt failed.
    pub cause: Option<String>,
}
