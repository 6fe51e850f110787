//! Wording of what Zola passes over without a word.

use crate::diagnostic::{Diagnostic, Span};

/// `weight` on pages of a section that sorts otherwise; `more` pages beside the first.
pub fn idle_weight(
    span: Span,
    section: &str,
    sort_by: Option<&str>,
    more: usize,
    place: Option<Span>,
) -> Diagnostic {
    let here = match more {
        0 => "here".to_owned(),
        1 => "here and on another page".to_owned(),
        more => format!("here and on {more} other pages"),
    };
    let reason = match sort_by {
        Some(key) => format!("`{section}` sorts by `{key}`"),
        None => format!("`{section}` does not say by what it sorts"),
    };
    let diagnostic =
        Diagnostic::warning("idle-key", span, format!("`weight` has no effect {here}: {reason}"))
            .hint("set `sort_by = \"weight\"` in the section, or remove `weight` from its pages");
    match place {
        Some(place) => diagnostic.note("sorted here", place),
        None => diagnostic,
    }
}

/// `slug` beside `path`.
pub fn slug_beside_path(span: Span, path: Span) -> Diagnostic {
    Diagnostic::warning("idle-key", span, "`slug` has no effect beside `path`")
        .hint("remove one of the two: `path` is the whole address, `slug` its last part")
        .note("the address is set here", path)
}

/// `paginate_path` or `paginate_reversed` without `paginate_by`.
pub fn without_pagination(span: Span, key: &str) -> Diagnostic {
    Diagnostic::warning("idle-key", span, format!("`{key}` has no effect without `paginate_by`"))
        .hint("set `paginate_by = 10` for ten pages at a time, or remove the key")
}

/// Taxonomies under `[extra]`.
pub fn taxonomies_below_extra(span: Span) -> Diagnostic {
    let message = "`taxonomies` stands below `[extra]`, where it has no effect";
    Diagnostic::warning("idle-key", span, message)
        .hint("write `[taxonomies]` for the header of the table, or put the key above `[extra]`")
}

/// Two spellings that are one term.
pub fn one_term(span: Span, name: &str, other: &str, place: Span) -> Diagnostic {
    let message = format!("the terms `{name}` and `{other}` have one address and are listed as one");
    Diagnostic::warning("two-spellings", span, message)
        .hint(format!("write `{other}` here too, or give the two names that differ in more"))
        .note("the other spelling", place)
}

/// Two spellings that are two terms.
pub fn two_terms(span: Span, name: &str, other: &str, place: Span) -> Diagnostic {
    let message = format!("`{name}` and `{other}` are two terms, though they differ in spelling only");
    Diagnostic::warning("two-spellings", span, message)
        .hint(format!("write `{other}` here too"))
        .note("the other spelling", place)
}

/// A file that is Markdown to its author.
pub fn other_markdown(span: Span, ending: &str) -> Diagnostic {
    let message = format!("the file is no page: a Markdown file ends in `.md`, not in `.{ending}`");
    Diagnostic::warning("lost-file", span, message).hint("rename it, if it shall be a page")
}

/// Files that are published nowhere; `more` beside the first.
pub fn lost_files(span: Span, folder: &str, more: usize) -> Diagnostic {
    let these = match more {
        0 => "the file is not published".to_owned(),
        1 => "the file and another one beside it are not published".to_owned(),
        more => format!("the file and {more} others beside it are not published"),
    };
    let message = format!("{these}: there is no `index.md` or `_index.md` in `{folder}`");
    Diagnostic::warning("lost-file", span, message).hint(
        "files of `content/` are published beside the `index.md` of a page or the `_index.md` of a section; \
         others belong into `static/`",
    )
}

/// A link to a page that is not written.
pub fn unpublished_target(span: Span, path: &str, reason: &str) -> Diagnostic {
    let message = format!("the link leads to `{path}`, which is not published: {reason}");
    Diagnostic::warning("link-to-nothing", span, message)
        .hint("link to another page, or let this one be published")
}

/// A file of the output that another one overwrites.
pub fn overwritten(span: Span, path: &str, winner: Span) -> Diagnostic {
    Diagnostic::warning("overwritten", span, format!("two files become `{path}`, this one is overwritten"))
        .hint("rename or remove one of the two")
        .note("the file that is published", winner)
}
