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
        return Err(errors.iter().map(|error| syntax_error(error, text, offset)).collect());
    }
    let mut errors = Vec::new();
    let entries = entries(table.get_ref(), offset, &mut errors);
    if errors.is_empty() { Ok(entries) } else { Err(errors) }
}

fn syntax_error(error: &toml::de::Error, text: &str, offset: usize) -> SyntaxError {
    let range = error.span().unwrap_or(text.len()..text.len());
    SyntaxError { message: error.message().to_owned(), range: shift(range, offset) }
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
        DeValue::Datetime(date) => Value::Date(date.to_string()),
        DeValue::Array(items) => Value::List(items.iter().map(|item| node(item, offset, errors)).collect()),
        DeValue::Table(table) => Value::Table(entries(table, offset, errors)),
    };
    Node { value, range }
}

fn shift(range: Range<usize>, offset: usize) -> Range<usize> {
    range.start + offset..range.end + offset
}
