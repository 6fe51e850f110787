//! Reading the filled-in table: whatever a spreadsheet made of the CSV file, and every mistake with its cell.

use super::{Decision, Mistake, Place, Response, settled};
use crate::export::{ANSWER, DECISION, REFERENCE};
use crate::reference::Reference;
use csv::{ReaderBuilder, StringRecord};
use std::collections::HashMap;

/// What a table says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Read {
    /// Rows that are answered and decided.
    pub responses: Vec<Response>,
    /// Rows of which only one of the two is filled in; they wait.
    pub unfinished: Vec<Mistake>,
    /// Rows that nobody has filled in.
    pub empty: usize,
}

/// Where the columns are that count, from 0.
struct Columns {
    reference: usize,
    answer: usize,
    decision: usize,
    count: usize,
}

/// Reads the table; all mistakes, if there is one. Commas, semicolons or tabs divide the cells, whatever the
/// spreadsheet chose.
pub fn read(bytes: &[u8]) -> Result<Read, Vec<Mistake>> {
    let text = std::str::from_utf8(bytes).map_err(|error| vec![not_utf8(bytes, error.valid_up_to())])?;
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter(text))
        .flexible(true)
        .has_headers(false)
        .from_reader(text.as_bytes());
    let mut records = reader.records().enumerate();
    let heading = records.next().and_then(|(_, record)| record.ok()).unwrap_or_default();
    let columns = columns(&heading)?;
    let mut table = Table { columns, read: Read::default(), mistakes: Vec::new(), seen: HashMap::new() };
    let mut lines = Lines { text: text.as_bytes(), at: 0, line: 1 };
    for (at, record) in records {
        // The text is UTF-8 and rows may have any length: nothing else can be wrong with it.
        if let Ok(record) = record {
            let byte = record.position().map_or(0, csv::Position::byte);
            table.row(at + 1, lines.line_at(byte), &record);
        }
    }
    if table.mistakes.is_empty() { Ok(table.read) } else { Err(table.mistakes) }
}

/// Counts lines on the way through a text. The reader itself gives, after `\r\n`, the place of the `\n`.
struct Lines<'a> {
    text: &'a [u8],
    at: usize,
    line: u64,
}

impl Lines<'_> {
    fn line_at(&mut self, byte: u64) -> u64 {
        let end = self.text.len();
        let start = usize::try_from(byte).unwrap_or(end).clamp(self.at, end);
        let ends = self.text[start..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let passed = &self.text[self.at..start + ends];
        self.line += passed.iter().filter(|byte| **byte == b'\n').count() as u64;
        self.at = start + ends;
        self.line
    }
}

fn not_utf8(bytes: &[u8], at: usize) -> Mistake {
    let before = &bytes[..at];
    let line = before.iter().filter(|byte| **byte == b'\n').count();
    let column = before.iter().rev().take_while(|byte| **byte != b'\n').count();
    Mistake {
        place: Place { line: line as u64 + 1, row: line + 1, column: 1 },
        what: format!(
            "byte {} of the line is not UTF-8: save the table as `CSV UTF-8` (Excel) or choose `Unicode (UTF-8)` \
             (LibreOffice)",
            column + 1
        ),
    }
}

fn delimiter(text: &str) -> u8 {
    let heading = text.lines().next().unwrap_or_default();
    let count = |delimiter: &u8| heading.bytes().filter(|byte| byte == delimiter).count();
    [b',', b';', b'\t'].into_iter().max_by_key(count).unwrap_or(b',')
}

fn columns(heading: &StringRecord) -> Result<Columns, Vec<Mistake>> {
    let mut mistakes = Vec::new();
    let mut find = |name: &str| {
        let found = heading.iter().position(|cell| cell.trim().eq_ignore_ascii_case(name));
        if found.is_none() {
            let place = Place { line: 1, row: 1, column: heading.len().max(1) };
            let what =
                format!("there is no column `{name}`: start from `feedback-fn export --format synopsis`");
            mistakes.push(Mistake { place, what });
        }
        found.unwrap_or_default()
    };
    let columns = Columns {
        reference: find(REFERENCE),
        answer: find(ANSWER),
        decision: find(DECISION),
        count: heading.len(),
    };
    if mistakes.is_empty() { Ok(columns) } else { Err(mistakes) }
}

struct Table {
    columns: Columns,
    read: Read,
    mistakes: Vec<Mistake>,
    /// On which line a reference stands.
    seen: HashMap<Reference, u64>,
}

impl Table {
    fn row(&mut self, row: usize, line: u64, record: &StringRecord) {
        if record.iter().all(|cell| cell.trim().is_empty()) {
            return;
        }
        let place = |column: usize| Place { line, row, column: column + 1 };
        let cell = |column: usize| record.get(column).unwrap_or_default().trim();
        let typed = |column: usize| settled(cell(column));
        if record.len() != self.columns.count {
            let what = format!(
                "the row has {} cells, the first row has {}: a quotation mark may be missing here or above",
                record.len(),
                self.columns.count
            );
            self.mistakes.push(Mistake { place: place(record.len().saturating_sub(1)), what });
            return;
        }
        let Columns { reference: at, answer, decision, .. } = self.columns;
        let reference = match cell(at).parse::<Reference>() {
            Ok(reference) => reference,
            Err(error) => {
                let what = format!("`{}`: {error}", shown(cell(at)));
                return self.mistakes.push(Mistake { place: place(at), what });
            }
        };
        if let Some(first) = self.seen.insert(reference.clone(), line) {
            let what = format!("`{reference}` stands on line {first} already: answer it once");
            self.mistakes.push(Mistake { place: place(at), what });
        }
        match (typed(answer).as_str(), typed(decision).as_str()) {
            ("", "") => self.read.empty += 1,
            ("", _) => self.wait(place(answer), ANSWER),
            (_, "") => self.wait(place(decision), DECISION),
            (text, decided) => match Decision::parse(decided) {
                Some(decision) => {
                    let answer = text.to_owned();
                    self.read.responses.push(Response { place: place(at), reference, answer, decision });
                }
                None => {
                    let what = format!("`{}` does not begin with {}", shown(decided), Decision::words());
                    self.mistakes.push(Mistake { place: place(decision), what });
                }
            },
        }
    }

    fn wait(&mut self, place: Place, name: &str) {
        self.read.unfinished.push(Mistake { place, what: format!("`{name}` is still empty: the row waits") });
    }
}

/// The beginning of a cell, for a message.
fn shown(cell: &str) -> String {
    let short: String = cell.chars().take(40).collect();
    crate::export::escaped(&if short == cell { short } else { short + "…" })
}
