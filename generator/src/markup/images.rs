//! Images: their address, and their description without markup.

use pulldown_cmark::Event;

use super::html::{escaped, escaped_href};
use super::links::is_colocated;
use crate::config::Markdown;

/// An image whose description is still coming.
pub(super) struct OpenImage {
    pub(super) url: String,
    title: String,
    alt: String,
    /// How many images are open inside its description.
    pub(super) depth: usize,
}

impl OpenImage {
    pub(super) fn new(url: &str, title: &str, permalink: &str) -> Self {
        let url = if is_colocated(url) { format!("{permalink}{url}") } else { url.to_owned() };
        Self { url, title: title.to_owned(), alt: String::new(), depth: 0 }
    }

    pub(super) fn event(&mut self, event: &Event<'_>) {
        if let Event::Text(text) | Event::Code(text) = event {
            self.alt.push_str(text);
        }
    }

    pub(super) fn html(&self, options: &Markdown) -> String {
        let title = match self.title.as_str() {
            "" => String::new(),
            title => format!(" title=\"{}\"", escaped(title)),
        };
        let loading = if options.lazy_async_image { " loading=\"lazy\" decoding=\"async\"" } else { "" };
        format!("<img src=\"{}\" alt=\"{}\"{title}{loading} />", escaped_href(&self.url), escaped(&self.alt))
    }
}
