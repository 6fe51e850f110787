//! `<!-- more -->`: the part of a page before it.

use std::ops::Range;
use std::sync::LazyLock;

use pulldown_cmark::{Event, Tag, TagEnd};
use regex::Regex;

use crate::diagnostic::Diagnostic;

/// What stands in the page where the summary ends.
pub(super) const CONTINUE_READING: &str = "<span id=\"continue-reading\"></span>";

static DIVIDER: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)<!--\s*more\s*-->").expect("the expression is constant"));

static FOOTNOTE_REFERENCE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"<sup class="footnote-reference"(?: id=[^>]*)?><a href=[^>]*>[^<]*</a></sup>"#)
        .expect("the expression is constant")
});

/// Where the divider stands in a piece of HTML.
pub(super) fn divider(html: &str) -> Option<Range<usize>> {
    DIVIDER.find(html).map(|found| found.range())
}

/// The events before the divider as HTML of their own: footnote references removed, elements that are
/// open closed, after what `cutoff` puts there.
pub(super) fn build(
    events: &[Event<'_>],
    cutoff: impl FnOnce(&str) -> Result<String, Diagnostic>,
) -> Result<String, Diagnostic> {
    let open = open_elements(events);
    let mut html = String::new();
    pulldown_cmark::html::push_html(&mut html, events.iter().cloned());
    let mut html = FOOTNOTE_REFERENCE.replace_all(&html, "").into_owned();
    html.truncate(html.trim_end().len());
    if !open.is_empty() {
        let cutoff = cutoff(&html)?;
        html.push_str(&cutoff);
    }
    pulldown_cmark::html::push_html(&mut html, open.into_iter().rev().map(Event::End));
    Ok(html)
}

/// Elements that start in `events` and do not end there.
///
/// An end without a start empties the list. That happens behind every link to another site, whose start
/// Zola writes as raw HTML; browsers close what is then left open.
fn open_elements(events: &[Event<'_>]) -> Vec<TagEnd> {
    let mut open: Vec<TagEnd> = Vec::new();
    for event in events {
        match event {
            Event::Start(Tag::HtmlBlock) | Event::End(TagEnd::HtmlBlock) => {}
            Event::Start(tag) => open.push(tag.to_end()),
            Event::End(end) => open.truncate(open.iter().rposition(|other| other == end).unwrap_or(0)),
            _ => {}
        }
    }
    open
}
