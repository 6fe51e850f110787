//! A block's text with its markup removed: what is read out, compared and quoted.

use pulldown_cmark::{Event, Tag};

/// Collects text from events.
#[derive(Debug, Default)]
pub(super) struct PlainText(String);

impl PlainText {
    pub(super) fn event(&mut self, event: &Event<'_>) {
        match event {
            Event::Text(text) | Event::Code(text) => self.0.push_str(text),
            Event::SoftBreak | Event::HardBreak => self.0.push('\n'),
            Event::TaskListMarker(checked) => self.0.push_str(if *checked { "[x] " } else { "[ ] " }),
            Event::Html(html) => self.without_tags(html),
            Event::InlineHtml(html) if html.to_ascii_lowercase().starts_with("<br") => self.0.push('\n'),
            Event::Start(Tag::TableCell) => self.separate('\t'),
            Event::Start(tag) if begins_line(tag) => self.separate('\n'),
            _ => {}
        }
    }

    pub(super) fn finish(self) -> String {
        self.0.trim().to_owned()
    }

    fn separate(&mut self, separator: char) {
        if !self.0.is_empty() && !self.0.ends_with(['\n', '\t', ' ']) {
            self.0.push(separator);
        }
    }

    /// Blocks of raw HTML come line by line; a tag broken over two lines loses only its own line.
    fn without_tags(&mut self, html: &str) {
        let mut rest = html;
        while let Some(start) = rest.find('<') {
            self.0.push_str(&rest[..start]);
            let end = if rest[start..].starts_with("<!--") { "-->" } else { ">" };
            match rest[start..].find(end) {
                Some(found) => rest = &rest[start + found + end.len()..],
                None => return,
            }
        }
        self.0.push_str(rest);
    }
}

fn begins_line(tag: &Tag<'_>) -> bool {
    !matches!(
        tag,
        Tag::Emphasis
            | Tag::Strong
            | Tag::Strikethrough
            | Tag::Link { .. }
            | Tag::Image { .. }
            | Tag::HtmlBlock
    )
}
