//! The tag that is never closed: where the engine only says that a template ends too early.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

/// Comments, raw text, and the first word of each tag.
static TAGS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?s)\{#.*?#\}|\{%-?\s*raw\s*-?%\}.*?\{%-?\s*endraw\s*-?%\}|(?P<tag>\{%-?\s*(?P<word>[a-z]+)[^%]*?%\})",
    )
    .expect("the pattern is constant")
});

/// Tags that need an end.
const OPENING: [&str; 5] = ["block", "component", "filter", "for", "if"];

/// Whether the engine's sentence says that something is open at the end.
pub fn ends_too_early(message: &str) -> bool {
    message.to_lowercase().contains("end of input")
}

/// Bytes and name of the innermost tag of `template` that is still open at its end.
pub fn unclosed_tag(template: &str) -> Option<(Range<usize>, &str)> {
    let mut open = Vec::new();
    for captures in TAGS.captures_iter(template) {
        let (Some(tag), Some(word)) = (captures.name("tag"), captures.name("word")) else { continue };
        let word = word.as_str();
        if OPENING.contains(&word) {
            open.push((tag.range(), word));
        } else if word
            .strip_prefix("end")
            .is_some_and(|word| open.last().is_some_and(|(_, last)| *last == word))
        {
            open.pop();
        }
    }
    open.pop()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(template: &str, expected: Option<&str>) {
        assert_eq!(unclosed_tag(template).map(|(range, _)| &template[range]), expected, "{template}");
    }

    #[test]
    fn innermost_open_tag_is_found() {
        check("{% if a %}{% for b in c %}{% endfor %}", Some("{% if a %}"));
        check("{% if a %}{%- for b in c -%}x", Some("{%- for b in c -%}"));
        check("{% block a %}{% endblock a %}{% set b = 1 %}", None);
        check("{# {% if a %} #}{% raw %}{% if b %}{% endraw %}", None);
    }
}
