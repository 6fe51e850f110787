//! The names of giallo's own languages and themes, which it does not tell itself. With them a wrong name is
//! found without loading anything, and the nearest right one is offered.

/// A language and its other names on each line.
const LANGUAGES: &str = include_str!("languages.txt");
/// A theme on each line.
const THEMES: &str = include_str!("themes.txt");

/// All names of all languages.
pub(super) fn languages<'a>() -> impl Iterator<Item = &'a str> {
    LANGUAGES.split_whitespace()
}

/// All themes.
pub(super) fn themes<'a>() -> impl Iterator<Item = &'a str> {
    THEMES.split_whitespace()
}
