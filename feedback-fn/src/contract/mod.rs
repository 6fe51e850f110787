//! The contract with the generator: `review.json`, version 1, as this program reads it.
//!
//! These are this program's own structures: the two programs share a file format, not code.
//! Fields that this version does not know are ignored; another version is refused.
//! Not for the templates in it and for whether mail can reach the recipients (`pages`).

mod instant;
mod read;
mod watch;

pub use instant::Instant;
pub use read::parse;
pub use watch::Watch;
pub(crate) use watch::bytes;

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The version of the contract that this program understands.
pub const VERSION: u64 = 1;

/// All of `review.json`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Review {
    /// Always [`VERSION`].
    pub version: u64,
    /// The site that the forms belong to.
    pub site: Site,
    /// The path below which this program answers, with a slash at both ends.
    pub endpoint: String,
    /// The path of the static form pages.
    pub forms: String,
    /// The present round of review, if one is planned.
    pub round: Option<Round>,
    /// The longest accepted texts.
    pub limits: Limits,
    /// Everything one can comment on.
    pub targets: Vec<Target>,
    /// Who gets the mail.
    pub recipients: Recipients,
    /// Whom residents can reach otherwise.
    pub contact: Contact,
    /// How long suggestions are kept, and the notice about it.
    pub privacy: Privacy,
    /// Tera sources of the pages and mails, by file name.
    pub templates: BTreeMap<String, String>,
}

/// The site that the forms belong to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Site {
    /// The site's title.
    pub title: String,
    /// The address of the home page, without a slash at the end or with one.
    pub base_url: String,
    /// Language tag, such as `de`.
    pub language: String,
    /// Who publishes the site.
    pub organisation: String,
}

/// A round of review.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Round {
    /// Counts from 1.
    pub number: u32,
    /// What residents call it.
    pub title: String,
    /// The first instant of the round.
    pub opens: Instant,
    /// The first instant after the round.
    pub closes: Instant,
    /// The day by which answers are promised.
    pub answers_by: Option<Date>,
}

/// Where an instant lies relative to a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Before `opens`.
    Before,
    /// From `opens` until just before `closes`.
    Open,
    /// From `closes`.
    After,
}

impl Round {
    /// Where `now` lies relative to this round.
    pub fn phase(&self, now: Timestamp) -> Phase {
        match now {
            now if now < self.opens.timestamp() => Phase::Before,
            now if now < self.closes.timestamp() => Phase::Open,
            _ => Phase::After,
        }
    }
}

/// The longest accepted texts, in characters.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Limits {
    /// Of the suggestion.
    pub suggestion: usize,
    /// Of the re-worded passage.
    pub rewording: usize,
    /// Of the name.
    pub name: usize,
    /// Of the address.
    pub email: usize,
}

/// What a target is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TargetKind {
    /// A numbered passage.
    Passage,
    /// A page ("something is missing here").
    Page,
    /// The whole document.
    Document,
}

/// Something one can comment on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Unique in the contract; what the form sends.
    pub id: String,
    /// Passage, page or document.
    pub kind: TargetKind,
    /// Title of the page that it stands on.
    pub title: String,
    /// Number of the passage, such as `6.1.3`.
    pub number: Option<String>,
    /// Path on the site, with anchor.
    pub path: String,
    /// Path of the static form page.
    pub form: String,
    /// Key of the theme, which decides the recipients.
    pub theme: Option<String>,
    /// Text of the passage.
    pub text: Option<String>,
    /// SHA-256 of the text.
    pub digest: Option<String>,
}

/// Someone who gets mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipient {
    /// Display name; may be empty.
    #[serde(default)]
    pub name: String,
    /// Mail address.
    pub address: String,
}

/// Who gets the mail.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Recipients {
    /// For targets without a theme, and for themes without an entry.
    pub default: Vec<Recipient>,
    /// By key of the theme.
    #[serde(default)]
    pub themes: BTreeMap<String, Vec<Recipient>>,
}

impl Recipients {
    /// Who gets the mail about `target`.
    pub fn of(&self, target: &Target) -> &[Recipient] {
        let of_theme = target.theme.as_ref().and_then(|theme| self.themes.get(theme));
        of_theme.filter(|recipients| !recipients.is_empty()).unwrap_or(&self.default)
    }
}

/// Whom residents can reach otherwise.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Contact {
    /// The office.
    pub organisation: String,
    /// The person.
    pub name: String,
    /// Mail address.
    pub email: String,
    /// Telephone number.
    pub phone: String,
    /// Street and number.
    pub street: String,
    /// Postcode.
    pub postcode: String,
    /// Town.
    pub town: String,
}

/// How long suggestions are kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Privacy {
    /// Days from receipt until a suggestion is erased; 0, as if missing: never.
    #[serde(default)]
    pub retention_days: u32,
    /// What the form says about it.
    pub notice: String,
}
