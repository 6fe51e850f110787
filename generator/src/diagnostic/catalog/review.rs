//! Problems of the review: `[extra.auslage]`, the round, form pages, the templates they need.

use crate::diagnostic::{Diagnostic, Span};

/// A text that is neither a day nor a moment.
pub fn bad_moment(span: Span, key: &str, text: &str) -> Diagnostic {
    Diagnostic::error("bad-moment", span, format!("`{key}` is `{text}`, which is no day"))
        .hint("write a day such as `\"2026-11-02\"`, or with a time `\"2026-11-02T08:00\"`")
}

/// Days of a round in the wrong order.
pub fn round_order(span: Span, later: &str, earlier: &str) -> Diagnostic {
    Diagnostic::error("round-order", span, format!("`{later}` lies before `{earlier}`"))
        .hint("a round opens, then closes, then its answers are due")
}

/// Suggestions that are erased before their answers are due.
pub fn short_retention(span: Span, days: u64, needed: u64) -> Diagnostic {
    let message = format!("a suggestion is erased after {days} days, but its answer may take {needed}");
    Diagnostic::warning("short-retention", span, message).hint(format!(
        "set `retention_days` under `[extra.auslage.privacy]` to {needed} or more, or `answers_by` earlier"
    ))
}

/// A path without slashes, or the root.
pub fn bad_path(span: Span, key: &str, path: &str) -> Diagnostic {
    Diagnostic::error("bad-path", span, format!("`{key}` is `{path}`, which is no path for it"))
        .hint("write a path with a slash at both ends, such as `\"/vorschlag/\"`")
}

/// The forms and the function at the same place.
pub fn same_path(span: Span, path: &str) -> Diagnostic {
    Diagnostic::error("same-path", span, format!("`forms` and `endpoint` are both `{path}`"))
        .hint("give the function another path than the form pages")
}

/// A number that is too large.
pub fn too_large(span: Span, key: &str, limit: u64) -> Diagnostic {
    Diagnostic::error("too-large", span, format!("`{key}` is larger than {limit}"))
        .hint(format!("write a number up to {limit}"))
}

/// A text that is no mail address.
pub fn bad_address(span: Span, address: &str) -> Diagnostic {
    Diagnostic::error("bad-address", span, format!("`{address}` is no mail address"))
        .hint("write an address such as `\"name@stadt.example\"`")
}

/// Nobody who would get the mails.
pub fn no_recipients(span: Span) -> Diagnostic {
    Diagnostic::error("no-recipients", span, "nobody gets the suggestions")
        .hint("add `default = [{ name = \"…\", address = \"…\" }]` under `[extra.auslage.recipients]`")
}

/// Recipients for a theme that does not exist.
pub fn unknown_theme(span: Span, id: &str, near: Option<&str>) -> Diagnostic {
    let hint = match near {
        Some(near) => format!("did you mean `{near}`? the id of a theme is the name of its folder"),
        None => "the id of a theme is the name of its folder".to_owned(),
    };
    Diagnostic::error("unknown-theme", span, format!("there is no theme `{id}`")).hint(hint)
}

/// A template without which the forms cannot work.
pub fn missing_template(span: Span, name: &str) -> Diagnostic {
    Diagnostic::error("missing-template", span, format!("the review needs the template `{name}`"))
        .hint(format!("create `templates/{name}`; `docs/template-reference.md` says what it gets"))
}

/// Two pages that a resident could not tell apart.
pub fn duplicate_target(span: Span, id: &str, first: Option<Span>) -> Diagnostic {
    let diagnostic = Diagnostic::error("duplicate-target", span, format!("another form is called `{id}`"));
    let diagnostic = match first {
        Some(first) => diagnostic.note("the page that has it", first),
        None => diagnostic,
    };
    diagnostic.hint("rename the file, or give the page another `slug`")
}

/// A page where form pages are.
pub fn page_among_forms(span: Span, path: &str, forms: &str) -> Diagnostic {
    Diagnostic::error("page-among-forms", span, format!("`{path}` lies below `{forms}`, where the forms are"))
        .hint("give the page another path, or set `forms` under `[extra.auslage.review]`")
}

/// A file to copy that is not there.
pub fn missing_file(span: Span, from: &str) -> Diagnostic {
    Diagnostic::error("missing-file", span, format!("the file `{from}` is not there"))
        .hint("correct the path (it starts at the site's root), or run `npm ci` there")
}

/// A place for a copied file that leaves the output.
pub fn bad_destination(span: Span, to: &str) -> Diagnostic {
    Diagnostic::error("bad-destination", span, format!("`{to}` is no path inside the output"))
        .hint("write a path such as `\"fonts/name.woff2\"`")
}
