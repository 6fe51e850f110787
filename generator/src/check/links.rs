//! Links to places in other documents: is there such a place?

use percent_encoding::percent_decode_str;

use crate::bodies::{Bodies, Body};
use crate::config::LinkLevel;
use crate::diagnostic::catalog::links as catalog;
use crate::diagnostic::{Diagnostics, Span, nearest};
use crate::markup::InternalLink;
use crate::site::{NodeId, Site};

/// Reports every link to an anchor that its target does not have. `added` are the anchors that a
/// document has beyond those in its text (of numbered passages).
pub fn links(
    site: &Site,
    bodies: &Bodies,
    added: impl Fn(NodeId) -> Vec<String>,
    diagnostics: &mut Diagnostics,
) {
    for source in site.nodes() {
        let Some(document) = site.document(source) else { continue };
        for link in &bodies.of(source).markup.internal_links {
            let Some(target) = site.by_path.get(&link.path) else { continue };
            let Some(anchor) = missing_anchor(link, bodies.of(*target)) else { continue };
            let added = added(*target);
            if added.iter().any(|id| id == anchor) {
                continue;
            }
            let known = bodies.of(*target).markup.anchors.iter().chain(&added);
            let near = nearest(anchor, known.map(String::as_str));
            let span = Span::new(&document.file.path, link.range.clone().unwrap_or(0..0));
            let level = match differs_by_case(anchor, near) && matches!(target, NodeId::Page(_)) {
                true => LinkLevel::Warn,
                false => site.config.link_checker.internal_level,
            };
            diagnostics.push(catalog::missing_anchor(level, span, &link.path, anchor, near));
        }
    }
}

/// Zola takes anchors of pages in any case, browsers do not: worth a word, but no reason to refuse a site.
fn differs_by_case(anchor: &str, near: Option<&str>) -> bool {
    near.is_some_and(|near| near.to_lowercase() == anchor.to_lowercase())
}

/// The anchor a link asks for in vain. The empty one and `top` are the start of every page; a body that
/// could not be composed has no anchors that could be missed.
fn missing_anchor<'l>(link: &'l InternalLink, target: &Body) -> Option<&'l str> {
    let anchor = link.anchor.as_deref()?;
    if anchor.is_empty() || anchor.eq_ignore_ascii_case("top") || target.is_missing {
        return None;
    }
    let decoded = percent_decode_str(anchor).decode_utf8_lossy();
    let known = &target.markup.anchors;
    (!known.iter().any(|id| id == anchor || *id == decoded)).then_some(anchor)
}
