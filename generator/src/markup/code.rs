//! Code blocks: colored by whoever knows how, otherwise as they stand, `<pre><code data-lang="…">`.

use std::ops::Range;

use giallo::{PLAIN_GRAMMAR_NAME, parse_markdown_fence};
use pulldown_cmark::CodeBlockKind;

use super::flow::Flow;
use super::html::escaped;
use crate::diagnostic::Span;

/// A code block, as whoever colors it sees it.
#[derive(Debug)]
pub struct Code<'a> {
    /// What stands behind the fence, such as `toml,linenos,name=x`; nothing for an indented block.
    pub info: &'a str,
    /// The code.
    pub text: &'a str,
    /// Where the info string stands.
    pub place: Span,
}

/// A code block whose text is still coming.
pub(super) struct CodeBlock {
    info: String,
    /// Of the info string, in the body.
    range: Range<usize>,
    pub(super) content: String,
}

impl CodeBlock {
    /// `range` is the whole block.
    pub(super) fn new(kind: &CodeBlockKind<'_>, body: &str, range: &Range<usize>) -> Self {
        let info = match kind {
            CodeBlockKind::Fenced(info) => info.to_string(),
            CodeBlockKind::Indented => String::new(),
        };
        let first = body.get(range.clone()).and_then(|block| block.lines().next()).unwrap_or_default();
        let start = range.start + first.find(&info).unwrap_or_default();
        Self { range: start..(start + info.len()).min(range.end), info, content: String::new() }
    }
}

impl Flow<'_, '_> {
    /// A complete block as HTML.
    pub(super) fn code(&mut self, block: &CodeBlock) -> String {
        let Some(colors) = self.context.code else { return plain(block) };
        let place = self.span(self.place_of_info(block));
        let code = Code { info: &block.info, text: &block.content, place };
        colors.html(&code, self.diagnostics).unwrap_or_else(|| plain(block))
    }

    /// In the file; in a body that was templated, wherever a fence has the same info string.
    fn place_of_info(&self, block: &CodeBlock) -> Option<Range<usize>> {
        let known = self.in_file(&block.range);
        known.or_else(|| {
            let mut fences = ["```", "~~~"].into_iter();
            let found = fences.find_map(|fence| self.context.links.place(&format!("{fence}{}", block.info)));
            found.map(|range| range.start + 3..range.end)
        })
    }
}

fn plain(block: &CodeBlock) -> String {
    let language = parse_markdown_fence(&block.info).lang;
    let attribute = match language.as_str() {
        PLAIN_GRAMMAR_NAME => String::new(),
        language => format!(" data-lang=\"{}\"", escaped(language)),
    };
    format!("<pre><code{attribute}>{}</code></pre>\n", escaped(&block.content))
}
