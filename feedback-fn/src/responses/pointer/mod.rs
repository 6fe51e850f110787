//! `siehe Nr. 12`: where an answer points to that of another row, and how the row is named for good.
//!
//! The number of a row is true in one table only. Once it is known which row is meant, a text names the reference,
//! which [`linked`] makes a link for the page, and which is found in every table. Plain text in, plain text out.

mod reader;

use crate::reference::Reference;
use reader::Reader;
use std::ops::Range;

/// A phrase that points somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pointer {
    /// From the word that points to the last target, in bytes.
    pub(super) phrase: Range<usize>,
    /// Where to; at least one.
    pub(super) targets: Vec<Target>,
}

/// One place that a phrase points to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    /// What the reference takes the place of, in bytes.
    pub(super) range: Range<usize>,
    /// The place.
    pub(super) to: To,
}

/// What is pointed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum To {
    /// The row with this number in the same table.
    Row(u64),
    /// A suggestion.
    Reference(Reference),
    /// A reference that was mistyped; its prefix in capital letters.
    Mistyped(String),
    /// Rows from one number to another, of which the references do not say what lies between.
    Span,
}

/// All phrases that point somewhere. A cell that holds nothing but `Nr. 12` points as well.
pub(super) fn pointers(text: &str) -> Vec<Pointer> {
    let reader = Reader::of(text);
    let mut found = Vec::new();
    let mut at = 0;
    while at < reader.length() {
        match reader.phrase(at) {
            Some((pointer, next)) => {
                found.push(pointer);
                at = next;
            }
            None => at += 1,
        }
    }
    if found.is_empty() {
        found.extend(reader.whole());
    }
    found
}

/// Whether a text says nothing but where to look.
pub(super) fn only_points(text: &str) -> bool {
    let found = pointers(text);
    let mut rest = text.to_owned();
    found.iter().rev().for_each(|pointer| rest.replace_range(pointer.phrase.clone(), ""));
    !found.is_empty() && !rest.contains(char::is_alphanumeric)
}

/// The text with other words for some targets.
pub(super) fn replaced(text: &str, words: impl Fn(&To) -> Option<String>) -> String {
    let mut replaced = text.to_owned();
    let targets = pointers(text).into_iter().flat_map(|pointer| pointer.targets);
    for Target { range, to } in targets.collect::<Vec<_>>().into_iter().rev() {
        if let Some(words) = words(&to) {
            replaced.replace_range(range, &words);
        }
    }
    replaced
}

/// The text with each reference that is pointed to in its written form.
pub(super) fn spelled(text: &str) -> String {
    replaced(text, |to| match to {
        To::Reference(reference) => Some(reference.to_string()),
        _ => None,
    })
}

/// Markdown in which each reference that is pointed to is a link; `paths` gives content paths.
pub(super) fn linked(markdown: &str, paths: &dyn Fn(&Reference) -> Option<String>) -> String {
    replaced(markdown, |to| match to {
        To::Reference(reference) => paths(reference).map(|path| format!("[{reference}](@/{path})")),
        _ => None,
    })
}

/// Markdown in which the links of [`linked`] are only references again.
pub(super) fn unlinked(markdown: &str) -> String {
    let mut text = String::with_capacity(markdown.len());
    let mut rest = markdown;
    while let Some(at) = rest.find('[') {
        let (before, link) = rest.split_at(at);
        text.push_str(before);
        match link_to(link).filter(|_| !before.ends_with('\\')) {
            Some((reference, length)) => {
                text.push_str(reference);
                rest = &link[length..];
            }
            None => {
                text.push('[');
                rest = &link[1..];
            }
        }
    }
    text + rest
}

/// The reference and the length of a link at the beginning.
fn link_to(markdown: &str) -> Option<(&str, usize)> {
    let (name, rest) = markdown.strip_prefix('[')?.split_once("](@/")?;
    let (path, _) = rest.split_once(')')?;
    let is_link = name.parse().is_ok_and(|reference: Reference| reference.as_str() == name);
    (is_link && !path.contains('\n')).then_some((name, name.len() + path.len() + "[](@/)".len()))
}

#[cfg(test)]
mod tests;
