//! Tables as CSV (RFC 4180), safe for spreadsheets.
//!
//! A cell that begins with `=` is a formula to a spreadsheet, whoever wrote it (OWASP: CSV injection). Cells with
//! text get an apostrophe in front, which spreadsheets take for "this is text"; numbers and dates stay as they are.

use super::layout::Layout;
use super::synopsis::{Answered, Audience, Row, headings};
use crate::mail::text::BodyText;
use crate::store::Listed;
use crate::suggestion::Mark;
use csv::{Terminator, Writer, WriterBuilder};
use std::io::Write;

const HEADINGS: [&str; 18] = [
    "reference",
    "received",
    "round",
    "target",
    "kind",
    "number",
    "title",
    "path",
    "theme",
    "passage",
    "changed",
    "text",
    "rewording",
    "name",
    "email",
    "publish",
    "marks",
    "mails",
];

/// How a table is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Commas, UTF-8.
    Plain,
    /// Commas, UTF-8 with a byte order mark.
    Marked,
    /// Semicolons, UTF-8 with a byte order mark: what Excel opens by itself where German is spoken.
    Excel,
}

/// A cell with text: cleaned as in the mails, and never a formula.
pub fn guarded(text: &str) -> String {
    let clean = BodyText::new(text).to_string();
    if acts(&clean) { format!("'{clean}") } else { clean }
}

/// A cell without the apostrophe that [`guarded`] put in front.
pub fn unguarded(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|text| acts(text)).unwrap_or(cell)
}

fn acts(text: &str) -> bool {
    matches!(
        text.trim_start_matches(' ').chars().next(),
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠')
    )
}

/// A CSV file.
struct Sheet<'a> {
    marked: bool,
    rows: Writer<&'a mut dyn Write>,
}

impl<'a> Sheet<'a> {
    fn new(dialect: Dialect, out: &'a mut dyn Write) -> Sheet<'a> {
        let delimiter = if dialect == Dialect::Excel { b';' } else { b',' };
        let rows = WriterBuilder::new().delimiter(delimiter).terminator(Terminator::CRLF).from_writer(out);
        Sheet { marked: dialect != Dialect::Plain, rows }
    }

    /// The mark belongs to the first heading: as a cell of its own, it would be quoted.
    fn begin<'h>(&mut self, headings: impl IntoIterator<Item = &'h str>) -> anyhow::Result<()> {
        let mark = if self.marked { "\u{feff}" } else { "" };
        let headings = headings.into_iter().enumerate();
        Ok(self.rows.write_record(headings.map(|(at, text)| match at {
            0 => format!("{mark}{text}"),
            _ => text.to_owned(),
        }))?)
    }

    fn row(&mut self, cells: Vec<String>) -> anyhow::Result<()> {
        Ok(self.rows.write_record(cells)?)
    }

    fn end(&mut self) -> anyhow::Result<()> {
        Ok(self.rows.flush()?)
    }
}

/// Everything that is stored.
pub(super) struct SuggestionSheet<'a>(Sheet<'a>);

impl<'a> SuggestionSheet<'a> {
    pub(super) fn new(dialect: Dialect, out: &'a mut dyn Write) -> Self {
        SuggestionSheet(Sheet::new(dialect, out))
    }
}

impl Layout for SuggestionSheet<'_> {
    fn begin(&mut self) -> anyhow::Result<()> {
        self.0.begin(HEADINGS)
    }

    fn row(&mut self, _: u64, listed: &Listed, _: &Answered) -> anyhow::Result<()> {
        let suggestion = &listed.suggestion;
        let target = &suggestion.target;
        let optional = |text: &Option<String>| text.as_deref().map(guarded).unwrap_or_default();
        let marks: Vec<&str> = suggestion.marks.iter().map(Mark::as_str).collect();
        let mails: Vec<&str> = listed.deliveries.iter().map(|delivery| delivery.state.as_str()).collect();
        self.0.row(vec![
            suggestion.reference.to_string(),
            suggestion.received.to_string(),
            suggestion.round.to_string(),
            guarded(&target.id),
            kind(target.kind).to_owned(),
            optional(&target.number),
            guarded(&target.title),
            guarded(&target.path),
            optional(&target.theme),
            optional(&target.text),
            suggestion.changed().to_string(),
            guarded(&suggestion.text),
            optional(&suggestion.rewording),
            optional(&suggestion.name),
            optional(&suggestion.email),
            suggestion.publish.to_string(),
            marks.join(" "),
            mails.join(" "),
        ])
    }

    fn end(&mut self) -> anyhow::Result<()> {
        self.0.end()
    }
}

fn kind(kind: crate::contract::TargetKind) -> &'static str {
    match kind {
        crate::contract::TargetKind::Passage => "passage",
        crate::contract::TargetKind::Page => "page",
        crate::contract::TargetKind::Document => "document",
    }
}

/// The synopsis, to be filled in and imported.
pub(super) struct SynopsisSheet<'a> {
    audience: Audience,
    sheet: Sheet<'a>,
}

impl<'a> SynopsisSheet<'a> {
    pub(super) fn new(dialect: Dialect, audience: Audience, out: &'a mut dyn Write) -> Self {
        SynopsisSheet { audience, sheet: Sheet::new(dialect, out) }
    }
}

impl Layout for SynopsisSheet<'_> {
    fn begin(&mut self) -> anyhow::Result<()> {
        self.sheet.begin(headings(self.audience))
    }

    fn row(&mut self, number: u64, listed: &Listed, answered: &Answered) -> anyhow::Result<()> {
        let row = Row::new(number, &listed.suggestion, self.audience, answered);
        self.sheet.row(row.cells().map(|cell| cell.written(guarded)).collect())
    }

    fn end(&mut self) -> anyhow::Result<()> {
        self.sheet.end()
    }
}
