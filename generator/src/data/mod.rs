//! Structured data with the place of every key and value, from TOML or YAML alike.
//!
//! Configuration and front matter are read through it, so that each message can point at the exact
//! bytes. It knows neither which keys exist nor what they mean: [`Fields`] asks for them one by one.

mod fields;
mod plain;
mod toml;
mod yaml;

use std::collections::BTreeMap;
use std::ops::Range;

pub use self::fields::{Fields, keys_asked};
pub use self::plain::value as plain_word;
pub use self::toml::{date_text, parse as parse_toml};
pub use self::yaml::parse as parse_yaml;

/// Free data of front matter and configuration, once its places are no longer needed.
pub type Extra = serde_json::Map<String, serde_json::Value>;

/// A value and its bytes in the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// What stands there.
    pub value: Value,
    /// How a plain word of YAML was written that is no text; where text is wanted, it is one.
    pub written: Option<String>,
    /// Where.
    pub range: Range<usize>,
}

/// A key of a table with its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its name.
    pub key: String,
    /// Bytes of the key.
    pub key_range: Range<usize>,
    /// Its value.
    pub node: Node,
}

/// What a value can be in either format.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// YAML's nothing.
    Null,
    /// `true` or `false`
    Flag(bool),
    /// A whole number.
    Integer(i64),
    /// A number with a point.
    Float(f64),
    /// Text.
    Text(String),
    /// TOML's date, time, or both, in TOML's spelling.
    Date(String),
    /// A list.
    List(Vec<Node>),
    /// A table, in the order of the file.
    Table(Vec<Entry>),
}

/// What is wrong with the form of the data, before any meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// As the parser says it.
    pub message: String,
    /// Where.
    pub range: Range<usize>,
}

impl Node {
    /// The value as text, if it is one: `404` and `1.50` of YAML are, those of TOML are not.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => self.written.as_deref(),
        }
    }
}

impl Value {
    /// Name of its kind, for "expected text, found a list".
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Flag(_) => "`true` or `false`",
            Self::Integer(..0) => "a number below 0",
            Self::Integer(_) => "a whole number",
            Self::Float(_) => "a number",
            Self::Text(_) => "text",
            Self::Date(_) => "a date",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
        }
    }

    /// The same for templates: dates become text, as Zola has it.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Flag(flag) => (*flag).into(),
            Self::Integer(number) => (*number).into(),
            Self::Float(number) => (*number).into(),
            Self::Text(text) | Self::Date(text) => text.as_str().into(),
            Self::List(items) => items.iter().map(|item| item.value.to_json()).collect(),
            Self::Table(entries) => table_to_json(entries).into(),
        }
    }
}

/// A table for templates.
pub fn table_to_json(entries: &[Entry]) -> serde_json::Map<String, serde_json::Value> {
    entries.iter().map(|entry| (entry.key.clone(), entry.node.value.to_json())).collect()
}

/// Bytes of every value below `entries`, by dotted key (`extra.participants.0.who`), and of the keys
/// themselves, with `=` at the end (`extra.status=`).
pub fn spans(entries: &[Entry]) -> BTreeMap<String, Range<usize>> {
    let mut spans = BTreeMap::new();
    collect_table("", entries, &mut spans);
    spans
}

fn collect_table(prefix: &str, entries: &[Entry], spans: &mut BTreeMap<String, Range<usize>>) {
    for entry in entries {
        let key = dotted(prefix, &entry.key);
        spans.insert(format!("{key}="), entry.key_range.clone());
        collect(key, &entry.node, spans);
    }
}

fn collect(key: String, node: &Node, spans: &mut BTreeMap<String, Range<usize>>) {
    match &node.value {
        Value::Table(entries) => collect_table(&key, entries, spans),
        Value::List(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(dotted(&key, &index.to_string()), item, spans);
            }
        }
        _ => {}
    }
    spans.insert(key, node.range.clone());
}

fn dotted(prefix: &str, key: &str) -> String {
    if prefix.is_empty() { key.to_owned() } else { format!("{prefix}.{key}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(entries: Result<Vec<Entry>, Vec<SyntaxError>>, text: &str, key: &str, expected: &str) {
        let spans = spans(&entries.expect("the input is well-formed"));
        assert_eq!(spans.get(key).map(|range| &text[range.clone()]), Some(expected), "{key}");
    }

    #[test]
    fn every_toml_value_is_found_in_the_file() {
        let text = "äö\n+++\ntitle = \"Ä\"\n[extra]\nlist = [{ who = 'x' }, 2]\nday = 2026-01-02\n";
        let body = text.find("title").unwrap();
        for (key, expected) in [
            ("title", "\"Ä\""),
            ("extra.list.0.who", "'x'"),
            ("extra.list.1", "2"),
            ("extra.day", "2026-01-02"),
        ] {
            check(parse_toml(&text[body..], body), text, key, expected);
        }
    }

    #[test]
    fn every_yaml_value_is_found_in_the_file() {
        let text = "ä\ntitle: \"Ä\"\nextra:\n  list:\n    - who: x\n    - 2\n  day: 2026-1-2\n";
        let body = text.find("title").unwrap();
        for (key, expected) in
            [("title", "\"Ä\""), ("extra.list.0.who", "x"), ("extra.list.1", "2"), ("extra.day", "2026-1-2")]
        {
            check(parse_yaml(&text[body..], body), text, key, expected);
        }
    }

    #[test]
    fn yaml_means_what_zola_reads() {
        let text = "zahl: 012\nja: yes\nan: true\ngenau: 1.0\nleer:\nkarte: {a: 1}\n";
        let json = table_to_json(&parse_yaml(text, 0).unwrap());
        let expected = serde_json::json!({
            "zahl": "012", "ja": "yes", "an": true, "genau": 1.0, "leer": null, "karte": { "a": 1 }
        });
        assert_eq!(serde_json::Value::Object(json), expected);
    }

    #[test]
    fn all_toml_mistakes_are_reported_with_their_place() {
        let text = "a = \nb = 1\nc = 'x\n";
        let errors = parse_toml(text, 10).unwrap_err();
        assert_eq!(errors.len(), 2, "{errors:?}");
        assert_eq!((errors[0].range.start, errors[1].range.start > 20), (14, true), "{errors:?}");
    }

    #[test]
    fn a_yaml_mistake_is_reported_with_its_place() {
        let errors = parse_yaml("a: 1\nb: [1, 2\nc: 3\n", 100).unwrap_err();
        assert!(errors[0].range.start >= 105, "{errors:?}");
    }
}
