//! Problems of form that configuration and front matter share: syntax, types, words of a fixed set.

use crate::diagnostic::{Diagnostic, Span, nearest};

/// The text is no TOML.
pub fn toml_syntax(span: Span, message: &str) -> Diagnostic {
    Diagnostic::error("toml-syntax", span, format!("this is not valid TOML: {}", sentence(message)))
        .hint("write `key = \"text\"`, one key per line, with texts in straight quotes")
}

/// The text is no YAML.
pub fn yaml_syntax(span: Span, message: &str) -> Diagnostic {
    Diagnostic::error("yaml-syntax", span, format!("this is not valid YAML: {}", sentence(message)))
        .hint("write `key: value`, one key per line, indented with spaces")
}

/// A value of another kind than the key takes.
pub fn wrong_type(span: Span, key: &str, expected: &str, found: &str) -> Diagnostic {
    let example = match expected {
        "text" => "put the value in quotes",
        "`true` or `false`" => "write `true` or `false` without quotes",
        "a list of texts" => "write a list such as `[\"one\", \"two\"]`",
        "a table" => "write the keys below it, or `{ key = \"value\" }`",
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

/// Parser messages start in any way; ours start lower case and have no full stop.
fn sentence(message: &str) -> String {
    let message = message.trim().trim_end_matches('.');
    message.lines().collect::<Vec<_>>().join(", ")
}
