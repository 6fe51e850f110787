//! What goes into a store and comes out of it.

use crate::contract::Recipient;
use crate::reference::Reference;
use crate::suggestion::Suggestion;
use jiff::Timestamp;
use std::fmt;

/// What is stored in one transaction.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The nonce of the token that was sent: makes sending twice harmless.
    pub nonce: [u8; 16],
    /// The suggestion.
    pub suggestion: Suggestion,
    /// Who gets it.
    pub recipients: Vec<Recipient>,
    /// Whether its mails may go out.
    pub standing: Standing,
    /// The resident's address, if a confirmation is to be sent there. None is kept if one was to go to the
    /// same address within the 24 hours before: nobody's mailbox can be filled with them.
    pub confirm: Option<String>,
}

/// Whether mails about a suggestion may go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// They may.
    Accepted,
    /// Only after an operator released it: it looks like a machine's. Stored like any other.
    Quarantined,
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
    /// No room: the disk is full or nearly so. Nothing was stored; later it may be.
    Full(String),
    /// The store cannot be reached, or is behind with what it was asked. Nothing was acknowledged; later it may
    /// be.
    Away(anyhow::Error),
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
            StoreError::Away(cause) => StoreError::Away(anyhow::anyhow!("{cause:#}")),
            StoreError::ReferenceTaken => StoreError::ReferenceTaken,
            StoreError::Failed(cause) => StoreError::Failed(anyhow::anyhow!("{cause:#}")),
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreError::Full(what) => write!(f, "no room in the store: {what}"),
            StoreError::Away(cause) => write!(f, "the store cannot be reached: {cause:#}"),
            StoreError::ReferenceTaken => f.write_str("the reference is taken"),
            StoreError::Failed(cause) => write!(f, "the store failed: {cause:#}"),
        }
    }
}

impl std::error::Error for StoreError {}

/// Identifies a delivery for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeliveryId(pub i64);

/// Identifies a digest for ever; part of its Message-ID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DigestId(pub i64);

/// A lease that its holder may extend: what was claimed, and under which generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// Of a delivery.
    Delivery(DeliveryId, u64),
    /// Of a digest.
    Digest(DigestId, u64),
}

/// What a mail is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The suggestion, to an author.
    Suggestion,
    /// The reference only, to the resident.
    Confirmation,
}

/// One mail to one recipient, claimed.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    /// Which delivery.
    pub id: DeliveryId,
    /// What it is for.
    pub kind: Kind,
    /// Position of the recipient among those of the suggestion, from 1; 0 is the resident.
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

/// One mail about many suggestions to one recipient, claimed.
#[derive(Debug, Clone, PartialEq)]
pub struct Digest {
    /// Which digest.
    pub id: DigestId,
    /// The lease: grows by one with each claim.
    pub generation: u64,
    /// How often it was tried, this time included.
    pub attempts: u32,
    /// When it was opened: the date of the mail, also when it is sent again.
    pub opened: Timestamp,
    /// Who gets it.
    pub recipient: Recipient,
    /// What it is about, in the order in which it was stored; from the first attempt on the same, without what
    /// was erased meanwhile. Empty if all was.
    pub suggestions: Vec<Suggestion>,
}

impl Digest {
    /// How many suggestions are in one at most; the next one opens another. As many as an author still reads
    /// in one mail, and as many as fit into one with their texts.
    pub const MOST: usize = 500;
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
    /// All of it was sent and no answer came: it may have arrived. A digest stays together from then on,
    /// whatever comes of later attempts.
    Unanswered {
        /// When to try again; none: given up, as by `Held`.
        until: Option<Timestamp>,
        /// For the operator.
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

impl Outcome {
    /// Generations of which it is known by this that no mail arrived: the attempt's and the note's, or none.
    pub(crate) fn refuted(&self) -> u32 {
        match self {
            Outcome::Delivered | Outcome::Unanswered { .. } => 0,
            Outcome::Deferred { .. } | Outcome::Untried { .. } | Outcome::Held { .. } => 2,
        }
    }
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeliveryState {
    /// Waits for its next attempt, or is being tried.
    Waiting,
    /// Belongs to a digest, which waits.
    Bundled,
    /// The transport took it, alone or in a digest.
    Delivered,
    /// Dead letter.
    Held,
    /// Waits for an operator, who may release it.
    Quarantined,
}

impl DeliveryState {
    /// All states, in the order of a delivery's life.
    pub const ALL: [DeliveryState; 5] = [
        DeliveryState::Waiting,
        DeliveryState::Bundled,
        DeliveryState::Delivered,
        DeliveryState::Held,
        DeliveryState::Quarantined,
    ];

    /// As a word: in stores, lists and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            DeliveryState::Waiting => "waiting",
            DeliveryState::Bundled => "bundled",
            DeliveryState::Delivered => "delivered",
            DeliveryState::Held => "held",
            DeliveryState::Quarantined => "quarantined",
        }
    }

    /// The state of this word.
    pub fn from_word(word: &str) -> Option<DeliveryState> {
        DeliveryState::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

impl fmt::Display for DeliveryState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Which suggestions are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// All.
    All,
    /// Those of which a delivery stands so.
    With(DeliveryState),
}

/// The place of a suggestion in the order in which suggestions were stored; 0 is before the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Position(pub i64);

/// A stored suggestion with its deliveries.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// Its place among all.
    pub position: Position,
    /// The suggestion.
    pub suggestion: Suggestion,
    /// Its deliveries, by number.
    pub deliveries: Vec<ListedDelivery>,
}

/// Where one delivery stands.
#[derive(Debug, Clone, PartialEq)]
pub struct ListedDelivery {
    /// What it is for.
    pub kind: Kind,
    /// Who gets it.
    pub recipient: Recipient,
    /// Where it stands.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is tried next, while it waits.
    pub due: Timestamp,
    /// Whether a program has it in hand, or had it when it was killed; then `due` is the end of the lease.
    pub is_leased: bool,
    /// Why the last attempt failed.
    pub cause: Option<String>,
}

/// Whose mails an operator's decision concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Amount {
    /// Those of one suggestion.
    Of(Reference),
    /// All that the decision can concern.
    All,
}

/// An operator's decision about mails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// What waits or is held is tried now, with all tries of the schedule before it. That it was tried is not
    /// forgotten: it may have arrived, and is never put into a digest. What is held in a digest goes out alone,
    /// unless the digest may have arrived: then all of that goes out again, as the same mail.
    /// What is being tried just now is left to whoever tries it.
    Retry,
    /// What is quarantined may go out.
    Release,
    /// What waits, alone or in a digest that is not being tried, is held until `Retry`; of a digest that may have
    /// arrived, all of it, since it can only go out again as the mail that it was.
    Hold {
        /// For the list.
        cause: String,
    },
}

/// How much there is of what; deliveries are those to authors, since a resident who gets no confirmation has
/// seen the number and nobody is to worry. Counts and instants only, nothing about anyone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stats {
    /// Suggestions stored.
    pub suggestions: u64,
    /// Deliveries that wait for an attempt.
    pub waiting: u64,
    /// Deliveries in a digest that waits.
    pub bundled: u64,
    /// Deliveries the transport took.
    pub delivered: u64,
    /// Dead letters.
    pub held: u64,
    /// Deliveries that wait for an operator.
    pub quarantined: u64,
    /// When the suggestion was received that has waited longest, for an attempt or a digest.
    pub oldest_waiting: Option<Timestamp>,
    /// When the suggestion was received that has waited longest for an operator to release it.
    pub oldest_quarantined: Option<Timestamp>,
}

impl Stats {
    /// Counts deliveries in a state.
    pub(crate) fn count(&mut self, state: DeliveryState, deliveries: u64) {
        let counter = match state {
            DeliveryState::Waiting => &mut self.waiting,
            DeliveryState::Bundled => &mut self.bundled,
            DeliveryState::Delivered => &mut self.delivered,
            DeliveryState::Held => &mut self.held,
            DeliveryState::Quarantined => &mut self.quarantined,
        };
        *counter += deliveries;
    }
}
