//! The pass over pulldown-cmark's events: replaces headings, links, images, code and footnotes by what
//! Zola writes for them, and notes what a reader of the page must know (headings, links, blocks).
//!
//! Some elements can only be written at their end (an id needs the whole heading), so their events wait
//! in a buffer. Only one buffer takes events at a time: image before heading before footnote.

use std::ops::Range;
use std::sync::LazyLock;

use gh_emoji::Replacer;
use pulldown_cmark::{CowStr, Event, Tag, TagEnd};

use super::code::CodeBlock;
use super::footnotes::{Footnotes, OpenFootnote};
use super::headings::{Headings, OpenHeading};
use super::html::{self, Mark};
use super::images::OpenImage;
use super::plain::PlainText;
use super::{Block, BlockKind, Context, InternalLink, Markup, WrittenLink, anchors, summary};
use crate::diagnostic::{Diagnostics, Span};

static EMOJI: LazyLock<Replacer> = LazyLock::new(Replacer::new);

/// The state of one pass.
pub(super) struct Flow<'a, 'c> {
    pub(super) body: &'a str,
    pub(super) context: &'c Context<'c>,
    pub(super) diagnostics: &'c mut Diagnostics,
    pub(super) output: Vec<Event<'a>>,
    pub(super) headings: Headings,
    pub(super) footnotes: Footnotes<'a>,
    pub(super) internal_links: Vec<InternalLink>,
    pub(super) external_links: Vec<String>,
    pub(super) links: Vec<WrittenLink>,
    pub(super) image: Option<OpenImage>,
    pub(super) heading: Option<OpenHeading<'a>>,
    code: Option<CodeBlock>,
    /// Index in `output` of the first `<!-- more -->`.
    summary_at: Option<usize>,
    depth: usize,
    open: Option<OpenBlock>,
    blocks: Vec<(Block, Mark)>,
}

struct OpenBlock {
    kind: BlockKind,
    text: PlainText,
    source: Range<usize>,
    start: usize,
}

impl<'a, 'c> Flow<'a, 'c> {
    pub(super) fn new(body: &'a str, context: &'c Context<'c>, diagnostics: &'c mut Diagnostics) -> Self {
        Self {
            body,
            context,
            diagnostics,
            output: Vec::new(),
            headings: Headings::default(),
            footnotes: Footnotes::default(),
            internal_links: Vec::new(),
            external_links: Vec::new(),
            links: Vec::new(),
            image: None,
            heading: None,
            code: None,
            summary_at: None,
            depth: 0,
            open: None,
            blocks: Vec::new(),
        }
    }

    pub(super) fn run(mut self, events: Vec<(Event<'a>, Range<usize>)>) -> Markup {
        self.output.reserve(events.len());
        self.headings.reserve_explicit(events.iter().map(|(event, _)| event));
        for (event, range) in events {
            self.event(event, range);
        }
        self.finish()
    }

    /// Sends an event to whatever is open, or to the output.
    pub(super) fn push(&mut self, event: Event<'a>) {
        if let Some(image) = &mut self.image {
            image.event(&event);
        } else if let Some(heading) = &mut self.heading {
            heading.content.push(event);
        } else if let Some(footnote) = &mut self.footnotes.open {
            footnote.content.push(event);
        } else {
            self.output.push(event);
        }
    }

    pub(super) fn push_html(&mut self, html: impl Into<CowStr<'a>>) {
        self.push(Event::Html(html.into()));
    }

    /// A place in the body as a place in the file, where positions are known.
    pub(super) fn in_file(&self, range: &Range<usize>) -> Option<Range<usize>> {
        self.context.offset.map(|offset| range.start + offset..range.end + offset)
    }

    /// The span of a place in the file; of the file where it is not known.
    pub(super) fn span(&self, range: Option<Range<usize>>) -> Span {
        Span::new(self.context.path, range.unwrap_or(0..0))
    }

    fn event(&mut self, event: Event<'a>, range: Range<usize>) {
        let event = self.with_emoji(event);
        if self.depth == 0 && !matches!(event, Event::End(_)) {
            self.open_block(&event, &range);
        }
        self.collect_text(&event);
        match event {
            Event::Start(tag) => {
                self.depth += 1;
                self.start(tag, range);
            }
            Event::End(end) => {
                self.end(end);
                self.depth = self.depth.saturating_sub(1);
            }
            Event::Text(text) => match &mut self.code {
                Some(code) => code.content.push_str(&text),
                None => self.push(Event::Text(text)),
            },
            Event::Html(html) | Event::InlineHtml(html) => self.raw_html(html),
            Event::FootnoteReference(name) if self.context.options.bottom_footnotes => {
                let html = self.footnotes.reference(&name);
                self.push_html(html);
            }
            other => self.push(other),
        }
        if self.depth == 0 {
            self.close_block();
        }
    }

    fn with_emoji(&self, event: Event<'a>) -> Event<'a> {
        match event {
            Event::Text(text)
                if self.context.options.render_emoji && self.code.is_none() && text.contains(':') =>
            {
                Event::Text(EMOJI.replace_all(&text).into_owned().into())
            }
            other => other,
        }
    }

    fn start(&mut self, tag: Tag<'a>, range: Range<usize>) {
        match tag {
            Tag::CodeBlock(kind) => self.code = Some(CodeBlock::new(&kind, self.body, &range)),
            Tag::Heading { level, id, classes, .. } => {
                self.heading = Some(OpenHeading::new(level, id, classes, range));
            }
            Tag::Link { link_type, dest_url, title, id } => {
                self.start_link(link_type, dest_url, title, id, range);
            }
            Tag::Image { dest_url, title, .. } => match &mut self.image {
                Some(image) => image.depth += 1,
                None => {
                    let image = OpenImage::new(&dest_url, &title, self.context.permalink);
                    let range = self.place_if_checked(&dest_url, &range);
                    self.links.push(WrittenLink { url: image.url.clone(), is_image: true, range });
                    self.image = Some(image);
                }
            },
            Tag::FootnoteDefinition(name) if self.context.options.bottom_footnotes => {
                self.footnotes.start(OpenFootnote::new(&name));
            }
            other => self.push(Event::Start(other)),
        }
    }

    fn end(&mut self, end: TagEnd) {
        match end {
            TagEnd::CodeBlock => {
                if let Some(code) = self.code.take() {
                    let html = self.code(&code);
                    self.push_html(html);
                }
            }
            TagEnd::Heading(_) => self.end_heading(),
            TagEnd::Image => self.end_image(),
            TagEnd::FootnoteDefinition if self.context.options.bottom_footnotes => self.footnotes.close(),
            other => self.push(Event::End(other)),
        }
    }

    fn end_image(&mut self) {
        match &mut self.image {
            Some(image) if image.depth > 0 => image.depth -= 1,
            _ => {
                if let Some(image) = self.image.take() {
                    self.push_html(image.html(self.context.options));
                }
            }
        }
    }

    fn raw_html(&mut self, html: CowStr<'a>) {
        let Some(found) = summary::divider(&html).filter(|_| self.summary_at.is_none()) else {
            return self.push(Event::Html(html));
        };
        let (before, after) = (&html[..found.start], &html[found.end..]);
        if !before.trim().is_empty() {
            self.push_html(before.to_owned());
        }
        self.summary_at = Some(self.output.len());
        self.push_html(summary::CONTINUE_READING);
        // Zola writes no line end here, and loses text that follows in the same block of HTML; that text stays.
        if !after.trim().is_empty() {
            self.push_html(after.to_owned());
        }
    }

    fn collect_text(&mut self, event: &Event<'_>) {
        if let Some(footnote) = &mut self.footnotes.open {
            footnote.text.event(event);
        } else if let Some(open) = &mut self.open {
            open.text.event(event);
        }
    }

    fn open_block(&mut self, event: &Event<'_>, range: &Range<usize>) {
        let source = self
            .body
            .get(range.clone())
            .map_or(range.clone(), |text| range.start..range.start + text.trim_end().len());
        self.open = Some(OpenBlock {
            kind: kind(event),
            text: PlainText::default(),
            source,
            start: self.output.len(),
        });
    }

    /// A block that left nothing in the output (a footnote that is written at the end) is none.
    fn close_block(&mut self) {
        let Some(open) = self.open.take() else { return };
        if self.output.len() > open.start {
            let source = self.in_file(&open.source);
            let block = Block { kind: open.kind, html: 0..0, text: open.text.finish(), source };
            self.blocks.push((block, Mark { start: open.start, end: self.output.len() }));
        }
    }

    fn finish(mut self) -> Markup {
        self.bottom_footnotes();
        let summary = self.summary_at.map(|at| self.summary(at));
        let (marked, marks): (Vec<_>, Vec<_>) = self.blocks.into_iter().unzip();
        let (html, ranges) = html::write(self.output, &marks);
        let blocks = marked
            .into_iter()
            .zip(ranges)
            .filter(|(_, range)| !range.is_empty())
            .map(|(block, html)| Block { html, ..block })
            .collect();
        let toc = self.headings.into_toc();
        let anchors = anchors::collect(&html, &toc);
        Markup {
            html,
            summary,
            toc,
            internal_links: self.internal_links,
            external_links: self.external_links,
            links: self.links,
            anchors,
            blocks,
        }
    }

    fn bottom_footnotes(&mut self) {
        let start = self.output.len();
        let section = std::mem::take(&mut self.footnotes).into_section();
        let Some((events, text)) = section else { return };
        self.output.extend(events);
        let block = Block { kind: BlockKind::Footnote, html: 0..0, text, source: None };
        self.blocks.push((block, Mark { start, end: self.output.len() }));
    }

    fn summary(&mut self, at: usize) -> String {
        let language = self.context.language;
        match summary::build(&self.output[..at], |html| self.context.snippets.summary_cutoff(html, language))
        {
            Ok(summary) => summary,
            Err(diagnostic) => {
                self.diagnostics.push(diagnostic);
                String::new()
            }
        }
    }
}

fn kind(event: &Event<'_>) -> BlockKind {
    match event {
        Event::Rule => BlockKind::Rule,
        Event::Start(tag) => match tag {
            Tag::Paragraph => BlockKind::Paragraph,
            Tag::Heading { level, .. } => BlockKind::Heading(*level as u8),
            Tag::BlockQuote(_) => BlockKind::Quote,
            Tag::CodeBlock(_) => BlockKind::Code,
            Tag::List(_) => BlockKind::List,
            Tag::FootnoteDefinition(_) => BlockKind::Footnote,
            Tag::DefinitionList => BlockKind::DefinitionList,
            Tag::Table(_) => BlockKind::Table,
            _ => BlockKind::Html,
        },
        _ => BlockKind::Html,
    }
}
