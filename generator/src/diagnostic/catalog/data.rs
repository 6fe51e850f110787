//! Problems of form that configuration and front matter share: syntax, types, words of a fixed set.

use crate::diagnostic::{Diagnostic, Span, nearest};

/// What to do about a message of the TOML parser that contains the first text.
const TOML_ADVICE: [(&str, &str); 13] = [
    ("is no date", "write year, month, day: `2026-03-07`"),
    ("duplicate key", "remove one of the two"),
    ("string values must be quoted", "put the value in straight quotes, such as `key = \"text\"`"),
    ("invalid basic string", "close the text with `\"` on the same line"),
    ("invalid literal string", "close the text with `'` on the same line"),
    ("invalid multi-line", "close the text with the three quotes it starts with"),
    ("unclosed array", "close the list with `]`"),
    ("unclosed inline table", "close the table with `}`"),
    ("unclosed table", "close the name of the table with `]`"),
    ("leading zero", "write the number without a zero in front"),
    ("too large", "use a smaller number, or put it in quotes"),
    ("invalid date", "use a date that exists, such as `2026-03-07`"),
    ("key with no value", "write `key = \"text\"`"),
];

/// The same for YAML.
const YAML_ADVICE: [(&str, &str); 6] = [
    ("duplicate", "remove one of the two"),
    ("unclosed quote", "close the text with the quote it starts with"),
    ("mapping values are not allowed", "put a value that contains `: ` in quotes"),
    ("tab", "indent with spaces instead of tabs"),
    ("anchor", "put a value that starts with `*` or `&` in quotes"),
    ("too large", "use a smaller number, or put it in quotes"),
];

/// The text is no TOML.
pub fn toml_syntax(span: Span, message: &str) -> Diagnostic {
    Diagnostic::error("toml-syntax", span, format!("this is not valid TOML: {}", sentence(message)))
        .hint(advice(message, &TOML_ADVICE, "write `key = \"text\"`, one key per line"))
}

/// The text is no YAML.
pub fn yaml_syntax(span: Span, message: &str) -> Diagnostic {
    Diagnostic::error("yaml-syntax", span, format!("this is not valid YAML: {}", sentence(message)))
        .hint(advice(message, &YAML_ADVICE, "write `key: value`, one key per line, indented with spaces"))
}

/// A file that a template reads is not of its format.
pub fn data_syntax(span: Span, format: &str, message: &str) -> Diagnostic {
    let advice = match format {
        "JSON" => "texts and keys stand in straight double quotes; no comma stands behind the last value",
        "CSV" => "give every row as many values as the first; a value with a comma stands in double quotes",
        "XML" => "close every element and put attributes in quotes; `&` is written `&amp;`",
        _ => "correct the file at this place",
    };
    Diagnostic::error("data-syntax", span, format!("this is not valid {format}: {}", sentence(message)))
        .hint(advice)
}

/// A value of another kind than the key takes.
pub fn wrong_type(span: Span, key: &str, expected: &str, found: &str) -> Diagnostic {
    let example = match expected {
        "text" => "put the value in quotes",
        "`true` or `false`" => "write `true` or `false` without quotes",
        "a list of texts" => "write a list such as `[\"one\", \"two\"]`",
        "a table" => "write the keys below it, or `{ key = \"value\" }`",
        "a whole number from 1" => "write a number such as `1` without quotes",
        "a whole number, 0 or more" => "write a number such as `10` without quotes",
        _ => "change the value, or remove the key",
    };
    Diagnostic::error("wrong-type", span, format!("`{key}` must be {expected}, but it is {found}"))
        .hint(example)
}

/// A word that is none of those the key takes.
pub fn unknown_choice(span: Span, key: &str, found: &str, words: &[&str]) -> Diagnostic {
    let all: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    let hint = match nearest(found, words.iter().copied()) {
        Some(near) => format!("did you mean `{near}`? possible are {}", all.join(", ")),
        None => format!("possible are {}", all.join(", ")),
    };
    Diagnostic::error("unknown-value", span, format!("`{key}` cannot be `{found}`")).hint(hint)
}

fn advice(message: &str, table: &[(&str, &'static str)], otherwise: &'static str) -> &'static str {
    table.iter().find(|(part, _)| message.contains(part)).map_or(otherwise, |(_, advice)| advice)
}

/// Parser messages start in any way; ours start lower case and have no full stop.
fn sentence(message: &str) -> String {
    let message = message.trim().trim_end_matches('.');
    message.lines().collect::<Vec<_>>().join(", ")
}
