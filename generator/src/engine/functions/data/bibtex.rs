//! BibTeX: `bibliographies`, `comments`, `preambles` and `variables`. What the parser keeps in hash maps is
//! sorted, so that two builds are the same.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use nom_bibtex::model::StringValueType;
use nom_bibtex::{Bibtex, Entry};
use regex::Regex;
use tera::{Map, Value};

use super::{MOST_LEVELS, Mistake, line};

/// How much text all strings may come to.
const MOST_TEXT: usize = 10_000_000;

/// Where the parser's drawing says what it means.
static PLACE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"at line (\d+)").expect("the pattern is sound"));

/// Reads a text.
pub(super) fn read(text: &str) -> Result<Value, Mistake> {
    // The parser takes a string that is never closed to end one byte before the end of the text, which must
    // not lie inside of a character.
    let ended = format!("{text}\n");
    let entries = Bibtex::raw_parse(&ended).map_err(|error| mistake(&error.to_string(), text))?;
    check_strings(&entries, text)?;
    let parsed = Bibtex::parse(&ended).map_err(|error| mistake(&error.to_string(), text))?;
    let variables = parsed.variables().iter().map(|(key, text)| (key.clone(), text.as_str().into()));
    let entries = parsed.bibliographies().iter().map(|entry| {
        let tags = entry.tags().iter().map(|(key, text)| (key.to_lowercase(), text.as_str().into()));
        let mut map = Map::default();
        map.insert("entry_type".into(), entry.entry_type().into());
        map.insert("citation_key".into(), entry.citation_key().into());
        map.insert("tags".into(), sorted(tags.collect()));
        Value::from(map)
    });
    let mut map = Map::default();
    map.insert("bibliographies".into(), entries.collect::<Vec<_>>().into());
    map.insert("preambles".into(), texts(parsed.preambles()));
    map.insert("comments".into(), texts(parsed.comments()));
    map.insert("variables".into(), sorted(variables.collect()));
    Ok(map.into())
}

/// Refuses `@string`s that the parser could not put together: those that hold themselves, and those that
/// double and double again.
fn check_strings(entries: &[Entry], text: &str) -> Result<(), Mistake> {
    let strings = entries.iter().filter_map(|entry| match entry {
        Entry::Variable(string) => Some((string.key.as_str(), string.value.as_slice())),
        _ => None,
    });
    // As the parser has it, the first of one name counts.
    let mut by_name: BTreeMap<&str, &[StringValueType]> = BTreeMap::new();
    let mut total = 0_usize;
    strings.for_each(|(name, parts)| {
        by_name.entry(name).or_insert(parts);
    });
    let mut lengths = BTreeMap::new();
    for name in by_name.keys().copied() {
        let length = length(name, &by_name, &mut lengths, MOST_LEVELS);
        let sentence = match length {
            Some(length) => {
                total = total.saturating_add(length);
                (total > MOST_TEXT)
                    .then(|| format!("the strings are longer than {MOST_TEXT} letters together"))
            }
            None => Some(format!("the string `{name}` leads back to itself, or through too many others")),
        };
        if let Some(sentence) = sentence {
            let at = text.find(name).unwrap_or(0);
            return Err(Mistake::at(at..at + name.len(), sentence));
        }
    }
    Ok(())
}

/// Length of a string put together, and one for each part; `None` where it does not end within so many levels.
fn length<'a>(
    name: &'a str,
    strings: &BTreeMap<&'a str, &'a [StringValueType]>,
    known: &mut BTreeMap<&'a str, usize>,
    levels: usize,
) -> Option<usize> {
    if let Some(length) = known.get(name) {
        return Some(*length);
    }
    let levels = levels.checked_sub(1)?;
    let mut total = 0_usize;
    for part in strings.get(name).copied().unwrap_or_default() {
        let part = match part {
            StringValueType::Str(text) => text.len(),
            StringValueType::Abbreviation(other) => length(other, strings, known, levels)?,
        };
        total = total.saturating_add(part).saturating_add(1);
    }
    known.insert(name, total);
    Some(total)
}

fn texts(texts: &[String]) -> Value {
    texts.iter().map(|text| text.as_str().into()).collect::<Vec<Value>>().into()
}

fn sorted(mut pairs: Vec<(String, Value)>) -> Value {
    pairs.sort_by(|a, b| a.0.cmp(&b.0));
    pairs.into_iter().map(|(key, value)| (key.into(), value)).collect::<Map>().into()
}

/// The parser draws its whole way through the text; the first line number in it is the place.
fn mistake(drawing: &str, text: &str) -> Mistake {
    let found = PLACE.captures(drawing).and_then(|captures| captures[1].parse().ok());
    let range = match found {
        Some(number) => line(text, number),
        None => 0..0,
    };
    let message = match drawing.strip_prefix("String variable not found: ") {
        Some(name) => format!("there is no `@string` called `{}`", name.trim()),
        None => "an entry is `@type{key, name = {text}, …}`; here something else stands".to_owned(),
    };
    Mistake::at(range, message)
}
