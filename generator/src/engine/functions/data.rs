//! Data formats as values, as Zola gives them to templates.

use tera::{Error, Map, TeraResult, Value};

use crate::values::sorted_data;

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

    /// By a file's ending; text unless it is known.
    pub fn of_file(path: &str) -> Self {
        let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
        Self::named(ending).unwrap_or(Self::Plain)
    }
}

/// Reads a text. Maps come in the order of their keys.
///
/// # Errors
/// Where it is not of the format.
pub fn read(text: &str, format: Format) -> TeraResult<Value> {
    as_written(text, format).map(|value| sorted_data(&value))
}

fn as_written(text: &str, format: Format) -> TeraResult<Value> {
    match format {
        Format::Plain => Ok(text.into()),
        Format::Json => parsed::<serde_json::Value, _>(serde_json::from_str(text), "JSON"),
        Format::Yaml => parsed::<serde_json::Value, _>(serde_saphyr::from_str(text), "YAML"),
        Format::Toml => toml::from_str::<toml::Table>(text)
            .map(|table| from_toml(toml::Value::Table(table)))
            .map_err(|error| malformed("TOML", placed(&error, text))),
        Format::Csv => csv(text).map_err(|error| malformed("CSV", error)),
        Format::Xml => {
            let value = roxmltree_to_serde::xml_str_to_json(text, &roxmltree_to_serde::Config::default());
            parsed(value, "XML")
        }
        Format::Bibtex => bibtex(text),
    }
}

fn parsed<T: serde::Serialize, E: std::fmt::Display>(
    result: Result<T, E>,
    format: &str,
) -> TeraResult<Value> {
    result.map(|value| Value::from_serializable(&value)).map_err(|error| malformed(format, error))
}

/// The parser's own text is a drawing of several lines.
fn placed(error: &toml::de::Error, text: &str) -> String {
    let at = error.span().map_or(text.len(), |span| span.start.min(text.len()));
    let line = text.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
    format!("line {line}: {}", error.message().lines().collect::<Vec<_>>().join(", "))
}

fn malformed(format: &str, error: impl std::fmt::Display) -> Error {
    Error::message(format!("no {format}: {error}"))
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

fn csv(text: &str) -> Result<Value, csv::Error> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let row = |record: &csv::StringRecord| Value::from(record.iter().map(Value::from).collect::<Vec<_>>());
    let headers = row(reader.headers()?);
    let records =
        reader.records().map(|record| Ok(row(&record?))).collect::<Result<Vec<Value>, csv::Error>>()?;
    let mut map = Map::default();
    map.insert("headers".into(), headers);
    map.insert("records".into(), records.into());
    Ok(map.into())
}

fn bibtex(text: &str) -> TeraResult<Value> {
    let parsed = nom_bibtex::Bibtex::parse(text).map_err(|error| malformed("BibTeX", error))?;
    let texts =
        |texts: &[String]| Value::from(texts.iter().map(|text| text.as_str().into()).collect::<Vec<Value>>());
    // The parser keeps these in hash maps; sorted, so that two builds are the same.
    let sorted = |pairs: Vec<(String, Value)>| {
        let mut pairs = pairs;
        pairs.sort_by(|a, b| a.0.cmp(&b.0));
        Value::from(pairs.into_iter().map(|(key, value)| (key.into(), value)).collect::<Map>())
    };
    let variables =
        parsed.variables().iter().map(|(key, text)| (key.clone(), text.as_str().into())).collect();
    let entries = parsed.bibliographies().iter().map(|entry| {
        let tags =
            entry.tags().iter().map(|(key, text)| (key.to_lowercase(), text.as_str().into())).collect();
        let mut map = Map::default();
        map.insert("entry_type".into(), entry.entry_type().into());
        map.insert("citation_key".into(), entry.citation_key().into());
        map.insert("tags".into(), sorted(tags));
        Value::from(map)
    });
    let mut map = Map::default();
    map.insert("bibliographies".into(), entries.collect::<Vec<_>>().into());
    map.insert("preambles".into(), texts(parsed.preambles()));
    map.insert("comments".into(), texts(parsed.comments()));
    map.insert("variables".into(), sorted(variables));
    Ok(map.into())
}
