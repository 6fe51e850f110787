//! Reads one table of free data (`[extra]`, `[extra.auslage]`) key by key, strictly: what is asked for
//! is known, wrong types are reported at their place, and what nobody asked for is reported at the end.
//!
//! The counterpart of [`data::Fields`](crate::data::Fields) for data that has passed through
//! [`Extra`], whose places are kept beside it.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use serde_json::Value;

use super::date::FuzzyDate;
use super::vocabulary::Word;
use crate::data::Extra;
use crate::diagnostic::catalog::{data as forms, strategy as catalog};
use crate::diagnostic::{Diagnostics, Span, nearest};
use crate::parse::Document;

/// Where values of a file stand.
#[derive(Debug, Clone, Copy)]
pub struct Places<'a> {
    /// The file.
    pub path: &'a Path,
    /// Bytes of each value by dotted key.
    pub spans: &'a BTreeMap<String, Range<usize>>,
}

impl Places<'_> {
    /// Place of a value; of the nearest table above it if it is not there; otherwise of the file.
    pub fn span(&self, key: &str) -> Span {
        let mut key = key;
        loop {
            if let Some(range) = self.spans.get(key) {
                return Span::new(self.path, range.clone());
            }
            match key.rsplit_once('.') {
                Some((above, _)) => key = above,
                None => return Span::file(self.path),
            }
        }
    }
}

/// A text and where it stands.
#[derive(Debug, Clone)]
pub struct Placed {
    /// What is written.
    pub text: String,
    /// Where.
    pub span: Span,
}

/// A table that is being read.
#[derive(Debug)]
pub struct Fields<'a> {
    places: Places<'a>,
    /// Dotted key of the table in the file.
    name: String,
    table: &'a Extra,
    known: Vec<&'static str>,
}

impl<'a> Fields<'a> {
    /// The table `name` of a file.
    pub fn new(places: Places<'a>, name: &str, table: &'a Extra) -> Self {
        Self { places, name: name.to_owned(), table, known: Vec::new() }
    }

    /// `[extra]` of a document.
    pub fn of_document(document: &'a Document, extra: &'a Extra) -> Self {
        Self::new(Places { path: &document.file.path, spans: &document.spans }, "extra", extra)
    }

    /// Place of the table itself.
    pub fn place(&self) -> Span {
        self.places.span(&self.name)
    }

    /// Place of one of its values.
    pub fn span(&self, key: &str) -> Span {
        self.places.span(&dotted(&self.name, key))
    }

    /// Whether the key is there; counts as reading it.
    pub fn has(&mut self, key: &'static str) -> bool {
        self.value(key).is_some()
    }

    /// A text that is not empty.
    pub fn text(&mut self, key: &'static str, diagnostics: &mut Diagnostics) -> Option<String> {
        self.placed(key, diagnostics).map(|placed| placed.text)
    }

    /// The same with its place.
    pub fn placed(&mut self, key: &'static str, diagnostics: &mut Diagnostics) -> Option<Placed> {
        let value = self.value(key)?;
        self.placed_value(key, value, diagnostics)
    }

    /// A text without which the table says nothing.
    pub fn required(&mut self, key: &'static str, diagnostics: &mut Diagnostics) -> Option<Placed> {
        if !self.has(key) {
            diagnostics.push(catalog::missing_key(self.place(), &self.shown(key)));
            return None;
        }
        self.placed(key, diagnostics)
    }

    /// A list of texts with their places; empty if the key is not there.
    pub fn texts(&mut self, key: &'static str, diagnostics: &mut Diagnostics) -> Vec<Placed> {
        let items = self.list(key, "a list of texts", diagnostics);
        let texts = items.iter().enumerate().filter_map(|(index, item)| {
            self.placed_value(&dotted(key, &index.to_string()), item, diagnostics)
        });
        texts.collect()
    }

    /// `true` or `false`; `false` if the key is not there.
    pub fn flag(&mut self, key: &'static str, diagnostics: &mut Diagnostics) -> bool {
        match self.value(key) {
            None => false,
            Some(Value::Bool(flag)) => *flag,
            Some(value) => self.wrong(key, "`true` or `false`", value, diagnostics).unwrap_or_default(),
        }
    }

    /// A whole number from 1.
    pub fn count(&mut self, key: &'static str, diagnostics: &mut Diagnostics) -> Option<u64> {
        let value = self.value(key)?;
        match value.as_u64().filter(|number| *number > 0) {
            Some(number) => Some(number),
            None => self.wrong(key, "a whole number from 1", value, diagnostics),
        }
    }

    /// One of a set of words.
    pub fn word<W: Word>(&mut self, key: &'static str, diagnostics: &mut Diagnostics) -> Option<W> {
        let placed = self.placed(key, diagnostics)?;
        let word = W::parse(&placed.text);
        if word.is_none() {
            let words: Vec<&str> = W::ALL.iter().map(|(word, _)| *word).collect();
            diagnostics.push(forms::unknown_choice(placed.span, &self.shown(key), &placed.text, &words));
        }
        word
    }

    /// A date with its precision.
    pub fn date(&mut self, key: &'static str, diagnostics: &mut Diagnostics) -> Option<FuzzyDate> {
        let placed = self.placed(key, diagnostics)?;
        match placed.text.parse() {
            Ok(date) => Some(date),
            Err(problem) => {
                diagnostics.push(catalog::bad_date(placed.span, &placed.text, problem));
                None
            }
        }
    }

    /// A table below this one.
    pub fn table(&mut self, key: &'static str, diagnostics: &mut Diagnostics) -> Option<Self> {
        match self.value(key)? {
            Value::Object(table) => Some(self.below(key, table)),
            value => self.wrong(key, "a table", value, diagnostics),
        }
    }

    /// The tables of a list; none if the key is not there.
    pub fn tables(&mut self, key: &'static str, diagnostics: &mut Diagnostics) -> Vec<Self> {
        let items = self.list(key, "a list of tables", diagnostics);
        self.tables_of(key, items, diagnostics)
    }

    /// Every key nobody has asked for yet, as lists of tables.
    pub fn other_tables(&self, diagnostics: &mut Diagnostics) -> Vec<(&'a str, Vec<Self>)> {
        let others = self.table.iter().filter(|(key, _)| !self.known.contains(&key.as_str()));
        let lists = others.map(|(key, value)| {
            let items = match value {
                Value::Array(items) => items.as_slice(),
                other => self.wrong(key, "a list of tables", other, diagnostics).unwrap_or_default(),
            };
            (key.as_str(), self.tables_of(key, items, diagnostics))
        });
        lists.collect()
    }

    /// Ends reading: reports the keys that nobody asked for. `what` names whose keys they are.
    pub fn finish(self, what: &str, diagnostics: &mut Diagnostics) {
        for key in self.table.keys().filter(|key| !self.known.contains(&key.as_str())) {
            let near = nearest(key, self.known.iter().copied());
            let span = self.span(&format!("{key}="));
            diagnostics.push(catalog::unknown_key(span, key, what, near, &self.known));
        }
    }

    fn value(&mut self, key: &'static str) -> Option<&'a Value> {
        if !self.known.contains(&key) {
            self.known.push(key);
        }
        self.table.get(key).filter(|value| !value.is_null())
    }

    fn list(&mut self, key: &'static str, expected: &str, diagnostics: &mut Diagnostics) -> &'a [Value] {
        match self.value(key) {
            None => &[],
            Some(Value::Array(items)) => items,
            Some(value) => self.wrong(key, expected, value, diagnostics).unwrap_or_default(),
        }
    }

    fn tables_of(&self, key: &str, items: &'a [Value], diagnostics: &mut Diagnostics) -> Vec<Self> {
        let tables = items.iter().enumerate().filter_map(|(index, item)| {
            let key = dotted(key, &index.to_string());
            match item {
                Value::Object(table) => Some(self.below(&key, table)),
                value => self.wrong(&key, "a table", value, diagnostics),
            }
        });
        tables.collect()
    }

    fn below(&self, key: &str, table: &'a Extra) -> Self {
        Self::new(self.places, &dotted(&self.name, key), table)
    }

    fn placed_value(&self, key: &str, value: &Value, diagnostics: &mut Diagnostics) -> Option<Placed> {
        match value {
            Value::String(text) if text.trim().is_empty() => {
                diagnostics.push(catalog::empty_text(self.span(key), &self.shown(key)));
                None
            }
            Value::String(text) => Some(Placed { text: text.clone(), span: self.span(key) }),
            value => self.wrong(key, "text", value, diagnostics),
        }
    }

    fn wrong<T>(&self, key: &str, expected: &str, value: &Value, diagnostics: &mut Diagnostics) -> Option<T> {
        diagnostics.push(forms::wrong_type(self.span(key), &self.shown(key), expected, kind_of(value)));
        None
    }

    /// The key as an editor knows it: without `extra` in front and without positions in lists.
    fn shown(&self, key: &str) -> String {
        let full = dotted(&self.name, key);
        let parts = full.split('.').filter(|part| part.parse::<usize>().is_err());
        let parts: Vec<&str> = parts.skip_while(|part| *part == "extra").collect();
        parts.join(".")
    }
}

fn dotted(prefix: &str, key: &str) -> String {
    if prefix.is_empty() { key.to_owned() } else { format!("{prefix}.{key}") }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "`true` or `false`",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a table",
    }
}
