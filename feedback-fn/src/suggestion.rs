//! A suggestion of a resident: what was checked, and what was kept.
//!
//! [`Draft`] is a form that passed validation; [`Suggestion`] is a draft that got its reference number
//! and is, or is about to be, in the store. Texts are kept as they were sent; cleaning them for mail
//! headers belongs to `mail`, escaping them for HTML to the templates.

use crate::contract::Target;
use crate::reference::Reference;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What a resident sent, validated against the contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The round that was open; its number.
    pub round: u32,
    /// What the suggestion is about, as it stood when the form was validated.
    pub target: Target,
    /// The digest the form carried: the text that the resident had before them.
    pub digest_sent: Option<String>,
    /// The suggestion itself; never blank.
    pub text: String,
    /// The passage as the resident would write it; only if it differs from the passage.
    pub rewording: Option<String>,
    /// The resident's name, as typed; only if not blank.
    pub name: Option<String>,
    /// The resident's address, as typed and checked for its form only; only if not blank.
    pub email: Option<String>,
    /// Whether the suggestion may be published without the name.
    pub publish: bool,
    /// Whether something looked like a machine (the honeypot was filled). Marked, never dropped.
    pub suspicious: bool,
}

/// A suggestion with its reference number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestion {
    /// The number the resident gets.
    pub reference: Reference,
    /// When it was accepted.
    pub received: Timestamp,
    /// The round that was open; its number.
    pub round: u32,
    /// What it is about, as it stood when it was accepted.
    pub target: Target,
    /// The digest the form carried: the text that the resident had before them.
    pub digest_sent: Option<String>,
    /// The suggestion itself; never blank.
    pub text: String,
    /// The passage as the resident would write it; only if it differs from the passage.
    pub rewording: Option<String>,
    /// The resident's name, as typed.
    pub name: Option<String>,
    /// The resident's address, as typed.
    pub email: Option<String>,
    /// Whether the suggestion may be published without the name.
    pub publish: bool,
    /// Whether something looked like a machine.
    pub suspicious: bool,
}

impl Draft {
    /// The suggestion that this draft becomes when it is accepted.
    pub fn accepted(&self, reference: Reference, received: Timestamp) -> Suggestion {
        let draft = self.clone();
        Suggestion {
            reference,
            received,
            round: draft.round,
            target: draft.target,
            digest_sent: draft.digest_sent,
            text: draft.text,
            rewording: draft.rewording,
            name: draft.name,
            email: draft.email,
            publish: draft.publish,
            suspicious: draft.suspicious,
        }
    }

    /// Whether the passage changed between the form that the resident saw and now.
    pub fn changed(&self) -> bool {
        changed(self.digest_sent.as_deref(), &self.target)
    }
}

impl Suggestion {
    /// Whether the passage changed between the form that the resident saw and the moment of acceptance.
    pub fn changed(&self) -> bool {
        changed(self.digest_sent.as_deref(), &self.target)
    }
}

fn changed(sent: Option<&str>, target: &Target) -> bool {
    matches!((sent, target.digest.as_deref()), (Some(sent), Some(present)) if sent != present)
}
