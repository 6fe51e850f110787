//! Headings: their ids, the links at them, and the table of contents.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::LazyLock;

use pulldown_cmark::{CowStr, Event, HeadingLevel, Tag};
use regex::Regex;

use super::Heading;
use super::flow::Flow;
use super::html::escaped;
use crate::config::{InsertAnchor, SlugifyStrategy};
use crate::diagnostic::catalog;

/// The opening tag of the link that `anchor-link.html` gives, which is put around a heading's text.
static LINK: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(<\s*a[^>]*>).*?<\s*/\s*a>").expect("the expression is constant"));

/// A heading whose text is still coming.
pub(super) struct OpenHeading<'a> {
    level: u8,
    id: Option<CowStr<'a>>,
    classes: Vec<CowStr<'a>>,
    source: Range<usize>,
    pub(super) content: Vec<Event<'a>>,
}

/// Headings so far, and the ids that are taken.
#[derive(Debug, Default)]
pub(super) struct Headings {
    list: Vec<Heading>,
    taken: BTreeSet<String>,
    /// Explicit ids that were written, to notice the second one.
    explicit: BTreeSet<String>,
    /// Last suffix given to a slug. Suffixes below are taken for good, so that a thousand headings of the
    /// same name need not try them all.
    suffixes: BTreeMap<String, usize>,
}

impl<'a> OpenHeading<'a> {
    pub(super) fn new(
        level: HeadingLevel,
        id: Option<CowStr<'a>>,
        classes: Vec<CowStr<'a>>,
        source: Range<usize>,
    ) -> Self {
        Self { level: level as u8, id, classes, source, content: Vec::new() }
    }

    fn title(&self) -> String {
        let texts = self.content.iter().filter_map(|event| match event {
            Event::Text(text) | Event::Code(text) => Some(text.as_ref()),
            _ => None,
        });
        texts.collect()
    }

    /// An empty id is no id: HTML forbids it.
    fn opening_tag(&self, id: &str) -> String {
        let id = if id.is_empty() { String::new() } else { format!(" id=\"{}\"", escaped(id)) };
        let classes: Vec<String> = self.classes.iter().map(|class| escaped(class)).collect();
        let class =
            if classes.is_empty() { String::new() } else { format!(" class=\"{}\"", classes.join(" ")) };
        format!("<h{}{id}{class}>", self.level)
    }
}

impl Headings {
    /// Takes all explicit ids before any other is made, so that a generated id never collides with an
    /// explicit one further down.
    pub(super) fn reserve_explicit<'e>(&mut self, events: impl Iterator<Item = &'e Event<'e>>) {
        for event in events {
            if let Event::Start(Tag::Heading { id: Some(id), .. }) = event {
                self.taken.insert(id.to_string());
            }
        }
    }

    fn unique_id(&mut self, slug: String) -> String {
        if self.taken.insert(slug.clone()) {
            return slug;
        }
        let suffix = self.suffixes.entry(slug.clone()).or_default();
        loop {
            *suffix += 1;
            let id = format!("{slug}-{suffix}");
            if self.taken.insert(id.clone()) {
                return id;
            }
        }
    }

    /// Nests the headings by level, as Zola does.
    pub(super) fn into_toc(self) -> Vec<Heading> {
        let mut toc: Vec<Heading> = Vec::new();
        for heading in self.list {
            match toc.last_mut() {
                Some(last) if last.level < heading.level => insert_below(last, heading),
                _ => toc.push(heading),
            }
        }
        toc
    }
}

impl Flow<'_, '_> {
    pub(super) fn end_heading(&mut self) {
        let Some(heading) = self.heading.take() else { return };
        let title = heading.title();
        let id = self.heading_id(&heading, &title);
        // Straight to the output: in Zola a heading never becomes part of a note at the page's end, it
        // stays where the note is defined.
        self.output.push(html(heading.opening_tag(&id)));
        let level = heading.level;
        self.heading_content(heading, &id);
        self.output.push(html(format!("</h{level}>\n")));
        let permalink = format!("{}#{id}", self.context.permalink);
        self.headings.list.push(Heading { level, id, permalink, title, children: Vec::new() });
    }

    fn heading_id(&mut self, heading: &OpenHeading<'_>, title: &str) -> String {
        let Some(id) = &heading.id else {
            return self.headings.unique_id(slugified(title, self.context.anchors));
        };
        if !self.headings.explicit.insert(id.to_string()) {
            let span = self.span(self.in_file(&heading.source));
            self.diagnostics.push(catalog::markup::repeated_heading_id(span, id));
        }
        id.to_string()
    }
}

impl<'a> Flow<'a, '_> {
    fn heading_content(&mut self, heading: OpenHeading<'a>, id: &str) {
        let anchor = self.anchor_link(id, heading.level);
        let (before, after) = match self.context.insert_anchor {
            InsertAnchor::None => (None, None),
            InsertAnchor::Left => (anchor, None),
            InsertAnchor::Right => (None, anchor),
            InsertAnchor::Heading => {
                let opening = anchor.as_deref().and_then(|link| LINK.captures(link));
                let opening = opening.map(|captures| captures[1].to_owned());
                let closing = opening.as_ref().map(|_| "</a>".to_owned());
                (opening, closing)
            }
        };
        self.output.extend(before.map(html));
        self.output.extend(heading.content);
        self.output.extend(after.map(html));
    }

    fn anchor_link(&mut self, id: &str, level: u8) -> Option<String> {
        if self.context.insert_anchor == InsertAnchor::None {
            return None;
        }
        match self.context.snippets.anchor_link(id, level, self.context.language) {
            Ok(link) => Some(link),
            Err(diagnostic) => {
                self.diagnostics.push(diagnostic);
                None
            }
        }
    }
}

fn html<'a>(text: String) -> Event<'a> {
    Event::Html(text.into())
}

fn slugified(title: &str, strategy: SlugifyStrategy) -> String {
    match strategy {
        SlugifyStrategy::On => slug::slugify(title),
        SlugifyStrategy::Safe | SlugifyStrategy::Off => {
            title.replace(|letter: char| letter.is_ascii_whitespace(), "_")
        }
    }
}

/// Puts a heading below `parent`, whose level is above its own; six levels deep at most.
fn insert_below(parent: &mut Heading, heading: Heading) {
    match parent.children.last_mut() {
        Some(last) if last.level < heading.level => insert_below(last, heading),
        _ => parent.children.push(heading),
    }
}
