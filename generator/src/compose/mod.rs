//! Stage 4: every document's body → its [`Body`]: templated where it holds braces, then Markdown, then HTML.
//!
//! Parallel by document. Asks the [`Site`] for addresses and nothing else of other documents;
//! afterwards the links between documents are turned round into backlinks. Whether their anchors exist is
//! a matter for [`check`](crate::check), because `review` adds some.

mod analytics;
mod backlinks;
mod content;
mod sitelinks;
pub(crate) mod snippets;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::diagnostic::Diagnostics;
use crate::markup::Markup;
use crate::render::templates::Templates;
use crate::site::{NodeId, PageId, SectionId, Site};
use content::Composer;

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

/// What becomes of bodies that are templates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Templating {
    /// They are rendered.
    Render,
    /// They are left alone: the site's own templates are broken, and a body that uses them would be blamed.
    LeaveAlone,
}

/// Composes all bodies.
pub fn compose(
    site: &Site,
    templates: &Templates,
    templating: Templating,
    diagnostics: &mut Diagnostics,
) -> Bodies {
    let composer = Composer::new(site, templates, templating);
    let pages: Vec<_> =
        (0..site.pages.len()).into_par_iter().map(|index| composer.page(PageId(index))).collect();
    let sections: Vec<_> =
        (0..site.sections.len()).into_par_iter().map(|index| composer.section(SectionId(index))).collect();
    for composed in pages.iter().chain(&sections) {
        diagnostics.extend(composed.diagnostics.clone());
    }
    let mut bodies = Bodies {
        pages: pages.into_iter().map(|composed| composed.body).collect(),
        sections: sections.into_iter().map(|composed| composed.body).collect(),
        backlinks: BTreeMap::new(),
    };
    bodies.backlinks = backlinks::collect(site, &bodies);
    bodies
}
