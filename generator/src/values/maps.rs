//! Maps in the order of their keys, in which Zola prints them. Where Zola loops over them at random, ours
//! loop in that order too.

use tera::{Map, Value};

/// A map in the order of its keys, in which it is printed and looped over.
pub fn sorted(mut map: Map) -> Value {
    map.sort_keys();
    map.into()
}

/// Data with all of its maps in the order of their keys.
pub fn sorted_data(value: &Value) -> Value {
    if let Some(map) = value.as_map() {
        return sorted(map.iter().map(|(key, value)| (key.clone(), sorted_data(value))).collect());
    }
    match value.as_array() {
        Some(items) => items.iter().map(sorted_data).collect::<Vec<_>>().into(),
        None => value.clone(),
    }
}

/// Free data of front matter or configuration, its keys sorted as Zola prints them.
pub fn data(table: &crate::data::Extra) -> Value {
    let mut entries: Vec<(&String, &serde_json::Value)> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.as_str());
    let entries = entries.into_iter().map(|(key, value)| (key.clone().into(), datum(value)));
    Value::from(entries.collect::<Map>())
}

fn datum(value: &serde_json::Value) -> Value {
    match value {
        serde_json::Value::Object(table) => data(table),
        serde_json::Value::Array(items) => items.iter().map(datum).collect::<Vec<_>>().into(),
        other => Value::from_serializable(other),
    }
}
