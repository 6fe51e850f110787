//! The engine's complaints as diagnostics: names of templates become files, positions become spans.

use std::sync::LazyLock;

use regex::Regex;
use tera::ErrorKind;

use super::Sources;
use super::complaint::{Complaint, Position, quoted_after};
use super::unclosed::{ends_too_early, unclosed_tag};
use crate::diagnostic::catalog::templates as catalog;
use crate::diagnostic::{Diagnostic, Diagnostics, Span};

/// A component with two definitions.
static TWICE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^Component `(.+)` is defined in both `(.+)` and `(.+)`$").expect("the pattern is sound")
});

/// What went wrong in a template that was loaded or rendered.
pub fn in_template(error: &tera::Error, sources: &Sources) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    if let ErrorKind::TemplateNotFound(name) = error.kind() {
        diagnostics.push(catalog::unknown_template(None, name, sources.keys().map(String::as_str)));
        return diagnostics;
    }
    for complaint in Complaint::all(error) {
        diagnostics.push(reported(&complaint, sources));
    }
    diagnostics
}

/// One complaint as a diagnostic.
pub fn reported(complaint: &Complaint, sources: &Sources) -> Diagnostic {
    let message = &complaint.message;
    if ends_too_early(message)
        && let Some(source) = complaint.template().and_then(|name| sources.get(name))
        && let Some((range, tag)) = unclosed_tag(&source.text)
    {
        return catalog::unclosed_tag(Span::new(&source.path, range), tag);
    }
    let place = complaint.place.as_ref();
    let place = place.and_then(|(template, position)| span(template, position, sources));
    let mut diagnostic = match quoted_after(message, "Unknown template ") {
        Some(name) => catalog::unknown_template(place, name, sources.keys().map(String::as_str)),
        None => catalog::template_problem(place, message),
    };
    for (label, template, position) in &complaint.notes {
        diagnostic = diagnostic.note(label.clone(), span(template, position, sources));
    }
    diagnostic
}

/// Component and templates of the message about two definitions.
pub fn twice_defined(message: &str) -> Option<(String, String, String)> {
    let captures = TWICE.captures(message)?;
    Some((captures[1].to_owned(), captures[2].to_owned(), captures[3].to_owned()))
}

fn span(template: &str, position: &Position, sources: &Sources) -> Option<Span> {
    Some(sources.get(template)?.span(position))
}
