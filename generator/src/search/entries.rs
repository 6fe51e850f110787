//! What can be found in a language: its sections and their pages, as Zola chooses them.
//!
//! Zola's order is that of a hash map. Ours: sections by their address, so that each comes before those
//! below it, and each followed by its pages in the section's own order.

use std::borrow::Cow;
use std::collections::HashSet;

use crate::bodies::Bodies;
use crate::parse::MatterDate;
use crate::site::{NodeId, PageId, SectionId, Site};

/// A page or section that can be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Its permalink, which no other entry has.
    pub url: &'a str,
    /// Its title, or nothing.
    pub title: &'a str,
    /// Its description, or nothing.
    pub description: &'a str,
    /// A page's date.
    pub date: Option<&'a MatterDate>,
    /// The path of its address.
    pub path: &'a str,
    /// The HTML of its body.
    pub html: &'a str,
}

/// Everything that can be found in a language.
///
/// `in_search_index = false` takes a page away, and a section with its pages; of a section that redirects
/// only the pages are there; pages without a section are not. A page that several sections list, because
/// they are transparent, is there once: Zola until September 2026 has it once per section.
pub fn entries<'a>(site: &'a Site, bodies: &'a Bodies, language: &str) -> Vec<Entry<'a>> {
    let searched = |id: &SectionId| {
        let section = site.section(*id);
        section.language == language && section.matter.in_search_index
    };
    let mut sections: Vec<SectionId> = site.section_ids().filter(searched).collect();
    sections.sort_by_key(|id| &site.section(*id).address.path);
    let mut urls = HashSet::new();
    let nodes = sections.into_iter().flat_map(|id| nodes(site, id));
    nodes.map(|node| entry(site, bodies, node)).filter(|entry| urls.insert(entry.url)).collect()
}

fn nodes(site: &Site, id: SectionId) -> impl Iterator<Item = NodeId> + '_ {
    let section = site.section(id);
    let own = section.matter.redirect_to.is_none().then_some(NodeId::Section(id));
    let is_searched = |id: &&PageId| site.page(**id).matter().in_search_index;
    own.into_iter().chain(section.pages.iter().filter(is_searched).map(|id| NodeId::Page(*id)))
}

fn entry<'a>(site: &'a Site, bodies: &'a Bodies, node: NodeId) -> Entry<'a> {
    let (title, description, date) = match node {
        NodeId::Page(id) => {
            let page = site.page(id);
            (&page.matter().title, &page.matter().description, page.date.as_ref())
        }
        NodeId::Section(id) => {
            let matter = &site.section(id).matter;
            (&matter.title, &matter.description, None)
        }
    };
    let address = site.address(node);
    Entry {
        url: &address.permalink,
        title: title.as_deref().unwrap_or_default(),
        description: description.as_deref().unwrap_or_default(),
        date,
        path: &address.path,
        html: &bodies.of(node).markup.html,
    }
}

/// A date as RFC 3339 has it, midnight and UTC where nothing else is said.
pub fn rfc3339(date: &MatterDate) -> Cow<'_, str> {
    let text = date.text.as_str();
    if !text.contains('T') {
        return format!("{text}T00:00:00Z").into();
    }
    if let Some(local) = text.strip_suffix("+00:00").or_else(|| text.strip_suffix("-00:00")) {
        return format!("{local}Z").into();
    }
    let time = text.split_once('T').map_or("", |(_, time)| time);
    if time.contains(['Z', '+', '-']) { text.into() } else { format!("{text}Z").into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::date;

    #[test]
    fn dates_are_moments() {
        for (written, expected) in [
            ("2026-03-07", "2026-03-07T00:00:00Z"),
            ("2026-03-07T18:30:00", "2026-03-07T18:30:00Z"),
            ("2026-03-07T18:30:00.250", "2026-03-07T18:30:00.25Z"),
            ("2026-03-07T18:30:00+02:00", "2026-03-07T18:30:00+02:00"),
            ("2026-03-07 18:30:00-01:30", "2026-03-07T18:30:00-01:30"),
            ("2026-03-07T18:30:00+00:00", "2026-03-07T18:30:00Z"),
            ("2026-03-07T18:30:00z", "2026-03-07T18:30:00Z"),
        ] {
            let date = date::parse(written).expect("it is a date");
            assert_eq!(rfc3339(&date), expected, "{written}");
        }
    }
}
