//! The engine's complaints as diagnostics: names of templates become files, positions become spans.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;
use tera::ErrorKind;

use super::complaint::{Complaint, Position, quoted_after};
use super::functions::BROKEN_DOCUMENT;
use super::tera_1::{self, Dialect, Leftover};
use super::unclosed::{ends_too_early, unclosed_tag};
use super::{Source, Sources, chain};
use crate::diagnostic::catalog::templates as catalog;
use crate::diagnostic::{Diagnostic, Diagnostics, Span};

/// A component with two definitions.
static TWICE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^Component `(.+)` is defined in both `(.+)` and `(.+)`$").expect("the pattern is sound")
});

/// What is wrong with a template that cannot be loaded.
pub fn in_template(error: &tera::Error, sources: &Sources) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    if let ErrorKind::TemplateNotFound(name) = error.kind() {
        diagnostics.push(catalog::unknown_template(None, name, sources.keys().map(String::as_str)));
        return diagnostics;
    }
    diagnostics.extend(all_reported(Complaint::all(error).iter(), sources));
    diagnostics
}

/// All complaints as diagnostics. Of a template with mistakes everything is told that is left of Tera 1 in
/// it; what that explains is not told again.
pub fn all_reported<'c>(complaints: impl Iterator<Item = &'c Complaint>, sources: &Sources) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    let mut old: BTreeMap<&str, Vec<Leftover>> = BTreeMap::new();
    for complaint in complaints {
        let place = complaint.place.as_ref();
        let source = place.and_then(|(name, position)| Some((name, position, sources.get(name)?)));
        if let Some((name, position, source)) = source {
            let old = old.entry(name).or_insert_with(|| leftovers_of(source));
            if tera_1::explains(old, &source.range(position)) {
                continue;
            }
        }
        diagnostics.push(reported(complaint, sources));
    }
    old.into_values().flatten().for_each(|leftover| diagnostics.push(leftover.diagnostic));
    diagnostics
}

/// The place that is Tera 1, if that is why a template failed; with the way to it.
fn leftover(complaint: &Complaint, sources: &Sources) -> Option<Diagnostic> {
    let (name, position) = complaint.place.as_ref()?;
    let source = sources.get(name)?;
    let range = source.range(position);
    let mut old = leftovers_of(source).into_iter();
    let is_there = |old: &Leftover| {
        tera_1::explains(std::slice::from_ref(old), &range) || range.contains(&old.range.start)
    };
    let diagnostic = old.find(is_there)?.diagnostic;
    Some(Diagnostic { notes: chain::callers(complaint, |name| place_in(name, sources)), ..diagnostic })
}

fn leftovers_of(source: &Source) -> Vec<Leftover> {
    tera_1::leftovers(&source.text, Dialect::Template, |range| Span::new(&source.path, range))
}

/// What went wrong while a template was rendered, with the way to it. Who asks for a document that has
/// mistakes of its own does nothing wrong.
pub fn in_rendering(
    rendered: &str,
    error: &tera::Error,
    sources: &Sources,
    theme: Option<&str>,
) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    for complaint in Complaint::all(error) {
        if complaint.message.contains(BROKEN_DOCUMENT) {
            continue;
        }
        let mut diagnostic = leftover(&complaint, sources).unwrap_or_else(|| reported(&complaint, sources));
        diagnostic.notes.splice(..0, chain::parents(rendered, &complaint, sources, theme));
        diagnostics.push(diagnostic);
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
    diagnostic.notes.extend(chain::callers(complaint, |name| place_in(name, sources)));
    diagnostic
}

/// Text of one of the site's own templates, and how its bytes become a span.
pub fn place_in<'s>(name: &str, sources: &'s Sources) -> Option<chain::Text<'s>> {
    let source = sources.get(name)?;
    Some((source.text.as_str(), Box::new(|range| Span::new(&source.path, range))))
}

/// Component and templates of the message about two definitions.
pub fn twice_defined(message: &str) -> Option<(String, String, String)> {
    let captures = TWICE.captures(message)?;
    Some((captures[1].to_owned(), captures[2].to_owned(), captures[3].to_owned()))
}

fn span(template: &str, position: &Position, sources: &Sources) -> Option<Span> {
    Some(sources.get(template)?.span(position))
}
