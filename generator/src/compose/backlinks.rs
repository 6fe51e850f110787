//! Links between documents, turned round: who links to a document?

use std::collections::{BTreeMap, BTreeSet};

use super::Bodies;
use crate::site::{NodeId, Site};

/// Who links to each document, sorted by permalink.
pub(super) fn collect(site: &Site, bodies: &Bodies) -> BTreeMap<NodeId, Vec<NodeId>> {
    let mut sources: BTreeMap<NodeId, BTreeSet<(&str, NodeId)>> = BTreeMap::new();
    for source in site.nodes() {
        for link in &bodies.of(source).markup.internal_links {
            if let Some(target) = site.by_path.get(&link.path) {
                let permalink = site.address(source).permalink.as_str();
                sources.entry(*target).or_default().insert((permalink, source));
            }
        }
    }
    let without_permalinks =
        |sources: BTreeSet<(&str, NodeId)>| sources.into_iter().map(|(_, source)| source).collect();
    sources.into_iter().map(|(target, sources)| (target, without_permalinks(sources))).collect()
}
