//! A failure of the template in a page's text as a diagnostic: at its place in the Markdown file, with
//! advice that fits.

use std::ops::Range;

use crate::diagnostic::catalog::markup::{TemplateMistake, content_template};
use crate::diagnostic::catalog::templates::unclosed_tag as unclosed_tag_problem;
use crate::diagnostic::{Diagnostic, Span, nearest};
use crate::engine::Templates;
use crate::engine::complaint::{Complaint, Position, quoted_after};
use crate::engine::literals::Loaded;
use crate::engine::unclosed::{ends_too_early, unclosed_tag};
use crate::parse::Document;

/// Name that Tera gives to a text rendered without a file.
const CONTENT: &str = "__tera_one_off";

/// Diagnostics of a body whose template does not work.
pub(super) fn diagnose(error: &tera::Error, document: &Document, templates: &Templates) -> Vec<Diagnostic> {
    Complaint::all(error).iter().map(|complaint| diagnostic(complaint, document, templates)).collect()
}

fn diagnostic(complaint: &Complaint, document: &Document, templates: &Templates) -> Diagnostic {
    let (body, message) = (document.body(), &complaint.message);
    let range = match &complaint.place {
        Some((name, position)) if name != CONTENT && !name.is_empty() => {
            return in_template(complaint, (name, position), document, templates);
        }
        Some((_, position)) => word_at(body, position),
        None => 0..0,
    };
    if ends_too_early(message)
        && let Some((range, tag)) = unclosed_tag(body)
    {
        return Diagnostic { code: "content-template", ..unclosed_tag_problem(span(document, range), tag) };
    }
    let mistake = mistake(message, body, &range, templates);
    content_template(span(document, range), message, &mistake)
}

/// The mistake is in a template that the text calls; the call is a note.
fn in_template(
    complaint: &Complaint,
    (name, position): (&str, &Position),
    document: &Document,
    templates: &Templates,
) -> Diagnostic {
    let mut calls =
        complaint.notes.iter().filter(|(label, template, _)| label == "called from" && template == CONTENT);
    let call = calls.next().map_or(0..0, |(_, _, position)| word_at(document.body(), position));
    let call = span(document, call);
    match templates.span(name, position) {
        Some(span) => content_template(span, &complaint.message, &TemplateMistake::Elsewhere)
            .note("called from here", call),
        None => content_template(call, &complaint.message, &TemplateMistake::Elsewhere),
    }
}

/// Bytes of the body as bytes of the file.
fn span(document: &Document, range: Range<usize>) -> Span {
    let length = document.body().len();
    let start = document.body.start;
    let range = range.start.min(length)..range.end.min(length);
    Span::new(&document.file.path, start + range.start..start + range.end)
}

/// The bytes of a position; of one that is only counted, the word there. A component's name stands
/// behind its bracket.
fn word_at(body: &str, position: &Position) -> Range<usize> {
    let range = Loaded::new(body).range(position);
    if let Position::Bytes(_) = position {
        return range;
    }
    let text = &body[range.start..];
    let named = text.trim_start_matches(['<', '/']);
    let start = body.len() - named.len();
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

/// `{% name(` on the line of the failure: how Zola called shortcodes with a body until 0.22.
fn body_shortcode<'b>(body: &'b str, range: &Range<usize>) -> Option<&'b str> {
    let before = body.get(..range.start)?;
    let tag =
        before.rfind("{%").or_else(|| body.get(range.start..)?.starts_with("{%").then_some(range.start))?;
    let text = body[tag + 2..].trim_start_matches(['-', ' ', '\n', '\r', '\t']);
    let end = text.find(|letter| !is_name(letter))?;
    (end > 0 && text[end..].starts_with('(')).then(|| &text[..end])
}
