//! Which documents are the same in other languages.

use std::collections::BTreeMap;

use crate::config::Config;
use crate::site::{NodeId, Page, PageId, Section, SectionId};

/// Documents by canonical path, the default language first, then by code; none on a site with one language.
pub(super) fn collect(
    pages: &[Page],
    sections: &[Section],
    config: &Config,
) -> BTreeMap<String, Vec<NodeId>> {
    if !config.is_multilingual() {
        return BTreeMap::new();
    }
    let mut found: BTreeMap<String, Vec<(bool, &str, NodeId)>> = BTreeMap::new();
    let mut add = |canonical: &str, language, node| {
        let is_other = language != config.default_language;
        found.entry(canonical.to_owned()).or_default().push((is_other, language, node));
    };
    for (id, section) in sections.iter().enumerate() {
        add(&section.canonical, section.language.as_str(), NodeId::Section(SectionId(id)));
    }
    for (id, page) in pages.iter().enumerate().filter(|(_, page)| page.matter().render) {
        let file = &page.document.file;
        add(&file.canonical, file.language.as_str(), NodeId::Page(PageId(id)));
    }
    let sorted = found.into_iter().map(|(canonical, mut nodes)| {
        nodes.sort();
        (canonical, nodes.into_iter().map(|(_, _, node)| node).collect())
    });
    sorted.collect()
}
