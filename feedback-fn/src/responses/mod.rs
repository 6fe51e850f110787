//! From a synopsis that the town has filled in to drafts of its answers in the site's content.
//!
//! The flow: bytes of a CSV file → [`read`] → a [`Response`] a row → [`Read::followed`], which names the rows that
//! others point to → [`Draft::new`] with the stored suggestion →
//! [`weigh`] against the [`Page`] that answers it already → a Markdown file that is a draft until an editor says
//! otherwise. And back: what a [`Page`] says fills the cells of the next synopsis. What a resident wrote comes from
//! the store and not from the table, and only if it may be published. Not for files (`cli`).

mod decision;
mod draft;
mod encoding;
mod fate;
mod follow;
mod page;
mod pointer;
mod table;

pub use decision::{Decision, Verdict};
pub use draft::{Draft, is_as_imported, overview};
pub use fate::{Fate, weigh};
pub use follow::Answering;
pub use page::{Page, Says};
pub use table::{Read, read};

use crate::export::unguarded;
use crate::mail::text::BodyText;
use crate::reference::Reference;
use std::fmt;

/// What the town answers to one suggestion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// Where it stands.
    pub place: Place,
    /// To which suggestion.
    pub reference: Reference,
    /// The answer; never blank.
    pub answer: String,
    /// What was decided.
    pub decision: Decision,
}

/// A cell of a table, as an editor of text and as a spreadsheet name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Line of the file on which the row begins, from 1.
    pub line: u64,
    /// Row of the table, from 1.
    pub row: usize,
    /// Column of the table, from 1.
    pub column: usize,
}

/// Something that is wrong with the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Where.
    pub place: Place,
    /// What, and what to do.
    pub what: String,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {} (cell {}{})", self.line, self.column, letters(self.column), self.row)
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

/// A text as it is compared, whether it comes from a cell or from a page: clean, without the apostrophe that an
/// export puts before what looks like a formula, its lines trimmed.
fn settled(text: &str) -> String {
    let clean = BodyText::new(text).to_string();
    unguarded(clean.trim()).trim().lines().map(str::trim).collect::<Vec<_>>().join("\n")
}

/// A column as spreadsheets name it: `A` to `Z`, `AA`.
fn letters(column: usize) -> String {
    let mut rest = column;
    let mut name = Vec::new();
    while rest > 0 {
        rest -= 1;
        // The remainder is below 26.
        name.push(char::from(b'A' + (rest % 26) as u8));
        rest /= 26;
    }
    name.iter().rev().collect()
}

#[cfg(test)]
mod tests;
