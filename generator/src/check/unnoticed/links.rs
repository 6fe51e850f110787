//! Links to pages that exist and are not published.

use crate::bodies::Bodies;
use crate::diagnostic::catalog::unnoticed as catalog;
use crate::diagnostic::{Diagnostics, Span};
use crate::site::{NodeId, Site};

pub(super) fn check(site: &Site, bodies: &Bodies, diagnostics: &mut Diagnostics) {
    for source in site.nodes() {
        let Some(document) = site.document(source) else { continue };
        for link in &bodies.of(source).markup.internal_links {
            let Some(target) = site.by_path.get(&link.path).filter(|target| **target != source) else {
                continue;
            };
            let Some(reason) = unpublished(site, *target) else { continue };
            let span = Span::new(&document.file.path, link.range.clone().unwrap_or(0..0));
            diagnostics.push(catalog::unpublished_target(span, &link.path, reason));
        }
    }
}

/// Why nothing is written at the address of a document.
fn unpublished(site: &Site, node: NodeId) -> Option<&'static str> {
    match node {
        NodeId::Page(id) if !site.page(id).matter().render => Some("it has `render = false`"),
        NodeId::Page(id) if !site.page(id).published => Some("its section sorts by a key that it lacks"),
        NodeId::Section(id) if !site.section(id).matter.render => Some("it has `render = false`"),
        _ => None,
    }
}
