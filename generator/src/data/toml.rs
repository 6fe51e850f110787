//! TOML → [`Entry`]s, with all syntax errors of a text at once.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Entry, Node, SyntaxError, Value};

/// Parses a document; `offset` is where it starts in its file.
///
/// # Errors
/// Everything that is no TOML, in the order of the text.
pub fn parse(text: &str, offset: usize) -> Result<Vec<Entry>, Vec<SyntaxError>> {
    let (table, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        return Err(first_of_each_line(&errors, text, offset));
    }
    let mut errors = Vec::new();
    let entries = entries(table.get_ref(), offset, &mut errors);
    if errors.is_empty() { Ok(entries) } else { Err(errors) }
}

/// The parser recovers in the middle of a line; what it says about the rest is about the same mistake.
fn first_of_each_line(errors: &[toml::de::Error], text: &str, offset: usize) -> Vec<SyntaxError> {
    let start = |error: &toml::de::Error| error.span().map_or(text.len(), |span| span.start.min(text.len()));
    let mut errors: Vec<(usize, &toml::de::Error)> =
        errors.iter().map(|error| (start(error), error)).collect();
    errors.sort_by_key(|(start, _)| *start);
    errors.dedup_by_key(|(start, _)| text.as_bytes()[..*start].iter().filter(|byte| **byte == b'\n').count());
    errors.into_iter().map(|(_, error)| syntax_error(error, text, offset)).collect()
}

fn syntax_error(error: &toml::de::Error, text: &str, offset: usize) -> SyntaxError {
    let range = error.span().unwrap_or(text.len()..text.len());
    match day_first(text, range.start) {
        Some(day) => {
            SyntaxError { message: format!("`{}` is no date", &text[day.clone()]), range: shift(day, offset) }
        }
        None => SyntaxError { message: error.message().to_owned(), range: shift(range, offset) },
    }
}

/// The word at `at`, if it is a date as in a letter: `07.03.2026`.
fn day_first(text: &str, at: usize) -> Option<Range<usize>> {
    let is_part = |letter: char| letter.is_ascii_digit() || letter == '.';
    let at = text.floor_char_boundary(at);
    let start = text[..at].trim_end_matches(is_part).len();
    let rest = &text[start..];
    let word = &rest[..rest.find(|letter| !is_part(letter)).unwrap_or(rest.len())];
    let parts: Vec<usize> = word.split('.').map(str::len).collect();
    matches!(parts[..], [1..=2, 1..=2, 4]).then(|| start..start + word.len())
}

fn entries(table: &DeTable<'_>, offset: usize, errors: &mut Vec<SyntaxError>) -> Vec<Entry> {
    let mut entries: Vec<Entry> = table
        .iter()
        .map(|(key, value)| Entry {
            key: key.get_ref().to_string(),
            key_range: shift(key.span(), offset),
            node: node(value, offset, errors),
        })
        .collect();
    entries.sort_by_key(|entry| entry.key_range.start);
    entries
}

fn node(value: &Spanned<DeValue<'_>>, offset: usize, errors: &mut Vec<SyntaxError>) -> Node {
    let range = shift(value.span(), offset);
    let mut reject = |message: &str| {
        errors.push(SyntaxError { message: message.to_owned(), range: range.clone() });
        Value::Null
    };
    let value = match value.get_ref() {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => Value::Integer(number),
            Err(_) => reject("number too large"),
        },
        DeValue::Float(number) => match number.as_str().parse() {
            Ok(number) => Value::Float(number),
            Err(_) => reject("number too large"),
        },
        DeValue::Boolean(flag) => Value::Flag(*flag),
        DeValue::Datetime(date) => Value::Date(date_text(date)),
        DeValue::Array(items) => Value::List(items.iter().map(|item| node(item, offset, errors)).collect()),
        DeValue::Table(table) => Value::Table(entries(table, offset, errors)),
    };
    Node { value, written: None, range }
}

/// A date in TOML's spelling; seconds, which may be left out, are added, as Zola does.
pub fn date_text(date: &toml::value::Datetime) -> String {
    let mut date = *date;
    if let Some(time) = &mut date.time {
        time.second.get_or_insert(0);
    }
    date.to_string()
}

fn shift(range: Range<usize>, offset: usize) -> Range<usize> {
    range.start + offset..range.end + offset
}
