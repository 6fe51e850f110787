//! Wording of what goes wrong while a site is made out of templates, styles and files.

use std::path::Path;

use crate::diagnostic::{Diagnostic, Note, Span};

/// A style sheet that does not compile.
pub fn sass(span: Span, message: &str) -> Diagnostic {
    Diagnostic::error(
        "sass",
        span,
        format!("the style sheet cannot be compiled: {}", message.trim_end_matches('.')),
    )
    .hint("the last good site is left as it was; mend the style sheet and build again")
}

/// An address that leads out of the output.
pub fn outside_of_output(span: impl Into<Option<Span>>, path: &str) -> Diagnostic {
    Diagnostic::error("outside-of-output", span, format!("`{path}` leads out of the site"))
        .hint("leave out `..`, empty parts and backslashes: paths start at the site's root")
}

/// The same mistake in a template, for one or many pages.
pub fn while_rendering(diagnostic: Diagnostic, pages: &[(String, Option<Span>)]) -> Diagnostic {
    let Some((first, span)) = pages.first() else { return diagnostic };
    let message = match pages.len() - 1 {
        0 => format!("while rendering `{first}`"),
        1 => format!("while rendering `{first}` and one more"),
        more => format!("while rendering `{first}` and {more} more"),
    };
    let mut diagnostic = diagnostic;
    diagnostic.notes.push(Note { message, span: span.clone() });
    diagnostic
}

/// `--output-dir` names something that is there.
pub fn output_exists(output: &Path) -> Diagnostic {
    Diagnostic::error("output-exists", None, format!("the folder `{}` exists already", output.display()))
        .hint("use `--force` to replace everything in it by the site")
}

/// The output holds what the site is made of.
pub fn output_holds_sources(span: Span, output: &Path) -> Diagnostic {
    let message = format!("the output `{}` holds the site's own sources", output.display());
    Diagnostic::error("output-holds-sources", span, message)
        .hint("choose another output folder: everything in it that is not part of the site is removed")
}

/// A Markdown file with bytes that are no UTF-8.
pub fn no_text(span: Span) -> Diagnostic {
    Diagnostic::error("not-utf-8", span, "the file is no text in UTF-8")
        .hint("save it again with the encoding UTF-8")
}
