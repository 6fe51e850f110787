//! Who writes the words of the mails, and what stands in for words that cannot be written.

use super::job::{Job, Unwritten};
use crate::mail::guarded;
use crate::store::{Delivery, Digest, Kind};
use crate::suggestion::Suggestion;

/// Writes the words of a mail under the present contract.
pub trait Letters: Send + Sync + 'static {
    /// Subject and body for an author, about one suggestion.
    fn write(&self, suggestion: &Suggestion) -> anyhow::Result<Written>;

    /// Subject and body for an author, about several suggestions, in the order in which they came.
    fn digest(&self, suggestions: &[Suggestion]) -> anyhow::Result<Written>;

    /// Subject and body for the resident: the number and what happens next, nothing that they wrote.
    fn confirmation(&self, suggestion: &Suggestion) -> anyhow::Result<Written>;
}

/// The words of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The subject; is cleaned before it becomes a header.
    pub subject: String,
    /// The body; is cleaned before it becomes one.
    pub body: String,
}

/// For an author, where a suggestion's own words stop the digest from being written.
const UNSPEAKABLE: &str =
    "(Dieser Text lässt sich hier nicht zeigen. Er ist unter seiner Nummer gespeichert.)";

/// The words of the mail about a job.
pub(super) fn words(letters: &dyn Letters, job: &Job) -> Result<Written, Unwritten> {
    match job {
        Job::Delivery(delivery) => {
            let Delivery { kind, suggestion, .. } = delivery.as_ref();
            caught(|| match kind {
                Kind::Suggestion => letters.write(suggestion),
                Kind::Confirmation => letters.confirmation(suggestion),
            })
        }
        Job::Digest(digest) => of_digest(letters, digest),
    }
}

/// If the words fail, they are tried for each suggestion alone, and those that fail are told without their text:
/// one of them must not keep the others back.
fn of_digest(letters: &dyn Letters, digest: &Digest) -> Result<Written, Unwritten> {
    caught(|| letters.digest(&digest.suggestions)).or_else(|_| {
        let speakable =
            digest.suggestions.iter().map(|suggestion| match caught(|| alone(letters, suggestion)) {
                Ok(_) => suggestion.clone(),
                Err(_) => without_words(suggestion),
            });
        let speakable: Vec<Suggestion> = speakable.collect();
        caught(|| letters.digest(&speakable))
    })
}

fn alone(letters: &dyn Letters, suggestion: &Suggestion) -> anyhow::Result<Written> {
    letters.digest(std::slice::from_ref(suggestion))
}

fn without_words(suggestion: &Suggestion) -> Suggestion {
    Suggestion {
        text: UNSPEAKABLE.to_owned(),
        rewording: None,
        name: None,
        email: None,
        ..suggestion.clone()
    }
}

fn caught(work: impl FnOnce() -> anyhow::Result<Written>) -> Result<Written, Unwritten> {
    // Without the cause: it may quote what was rendered.
    guarded(work).map_err(Unwritten::Poison)?.map_err(|_| Unwritten::Template)
}
