//! Comma-separated values: the first row as `headers`, all others as `records`; every value is text.

use csv::{ErrorKind, Reader, StringRecord};
use tera::{Map, Value};

use super::Mistake;

/// Reads a text.
pub(super) fn read(text: &str) -> Result<Value, Mistake> {
    let mut reader = Reader::from_reader(text.as_bytes());
    let mistake = |error: csv::Error| mistake(&error, text);
    let headers = row(reader.headers().map_err(mistake)?);
    let records = reader.records().map(|record| record.map(|record| row(&record)).map_err(mistake));
    let records = records.collect::<Result<Vec<Value>, Mistake>>()?;
    let mut map = Map::default();
    map.insert("headers".into(), headers);
    map.insert("records".into(), records.into());
    Ok(map.into())
}

fn row(record: &StringRecord) -> Value {
    record.iter().map(Value::from).collect::<Vec<_>>().into()
}

fn mistake(error: &csv::Error, text: &str) -> Mistake {
    let byte = error.position().and_then(|position| usize::try_from(position.byte()).ok());
    let start = text.floor_char_boundary(byte.unwrap_or(text.len()));
    let message = match error.kind() {
        ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("the row has {len} values, the first one has {expected_len}")
        }
        _ => error.to_string(),
    };
    let length = text[start..].lines().next().unwrap_or_default().len();
    Mistake::at(start..start + length, message)
}
