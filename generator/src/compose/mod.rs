//! Stage 4: every document's body → its [`Body`](crate::bodies::Body): templated where it holds braces, then Markdown, then HTML.
//!
//! Parallel by document. Asks the [`Site`] for addresses and nothing else of other documents;
//! afterwards the links between documents are turned round into backlinks. Whether their anchors exist is
//! a matter for [`check`](crate::check), because `review` adds some.

mod analytics;
mod backlinks;
mod content;
mod sitelinks;
mod suggestions;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::bodies::Bodies;
use crate::diagnostic::Diagnostics;
use crate::engine::Templates;
use crate::highlight::Highlighter;
use crate::site::{PageId, SectionId, Site};
use content::{Composed, Composer};
use suggestions::Suggestions;

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
    highlighter: Option<&Highlighter>,
    diagnostics: &mut Diagnostics,
) -> Bodies {
    let suggestions = Suggestions::default();
    let composer = Composer::new(site, templates, templating, highlighter, &suggestions);
    let page = |index| composer.page(PageId(index));
    let section = |index| composer.section(SectionId(index));
    let mut pages: Vec<_> = (0..site.pages.len()).into_par_iter().map(page).collect();
    let mut sections: Vec<_> = (0..site.sections.len()).into_par_iter().map(section).collect();
    if suggestions.look_up(site) {
        again(&mut pages, page);
        again(&mut sections, section);
    }
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

/// Composes those again whose links can be told better.
fn again(composed: &mut [Composed], compose: impl Fn(usize) -> Composed + Sync) {
    let composed = composed.par_iter_mut().enumerate();
    composed.filter(|(_, old)| old.lacks_suggestions()).for_each(|(index, old)| *old = compose(index));
}
