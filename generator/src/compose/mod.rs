//! Stage 4: every document's body → its [`Body`]: templated where it holds braces, then Markdown, then HTML.
//!
//! Parallel by document. Asks the [`Site`] for addresses and nothing else of other documents;
//! afterwards the links between documents are checked and turned round into backlinks.

mod analytics;
mod content;
mod links;
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

/// Composes all bodies.
pub fn compose(site: &Site, templates: &Templates, diagnostics: &mut Diagnostics) -> Bodies {
    let composer = Composer::new(site, templates);
    let pages: Vec<_> =
        (0..site.pages.len()).into_par_iter().map(|index| composer.page(PageId(index))).collect();
    let sections: Vec<_> =
        (0..site.sections.len()).into_par_iter().map(|index| composer.section(SectionId(index))).collect();
    for composed in pages.iter().chain(&sections) {
        diagnostics.extend(composed.diagnostics.clone());
    }
    links::check(site, &pages, &sections, diagnostics);
    let backlinks = links::backlinks(site, &pages, &sections);
    Bodies {
        pages: pages.into_iter().map(|composed| composed.body).collect(),
        sections: sections.into_iter().map(|composed| composed.body).collect(),
        backlinks,
    }
}
