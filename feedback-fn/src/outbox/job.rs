//! What the worker has in hand: a delivery or a digest, claimed.

use crate::contract::Recipient;
use crate::mail::{About, Letter, Poison};
use crate::store::{Claim, Delivery, DeliveryId, Digest, DigestId, Kind};
use jiff::Timestamp;

/// Something claimed that becomes one mail.
#[derive(Debug)]
pub(super) enum Job {
    Delivery(Box<Delivery>),
    Digest(Digest),
}

/// Which one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum JobId {
    Delivery(DeliveryId),
    Digest(DigestId),
}

/// Why there is no mail to send.
#[derive(Debug)]
pub(super) enum Unwritten {
    /// There never will be.
    Poison(Poison),
    /// The templates fail just now; they may be replaced.
    Template,
}

impl Job {
    pub(super) fn id(&self) -> JobId {
        match self {
            Job::Delivery(delivery) => JobId::Delivery(delivery.id),
            Job::Digest(digest) => JobId::Digest(digest.id),
        }
    }

    /// Its lease.
    pub(super) fn claim(&self) -> Claim {
        match self {
            Job::Delivery(delivery) => Claim::Delivery(delivery.id, delivery.generation),
            Job::Digest(digest) => Claim::Digest(digest.id, digest.generation),
        }
    }

    pub(super) fn recipient(&self) -> &Recipient {
        match self {
            Job::Delivery(delivery) => &delivery.recipient,
            Job::Digest(digest) => &digest.recipient,
        }
    }

    /// How often it was tried, this time included.
    pub(super) fn attempts(&self) -> u32 {
        match self {
            Job::Delivery(delivery) => delivery.attempts,
            Job::Digest(digest) => digest.attempts,
        }
    }

    /// All of it was erased, or held by the operator, after it was put together.
    pub(super) fn is_empty(&self) -> bool {
        matches!(self, Job::Digest(digest) if digest.suggestions.is_empty())
    }

    pub(super) fn is_confirmation(&self) -> bool {
        matches!(self, Job::Delivery(delivery) if delivery.kind == Kind::Confirmation)
    }

    /// For the log: `LOE-7KQ2-M9X7` or `digest 12`.
    pub(super) fn name(&self) -> String {
        match self {
            Job::Delivery(delivery) => delivery.suggestion.reference.as_str().to_owned(),
            Job::Digest(digest) => format!("digest {}", digest.id.0),
        }
    }

    /// For the log: which of the recipients of a suggestion.
    pub(super) fn number(&self) -> u32 {
        match self {
            Job::Delivery(delivery) => delivery.number,
            Job::Digest(_) => 1,
        }
    }

    /// As a letter with these words.
    pub(super) fn letter<'a>(&'a self, subject: &'a str, body: &'a str) -> Letter<'a> {
        Letter { about: self.about(), date: self.date(), recipient: self.recipient(), subject, body }
    }

    fn about(&self) -> About<'_> {
        match self {
            Job::Delivery(delivery) => {
                let suggestion = &delivery.suggestion;
                let reference = &suggestion.reference;
                match delivery.kind {
                    Kind::Confirmation => About::Confirmation { reference },
                    Kind::Suggestion => About::Suggestion {
                        reference,
                        round: suggestion.round,
                        target: &suggestion.target.id,
                        reply_to: suggestion.email.as_deref(),
                    },
                }
            }
            Job::Digest(digest) => About::Digest { number: digest.id.0 },
        }
    }

    fn date(&self) -> Timestamp {
        match self {
            Job::Delivery(delivery) => delivery.suggestion.received,
            Job::Digest(digest) => digest.opened,
        }
    }
}
