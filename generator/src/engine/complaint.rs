//! What the engine says about a failure, taken apart: sentence, template, place, callers. The one place
//! that knows how its errors look; what is told to people is made of it elsewhere.
//!
//! Tera tells where a mistake is in three ways: as a span, as a span plus a report in text that also
//! holds the callers, and (for unknown names, several at once) as reports in text only.

use std::ops::Range;
use std::sync::LazyLock;

use regex::{Captures, Regex};
use tera::{Error, ErrorKind};

/// Head of a report: `error: message`, ` --> file:1:2`, the line, the underline.
static REPORT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?m)^error: (?P<message>(?s:.*?))\n *--> (?P<file>.+):(?P<line>\d+):(?P<column>\d+)\n *\|\n.*\n *\|[ \t]*(?P<under>\^*)")
        .expect("the pattern is sound")
});

/// A further place of a report.
static NOTE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?m)^note: (?P<label>.+) (?P<file>\S+):(?P<line>\d+):(?P<column>\d+)$")
        .expect("the pattern is sound")
});

/// One thing that the engine complains about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// The engine's sentence, with its causes.
    pub message: String,
    /// The template and where in it, if it says so.
    pub place: Option<(String, Position)>,
    /// Callers: what is said of them, the template, where in it.
    pub notes: Vec<(String, String, Position)>,
}

/// A place in a template's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Position {
    /// Bytes.
    Bytes(Range<usize>),
    /// As people count: line and column from 1, and how many characters.
    Characters {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
        /// At least 1.
        width: usize,
    },
}

impl Complaint {
    /// All complaints of an error, at least one.
    pub fn all(error: &Error) -> Vec<Self> {
        match error.kind() {
            ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => vec![Self {
                message: with_causes(report.message(), error),
                place: Some((report.filename().to_owned(), Position::Bytes(report.span().range.clone()))),
                // The report's text alone holds the callers.
                notes: notes(&error.to_string()),
            }],
            kind => {
                let message = kind.to_string();
                let reports = Self::of_reports(&message);
                if reports.is_empty() { vec![Self::plain(with_causes(&message, error))] } else { reports }
            }
        }
    }

    /// The reports in a text, in its order.
    pub fn of_reports(text: &str) -> Vec<Self> {
        let reports = REPORT.captures_iter(text).map(|captures| Self {
            message: captures["message"].to_owned(),
            place: Some((captures["file"].to_owned(), position(&captures, captures["under"].len()))),
            notes: Vec::new(),
        });
        reports.collect()
    }

    fn plain(message: String) -> Self {
        Self { message, place: None, notes: Vec::new() }
    }

    /// The template, if the engine names one.
    pub fn template(&self) -> Option<&str> {
        self.place.as_ref().map(|(template, _)| template.as_str())
    }
}

impl Position {
    /// Its bytes in the template's text, at character boundaries inside it.
    pub fn range(&self, text: &str) -> Range<usize> {
        match self {
            Self::Bytes(range) => {
                let start = text.floor_char_boundary(range.start);
                start..text.floor_char_boundary(range.end).max(start)
            }
            Self::Characters { line, column, width } => {
                let before: usize =
                    text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
                let rest = text.get(before..).unwrap_or_default();
                let byte = |characters: usize| {
                    rest.char_indices().nth(characters).map_or(text.len(), |(index, _)| before + index)
                };
                let column = column.saturating_sub(1);
                byte(column)..byte(column + width)
            }
        }
    }
}

/// The literal in backticks that follows `prefix` at the start of a message.
pub fn quoted_after<'a>(message: &'a str, prefix: &str) -> Option<&'a str> {
    message.strip_prefix(prefix)?.strip_prefix('`')?.split('`').next()
}

fn notes(report: &str) -> Vec<(String, String, Position)> {
    let notes = NOTE
        .captures_iter(report)
        .map(|captures| (captures["label"].to_owned(), captures["file"].to_owned(), position(&captures, 1)));
    notes.collect()
}

fn position(captures: &Captures<'_>, width: usize) -> Position {
    let number = |name: &str| captures[name].parse().unwrap_or(1);
    Position::Characters { line: number("line"), column: number("column"), width: width.max(1) }
}

fn with_causes(message: &str, error: &Error) -> String {
    let mut text = message.to_owned();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        let reason = error.to_string();
        if !text.contains(&reason) {
            text.push_str(": ");
            text.push_str(&reason);
        }
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Complaint, Position};

    fn characters(line: usize, column: usize, width: usize) -> Position {
        Position::Characters { line, column, width }
    }

    #[test]
    fn positions_are_counted_in_characters() {
        let text = "eins\nzwölf x\n";
        for (position, expected) in [
            (characters(2, 7, 1), "x"),
            (characters(2, 1, 5), "zwölf"),
            (characters(2, 8, 9), "\n"),
            (characters(9, 9, 1), ""),
            // Inside of the ö, and behind the end.
            (Position::Bytes(8..11), "ölf"),
            (Position::Bytes(40..50), ""),
        ] {
            assert_eq!(&text[position.range(text)], expected, "{position:?}");
        }
    }

    #[test]
    fn every_report_of_a_message_is_read() {
        let message = "error: Unknown filter `a`\n --> x.html:1:5\n  |\n1 | {{ b | a }}\n  |        ^\n\n\
                       error: Unknown test `c`\n  --> y z.html:12:3\n   |\n12 | {% if b is c %}\n   |    ^^^";
        let found: Vec<(String, Option<(String, Position)>)> = Complaint::of_reports(message)
            .into_iter()
            .map(|complaint| (complaint.message, complaint.place))
            .collect();
        let expected = [
            ("Unknown filter `a`".to_owned(), Some(("x.html".to_owned(), characters(1, 5, 1)))),
            ("Unknown test `c`".to_owned(), Some(("y z.html".to_owned(), characters(12, 3, 3)))),
        ];
        assert_eq!(found, expected);
    }
}
