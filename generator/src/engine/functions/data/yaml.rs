//! YAML. Plain words mean what serde_yaml, and so Zola, makes of them, see [`plain_word`]; `<<` is a key like
//! any other; keys may be numbers and flags.
//!
//! Aliases are copied, so that what they make counts: a file of a few lines cannot grow without bounds.

use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::options::NonFiniteFloatPolicy;
use serde_saphyr::{Budget, Location, MergeKeyPolicy, Options, Spanned};
use tera::Value;
use tera::value::{Key, Map};

use super::{MOST_LEVELS, Mistake, character};
use crate::data::{self, plain_word};

/// Stack of the thread that parses: the parser recurses, and takes some ten kilobytes for each level. It is
/// only reserved.
const STACK: usize = 64 * 1024 * 1024;

/// Values of one file, those included that aliases repeat.
const MOST_VALUES: usize = 5_000_000;

/// Reads a text, on a thread whose stack is large enough for [`MOST_LEVELS`].
pub(super) fn read(text: &str) -> Result<Value, Mistake> {
    let unread = || Mistake::at(0..0, "it cannot be read");
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, || parsed(text));
        thread.map_err(|_| unread())?.join().map_err(|_| unread())?
    })
}

fn parsed(text: &str) -> Result<Value, Mistake> {
    match serde_saphyr::from_str_with_options::<Spanned<Raw>>(text, options()) {
        Ok(raw) => value(raw, text),
        Err(error) => Err(mistake(&error, text)),
    }
}

fn options() -> Options {
    let mut budget = Budget::default();
    budget.max_depth = MOST_LEVELS;
    budget.max_nodes = MOST_VALUES;
    budget.max_events = 3 * MOST_VALUES;
    // A list of many entries that all repeat one is no attack; what it makes is bounded above.
    budget.enforce_alias_anchor_ratio = false;
    let mut options = Options::default();
    options.budget = Some(budget);
    options.merge_keys = MergeKeyPolicy::AsOrdinary;
    options.strict_booleans = true;
    options.leading_zero_numbers_as_strings = true;
    options.underscored_numbers_as_strings = true;
    options.non_finite_float_policy = NonFiniteFloatPolicy::PassThrough;
    options.with_snippet = false;
    options
}

fn mistake(error: &serde_saphyr::Error, text: &str) -> Mistake {
    let error = error.without_snippet();
    let range = error.location().map_or(0..0, |location| place(&location, text));
    let message = error.to_string();
    let message = message.lines().next().unwrap_or_default();
    let message = message.split(" at line ").next().unwrap_or_default();
    // Advice for programmers.
    Mistake::at(range, message.split(", set DuplicateKeyPolicy").next().unwrap_or_default())
}

/// The character at a location. The parser counts characters.
fn place(location: &Location, text: &str) -> Range<usize> {
    let line = usize::try_from(location.line()).unwrap_or(usize::MAX);
    let column = usize::try_from(location.column()).unwrap_or(1);
    let in_line = text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
    let bytes: usize = in_line.chars().take(column.saturating_sub(1)).map(char::len_utf8).sum();
    character(text, line, bytes + 1)
}

fn value(raw: Spanned<Raw>, text: &str) -> Result<Value, Mistake> {
    Ok(match raw.value {
        Raw::Scalar(scalar) => word(scalar, source(&raw.referenced, text)),
        Raw::List(items) => {
            let items = items.into_iter().map(|item| value(item, text));
            items.collect::<Result<Vec<Value>, Mistake>>()?.into()
        }
        Raw::Map(entries) => {
            let mut map = Map::default();
            for (name, item) in entries {
                let at = place(&name.referenced, text);
                let name = key(&value(name, text)?);
                let name = name.ok_or_else(|| Mistake::at(at, "a key must be a word or a number"))?;
                map.insert(name, value(item, text)?);
            }
            map.into()
        }
    })
}

/// The parser's idea of plain words is not Zola's, so their meaning is found anew from the text. Quoted ones,
/// tags and aliases stand for what the parser made of them.
fn word(parsed: Value, source: &str) -> Value {
    let is_plain = match parsed.as_str() {
        Some(text) => text == source,
        None => !source.is_empty() && !source.starts_with(['!', '&', '*']),
    };
    if !is_plain {
        return parsed;
    }
    match plain_word(source) {
        data::Value::Null => Value::none(),
        data::Value::Flag(flag) => flag.into(),
        data::Value::Integer(number) => number.into(),
        // Larger than that room takes, but not than templates do.
        data::Value::Float(_) if parsed.is_u64() => parsed,
        data::Value::Float(number) => number.into(),
        _ => source.into(),
    }
}

/// What stands in the text; nothing where the parser does not know.
fn source<'t>(location: &Location, text: &'t str) -> &'t str {
    let byte = |byte: Option<u64>| byte.and_then(|byte| usize::try_from(byte).ok());
    let (start, length) = (byte(location.span().byte_offset()), byte(location.span().byte_len()));
    let range = start.zip(length).map(|(start, length)| start..start.saturating_add(length));
    range.and_then(|range| text.get(range)).unwrap_or_default()
}

/// What the parser hands over.
enum Raw {
    Scalar(Value),
    List(Vec<Spanned<Raw>>),
    Map(Vec<(Spanned<Raw>, Spanned<Raw>)>),
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
        Ok(Raw::Scalar(Value::none()))
    }

    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw::Scalar(Value::none()))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Raw, D::Error> {
        Raw::deserialize(deserializer)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Raw, E> {
        Ok(Raw::Scalar(flag.into()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Raw, E> {
        Ok(Raw::Scalar(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Raw, E> {
        Ok(Raw::Scalar(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Raw, E> {
        Ok(Raw::Scalar(number.into()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Raw, E> {
        Ok(Raw::Scalar(text.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Raw, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Raw::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Raw, A::Error> {
        let mut map = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            map.push(entry);
        }
        Ok(Raw::Map(map))
    }
}

fn key(value: &Value) -> Option<Key<'static>> {
    if let Some(text) = value.as_str() {
        return Some(text.to_owned().into());
    }
    if let Some(number) = value.as_i64().filter(|_| !value.is_f64()) {
        return Some(Key::I64(number));
    }
    value.as_bool().map(Key::Bool)
}
