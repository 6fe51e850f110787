//! Data formats as values, as Zola gives them to templates; and where in a text a mistake stands.
//!
//! Depth is bounded in every format: by its parser, or here. Length is bounded by whoever reads the text.

mod bibtex;
mod csv;
mod xml;
mod yaml;

use std::ops::Range;

use tera::{Error, Map, TeraResult, Value};

use crate::values::sorted_data;

/// How deep data may be nested; `serde_json` has the same limit.
const MOST_LEVELS: usize = 128;

/// A format by its name or a file's ending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// TOML; dates are text.
    Toml,
    /// JSON
    Json,
    /// Comma-separated values: `headers` and `records`.
    Csv,
    /// BibTeX: `bibliographies`, `comments`, `preambles`, `variables`.
    Bibtex,
    /// YAML
    Yaml,
    /// XML, elements as keys.
    Xml,
    /// Text as it is.
    Plain,
}

/// What is wrong with a text, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// As the parser says it, on one line and without its own count of lines.
    pub message: String,
    /// Bytes of the text.
    pub range: Range<usize>,
}

impl Format {
    /// By its name.
    ///
    /// # Errors
    /// For another name.
    pub fn named(name: &str) -> TeraResult<Self> {
        Ok(match name.to_lowercase().as_str() {
            "toml" => Self::Toml,
            "json" => Self::Json,
            "csv" => Self::Csv,
            "bibtex" => Self::Bibtex,
            "yaml" | "yml" => Self::Yaml,
            "xml" => Self::Xml,
            "plain" => Self::Plain,
            _ => {
                return Err(Error::message(format!(
                    "`{name}` is no format of `load_data`: use toml, json, csv, bibtex, yaml, xml or plain"
                )));
            }
        })
    }

    /// By a file's ending; text unless it is known. A file that is only called `.json` has no ending.
    pub fn of_file(path: &str) -> Self {
        let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
        let ending = match name.rsplit_once('.') {
            Some((stem, ending)) if !stem.is_empty() => ending,
            _ => "",
        };
        Self::named(ending).unwrap_or(Self::Plain)
    }

    /// What it is called in a sentence.
    pub fn title(self) -> &'static str {
        match self {
            Self::Toml => "TOML",
            Self::Json => "JSON",
            Self::Csv => "CSV",
            Self::Bibtex => "BibTeX",
            Self::Yaml => "YAML",
            Self::Xml => "XML",
            Self::Plain => "text",
        }
    }

    /// The media type that is asked for on the network, as Zola asks.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Toml => "application/toml",
            Self::Json => "application/json",
            Self::Csv => "text/csv",
            Self::Bibtex => "application/x-bibtex",
            Self::Yaml => "application/x-yaml",
            Self::Xml => "text/xml",
            Self::Plain => "text/plain",
        }
    }
}

/// Reads a text. Maps come in the order of their keys.
///
/// # Errors
/// Where it is not of the format.
pub fn read(text: &str, format: Format) -> Result<Value, Mistake> {
    as_written(text, format).map(|value| sorted_data(&value))
}

fn as_written(text: &str, format: Format) -> Result<Value, Mistake> {
    match format {
        Format::Plain => Ok(text.into()),
        Format::Json => json(text),
        Format::Yaml => yaml::read(text),
        Format::Toml => toml(text),
        Format::Csv => csv::read(text),
        Format::Xml => xml::read(text),
        Format::Bibtex => bibtex::read(text),
    }
}

impl Mistake {
    /// A mistake at a place; messages of several lines become one.
    fn at(range: Range<usize>, message: impl AsRef<str>) -> Self {
        let message = message.as_ref().lines().map(str::trim).collect::<Vec<_>>().join(", ");
        Self { message: message.trim_end_matches(['.', ' ', ',', ':']).to_owned(), range }
    }

    /// Line and column of where it stands, from 1.
    pub fn line_and_column(&self, text: &str) -> (usize, usize) {
        let before = &text[..text.floor_char_boundary(self.range.start)];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }
}

fn json(text: &str) -> Result<Value, Mistake> {
    match serde_json::from_str::<serde_json::Value>(text) {
        Ok(value) => Ok(Value::from_serializable(&value)),
        Err(error) => {
            let message = error.to_string();
            let message = message.split(" at line ").next().unwrap_or_default();
            Err(Mistake::at(character(text, error.line(), error.column()), message))
        }
    }
}

fn toml(text: &str) -> Result<Value, Mistake> {
    match toml::from_str::<toml::Table>(text) {
        Ok(table) => Ok(from_toml(toml::Value::Table(table))),
        Err(error) => Err(Mistake::at(error.span().unwrap_or(text.len()..text.len()), error.message())),
    }
}

fn from_toml(value: toml::Value) -> Value {
    match value {
        toml::Value::Datetime(date) => date.to_string().into(),
        toml::Value::Array(items) => items.into_iter().map(from_toml).collect::<Vec<_>>().into(),
        toml::Value::Table(table) => {
            let mut map = Map::default();
            for (key, value) in table {
                map.insert(key.into(), from_toml(value));
            }
            map.into()
        }
        other => Value::from_serializable(&other),
    }
}

/// Where a line starts, from 1.
fn line_start(text: &str, line: usize) -> usize {
    text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum()
}

/// The character at a line and a column that is counted in bytes, both from 1; the last one of the line
/// if the column lies behind it.
fn character(text: &str, line: usize, column: usize) -> Range<usize> {
    let start = line_start(text, line);
    let length = text[start..].lines().next().unwrap_or_default().len();
    let at = text.floor_char_boundary(start + column.saturating_sub(1).min(length));
    let end = text[at..].chars().next().filter(|character| *character != '\n').map_or(0, char::len_utf8);
    at..at + end
}

/// The bytes of a line, from 1.
fn line(text: &str, line: usize) -> Range<usize> {
    let start = line_start(text, line);
    start..start + text[start..].lines().next().unwrap_or_default().len()
}

#[cfg(test)]
mod tests;
