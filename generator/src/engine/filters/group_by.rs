//! `group_by`: a list as a map from an attribute to the items that have it, in the order of its keys. The
//! engine's own gives the groups in random order.

use std::collections::BTreeMap;

use tera::value::Key;
use tera::{Error, Kwargs, Map, State, TeraResult, Value};

/// `group_by(attribute)`; items whose attribute is none are left out.
pub fn group_by(items: &[Value], kwargs: Kwargs, _: &State<'_>) -> TeraResult<Map> {
    if items.is_empty() {
        return Ok(Map::default());
    }
    let attribute: &str = kwargs.must_get("attribute")?;
    let mut groups: BTreeMap<_, Vec<Value>> = BTreeMap::new();
    for (index, item) in items.iter().enumerate() {
        let Some(key) = item.get_from_path(attribute) else {
            let kind = item.name();
            return Err(Error::message(format!("item {index} (a {kind}) has no `{attribute}`")));
        };
        if !key.is_none() {
            let kind = key.name();
            let key = as_key(key).ok_or_else(|| {
                Error::message(format!("`{attribute}` of item {index} is a {kind}, which cannot be a key"))
            })?;
            groups.entry(key).or_default().push(item.clone());
        }
    }
    Ok(groups.into_iter().map(|(key, items)| (key, items.into())).collect())
}

/// Texts, whole numbers and booleans can be keys.
fn as_key(value: &Value) -> Option<Key<'static>> {
    if let Some(text) = value.as_str() {
        return Some(Key::from(text.to_owned()));
    }
    if let Some(flag) = value.as_bool() {
        return Some(Key::Bool(flag));
    }
    if value.is_f64() {
        return None;
    }
    match (value.as_i64(), value.as_u64(), value.as_i128()) {
        (Some(number), _, _) => Some(Key::I64(number)),
        (None, Some(number), _) => Some(Key::U64(number)),
        (None, None, Some(number)) => Some(Key::I128(number)),
        (None, None, None) => value.as_u128().map(Key::U128),
    }
}
