//! Reading the filled-in table: whatever a spreadsheet made of the CSV file, and every mistake with its cell.

use super::encoding::{self, Illegible};
use super::{Decision, Mistake, Place, Response, settled};
use crate::export::{ANSWER, DECISION, NUMBER, REFERENCE};
use crate::reference::Reference;
use csv::{ReaderBuilder, StringRecord};
use std::collections::{BTreeMap, HashMap};

/// What a table says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Read {
    /// Rows that are answered and decided.
    pub responses: Vec<Response>,
    /// Rows of which only one of the two is filled in; they wait.
    pub unfinished: Vec<Mistake>,
    /// Rows that nobody has filled in.
    pub empty: usize,
    /// What rows may point to.
    pub(super) rows: Rows,
}

/// The rows of a table by number and reference, and the columns of what they say, from 0.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Rows {
    pub(super) are_numbered: bool,
    pub(super) by_number: BTreeMap<u64, Vec<Reference>>,
    pub(super) numbers: BTreeMap<Reference, Option<u64>>,
    pub(super) answer: usize,
    pub(super) decision: usize,
}

/// Where the columns are that count, from 0.
struct Columns {
    reference: usize,
    answer: usize,
    decision: usize,
    /// That of the numbers, if nobody has taken it out.
    number: Option<usize>,
    count: usize,
}

/// Reads the table; all mistakes, if there is one. Commas, semicolons or tabs divide the cells, whatever the
/// spreadsheet chose.
pub fn read(bytes: &[u8]) -> Result<Read, Vec<Mistake>> {
    let text = encoding::text(bytes).map_err(|illegible| vec![told(illegible)])?;
    let mut reader = reader(&text);
    let mut records = reader.records().enumerate();
    let heading = records.next().and_then(|(_, record)| record.ok()).unwrap_or_default();
    let columns = columns(&heading)?;
    let is_closed = text.matches('"').count() % 2 == 0;
    let read = Read { rows: Rows::below(&columns), ..Read::default() };
    let mut table = Table { columns, is_closed, read, mistakes: Vec::new(), seen: HashMap::new() };
    let mut lines = Lines::of(&text);
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
    fn of(text: &str) -> Lines<'_> {
        Lines { text: text.as_bytes(), at: 0, line: 1 }
    }

    fn line_at(&mut self, byte: u64) -> u64 {
        let end = self.text.len();
        let start = usize::try_from(byte).unwrap_or(end).clamp(self.at, end);
        let ends = self.text[start..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let passed = &self.text[self.at..start + ends];
        // Of `\r\n` only the second counts; `\r` alone is how Excel ends lines for Macintosh.
        let ends_line = |at: &usize| match passed[*at] {
            b'\n' => true,
            b'\r' => passed.get(at + 1) != Some(&b'\n'),
            _ => false,
        };
        self.line += (0..passed.len()).filter(ends_line).count() as u64;
        self.at = start + ends;
        self.line
    }
}

fn reader(text: &str) -> csv::Reader<&[u8]> {
    let mut builder = ReaderBuilder::new();
    builder.delimiter(delimiter(text)).flexible(true).has_headers(false).from_reader(text.as_bytes())
}

/// With the cell in which the text ends; a letter is added since that cell may have none yet.
fn told(Illegible { before, what }: Illegible) -> Mistake {
    let text = before + "x";
    let last = reader(&text).into_records().map_while(Result::ok).enumerate().last();
    let place = last.map_or(Place { line: 1, row: 1, column: 1 }, |(at, record)| {
        let byte = record.position().map_or(0, csv::Position::byte);
        Place { line: Lines::of(&text).line_at(byte), row: at + 1, column: record.len() }
    });
    Mistake { place, what }
}

fn delimiter(text: &str) -> u8 {
    let heading = text.split(['\r', '\n']).next().unwrap_or_default();
    let count = |delimiter: &u8| heading.bytes().filter(|byte| byte == delimiter).count();
    [b',', b';', b'\t'].into_iter().max_by_key(count).unwrap_or(b',')
}

fn columns(heading: &StringRecord) -> Result<Columns, Vec<Mistake>> {
    let mut mistakes = Vec::new();
    let mut find = |name: &str| {
        let mut named = (0..heading.len()).filter(|at| heading[*at].trim().eq_ignore_ascii_case(name));
        let (found, second) = (named.next(), named.next());
        if found.is_none() {
            let place = Place { line: 1, row: 1, column: heading.len().max(1) };
            let what =
                format!("there is no column `{name}`: start from `feedback-fn export --format synopsis`");
            mistakes.push(Mistake { place, what });
        }
        if let Some(second) = second {
            let place = Place { line: 1, row: 1, column: second + 1 };
            let what =
                format!("this is the second column `{name}`: give the one that does not count another name");
            mistakes.push(Mistake { place, what });
        }
        found.unwrap_or_default()
    };
    let columns = Columns {
        reference: find(REFERENCE),
        answer: find(ANSWER),
        decision: find(DECISION),
        number: heading.iter().position(|name| name.trim() == NUMBER),
        count: heading.len(),
    };
    if mistakes.is_empty() { Ok(columns) } else { Err(mistakes) }
}

impl Rows {
    fn below(columns: &Columns) -> Rows {
        let Columns { answer, decision, number, .. } = *columns;
        Rows { are_numbered: number.is_some(), answer, decision, ..Rows::default() }
    }

    fn add(&mut self, reference: &Reference, number: Option<u64>) {
        self.numbers.insert(reference.clone(), number);
        if let Some(number) = number {
            self.by_number.entry(number).or_default().push(reference.clone());
        }
    }
}

struct Table {
    columns: Columns,
    /// Whether each quotation mark has its second.
    is_closed: bool,
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
        if !self.fits(record) {
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
        let number = self.columns.number.and_then(|number| cell(number).trim_end_matches('.').parse().ok());
        self.read.rows.add(&reference, number);
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

    /// Whether each cell stands below its heading. Excel leaves out empty cells at the end of a row, or adds some;
    /// a quotation mark that is missing also makes rows short, but then the next rows stand in one of the cells.
    fn fits(&self, record: &StringRecord) -> bool {
        let swallows = |cell: &str| {
            let next = cell.split_once(['\r', '\n']).map_or("", |(_, next)| next);
            next.split([',', ';', '\t', '\r', '\n', '"']).any(|word| word.trim().parse::<Reference>().is_ok())
        };
        match record.len() < self.columns.count {
            true => self.is_closed && !record.iter().any(swallows),
            false => record.iter().skip(self.columns.count).all(|cell| cell.trim().is_empty()),
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
