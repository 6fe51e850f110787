//! Everything in a page that a fragment can point at.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::Heading;

/// `id` and `name` attributes, quoted or not, as Zola looks for them.
static ATTRIBUTE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"\s(?i:id|name) *= *(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))"#)
        .expect("the expression is constant")
});

/// Ids of headings first, then those of the HTML, each once.
pub(super) fn collect(html: &str, toc: &[Heading]) -> Vec<String> {
    let mut found = Vec::new();
    headings(toc, &mut found);
    for captures in ATTRIBUTE.captures_iter(html) {
        if let Some(value) = captures.iter().skip(1).flatten().next() {
            found.push(value.as_str().to_owned());
        }
    }
    let mut seen = BTreeSet::new();
    found.retain(|id| !id.is_empty() && seen.insert(id.clone()));
    found
}

/// Headings nest six levels deep at most.
fn headings(toc: &[Heading], found: &mut Vec<String>) {
    for heading in toc {
        found.push(heading.id.clone());
        headings(&heading.children, found);
    }
}
