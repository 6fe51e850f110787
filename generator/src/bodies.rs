//! What `compose` yields and every later stage reads: each document's body as HTML with what was learnt on
//! the way.

use std::collections::BTreeMap;

use crate::markup::Markup;
use crate::site::NodeId;

/// A body, ready for templates.
#[derive(Debug, Clone, Default)]
pub struct Body {
    /// The HTML and what belongs to it.
    pub markup: Markup,
    /// Words in the Markdown source, code fences left out.
    pub word_count: usize,
    /// Minutes, rounded up.
    pub reading_time: usize,
    /// Whether its template did not work or was left alone, so that nothing is known of its markup.
    pub is_missing: bool,
}

/// The bodies of all pages and sections, by index, and who links to whom.
#[derive(Debug, Clone, Default)]
pub struct Bodies {
    /// Of [`Site::pages`].
    pub pages: Vec<Body>,
    /// Of [`Site::sections`].
    pub sections: Vec<Body>,
    /// Documents that link to a document, sorted by permalink.
    pub backlinks: BTreeMap<NodeId, Vec<NodeId>>,
}

impl Bodies {
    /// The body of a page or section.
    pub fn of(&self, node: NodeId) -> &Body {
        match node {
            NodeId::Page(id) => &self.pages[id.0],
            NodeId::Section(id) => &self.sections[id.0],
        }
    }
}
