//! The tags of a template: where they are, and their inside without the texts in it.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

/// Comments and raw text, which hold no tags, and the tags.
static TAGS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?s)\{#.*?#\}|\{%-?\s*raw\s*-?%\}.*?\{%-?\s*endraw\s*-?%\}|\{\{-?(?P<expression>.*?)-?\}\}|\{%-?(?P<statement>.*?)-?%\}",
    )
    .expect("the pattern is sound")
});

/// What a tag is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TagKind {
    /// `{{ … }}`
    Expression,
    /// `{% … %}`
    Statement,
}

/// A tag.
#[derive(Debug)]
pub(super) struct Tag {
    pub(super) kind: TagKind,
    /// With its braces.
    pub(super) range: Range<usize>,
    /// Without.
    pub(super) inner: Range<usize>,
    /// The inside, every byte of a text in quotes as a space.
    pub(super) masked: String,
}

impl Tag {
    /// Bytes of the whole text for bytes of the inside.
    pub(super) fn at(&self, range: Range<usize>) -> Range<usize> {
        self.inner.start + range.start..self.inner.start + range.end
    }
}

/// All tags of a text.
pub(super) fn tags(text: &str) -> impl Iterator<Item = Tag> {
    TAGS.captures_iter(text).filter_map(|captures| {
        let (kind, inner) = match (captures.name("expression"), captures.name("statement")) {
            (Some(inner), _) => (TagKind::Expression, inner),
            (_, Some(inner)) => (TagKind::Statement, inner),
            _ => return None,
        };
        let range = captures.get(0)?.range();
        Some(Tag { kind, range, inner: inner.range(), masked: masked(inner.as_str()) })
    })
}

fn masked(inside: &str) -> String {
    let mut masked = String::with_capacity(inside.len());
    let mut quote = None;
    for letter in inside.chars() {
        match quote {
            Some(open) if letter == open => quote = None,
            Some(_) => {}
            None if matches!(letter, '"' | '\'' | '`') => quote = Some(letter),
            None => {
                masked.push(letter);
                continue;
            }
        }
        masked.extend(std::iter::repeat_n(' ', letter.len_utf8()));
    }
    masked
}
