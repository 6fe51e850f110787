//! A failure of the template in a page's text as a diagnostic: at its place in the Markdown file, with
//! advice that fits.

use std::ops::Range;

use super::failure::{CONTENT, Failure};
use crate::diagnostic::catalog::markup::{TemplateMistake, content_template};
use crate::diagnostic::catalog::templates::unclosed_tag as unclosed_tag_problem;
use crate::diagnostic::{Diagnostic, Span, nearest};
use crate::parse::Document;
use crate::render::templates::Templates;
use crate::render::unclosed::{ends_too_early, unclosed_tag};

/// Diagnostics of a body whose template does not work.
pub(super) fn diagnose(error: &tera::Error, document: &Document, templates: &Templates) -> Vec<Diagnostic> {
    Failure::all(error).iter().map(|failure| diagnostic(failure, document, templates)).collect()
}

fn diagnostic(failure: &Failure, document: &Document, templates: &Templates) -> Diagnostic {
    let elsewhere = failure.template.as_deref().filter(|name| *name != CONTENT && !name.is_empty());
    if let Some(name) = elsewhere {
        return in_template(failure, name, document, templates);
    }
    if ends_too_early(&failure.reason)
        && let Some((range, tag)) = unclosed_tag(document.body())
    {
        return Diagnostic { code: "content-template", ..unclosed_tag_problem(span(document, range), tag) };
    }
    let range = failure
        .range
        .clone()
        .or_else(|| failure.line.map(|at| range_of(document.body(), at)))
        .unwrap_or(0..0);
    let mistake = mistake(&failure.reason, document.body(), &range, templates);
    content_template(span(document, range), &failure.reason, &mistake)
}

/// The mistake is in a template that the text calls; the call is a note.
fn in_template(failure: &Failure, name: &str, document: &Document, templates: &Templates) -> Diagnostic {
    let call = failure.called_from.map_or(0..0, |at| range_of(document.body(), at));
    let call = span(document, call);
    match templates.file(name) {
        Some(path) => {
            let span = Span::new(path, failure.range.clone().unwrap_or(0..0));
            content_template(span, &failure.reason, &TemplateMistake::Elsewhere)
                .note("called from here", call)
        }
        None => content_template(call, &failure.reason, &TemplateMistake::Elsewhere),
    }
}

/// Bytes of the body as bytes of the file.
fn span(document: &Document, range: Range<usize>) -> Span {
    let length = document.body().len();
    let start = document.body.start;
    let range = range.start.min(length)..range.end.min(length);
    Span::new(&document.file.path, start + range.start..start + range.end)
}

/// The word at a line and column, both from 1; columns count characters. A component's name stands behind
/// its bracket.
fn range_of(body: &str, (line, column): (usize, usize)) -> Range<usize> {
    let Some(text) = body.split_inclusive('\n').nth(line.saturating_sub(1)) else {
        return body.len()..body.len();
    };
    let line_start = text.as_ptr() as usize - body.as_ptr() as usize;
    let skipped: usize = text.chars().take(column.saturating_sub(1)).map(char::len_utf8).sum();
    let named = text[skipped..].trim_start_matches(['<', '/']);
    let start = line_start + text.len() - named.len();
    let length: usize = named.chars().take_while(|c| is_name(*c)).map(char::len_utf8).sum();
    start..start + length
}

fn is_name(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '_' | '.')
}

/// What the failure probably is, from the engine's sentence and the text around its place.
fn mistake(reason: &str, body: &str, range: &Range<usize>, templates: &Templates) -> TemplateMistake {
    if let Some(name) = quoted_after(reason, "Unknown function ") {
        let nearest = nearest(name, templates.tera.get_component_names());
        return TemplateMistake::Shortcode { name: name.to_owned(), nearest: nearest.map(str::to_owned) };
    }
    if let Some(name) = quoted_after(reason, "Unknown component ") {
        let nearest = nearest(name, templates.tera.get_component_names());
        return TemplateMistake::Component { name: name.to_owned(), nearest: nearest.map(str::to_owned) };
    }
    match body_shortcode(body, range) {
        Some(name) => TemplateMistake::BodyShortcode { name: name.to_owned() },
        None => TemplateMistake::Other,
    }
}

fn quoted_after<'r>(reason: &'r str, start: &str) -> Option<&'r str> {
    reason.strip_prefix(start)?.split('`').nth(1)
}

/// `{% name(` on the line of the failure: how Zola called shortcodes with a body until 0.22.
fn body_shortcode<'b>(body: &'b str, range: &Range<usize>) -> Option<&'b str> {
    let before = body.get(..range.start)?;
    let tag =
        before.rfind("{%").or_else(|| body.get(range.start..)?.starts_with("{%").then_some(range.start))?;
    let text = body[tag + 2..].trim_start_matches(['-', ' ', '\n', '\r', '\t']);
    let end = text.find(|letter| !is_name(letter))?;
    (end > 0 && text[end..].starts_with('(')).then(|| &text[..end])
}
