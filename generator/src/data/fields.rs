//! Reads a table key by key: what is asked for is known, what nobody asked for is reported.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::rc::Rc;

use super::{Entry, Node, Value, dotted};
use crate::diagnostic::catalog::data as catalog;
use crate::diagnostic::{Diagnostic, Diagnostics, Span, nearest};

/// A table that is being read. Wrong types are collected and reported by [`Fields::finish`].
#[derive(Debug)]
pub struct Fields<'a> {
    path: &'a Path,
    /// Dotted key of the table itself; empty at the top.
    name: String,
    entries: &'a [Entry],
    known: Vec<&'static str>,
    problems: Diagnostics,
    /// Where the dotted keys that are asked for are written down, for [`keys_asked`].
    record: Option<Record>,
}

type Record = Rc<RefCell<BTreeSet<String>>>;

/// The dotted keys that a reader asks for. `sample` holds an entry for each table whose keys are free; a
/// table that is asked for and is not there counts as an empty one.
pub fn keys_asked(sample: &[Entry], read: impl FnOnce(Fields<'_>)) -> BTreeSet<String> {
    let record = Record::default();
    read(Fields { record: Some(Rc::clone(&record)), ..Fields::new(Path::new(""), sample) });
    record.take()
}

impl<'a> Fields<'a> {
    /// The top of a file.
    pub fn new(path: &'a Path, entries: &'a [Entry]) -> Self {
        let (known, problems) = (Vec::new(), Diagnostics::default());
        Self { path, name: String::new(), entries, known, problems, record: None }
    }

    /// The file.
    pub fn path(&self) -> &'a Path {
        self.path
    }

    /// Place of some of its bytes.
    pub fn span(&self, node: &Node) -> Span {
        Span::new(self.path, node.range.clone())
    }

    /// Adds a problem of this table.
    pub fn report(&mut self, diagnostic: Diagnostic) {
        self.problems.push(diagnostic);
    }

    /// The value of `key` whatever it is. YAML's nothing counts as not there.
    pub fn node(&mut self, key: &'static str) -> Option<&'a Node> {
        self.known.push(key);
        if let Some(record) = &self.record {
            record.borrow_mut().insert(dotted(&self.name, key));
        }
        let entry = self.entries.iter().find(|entry| entry.key == key)?;
        (entry.node.value != Value::Null).then_some(&entry.node)
    }

    /// Text.
    pub fn text(&mut self, key: &'static str) -> Option<String> {
        let node = self.node(key)?;
        self.text_of(key, node)
    }

    /// `true` or `false`.
    pub fn flag(&mut self, key: &'static str) -> Option<bool> {
        match self.node(key)? {
            Node { value: Value::Flag(flag), .. } => Some(*flag),
            node => self.wrong(key, "`true` or `false`", node),
        }
    }

    /// A whole number, 0 or more.
    pub fn count(&mut self, key: &'static str) -> Option<usize> {
        let node = self.node(key)?;
        match node.value {
            Value::Integer(number) if number >= 0 => usize::try_from(number).ok(),
            _ => self.wrong(key, "a whole number, 0 or more", node),
        }
    }

    /// A list of texts.
    pub fn texts(&mut self, key: &'static str) -> Option<Vec<String>> {
        let node = self.node(key)?;
        let items = self.list_of(key, "a list of texts", node)?;
        Some(items.iter().filter_map(|item| self.text_of(key, item)).collect())
    }

    /// A list of anything.
    pub fn list(&mut self, key: &'static str) -> Option<&'a [Node]> {
        let node = self.node(key)?;
        self.list_of(key, "a list", node)
    }

    /// One of a few words.
    pub fn choice<T: Copy>(&mut self, key: &'static str, choices: &[(&'static str, T)]) -> Option<T> {
        let node = self.node(key)?;
        let text = self.text_of(key, node)?;
        let found = choices.iter().find(|(word, _)| *word == text).map(|(_, choice)| *choice);
        if found.is_none() {
            let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
            self.problems.push(catalog::unknown_choice(
                self.span(node),
                &dotted(&self.name, key),
                &text,
                &words,
            ));
        }
        found
    }

    /// A table of texts.
    pub fn text_table(&mut self, key: &'static str) -> BTreeMap<String, String> {
        let mut texts = BTreeMap::new();
        for entry in self.entries_of(key).unwrap_or_default() {
            if let Some(text) = self.text_of(&dotted(key, &entry.key), &entry.node) {
                texts.insert(entry.key.clone(), text);
            }
        }
        texts
    }

    /// Keys and values of a table below this one, unread.
    pub fn entries_of(&mut self, key: &'static str) -> Option<&'a [Entry]> {
        match self.node(key)? {
            Node { value: Value::Table(entries), .. } => Some(entries),
            node => self.wrong(key, "a table", node),
        }
    }

    /// A table below this one, to be read and finished on its own.
    pub fn table(&mut self, key: &'static str) -> Option<Self> {
        let entries = match self.entries_of(key) {
            None if self.record.is_some() => &[],
            entries => entries?,
        };
        Some(self.below(key, entries))
    }

    /// A table at `key` (which may be dotted) whose entries were found otherwise.
    pub fn below(&self, key: &str, entries: &'a [Entry]) -> Self {
        let record = self.record.clone();
        Self { name: dotted(&self.name, key), record, ..Self::new(self.path, entries) }
    }

    /// Reports that `node` should be something else.
    pub fn wrong<T>(&mut self, key: &str, expected: &str, node: &Node) -> Option<T> {
        let key = dotted(&self.name, key);
        self.problems.push(catalog::wrong_type(self.span(node), &key, expected, node.value.kind()));
        None
    }

    /// Ends reading: every key that nobody asked for is reported as `unknown(span, key, nearest)` says.
    pub fn finish(
        mut self,
        unknown: impl Fn(Span, &str, Option<&str>) -> Diagnostic,
        diagnostics: &mut Diagnostics,
    ) {
        for entry in self.entries.iter().filter(|entry| !self.known.contains(&entry.key.as_str())) {
            let near = nearest(&entry.key, self.known.iter().copied());
            let span = Span::new(self.path, entry.key_range.clone());
            self.problems.push(unknown(span, &dotted(&self.name, &entry.key), near));
        }
        diagnostics.extend(self.problems);
    }

    /// Ends reading a table of which others read the rest.
    pub fn finish_known(self, diagnostics: &mut Diagnostics) {
        diagnostics.extend(self.problems);
    }

    fn text_of(&mut self, key: &str, node: &Node) -> Option<String> {
        match node.text() {
            Some(text) => Some(text.to_owned()),
            None => self.wrong(key, "text", node),
        }
    }

    fn list_of<'n>(&mut self, key: &str, expected: &str, node: &'n Node) -> Option<&'n [Node]> {
        match &node.value {
            Value::List(items) => Some(items),
            _ => self.wrong(key, expected, node),
        }
    }
}
