//! Links between documents, once all bodies are there: do their anchors exist, and who links to whom?

use std::collections::{BTreeMap, BTreeSet};

use percent_encoding::percent_decode_str;

use super::content::Composed;
use super::sitelinks::permalink;
use crate::diagnostic::{Diagnostics, Span, catalog, nearest};
use crate::markup::InternalLink;
use crate::parse::Document;
use crate::site::{NodeId, PageId, SectionId, Site};

/// Reports every link to an anchor that its target does not have.
pub(super) fn check(site: &Site, pages: &[Composed], sections: &[Composed], diagnostics: &mut Diagnostics) {
    for (source, composed) in nodes(pages, sections) {
        let Some(document) = document(site, source) else { continue };
        for link in &composed.body.markup.internal_links {
            let target = site.by_path.get(&link.path).map(|node| of(*node, pages, sections));
            if let Some(target) = target
                && let Some(anchor) = missing_anchor(link, target)
            {
                let known = target.body.markup.anchors.iter().map(String::as_str);
                let span = Span::new(&document.file.path, link.range.clone().unwrap_or(0..0));
                diagnostics.push(catalog::links::missing_anchor(
                    site.config.link_checker.internal_level,
                    span,
                    &link.path,
                    anchor,
                    nearest(anchor, known),
                ));
            }
        }
    }
}

/// Who links to each document, sorted by permalink.
pub(super) fn backlinks(
    site: &Site,
    pages: &[Composed],
    sections: &[Composed],
) -> BTreeMap<NodeId, Vec<NodeId>> {
    let mut sources: BTreeMap<NodeId, BTreeSet<(&str, NodeId)>> = BTreeMap::new();
    for (source, composed) in nodes(pages, sections) {
        for link in &composed.body.markup.internal_links {
            if let Some(target) = site.by_path.get(&link.path) {
                sources.entry(*target).or_default().insert((permalink(site, source), source));
            }
        }
    }
    let without_permalinks =
        |sources: BTreeSet<(&str, NodeId)>| sources.into_iter().map(|(_, source)| source).collect();
    sources.into_iter().map(|(target, sources)| (target, without_permalinks(sources))).collect()
}

/// The anchor a link asks for in vain. The empty one and `top` are the start of every page; a body that
/// could not be composed has no anchors that could be missed.
fn missing_anchor<'l>(link: &'l InternalLink, target: &Composed) -> Option<&'l str> {
    let anchor = link.anchor.as_deref()?;
    if anchor.is_empty() || anchor.eq_ignore_ascii_case("top") || target.failed {
        return None;
    }
    let decoded = percent_decode_str(anchor).decode_utf8_lossy();
    let known = &target.body.markup.anchors;
    (!known.iter().any(|id| id == anchor || *id == decoded)).then_some(anchor)
}

fn nodes<'a>(
    pages: &'a [Composed],
    sections: &'a [Composed],
) -> impl Iterator<Item = (NodeId, &'a Composed)> {
    let pages = pages.iter().enumerate().map(|(index, body)| (NodeId::Page(PageId(index)), body));
    let sections = sections.iter().enumerate().map(|(index, body)| (NodeId::Section(SectionId(index)), body));
    pages.chain(sections)
}

fn of<'a>(node: NodeId, pages: &'a [Composed], sections: &'a [Composed]) -> &'a Composed {
    match node {
        NodeId::Page(id) => &pages[id.0],
        NodeId::Section(id) => &sections[id.0],
    }
}

fn document(site: &Site, node: NodeId) -> Option<&Document> {
    match node {
        NodeId::Page(id) => Some(&site.page(id).document),
        NodeId::Section(id) => site.section(id).document.as_ref(),
    }
}
