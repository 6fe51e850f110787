//! Connects pages and sections: parents, ancestors, subsections, who lists which page, inherited templates.

use std::collections::BTreeMap;

use crate::config::Config;
use crate::site::build::index_name;
use crate::site::{Page, PageId, Section, SectionId};

/// Sections by folder (as `a/b/`, empty at the root) and language.
pub(super) type SectionIndex = BTreeMap<(String, String), SectionId>;

/// Connects everything; lists are in the order of paths until they are sorted.
pub(super) fn connect(pages: &mut [Page], sections: &mut [Section], config: &Config) {
    let index = section_index(sections, config);
    for id in 0..sections.len() {
        connect_section(SectionId(id), sections, &index);
    }
    for id in 0..sections.len() {
        let mut below = std::mem::take(&mut sections[id].subsections);
        below.sort_by_key(|below| (sections[below.0].matter.weight, *below));
        sections[id].subsections = below;
    }
    for (id, page) in pages.iter_mut().enumerate() {
        connect_page(PageId(id), page, sections, &index);
    }
}

fn section_index(sections: &[Section], config: &Config) -> SectionIndex {
    let keys = sections.iter().enumerate().filter_map(|(id, section)| {
        let folder = section.relative.strip_suffix(&index_name(&section.language, config))?;
        Some(((folder.to_owned(), section.language.clone()), SectionId(id)))
    });
    keys.collect()
}

/// Folders above `a/b/`, from the root down: ``, `a/`.
fn folders_above(folder: &str) -> impl Iterator<Item = &str> {
    let inner = folder.trim_end_matches('/');
    let cuts = inner.match_indices('/').map(|(at, _)| &folder[..=at]);
    (!folder.is_empty()).then_some("").into_iter().chain(cuts)
}

fn connect_section(id: SectionId, sections: &mut [Section], index: &SectionIndex) {
    let section = &sections[id.0];
    let language = section.language.clone();
    let folder = section.relative.rfind('/').map_or("", |at| &section.relative[..=at]).to_owned();
    let find = |folder: &str| index.get(&(folder.to_owned(), language.clone())).copied();
    let ancestors: Vec<SectionId> = folders_above(&folder).filter_map(find).collect();
    let parent = folders_above(&folder).last().and_then(find);
    sections[id.0].ancestors = ancestors;
    sections[id.0].parent = parent;
    if let Some(parent) = parent {
        sections[parent.0].subsections.push(id);
    }
}

/// Gives a page to its section, and through transparent sections to those above. Its ancestors are
/// then those of the last section that got it, as in Zola.
fn connect_page(id: PageId, page: &mut Page, sections: &mut [Section], index: &SectionIndex) {
    if !page.matter().render {
        return;
    }
    let file = &page.document.file;
    let language = file.language.clone();
    let has_template = page.matter().template.is_some();
    let mut inherited = None;
    let mut folder: String = file.folders.iter().map(|part| format!("{part}/")).collect();
    while let Some(section) = index.get(&(folder.clone(), language.clone())).copied() {
        sections[section.0].pages.push(id);
        page.section.get_or_insert(section);
        page.ancestors = sections[section.0].ancestors.clone();
        page.ancestors.push(section);
        if inherited.is_none() {
            let templates = page.ancestors.iter().rev().map(|above| &sections[above.0].matter.page_template);
            inherited = templates.flatten().next().cloned();
        }
        if !sections[section.0].matter.transparent || folder.is_empty() {
            break;
        }
        folder = folders_above(&folder).last().unwrap_or_default().to_owned();
    }
    if let Some(template) = inherited.filter(|_| !has_template) {
        page.template = template;
    }
}
