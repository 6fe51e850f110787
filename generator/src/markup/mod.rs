//! Markdown → HTML, as Zola 0.23 writes it. Knows headings, links, footnotes and blocks; knows no pages:
//! what it must ask (where does `@/a.md` lead?) it asks through [`Links`].
//!
//! [`flow`] turns pulldown-cmark's events into Zola's, collecting headings, links and blocks on the way;
//! [`html`] writes them and measures where each block lies.

mod anchors;
mod code;
mod flow;
mod footnotes;
mod headings;
mod html;
mod images;
mod links;
mod plain;
mod summary;
#[cfg(test)]
mod tests;

use std::ops::Range;

use pulldown_cmark::{Event, Options, Parser, Tag};

use crate::config::{InsertAnchor, Markdown, SlugifyStrategy};
use crate::diagnostic::Diagnostics;

pub use code::Code;

/// Answers what only the site can know.
pub trait Links: Sync {
    /// Permalink of the document at `path` (below `content/`, with its language suffix), if there is one.
    fn permalink(&self, path: &str) -> Option<String>;
    /// Whether the document at `path` is a draft, or below one, and for that reason not there.
    fn is_draft(&self, path: &str) -> bool {
        let _ = path;
        false
    }
    /// The path nearest to `path`, for a hint.
    fn nearest(&self, path: &str) -> Option<String>;
    /// Where in the file the text of a link stands, asked only if the body was templated.
    fn place(&self, link: &str) -> Option<Range<usize>> {
        let _ = link;
        None
    }
    /// Whether the finished pages are looked through, so that every link may have to be told at its place.
    fn are_checked(&self) -> bool {
        false
    }
}

/// Renders the site's own templates for parts of the text.
pub trait Snippets: Sync {
    /// `anchor-link.html` for a heading.
    ///
    /// # Errors
    /// The template's diagnostic, ready to push.
    fn anchor_link(
        &self,
        id: &str,
        level: u8,
        language: &str,
    ) -> Result<String, crate::diagnostic::Diagnostic>;
    /// `summary-cutoff.html`, rendered where a summary leaves elements open.
    ///
    /// # Errors
    /// As above.
    fn summary_cutoff(&self, summary: &str, language: &str) -> Result<String, crate::diagnostic::Diagnostic>;
}

/// Colors code.
pub trait CodeBlocks: Sync {
    /// The block as HTML; `None` where it is to stand as it is. What is wrong with its info string is told.
    fn html(&self, code: &Code<'_>, diagnostics: &mut Diagnostics) -> Option<String>;
}

/// What rendering one body needs.
pub struct Context<'a> {
    /// `[markdown]`
    pub options: &'a Markdown,
    /// `[slugify] anchors`
    pub anchors: SlugifyStrategy,
    /// Whether a broken internal link is an error.
    pub internal_links: crate::config::LinkLevel,
    /// Links at headings, the section's wish before the configuration's.
    pub insert_anchor: InsertAnchor,
    /// Permalink of the page itself, for `#fragment` links and colocated files.
    pub permalink: &'a str,
    /// Path of the page below `content/`.
    pub relative: &'a str,
    /// Its language.
    pub language: &'a str,
    /// The rest of the site.
    pub links: &'a dyn Links,
    /// The site's templates for parts.
    pub snippets: &'a dyn Snippets,
    /// Who colors code, if anyone does.
    pub code: Option<&'a dyn CodeBlocks>,
    /// The file, for diagnostics.
    pub path: &'a std::path::Path,
    /// Where the body starts in the file, in bytes; `None` if the body was templated, so that
    /// positions in it are not positions in the file.
    pub offset: Option<usize>,
}

/// A body as HTML, and what was learnt on the way.
#[derive(Debug, Clone, Default)]
pub struct Markup {
    /// The HTML.
    pub html: String,
    /// HTML before `<!-- more -->`.
    pub summary: Option<String>,
    /// Headings, nested by level.
    pub toc: Vec<Heading>,
    /// Links to other documents: path below `content/`, fragment, bytes in the file.
    pub internal_links: Vec<InternalLink>,
    /// Links to other sites, in order.
    pub external_links: Vec<String>,
    /// Every link and image as the HTML has it, with its place.
    pub links: Vec<WrittenLink>,
    /// Ids of headings and those set in raw HTML (`id`, `name`).
    pub anchors: Vec<String>,
    /// Top-level blocks in order.
    pub blocks: Vec<Block>,
}

/// A heading of the table of contents.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Heading {
    /// 1 to 6.
    pub level: u8,
    /// Its id.
    pub id: String,
    /// The page's permalink with the id.
    pub permalink: String,
    /// Its text without markup.
    pub title: String,
    /// Headings below it.
    pub children: Vec<Heading>,
}

/// `@/path.md#anchor`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InternalLink {
    /// Below `content/`.
    pub path: String,
    /// Fragment.
    pub anchor: Option<String>,
    /// Bytes in the file, where known.
    pub range: Option<Range<usize>>,
}

/// A link or an image of Markdown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenLink {
    /// What it leads to, before it is escaped for HTML.
    pub url: String,
    /// Whether it is an image.
    pub is_image: bool,
    /// Bytes in the file, where known; of a templated body only if [`Links::are_checked`].
    pub range: Option<Range<usize>>,
}

/// A block at the top level of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// What it is.
    pub kind: BlockKind,
    /// Its HTML: bytes of [`Markup::html`].
    pub html: Range<usize>,
    /// Its text with markup removed, as in the source otherwise.
    pub text: String,
    /// Bytes in the file, where known.
    pub source: Option<Range<usize>>,
}

/// What a block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the variants are the block elements of CommonMark and GFM")]
pub enum BlockKind {
    Paragraph,
    List,
    Table,
    Quote,
    DefinitionList,
    Heading(u8),
    Code,
    Rule,
    Html,
    Footnote,
}

/// Renders one body.
pub fn render(body: &str, context: &Context<'_>, diagnostics: &mut Diagnostics) -> Markup {
    let events = Parser::new_ext(body, options(context.options)).into_offset_iter().collect();
    flow::Flow::new(body, context, diagnostics).run(events)
}

/// Bytes of the code in a body, blocks and spans, in order.
pub fn code(body: &str, markdown: &Markdown) -> Vec<(CodeKind, Range<usize>)> {
    let events = Parser::new_ext(body, options(markdown)).into_offset_iter();
    let code = events.filter_map(|(event, range)| match event {
        Event::Start(Tag::CodeBlock(_)) => Some((CodeKind::Block, range)),
        Event::Code(_) => Some((CodeKind::Span, range)),
        _ => None,
    });
    code.collect()
}

/// Where code stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeKind {
    /// Fenced or indented, on lines of its own.
    Block,
    /// In backticks, within a text.
    Span,
}

fn options(markdown: &Markdown) -> Options {
    let mut options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES;
    options.set(Options::ENABLE_SMART_PUNCTUATION, markdown.smart_punctuation);
    options.set(Options::ENABLE_DEFINITION_LIST, markdown.definition_list);
    options.set(Options::ENABLE_GFM, markdown.github_alerts);
    options
}
