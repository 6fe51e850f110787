//! Problems that show only when all documents are known.

use std::path::Path;

use crate::diagnostic::{Diagnostic, Span, nearest};

/// `index.md` in a folder that is a section, or at the root.
pub fn index_beside_section(file: &Path, section: Option<&Path>) -> Diagnostic {
    let message = "a page cannot be called `index.md` in the folder of a section";
    let diagnostic = Diagnostic::error("index-beside-section", Span::file(file), message);
    let diagnostic = diagnostic.hint("rename the file, or put its text into `_index.md`");
    match section {
        Some(section) => diagnostic.note("the section", Span::file(section)),
        None => diagnostic,
    }
}

/// A taxonomy that is not configured.
pub fn unknown_taxonomy<'a>(
    span: Span,
    name: &str,
    language: Option<&str>,
    known: impl Iterator<Item = &'a str>,
) -> Diagnostic {
    let place = language.map(|code| format!(" for the language `{code}`")).unwrap_or_default();
    let hint = match nearest(name, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("add `{{ name = \"{name}\" }}` to `taxonomies` in the configuration"),
    };
    Diagnostic::error("unknown-taxonomy", span, format!("the taxonomy `{name}` is not configured{place}"))
        .hint(hint)
}

/// Two files at one address; `other` has no place if it is the home page of a site without a file for it.
pub fn same_address(span: Span, path: &str, other: Option<Span>, name: &str) -> Diagnostic {
    let message = format!("the address `{path}` is taken already by `{name}`");
    let diagnostic = Diagnostic::error("same-address", span, message);
    with_other(diagnostic.hint("give one of the two another `slug`, `path` or alias"), other)
}

/// An alias at an address that another file has, written in another way, so that Zola lets it pass.
pub fn overwritten_address(span: Span, path: &str, other: Option<Span>, name: &str) -> Diagnostic {
    let message =
        format!("the address `{path}` is taken already by `{name}`, only one of the two is written");
    let diagnostic = Diagnostic::warning("same-address", span, message);
    with_other(diagnostic.hint("give one of the two another `slug`, `path` or alias"), other)
}

fn with_other(diagnostic: Diagnostic, other: Option<Span>) -> Diagnostic {
    match other {
        Some(other) => diagnostic.note("the other file", other),
        None => diagnostic,
    }
}

/// A file at the address of a taxonomy or term.
pub fn taxonomy_address(span: Span, path: &str, taxonomy: &str, term: Option<&str>) -> Diagnostic {
    let owner = match term {
        Some(term) => format!("the term `{term}` of the taxonomy `{taxonomy}`"),
        None => format!("the taxonomy `{taxonomy}`"),
    };
    Diagnostic::error("same-address", span, format!("the address `{path}` is taken by {owner}"))
        .hint("give the file another `slug`, `path` or alias")
}

/// The root of a language that has a search index is kept out of it.
pub fn root_is_not_searched(span: Span, language: &str) -> Diagnostic {
    let message = format!("the root of the site is kept out of the search index of `{language}`");
    Diagnostic::error("root-not-searched", span, message).hint(
        "remove `in_search_index = false` here, or set `build_search_index = false` in the configuration",
    )
}

/// A page that no section lists and that is not written, for lack of the sort key.
pub fn not_published(span: Span, sort_by: &str, section: &str, place: Option<Span>) -> Diagnostic {
    let message = format!("the page is not published: {}, by which `{section}` sorts", missing(sort_by));
    sorted(Diagnostic::warning("no-sort-key", span, message), sort_by, place)
}

/// A page that one of its sections does not list, for lack of the sort key.
pub fn not_listed(span: Span, sort_by: &str, section: &str, place: Option<Span>) -> Diagnostic {
    let message = format!("the page is not listed in `{section}`: {}, by which it sorts", missing(sort_by));
    sorted(Diagnostic::warning("no-sort-key", span, message), sort_by, place)
}

fn missing(sort_by: &str) -> String {
    match sort_by {
        "update_date" => "it has neither `date` nor `updated`".to_owned(),
        "title_bytes" => "it has no `title`".to_owned(),
        _ => format!("it has no `{sort_by}`"),
    }
}

fn sorted(diagnostic: Diagnostic, sort_by: &str, place: Option<Span>) -> Diagnostic {
    let hint = match sort_by {
        "weight" => "add `weight = 10` to the page, or change `sort_by` of the section",
        "title" | "title_bytes" => "add `title = \"…\"` to the page, or change `sort_by` of the section",
        _ => "add `date = 2026-01-31` to the page, or change `sort_by` of the section",
    };
    let diagnostic = diagnostic.hint(hint);
    match place {
        Some(place) => diagnostic.note("sorted here", place),
        None => diagnostic,
    }
}
