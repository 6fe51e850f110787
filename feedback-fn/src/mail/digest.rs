//! What the templates of the other mails know: those of digests (`digest_subject.txt`, `digest_body.txt`) and of
//! confirmations to residents (`confirmation_subject.txt`, `confirmation_body.txt`).
//!
//! As in `context`: everything a resident typed is cleaned here, before a template sees it.

use super::context::{CleanSuggestion, delete_by_text, instant_text, link, theme_title};
use super::text::HeaderText;
use crate::abuse::is_suspicious;
use crate::contract::{Contact, Review, Round, Site, Target};
use crate::suggestion::Suggestion;
use serde::Serialize;

/// Octets of residents' texts in one digest. In the worst encoding a mail of 3 MiB; servers take 10.
const MOST_OCTETS: usize = 1024 * 1024;

/// Letters of a first line.
const LINE: usize = 120;

/// The variables of a digest's templates.
#[derive(Debug, Clone, Serialize)]
pub struct DigestContext {
    /// How many suggestions there are; never 0.
    pub count: usize,
    /// How many of them are told by their first line only.
    pub shortened: usize,
    /// All of them, in the order in which they came.
    pub suggestions: Vec<DigestItem>,
    /// When the first of them was accepted, in German.
    pub first_text: String,
    /// When the last of them was accepted, in German.
    pub last_text: String,
    /// The site.
    pub site: Site,
    /// The municipality's contact.
    pub contact: Contact,
}

/// One suggestion in a digest.
#[derive(Debug, Clone, Serialize)]
pub struct DigestItem {
    /// The reference number.
    pub reference: String,
    /// What it is about, as it stood when it was accepted.
    pub target: Target,
    /// Title of the theme's own page, if the target belongs to a theme that has one.
    pub theme_title: Option<String>,
    /// The first line of the text, at most 120 letters.
    pub first_line: String,
    /// Deep link to the passage.
    pub link: String,
    /// When it was accepted, in German.
    pub received_text: String,
    /// The day by which it is deleted, in German; empty if it never is.
    pub delete_by_text: String,
    /// Whether the resident had another text of the passage before them than the one stored.
    pub changed: bool,
    /// Whether something looked like a machine, more than by a weak sign.
    pub suspicious: bool,
    /// All that was written; none if the digest would become too large.
    pub suggestion: Option<CleanSuggestion>,
}

/// The variables of a confirmation's templates: nothing that the resident wrote, not even a name. Whose address
/// it is, nobody has checked.
#[derive(Debug, Clone, Serialize)]
pub struct ConfirmationContext {
    /// The reference number.
    pub reference: String,
    /// The round, if it is still the contract's.
    pub round: Option<Round>,
    /// The site.
    pub site: Site,
    /// The day by which it is deleted, in German; empty if it never is.
    pub delete_by_text: String,
    /// The municipality's contact.
    pub contact: Contact,
}

impl DigestContext {
    /// The variables for these suggestions under the present contract.
    pub fn new(suggestions: &[Suggestion], review: &Review) -> DigestContext {
        let mut room = MOST_OCTETS;
        let items: Vec<DigestItem> =
            suggestions.iter().map(|suggestion| DigestItem::new(suggestion, &mut room, review)).collect();
        let received = || suggestions.iter().map(|suggestion| suggestion.received);
        DigestContext {
            count: items.len(),
            shortened: items.iter().filter(|item| item.suggestion.is_none()).count(),
            suggestions: items,
            first_text: received().min().map(instant_text).unwrap_or_default(),
            last_text: received().max().map(instant_text).unwrap_or_default(),
            site: review.site.clone(),
            contact: review.contact.clone(),
        }
    }
}

impl DigestItem {
    fn new(suggestion: &Suggestion, room: &mut usize, review: &Review) -> DigestItem {
        let octets = suggestion.text.len() + suggestion.rewording.as_ref().map_or(0, String::len);
        let left = room.checked_sub(octets);
        *room = left.unwrap_or(*room);
        DigestItem {
            reference: suggestion.reference.as_str().to_owned(),
            target: suggestion.target.clone(),
            theme_title: theme_title(&suggestion.target, review),
            first_line: first_line(&suggestion.text),
            link: link(&suggestion.target, review),
            received_text: instant_text(suggestion.received),
            delete_by_text: delete_by_text(suggestion.received, review),
            changed: suggestion.changed(),
            suspicious: is_suspicious(suggestion.marks),
            suggestion: left.map(|_| CleanSuggestion::new(suggestion)),
        }
    }
}

impl ConfirmationContext {
    /// The variables for one suggestion under the present contract.
    pub fn new(suggestion: &Suggestion, review: &Review) -> ConfirmationContext {
        ConfirmationContext {
            reference: suggestion.reference.as_str().to_owned(),
            round: review.round.clone().filter(|round| round.number == suggestion.round),
            site: review.site.clone(),
            delete_by_text: delete_by_text(suggestion.received, review),
            contact: review.contact.clone(),
        }
    }
}

/// The first line that has something in it.
fn first_line(text: &str) -> String {
    let lines = text.split(['\n', '\r', '\u{B}', '\u{C}', '\u{85}', '\u{2028}', '\u{2029}']);
    let first = lines.map(HeaderText::new).find(|line| !line.as_str().is_empty());
    let first = first.map(|line| line.to_string()).unwrap_or_default();
    match first.char_indices().nth(LINE) {
        Some((end, _)) => format!("{}…", first[..end].trim_end()),
        None => first,
    }
}

#[cfg(test)]
mod tests;
