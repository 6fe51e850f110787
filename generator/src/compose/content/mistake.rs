//! A failure of the template in a page's text as a diagnostic: at its place in the Markdown file, with
//! advice that fits.

use std::ops::Range;

use crate::config::Markdown;
use crate::diagnostic::catalog::markup::{TemplateMistake, code_as_template, content_template};
use crate::diagnostic::catalog::templates::unclosed_tag as unclosed_tag_problem;
use crate::diagnostic::{Diagnostic, Span, nearest};
use crate::engine::Templates;
use crate::engine::chain::{self, word_at};
use crate::engine::complaint::{Complaint, Position, quoted_after};
use crate::engine::functions::BROKEN_DOCUMENT;
use crate::engine::literals::Loaded;
use crate::engine::problem::place_in;
use crate::engine::tera_1::{self, Dialect, Leftover};
use crate::engine::unclosed::{ends_too_early, unclosed_tag};
use crate::markup::{self, CodeKind};
use crate::parse::Document;

/// Name that Tera gives to a text rendered without a file.
const CONTENT: &str = "__tera_one_off";

/// Diagnostics of a body whose template does not work: what is left of shortcodes and Tera 1, all of it,
/// and what else the engine says.
pub(super) fn diagnose(error: &tera::Error, document: &Document, author: &Author<'_>) -> Vec<Diagnostic> {
    let code = markup::code(document.body(), author.markdown);
    let old = outside_of(&code, document);
    let mut diagnostics = Vec::new();
    for complaint in Complaint::all(error) {
        let is_explained = match &complaint.place {
            Some((name, position)) if is_content(name) => {
                tera_1::explains(&old, &Loaded::new(document.body()).range(position))
            }
            _ => false,
        };
        if !is_explained && !complaint.message.contains(BROKEN_DOCUMENT) {
            diagnostics.push(diagnostic(&complaint, document, author.templates, &code));
        }
    }
    diagnostics.extend(old.into_iter().map(|old| old.diagnostic));
    diagnostics
}

/// What is left of shortcodes and Tera 1 in a body, all that can be told while the templates are broken.
pub(super) fn leftovers(document: &Document, author: &Author<'_>) -> Vec<Diagnostic> {
    let code = markup::code(document.body(), author.markdown);
    outside_of(&code, document).into_iter().map(|old| old.diagnostic).collect()
}

/// The left-overs, without those in code: whoever shows how something was written means it as text.
fn outside_of(code: &[(CodeKind, Range<usize>)], document: &Document) -> Vec<Leftover> {
    let mut old = tera_1::leftovers(document.body(), Dialect::Content, |range| span(document, range));
    old.retain(|old| !code.iter().any(|(_, code)| code.contains(&old.range.start)));
    old
}

/// What else must be known of the site.
pub(super) struct Author<'a> {
    pub(super) templates: &'a Templates,
    pub(super) markdown: &'a Markdown,
}

fn diagnostic(
    complaint: &Complaint,
    document: &Document,
    templates: &Templates,
    code: &[(CodeKind, Range<usize>)],
) -> Diagnostic {
    let (body, message) = (document.body(), &complaint.message);
    let range = match &complaint.place {
        Some((name, position)) if !is_content(name) => {
            return in_template(complaint, (name, position), document, templates);
        }
        Some((_, position @ Position::Bytes(_))) => Loaded::new(body).range(position),
        Some((_, position)) => word_at(body, Loaded::new(body).range(position)),
        None => 0..0,
    };
    if let Some(mistake) = templates.mistake_in_file(message, span(document, range.clone())) {
        return mistake;
    }
    let around = code.iter().find(|(_, code)| complaint.place.is_some() && code.contains(&range.start));
    if let Some((kind, _)) = around {
        return code_as_template(span(document, range), message, *kind);
    }
    if ends_too_early(message)
        && let Some((range, tag)) = unclosed_tag(body)
    {
        return Diagnostic { code: "content-template", ..unclosed_tag_problem(span(document, range), tag) };
    }
    let mistake = mistake(message, templates);
    content_template(span(document, range), message, &mistake)
}

/// Whether a template's name is that of the text itself; syntax errors come without any.
fn is_content(name: &str) -> bool {
    name == CONTENT || name.is_empty()
}

/// The mistake is in a template that the text calls; the way to it is in the notes.
fn in_template(
    complaint: &Complaint,
    (name, position): (&str, &Position),
    document: &Document,
    templates: &Templates,
) -> Diagnostic {
    let notes = chain::callers(complaint, |template| match template {
        CONTENT => Some((document.body(), Box::new(|range| span(document, range)))),
        _ => place_in(template, templates.sources()),
    });
    let call = notes.first().and_then(|note| note.span.clone());
    let place = templates.span(name, position).or(call).unwrap_or_else(|| span(document, 0..0));
    Diagnostic { notes, ..content_template(place, &complaint.message, &TemplateMistake::Elsewhere) }
}

/// Bytes of the body as bytes of the file.
fn span(document: &Document, range: Range<usize>) -> Span {
    let length = document.body().len();
    let start = document.body.start;
    let range = range.start.min(length)..range.end.min(length);
    Span::new(&document.file.path, start + range.start..start + range.end)
}

/// What the failure probably is.
fn mistake(reason: &str, templates: &Templates) -> TemplateMistake {
    match quoted_after(reason, "Unknown component ") {
        Some(name) => {
            let nearest = nearest(name, templates.tera.get_component_names());
            TemplateMistake::Component { name: name.to_owned(), nearest: nearest.map(str::to_owned) }
        }
        None => TemplateMistake::Other,
    }
}
