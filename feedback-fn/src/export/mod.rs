//! Suggestions for other programs, for spreadsheets, and for the council.
//!
//! The flow: pages of the store, oldest first → [`Filter`] → a layout writes row by row, so that memory stays
//! bounded. `record` is JSON, `sheet` CSV, `synopsis` the table of German procedures. Not for keeping anything
//! (`store`) and not for files (`cli`).

mod document;
mod known;
mod layout;
mod record;
mod sheet;
mod synopsis;

pub use known::ensure_known;
pub use record::{Detail, escaped, record};
pub use sheet::{Dialect, guarded, unguarded};
pub(crate) use synopsis::section;
pub use synopsis::{ANSWER, Answered, Answers, Audience, DECISION, NUMBER, REFERENCE};

use crate::store::{DeliveryState, Listed, Position, Store};
use std::io::Write;

/// Suggestions that are in memory at once.
const PAGE: usize = 256;

/// How suggestions are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// A JSON object a line, with everything that is stored
    Jsonl,
    /// A table with everything that is stored, for programs and spreadsheets
    Csv,
    /// The table for answers and decisions, for spreadsheets
    Synopsis,
    /// The same in Markdown
    SynopsisMd,
    /// The same as a web page, to be printed or published
    SynopsisHtml,
}

/// Which suggestions are written; what is not said does not matter.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of this round.
    pub round: Option<u32>,
    /// About this target.
    pub target: Option<String>,
    /// About targets of this theme.
    pub theme: Option<String>,
}

/// What is written, and how.
#[derive(Debug, Clone)]
pub struct Wish {
    /// How.
    pub format: Format,
    /// Which.
    pub filter: Filter,
    /// For whom a synopsis is.
    pub audience: Audience,
    /// How tables are written down.
    pub dialect: Dialect,
    /// What a synopsis says that the town has answered.
    pub answers: Answers,
}

/// What was written. Counts only.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Written {
    /// Suggestions.
    pub suggestions: u64,
    /// Those of a synopsis without their text, since its author did not allow to publish it.
    pub withheld: u64,
    /// Those that are missing in a synopsis, since they are quarantined.
    pub quarantined: u64,
    /// Those of a synopsis with an answer.
    pub answered: u64,
}

impl Filter {
    fn takes(&self, listed: &Listed) -> bool {
        let suggestion = &listed.suggestion;
        self.round.is_none_or(|round| round == suggestion.round)
            && self.target.as_ref().is_none_or(|target| *target == suggestion.target.id)
            && self.theme.as_ref().is_none_or(|theme| Some(theme) == suggestion.target.theme.as_ref())
    }
}

/// Writes all suggestions that are wanted, oldest first.
pub async fn write(store: &dyn Store, wish: &Wish, out: &mut dyn Write) -> anyhow::Result<Written> {
    let mut written = Written::default();
    let none = Answered::default();
    let mut layout = layout::of(wish, out);
    layout.begin()?;
    let mut after = Position::default();
    loop {
        let page = store.page(after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.position;
        for listed in page.iter().filter(|listed| wish.filter.takes(listed)) {
            if wish.format.is_synopsis() {
                if is_quarantined(listed) {
                    written.quarantined += 1;
                    continue;
                }
                written.withheld += u64::from(!wish.audience.sees(&listed.suggestion));
            }
            let answered = wish.answers.get(&listed.suggestion.reference);
            written.answered += u64::from(answered.is_some());
            written.suggestions += 1;
            layout.row(written.suggestions, listed, answered.unwrap_or(&none))?;
        }
    }
    layout.end()?;
    Ok(written)
}

impl Format {
    /// Whether it has columns for answer and decision.
    pub fn is_synopsis(self) -> bool {
        matches!(self, Format::Synopsis | Format::SynopsisMd | Format::SynopsisHtml)
    }
}

fn is_quarantined(listed: &Listed) -> bool {
    listed.deliveries.iter().any(|delivery| delivery.state == DeliveryState::Quarantined)
}

#[cfg(test)]
mod tests;
