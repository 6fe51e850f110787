//! The synopsis of German procedures: number, passage, suggestion, answer, decision.
//!
//! For the public it holds no names and addresses, the month of receipt instead of the day, and texts only of
//! those who allowed to publish them; the others keep their row, since each suggestion gets its answer.
//! What the town answers is filled in by hand and read by `responses`; what it has answered already is given.

use crate::clock::in_town;
use crate::reference::Reference;
use crate::suggestion::Suggestion;
use std::collections::BTreeMap;

/// Heading of the column that numbers the rows of one table.
pub const NUMBER: &str = "Lfd. Nr.";
/// Heading of the column that tells rows apart.
pub const REFERENCE: &str = "Vorgangsnummer";
/// Heading of the column for the town's answer.
pub const ANSWER: &str = "Antwort";
/// Heading of the column for the decision.
pub const DECISION: &str = "Entscheidung";

const BEFORE: [&str; 8] =
    [NUMBER, REFERENCE, "Runde", "Eingang", "Abschnitt", "Passage", "Anregung", "Vorgeschlagener Wortlaut"];
const INTERNAL: [&str; 3] = ["Name", "E-Mail", "Veröffentlichung"];
const WITHHELD: &str = "(ohne Erlaubnis zur Veröffentlichung)";

/// For whom a synopsis is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Anybody.
    Public,
    /// Those who work on the answers.
    Internal,
}

impl Audience {
    /// Whether this audience may read what the resident wrote.
    pub fn sees(self, suggestion: &Suggestion) -> bool {
        self == Audience::Internal || suggestion.publish
    }
}

/// What the town has answered to a suggestion; both empty if it has not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answered {
    /// The answer.
    pub answer: String,
    /// The decision, as a cell is to begin.
    pub decision: String,
}

/// The answers that there are already.
pub type Answers = BTreeMap<Reference, Answered>;

/// The headings of the columns.
pub(super) fn headings(audience: Audience) -> impl Iterator<Item = &'static str> {
    let internal = INTERNAL.into_iter().filter(move |_| audience == Audience::Internal);
    BEFORE.into_iter().chain(internal).chain([ANSWER, DECISION])
}

/// One row; its cells in the order of the headings.
pub(super) struct Row(Vec<Cell>);

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cell {
    /// A number or a date, made by this program.
    Plain(String),
    /// Text that somebody wrote.
    Text(String),
}

impl Cell {
    /// The cell with its text passed through `guard`.
    pub(super) fn written(self, guard: impl Fn(&str) -> String) -> String {
        match self {
            Cell::Plain(text) => text,
            Cell::Text(text) => guard(&text),
        }
    }
}

impl Row {
    pub(super) fn new(number: u64, suggestion: &Suggestion, audience: Audience, answered: &Answered) -> Row {
        let target = &suggestion.target;
        let sees = audience.sees(suggestion);
        let text = |text: &Option<String>| Cell::Text(text.clone().unwrap_or_default());
        let received = in_town(suggestion.received).date();
        let received = match audience {
            Audience::Public => received.strftime("%Y-%m").to_string(),
            Audience::Internal => received.to_string(),
        };
        let mut cells = vec![
            Cell::Plain(number.to_string()),
            Cell::Plain(suggestion.reference.to_string()),
            Cell::Plain(suggestion.round.to_string()),
            Cell::Plain(received),
            Cell::Text(section(suggestion)),
            text(&target.text),
            Cell::Text(if sees { suggestion.text.clone() } else { WITHHELD.to_owned() }),
            if sees { text(&suggestion.rewording) } else { Cell::Text(String::new()) },
        ];
        if audience == Audience::Internal {
            let publish = if suggestion.publish { "erlaubt" } else { "nicht erlaubt" };
            cells.extend([text(&suggestion.name), text(&suggestion.email), Cell::Plain(publish.to_owned())]);
        }
        cells.extend([Cell::Text(answered.answer.clone()), Cell::Text(answered.decision.clone())]);
        Row(cells)
    }

    pub(super) fn cells(self) -> impl Iterator<Item = Cell> {
        self.0.into_iter()
    }
}

/// `6.1.1 FahrPraxis`: with the title, since a spreadsheet takes `6.1.1` alone for a date.
pub(crate) fn section(suggestion: &Suggestion) -> String {
    let target = &suggestion.target;
    match &target.number {
        Some(number) => format!("{number} {}", target.title),
        None => target.title.clone(),
    }
}
