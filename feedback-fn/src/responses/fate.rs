//! What becomes of an answer in a table, when the site's content may have one already.
//!
//! Three versions are compared: the table, the page, and what the import once made the page from, of which the page
//! keeps a digest. So a table that is older than an editor's work is told apart from one that disagrees with it.

use super::{Draft, Page, Response};

/// What is to be done about an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// There is no page yet.
    New,
    /// The page is as an import left it, and the table has changed.
    Updated,
    /// The page says the same.
    Unchanged,
    /// An editor has changed the page, and the table says what it always said.
    Kept,
    /// Both have changed: a person must say which one counts.
    Disputed,
    /// The suggestion was erased: there is nothing to make a draft from.
    Orphaned,
}

/// Weighs an answer against the page that there is, and the draft that the answer would make; there is none if
/// the suggestion is no longer stored.
pub fn weigh(response: &Response, page: Option<&Page>, draft: Option<&Draft>) -> Fate {
    let says_the_same = |page: &Page| {
        page.says
            .as_ref()
            .is_ok_and(|says| says.answer == response.answer && says.decision == response.decision)
    };
    match (page, draft) {
        (Some(page), _) if says_the_same(page) => Fate::Unchanged,
        (None, Some(_)) => Fate::New,
        (Some(page), Some(_)) if page.is_as_imported => Fate::Updated,
        (Some(page), Some(draft)) if page.was(draft) => Fate::Kept,
        (Some(page), None) if page.is_as_imported => Fate::Orphaned,
        (None, None) => Fate::Orphaned,
        (Some(_), _) => Fate::Disputed,
    }
}
