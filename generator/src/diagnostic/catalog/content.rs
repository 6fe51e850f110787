//! Problems of files: their names, their places, their form.

use std::path::Path;

use crate::diagnostic::{Diagnostic, Span};

/// Two Sass files become one style sheet.
pub fn same_style_sheet(file: &Path, other: &Path, sheet: &str) -> Diagnostic {
    Diagnostic::error(
        "same-style-sheet",
        Span::file(file),
        format!("two files become the style sheet `{sheet}`"),
    )
    .hint("rename or remove one of them")
    .note("the other file", Span::file(other))
}

/// A file whose name is not UTF-8.
pub fn name_is_no_text(file: &Path) -> Diagnostic {
    Diagnostic::error("bad-file-name", Span::file(file), "the file's name is not valid UTF-8")
        .hint("rename the file; names with plain letters, digits and hyphens work everywhere")
}

/// A Markdown file without front matter.
pub fn no_front_matter(file: &Path, first_line: std::ops::Range<usize>) -> Diagnostic {
    Diagnostic::error(
        "no-front-matter",
        Span::new(file, first_line),
        "the file does not start with front matter",
    )
    .hint("put `+++`, `title = \"…\"` and `+++` on the first three lines")
}

/// Front matter that is opened but not closed.
pub fn open_front_matter(file: &Path, opening: std::ops::Range<usize>, marker: &str) -> Diagnostic {
    Diagnostic::error("open-front-matter", Span::new(file, opening), "the front matter does not end")
        .hint(format!("put `{marker}` on a line of its own after it"))
}

/// A file name with a language that is not configured.
pub fn unknown_language(file: &Path, code: &str, near: Option<&str>) -> Diagnostic {
    let hint = match near {
        Some(near) => {
            format!("did you mean `{near}`? otherwise add `[languages.{code}]` to the configuration")
        }
        None => format!("add `[languages.{code}]` to the configuration, or use no `.` in the file's name"),
    };
    let message = format!("the file's name has the language `{code}`, which is not configured");
    Diagnostic::error("unknown-language", Span::file(file), message).hint(hint)
}

/// An `_index.xx.md` that Zola passes over without a word.
pub fn ignored_index(file: &Path, code: &str, near: Option<&str>) -> Diagnostic {
    let hint = match near {
        Some(near) => format!("did you mean `_index.{near}.md`?"),
        None => format!("add `[languages.{code}]` to the configuration, or rename the file to `_index.md`"),
    };
    let message = format!("the file is ignored, because the language `{code}` is not configured");
    Diagnostic::warning("ignored-file", Span::file(file), message).hint(hint)
}

/// A date in front of a file name that no calendar has.
pub fn bad_date_in_name(file: &Path, date: &str) -> Diagnostic {
    let message = format!("the file's name starts with `{date}`, which is no date");
    Diagnostic::warning("bad-date", Span::file(file), message).hint("rename the file, or set `date` in it")
}
