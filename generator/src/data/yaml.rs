//! YAML → [`Entry`]s. Plain words mean what serde_yaml, and so Zola, makes of them: only `true` and
//! `false` are flags, `012` is text, dates are text, `<<` is a key like any other.

use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{Location, MergeKeyPolicy, Spanned};

use super::{Entry, Node, SyntaxError, Value, plain};

/// Parses a document that is a mapping, or empty; `offset` is where it starts in its file.
///
/// # Errors
/// The first thing that is no YAML, or no mapping.
pub fn parse(text: &str, offset: usize) -> Result<Vec<Entry>, Vec<SyntaxError>> {
    let mut options = serde_saphyr::Options::default();
    options.merge_keys = MergeKeyPolicy::AsOrdinary;
    options.strict_booleans = true;
    options.leading_zero_numbers_as_strings = true;
    options.underscored_numbers_as_strings = true;
    options.with_snippet = false;
    let raw: Spanned<Raw> = serde_saphyr::from_str_with_options(text, options)
        .map_err(|error| vec![syntax_error(&error, text, offset)])?;
    let place = Place { text, offset };
    match raw.value {
        Raw::Table(entries) => Ok(place.entries(entries)),
        Raw::Scalar(Value::Null) => Ok(Vec::new()),
        _ => Err(vec![SyntaxError {
            message: "expected `key: value` lines".to_owned(),
            range: place.range(raw.referenced),
        }]),
    }
}

fn syntax_error(error: &serde_saphyr::Error, text: &str, offset: usize) -> SyntaxError {
    let error = error.without_snippet();
    let range = match error.location() {
        Some(location) => Place { text, offset }.range(location),
        None => offset..offset,
    };
    // The parser appends its own count of lines, which is not the file's.
    let message = error.to_string();
    let message = message.lines().next().unwrap_or_default();
    let message = message.split(" at line ").next().unwrap_or_default();
    // Advice for programmers, not for editors.
    let message = message.split(", set DuplicateKeyPolicy").next().unwrap_or_default();
    let range = if message.contains("tab") { with_tab(text, range, offset) } else { range };
    SyntaxError { message: message.trim_end_matches([',', ':', ' ']).to_owned(), range }
}

/// The parser names what stands behind a tab.
fn with_tab(text: &str, range: Range<usize>, offset: usize) -> Range<usize> {
    let before = text.get(..range.start - offset).unwrap_or_default();
    before.trim_end_matches('\t').len() + offset..range.end
}

/// A value as the parser hands it over.
enum Raw {
    Scalar(Value),
    List(Vec<Spanned<Raw>>),
    Table(Vec<(Spanned<String>, Spanned<Raw>)>),
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Scalar(Value::Null))
    }

    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw::Scalar(Value::Null))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Raw, D::Error> {
        Raw::deserialize(deserializer)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Raw, E> {
        Ok(Raw::Scalar(Value::Flag(flag)))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Raw, E> {
        Ok(Raw::Scalar(Value::Integer(number)))
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Raw, E> {
        i64::try_from(number).map(Value::Integer).map(Raw::Scalar).map_err(|_| E::custom("number too large"))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Raw, E> {
        Ok(Raw::Scalar(Value::Float(number)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Raw, E> {
        Ok(Raw::Scalar(Value::Text(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Raw, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Raw::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Raw, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Raw::Table(entries))
    }
}

/// Where the document stands in its file.
#[derive(Clone, Copy)]
struct Place<'a> {
    text: &'a str,
    offset: usize,
}

impl Place<'_> {
    fn entries(self, entries: Vec<(Spanned<String>, Spanned<Raw>)>) -> Vec<Entry> {
        let entries = entries.into_iter().map(|(key, value)| Entry {
            key_range: self.range(key.referenced),
            key: key.value,
            node: self.node(value),
        });
        entries.collect()
    }

    fn node(self, raw: Spanned<Raw>) -> Node {
        let range = self.range(raw.referenced);
        let value = match raw.value {
            Raw::Scalar(value) => return self.scalar(value, range),
            Raw::List(items) => Value::List(items.into_iter().map(|item| self.node(item)).collect()),
            Raw::Table(entries) => Value::Table(self.entries(entries)),
        };
        Node { value, written: None, range }
    }

    /// The parser's idea of plain words is not Zola's, so their meaning is found anew from the text.
    fn scalar(self, value: Value, range: Range<usize>) -> Node {
        let source = &self.text[range.start - self.offset..range.end - self.offset];
        let is_plain = match &value {
            Value::Text(text) => text == source,
            // Tags, anchors and aliases stand for what the parser made of them.
            _ => !source.starts_with(['!', '&', '*']),
        };
        if !is_plain {
            return Node { value, written: None, range };
        }
        let value = plain::value(source);
        let written = (!matches!(value, Value::Text(_))).then(|| source.to_owned());
        Node { value, written, range }
    }

    /// Bytes of a location; only where it starts if the parser gives no length.
    fn range(self, location: Location) -> Range<usize> {
        let bytes = |bytes: Option<u64>| bytes.and_then(|bytes| usize::try_from(bytes).ok());
        let start = bytes(location.span().byte_offset()).unwrap_or_else(|| self.byte(location));
        let len = bytes(location.span().byte_len()).unwrap_or(0);
        let start = self.text.floor_char_boundary(start);
        let end = self.text.floor_char_boundary(start.saturating_add(len));
        start + self.offset..end.max(start) + self.offset
    }

    /// Byte of a line and column.
    fn byte(self, location: Location) -> usize {
        let (line, column) = (location.line().max(1), location.column().max(1));
        let line = usize::try_from(line - 1).unwrap_or(usize::MAX);
        let column = usize::try_from(column - 1).unwrap_or(usize::MAX);
        let Some(text) = self.text.split_inclusive('\n').nth(line) else { return self.text.len() };
        let start = text.as_ptr() as usize - self.text.as_ptr() as usize;
        start + text.chars().take(column).map(char::len_utf8).sum::<usize>()
    }
}
