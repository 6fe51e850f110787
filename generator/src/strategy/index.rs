//! Finds the parts of the strategy: every page and section of the default language that has a `kind`.

use std::collections::BTreeMap;

use super::model::EntityId;
use super::vocabulary::{Kind, Word};
use crate::data::Extra;
use crate::diagnostic::catalog::{data as forms, strategy as catalog};
use crate::diagnostic::{Diagnostics, nearest};
use crate::parse::{Document, Matter};
use crate::site::{NodeId, SectionId, Site};

/// What was found, before anything else of it was read.
#[derive(Debug)]
pub struct Entry {
    /// The page or section.
    pub node: NodeId,
    /// Name of its file or folder.
    pub id: String,
    /// What it is.
    pub kind: Kind,
    /// Its title; the id where it has none.
    pub title: String,
    /// Its description, or nothing.
    pub description: String,
}

/// All parts, by path of their files.
#[derive(Debug, Default)]
pub struct Index {
    /// By [`EntityId`].
    pub entries: Vec<Entry>,
    /// The first with each id.
    pub by_id: BTreeMap<String, EntityId>,
    /// By page or section.
    pub by_node: BTreeMap<NodeId, EntityId>,
}

impl Index {
    /// A part.
    pub fn entry(&self, id: EntityId) -> &Entry {
        &self.entries[id.0]
    }

    /// The part with this id, or the nearest id among those of `kinds`.
    pub fn find(&self, id: &str, kinds: &[Kind]) -> Result<EntityId, Option<&str>> {
        if let Some(found) = self.by_id.get(id) {
            return Ok(*found);
        }
        let candidates = self.entries.iter().filter(|entry| kinds.contains(&entry.kind));
        Err(nearest(id, candidates.map(|entry| entry.id.as_str())))
    }
}

/// Walks the site once.
pub fn build(site: &Site, diagnostics: &mut Diagnostics) -> Index {
    let mut index = Index::default();
    for (node, document) in documents(site) {
        if document.file.language != site.config.default_language {
            continue;
        }
        match kind(document, diagnostics) {
            Ok(Some(kind)) => add(site, &mut index, node, document, kind, diagnostics),
            Ok(None) => report_missing_kind(site, node, document, diagnostics),
            Err(()) => {}
        }
    }
    index
}

/// Free front matter of a document.
pub fn extra(document: &Document) -> &Extra {
    match &document.matter {
        Matter::Page(matter) => &matter.extra,
        Matter::Section(matter) => &matter.extra,
    }
}

/// The document of a page or section that is part of the strategy.
pub fn document(site: &Site, node: NodeId) -> &Document {
    site.document(node).expect("only sections with a file are in the index")
}

/// The nearest section above (or at) a node that is a theme or group.
pub fn area_above(site: &Site, node: NodeId) -> Option<SectionId> {
    let NodeId::Page(id) = node else { return None };
    let page = site.page(id);
    page.ancestors.iter().copied().chain(page.section).rev().find(|section| {
        let document = site.section(*section).document.as_ref();
        let kind = document.and_then(|document| extra(document).get("kind")?.as_str());
        matches!(kind.and_then(Kind::parse), Some(Kind::Theme | Kind::Group))
    })
}

fn documents(site: &Site) -> Vec<(NodeId, &Document)> {
    let pages = site.page_ids().map(|id| (NodeId::Page(id), &site.page(id).document));
    let sections = site.section_ids().filter_map(|id| {
        let document = site.section(id).document.as_ref()?;
        Some((NodeId::Section(id), document))
    });
    let mut documents: Vec<_> = sections.chain(pages).collect();
    documents.sort_by(|a, b| a.1.file.relative.cmp(&b.1.file.relative));
    documents
}

/// Its kind: none if it has none, an error if it has been reported.
fn kind(document: &Document, diagnostics: &mut Diagnostics) -> Result<Option<Kind>, ()> {
    let Some(value) = extra(document).get("kind").filter(|value| !value.is_null()) else { return Ok(None) };
    let Some(text) = value.as_str() else {
        diagnostics.push(forms::wrong_type(document.span("extra.kind"), "kind", "text", "something else"));
        return Err(());
    };
    Kind::parse(text).map(Some).ok_or_else(|| {
        let words: Vec<&str> = Kind::ALL.iter().map(|(word, _)| *word).collect();
        diagnostics.push(forms::unknown_choice(document.span("extra.kind"), "kind", text, &words));
    })
}

fn add(
    site: &Site,
    index: &mut Index,
    node: NodeId,
    document: &Document,
    kind: Kind,
    diagnostics: &mut Diagnostics,
) {
    let id = id_of(document);
    report_place(site, node, document, kind, diagnostics);
    if !is_id(&id) {
        diagnostics.push(catalog::bad_id(document.span("extra.kind"), &id));
    }
    let (title, description) = match &document.matter {
        Matter::Page(matter) => (&matter.title, &matter.description),
        Matter::Section(matter) => (&matter.title, &matter.description),
    };
    if title.is_none() {
        diagnostics.push(catalog::missing_title(document.span("extra.kind"), kind.key()));
    }
    let entity = EntityId(index.entries.len());
    match index.by_id.get(&id) {
        Some(first) => {
            let first = self::document(site, index.entry(*first).node).span("extra.kind");
            diagnostics.push(catalog::duplicate_id(document.span("extra.kind"), &id, first));
        }
        None => {
            index.by_id.insert(id.clone(), entity);
        }
    }
    index.by_node.insert(node, entity);
    index.entries.push(Entry {
        node,
        kind,
        title: title.clone().unwrap_or_else(|| id.clone()),
        description: description.clone().unwrap_or_default(),
        id,
    });
}

/// Whether it is where its kind belongs.
fn report_place(site: &Site, node: NodeId, document: &Document, kind: Kind, diagnostics: &mut Diagnostics) {
    let span = || document.span("extra.kind");
    let NodeId::Page(id) = node else {
        if !matches!(kind, Kind::Theme | Kind::Group) {
            diagnostics.push(catalog::kind_needs_page(span(), kind.key()));
        }
        return;
    };
    if matches!(kind, Kind::Theme | Kind::Group) {
        diagnostics.push(catalog::kind_needs_section(span(), kind.key()));
    }
    if kind == Kind::Project && area_above(site, node).is_none() {
        diagnostics.push(catalog::project_outside_theme(span()));
    }
    let page = site.page(id);
    if !page.published {
        let section = page.section.map_or("_index.md", |section| &site.section(section).relative);
        diagnostics.push(catalog::not_listed(span(), section));
    }
}

fn report_missing_kind(site: &Site, node: NodeId, document: &Document, diagnostics: &mut Diagnostics) {
    if let Some(section) = area_above(site, node) {
        let title = site.section(section).matter.title.clone().unwrap_or_default();
        diagnostics.push(catalog::missing_kind(document.span("extra"), &title));
    }
}

fn id_of(document: &Document) -> String {
    let file = &document.file;
    if file.stem != "_index" && file.stem != "index" {
        return file.stem.clone();
    }
    file.relative.rsplit('/').nth(1).unwrap_or("start").to_owned()
}

/// Words of ASCII letters and digits, joined by hyphens: ids stand in addresses.
fn is_id(id: &str) -> bool {
    let word = |word: &str| {
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    id.split('-').all(word)
}
