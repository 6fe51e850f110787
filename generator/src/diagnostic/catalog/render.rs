//! Wording of what goes wrong while a site is made out of templates, styles and files.

use std::path::Path;

use crate::diagnostic::{Diagnostic, Note, Span};

/// What to do about a message of the Sass compiler that contains the first text.
const SASS_ADVICE: [(&str, &str); 5] = [
    ("expected \"}\"", "close the block with `}`"),
    ("expected \"{\"", "open the block with `{`"),
    ("Undefined variable", "define it above, or `@use` the file that defines it"),
    ("Undefined mixin", "define it above, or `@use` the file that defines it"),
    (
        "find stylesheet",
        "check the name: it counts from this file's folder, and the file may be called with `_` in front",
    ),
];

/// A style sheet that does not compile.
pub fn sass(span: Span, message: &str) -> Diagnostic {
    let found = SASS_ADVICE.iter().find(|(part, _)| message.contains(part));
    let advice = found.map_or("correct the style sheet at this place", |(_, advice)| advice);
    let message = format!("the style sheet cannot be compiled: {}", message.trim_end_matches('.'));
    Diagnostic::error("sass", span, message).hint(advice)
}

/// An address that leads out of the output.
pub fn outside_of_output(span: impl Into<Option<Span>>, path: &str) -> Diagnostic {
    Diagnostic::error("outside-of-output", span, format!("`{path}` leads out of the site"))
        .hint("leave out `..`, empty parts and backslashes: paths start at the site's root")
}

/// A file that a mistake in a template spoils.
#[derive(Debug, Clone)]
pub struct SpoiltFile {
    /// Below the output.
    pub path: String,
    /// The document it comes from.
    pub source: Option<Span>,
    /// The template it is made with.
    pub template: String,
    /// The way from that template to the mistake.
    pub chain: Vec<Note>,
}

/// The same mistake in a template, for one or many files: from the first of them by way of its template to
/// the place of the mistake.
pub fn while_rendering(diagnostic: Diagnostic, files: &[SpoiltFile]) -> Diagnostic {
    let Some(first) = files.first() else { return diagnostic };
    let SpoiltFile { path, template, source, chain } = first;
    let more = match files.len() - 1 {
        0 => String::new(),
        1 => ", and one more".to_owned(),
        more => format!(", and {more} more"),
    };
    let message = format!("while rendering `{path}` with `{template}`{more}");
    let mut notes = vec![Note { message, span: source.clone() }];
    notes.extend(chain.iter().cloned());
    Diagnostic { notes, ..diagnostic }
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

/// A page that the minifier cannot take.
pub fn not_minified(page: Option<Span>, path: &str) -> Diagnostic {
    Diagnostic::warning("not-minified", page, format!("`{path}` cannot be minified and stays as it is"))
        .hint("look for tags that are not closed in its template and in its text")
}
