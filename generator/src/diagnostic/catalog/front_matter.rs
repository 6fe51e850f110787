//! Problems of front matter.

use crate::diagnostic::{Diagnostic, Span};

/// A key that pages do not have. Zola passes over it, so that a slip of the pen goes unnoticed.
pub fn unknown_page_key(span: Span, key: &str, near: Option<&str>) -> Diagnostic {
    let hint = match (moved(key), near) {
        (Some(moved), _) => moved.to_owned(),
        (None, Some(near)) => format!("did you mean `{near}`? data of your own belongs under `[extra]`"),
        (None, None) => "remove it; data of your own belongs under `[extra]`".to_owned(),
    };
    Diagnostic::warning("unknown-key", span, format!("unknown key `{key}` is ignored")).hint(hint)
}

/// A key that sections do not have.
pub fn unknown_section_key(span: Span, key: &str, near: Option<&str>) -> Diagnostic {
    let hint = match (near, key) {
        (Some(near), _) => format!("did you mean `{near}`? data of your own belongs under `[extra]`"),
        (None, "date" | "updated" | "slug" | "path" | "taxonomies" | "authors") => {
            format!("only pages have `{key}`; remove it, or put it under `[extra]`")
        }
        (None, _) => "remove it; data of your own belongs under `[extra]`".to_owned(),
    };
    Diagnostic::error("unknown-key", span, format!("sections have no key `{key}`")).hint(hint)
}

/// A date that is none.
pub fn bad_date(span: Span, key: &str, found: &str) -> Diagnostic {
    Diagnostic::error("bad-date", span, format!("`{key}` is not a date: `{found}`"))
        .hint("write it as `2026-03-07` or `2026-03-07T18:30:00+01:00`")
}

/// `slug = ""` or `path = ""`.
pub fn empty(span: Span, key: &str) -> Diagnostic {
    Diagnostic::error("empty-value", span, format!("`{key}` cannot be empty"))
        .hint("write a text, or remove the key")
}

/// A key of the page below the header `[taxonomies]`.
pub fn below_taxonomies(span: Span, key: &str) -> Diagnostic {
    let message = format!("`{key}` stands below `[taxonomies]`, where it is read as a taxonomy");
    Diagnostic::error("misplaced-key", span, message)
        .hint("put it above `[taxonomies]`, among the other keys of the page")
}

/// A taxonomy term without any letter.
pub fn empty_term(span: Span, taxonomy: &str) -> Diagnostic {
    Diagnostic::error("empty-value", span, format!("a term of `{taxonomy}` cannot be empty"))
        .hint("write a text, or remove the term")
}

/// Where keys of older versions and of other generators went.
fn moved(key: &str) -> Option<&'static str> {
    match key {
        "order" => Some("it is called `weight`"),
        "tags" | "categories" => Some("it belongs under `[taxonomies]`"),
        "category" => Some("it is `categories = [\"…\"]` under `[taxonomies]`"),
        "author" => Some("it is `authors = [\"…\"]`"),
        "summary" => Some("it is `description`, or `<!-- more -->` in the text"),
        _ => None,
    }
}
