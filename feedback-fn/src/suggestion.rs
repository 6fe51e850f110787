//! A suggestion of a resident: what was checked, and what was kept.
//!
//! [`Draft`] is a form that passed validation; [`Suggestion`] is a draft that got its reference number
//! and is, or is about to be, in the store. Texts are kept as they were sent; cleaning them for mail
//! headers belongs to `mail`, escaping them for HTML to the templates.

use crate::contract::Target;
use crate::reference::Reference;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Something that machines do more often than people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mark {
    /// The field that people do not see was filled. Browsers that fill in forms do it as well.
    Honeypot,
    /// Many links, or hardly anything else, or such as only machines write.
    Links,
    /// Confirmed faster than anybody reads.
    Haste,
    /// The form was sent from another site.
    Origin,
    /// The same text was stored before, lately.
    Repeated,
    /// Many forms from one network, but not too many.
    Rate,
}

impl Mark {
    /// All of them, in the order of their bits.
    pub const ALL: [Mark; 6] =
        [Mark::Honeypot, Mark::Links, Mark::Haste, Mark::Origin, Mark::Repeated, Mark::Rate];

    /// As a word for lists.
    pub fn as_str(self) -> &'static str {
        match self {
            Mark::Honeypot => "honeypot",
            Mark::Links => "links",
            Mark::Haste => "haste",
            Mark::Origin => "origin",
            Mark::Repeated => "repeated",
            Mark::Rate => "rate",
        }
    }

    fn bit(self) -> u8 {
        1 << (self as u8)
    }
}

/// A set of marks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marks(u8);

impl Marks {
    /// The set with these bits; bits that no mark has are kept.
    pub fn from_bits(bits: u8) -> Marks {
        Marks(bits)
    }

    /// As bits, for stores and tokens.
    pub fn bits(self) -> u8 {
        self.0
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether this one is among them.
    pub fn contains(self, mark: Mark) -> bool {
        self.0 & mark.bit() != 0
    }

    /// All of both.
    #[must_use]
    pub fn union(self, other: Marks) -> Marks {
        Marks(self.0 | other.0)
    }

    /// Those that there are.
    pub fn iter(self) -> impl Iterator<Item = Mark> {
        Mark::ALL.into_iter().filter(move |mark| self.contains(*mark))
    }
}

impl FromIterator<Mark> for Marks {
    fn from_iter<I: IntoIterator<Item = Mark>>(marks: I) -> Marks {
        Marks(marks.into_iter().fold(0, |bits, mark| bits | mark.bit()))
    }
}

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
    /// What looked like a machine. Marked, never dropped.
    pub marks: Marks,
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
    /// What looked like a machine.
    pub marks: Marks,
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
            marks: draft.marks,
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
