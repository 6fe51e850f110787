//! How rows become a file: one implementation a format.

use super::document::{Html, Markdown};
use super::record::{Detail, escaped, record};
use super::sheet::{SuggestionSheet, SynopsisSheet};
use super::synopsis::Answered;
use super::{Format, Wish};
use crate::store::Listed;
use std::io::Write;

/// Writes a file from its beginning to its end.
pub(super) trait Layout {
    /// What stands before all rows.
    fn begin(&mut self) -> anyhow::Result<()>;

    /// One suggestion, with its number in this file and what the town has answered.
    fn row(&mut self, number: u64, listed: &Listed, answered: &Answered) -> anyhow::Result<()>;

    /// What stands after all rows; all has been written afterwards.
    fn end(&mut self) -> anyhow::Result<()>;
}

/// The layout that is wanted.
pub(super) fn of<'a>(wish: &Wish, out: &'a mut dyn Write) -> Box<dyn Layout + 'a> {
    match wish.format {
        Format::Jsonl => Box::new(Lines { out }),
        Format::Csv => Box::new(SuggestionSheet::new(wish.dialect, out)),
        Format::Synopsis => Box::new(SynopsisSheet::new(wish.dialect, wish.audience, out)),
        Format::SynopsisMd => Box::new(Markdown { audience: wish.audience, out }),
        Format::SynopsisHtml => Box::new(Html { audience: wish.audience, out }),
    }
}

/// JSON Lines.
struct Lines<'a> {
    out: &'a mut dyn Write,
}

impl Layout for Lines<'_> {
    fn begin(&mut self) -> anyhow::Result<()> {
        Ok(())
    }

    fn row(&mut self, _: u64, listed: &Listed, _: &Answered) -> anyhow::Result<()> {
        Ok(writeln!(self.out, "{}", escaped(&record(listed, Detail::Texts).to_string()))?)
    }

    fn end(&mut self) -> anyhow::Result<()> {
        Ok(self.out.flush()?)
    }
}
