//! The way from the template that is rendered to the place that failed, as notes in this order: who extends
//! whom, who includes whom, who calls which component.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::complaint::Complaint;
use super::literals::Loaded;
use super::{Source, Sources};
use crate::diagnostic::catalog::templates as catalog;
use crate::diagnostic::{Note, Span};

/// `{% extends "name" %}`
static EXTENDS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"\{%-?\s*extends\s+["'`]([^"'`]+)["'`]"#).expect("the pattern is sound"));

/// What the engine says of whoever includes a template or calls a component.
const CALLED: &str = "called from";

/// Bytes of the name behind `extends`.
pub(super) fn extends(source: &Source) -> Option<Range<usize>> {
    Some(EXTENDS.captures(&source.text)?.get(1)?.range())
}

/// The templates from the one that is rendered up to the one whose text the engine went through first.
/// `theme` is what the names of the theme's begin with.
pub(super) fn parents(
    rendered: &str,
    complaint: &Complaint,
    sources: &Sources,
    theme: Option<&str>,
) -> Vec<Note> {
    let mut callers = complaint.notes.iter().filter(|(label, ..)| label == CALLED);
    let Some(first) = callers.next_back().map(|(_, template, _)| template.as_str()).or(complaint.template())
    else {
        return Vec::new();
    };
    let mut notes = Vec::new();
    let mut current = find(rendered, sources, theme);
    while let Some((name, source)) = current
        && notes.len() <= sources.len()
    {
        if name == first {
            return notes;
        }
        let Some(range) = extends(source) else { break };
        let parent = &source.text[range.clone()];
        notes.push(catalog::extends_here(Span::new(&source.path, range.clone()), name, parent));
        current = find(parent, sources, theme);
    }
    Vec::new()
}

/// A template's text, and how its bytes become a span.
pub type Text<'t> = (&'t str, Box<dyn Fn(Range<usize>) -> Span + 't>);

/// The callers, from the outermost on. `place` finds the text of a template.
pub fn callers<'t>(complaint: &Complaint, place: impl Fn(&str) -> Option<Text<'t>>) -> Vec<Note> {
    let callers = complaint.notes.iter().rev().map(|(label, template, position)| {
        let Some((text, span)) = place(template) else {
            return Note { message: label.clone(), span: None };
        };
        let range = word_at(text, Loaded::new(text).range(position));
        let word = &text[range.clone()];
        let span = Some(span(range.clone()));
        let message = match label.as_str() {
            CALLED if is_included(&text[..range.start]) => catalog::included_here(word),
            CALLED => catalog::component_called_here(word),
            label => label.to_owned(),
        };
        Note { message, span }
    });
    callers.collect()
}

/// The template of that name; the theme's if the site has none of its own.
fn find<'s>(name: &str, sources: &'s Sources, theme: Option<&str>) -> Option<(&'s str, &'s Source)> {
    let found = sources.get_key_value(name);
    let found = found.or_else(|| sources.get_key_value(&format!("{}{name}", theme?)));
    found.map(|(name, source)| (name.as_str(), source))
}

/// Whether the tag that is open at the end of `before` is an `include`.
fn is_included(before: &str) -> bool {
    let tag = before.rfind("{%").max(before.rfind("{{"));
    let inside = tag.map(|at| before[at + 2..].trim_start_matches(['-', ' ', '\t', '\r', '\n']));
    inside.is_some_and(|inside| inside.starts_with("include"))
}

/// The name that a position is about: a component's stands behind its bracket, a file's in quotes.
pub fn word_at(text: &str, range: Range<usize>) -> Range<usize> {
    let rest = text[range.start..].trim_start_matches(['<', '/', '"', '\'', '`']);
    let start = text.len() - rest.len();
    let length: usize = rest.chars().take_while(|letter| is_name(*letter)).map(char::len_utf8).sum();
    // Behind quotes there may be more than a name.
    let length = match text[range.start..].chars().next() {
        Some(quote @ ('"' | '\'' | '`')) => rest.find(quote).unwrap_or(length),
        _ => length,
    };
    start..start + length
}

fn is_name(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '_' | '.')
}

#[cfg(test)]
mod tests {
    use super::{is_included, word_at};

    #[test]
    fn name_at_a_place_is_found() {
        for (text, at, expected) in [
            ("{{ <a.karte x=1 /> }}", 3, "a.karte"),
            ("{% <kasten> %}", 3, "kasten"),
            ("{% include \"teile/kopf neu.html\" %}", 11, "teile/kopf neu.html"),
            ("{{ x }}", 3, "x"),
            ("{{ \"", 3, ""),
        ] {
            assert_eq!(&text[word_at(text, at..at)], expected, "{text}");
        }
    }

    #[test]
    fn include_is_told_from_a_component() {
        assert!(is_included("{{ a }}{%- include \""));
        assert!(!is_included("{% include \"a\" %}{{ <"));
        assert!(!is_included("include "));
    }
}
