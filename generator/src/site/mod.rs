//! Stage 3: all documents → the [`Site`]: addresses, the tree of sections, order, neighbours,
//! translations, taxonomies, pagination. Zola's model; knows no strategy and no HTML.

mod addresses;
mod build;
mod collisions;
mod left_out;
pub mod pagination;

mod sorting;
mod taxonomies;
mod translations;
mod tree;

use std::collections::BTreeMap;

use crate::config::{Config, TaxonomyConfig};
use crate::diagnostic::Diagnostics;
use crate::discover::Inventory;
use crate::parse::{Document, PageMatter, SectionMatter};

pub use left_out::LeftOut;

/// Index of a page in [`Site::pages`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PageId(pub usize);

/// Index of a section in [`Site::sections`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SectionId(pub usize);

/// A page or a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NodeId {
    /// A page.
    Page(PageId),
    /// A section.
    Section(SectionId),
}

/// The whole site, addressed and connected. Lists are sorted by relative path.
#[derive(Debug, Clone)]
pub struct Site {
    /// Its settings.
    pub config: Config,
    /// All pages, orphans included.
    pub pages: Vec<Page>,
    /// All sections, those included that have no file (`document` is `None`).
    pub sections: Vec<Section>,
    /// Page or section by path below `content/`.
    pub by_path: BTreeMap<String, NodeId>,
    /// Every translation of a canonical path, in the order: default language, then by code.
    pub translations: BTreeMap<String, Vec<NodeId>>,
    /// Taxonomies, by language code and then in the order of the configuration.
    pub taxonomies: Vec<Taxonomy>,
    /// Documents that are not part of it, by path below `content/`, and why.
    pub left_out: BTreeMap<String, LeftOut>,
}

/// Where something is to be found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Address {
    /// `/themen/leben/dorffunk/`
    pub path: String,
    /// `["themen", "leben", "dorffunk"]`
    pub components: Vec<String>,
    /// `https://…/themen/leben/dorffunk/`
    pub permalink: String,
}

/// A page.
#[derive(Debug, Clone)]
pub struct Page {
    /// Its file.
    pub document: Document,
    /// Where it is published.
    pub address: Address,
    /// Last part of its address.
    pub slug: String,
    /// Date from front matter or file name.
    pub date: Option<crate::parse::MatterDate>,
    /// The section that lists it.
    pub section: Option<SectionId>,
    /// Sections above it, from the root down.
    pub ancestors: Vec<SectionId>,
    /// Template, from front matter or the nearest `page_template`; `page.html` unless set.
    pub template: String,
    /// Neighbour that comes before it in its section.
    pub lower: Option<PageId>,
    /// Neighbour that comes after it.
    pub higher: Option<PageId>,
    /// Its colocated files, below `content/`, sorted.
    pub assets: Vec<String>,
    /// `false` where the page lacks the key its section sorts by: Zola neither lists nor renders it.
    pub published: bool,
}

/// A section.
#[derive(Debug, Clone)]
pub struct Section {
    /// Its file; `None` for the root of a language that has no `_index.md`.
    pub document: Option<Document>,
    /// Path below `content/` that its file has or would have.
    pub relative: String,
    /// The same without language and ending.
    pub canonical: String,
    /// Its language.
    pub language: String,
    /// What its front matter says, or the defaults.
    pub matter: SectionMatter,
    /// Where it is published.
    pub address: Address,
    /// The section above.
    pub parent: Option<SectionId>,
    /// Sections above it, from the root down.
    pub ancestors: Vec<SectionId>,
    /// Its pages in order, those of transparent subsections included.
    pub pages: Vec<PageId>,
    /// Pages that lack the key by which it sorts.
    pub ignored_pages: Vec<PageId>,
    /// Sections below it, by weight, then by path.
    pub subsections: Vec<SectionId>,
    /// Template, from front matter; otherwise `index.html` at the root and `section.html` elsewhere.
    pub template: String,
    /// Its colocated files, below `content/`, sorted.
    pub assets: Vec<String>,
}

/// A taxonomy in one language.
#[derive(Debug, Clone)]
pub struct Taxonomy {
    /// Its settings.
    pub config: TaxonomyConfig,
    /// Its language.
    pub language: String,
    /// Where its list is published.
    pub address: Address,
    /// Its terms by slug.
    pub terms: Vec<Term>,
}

/// A term of a taxonomy.
#[derive(Debug, Clone)]
pub struct Term {
    /// As written; of several spellings the first in byte order.
    pub name: String,
    /// In its URL.
    pub slug: String,
    /// Where it is published.
    pub address: Address,
    /// Its pages: by date, newest first; undated ones after them; other spellings' pages after those.
    pub pages: Vec<PageId>,
}

/// Builds the site: what is a draft is left out unless `include_drafts`.
pub fn resolve(
    config: Config,
    documents: Vec<Document>,
    inventory: &Inventory,
    include_drafts: bool,
    diagnostics: &mut Diagnostics,
) -> Site {
    let left_out = if include_drafts { BTreeMap::new() } else { left_out::drafts(&documents) };
    let (mut pages, mut sections) = build::build(&config, documents, inventory, include_drafts, diagnostics);
    tree::connect(&mut pages, &mut sections, &config);
    sorting::sort_sections(&mut pages, &mut sections, diagnostics);
    let taxonomies = taxonomies::collect(&pages, &config);
    collisions::check(&pages, &sections, &taxonomies, diagnostics);
    let section_paths = sections
        .iter()
        .enumerate()
        .map(|(id, section)| (section.relative.clone(), NodeId::Section(SectionId(id))));
    let page_paths = pages
        .iter()
        .enumerate()
        .map(|(id, page)| (page.document.file.relative.clone(), NodeId::Page(PageId(id))));
    Site {
        by_path: section_paths.chain(page_paths).collect(),
        translations: translations::collect(&pages, &sections, &config),
        config,
        pages,
        sections,
        taxonomies,
        left_out,
    }
}

impl Site {
    /// The same, with documents of which nothing is known but their paths below `content/`.
    #[must_use]
    pub fn with_broken(mut self, broken: impl IntoIterator<Item = String>) -> Self {
        self.left_out.extend(broken.into_iter().map(|path| (path, LeftOut::Broken)));
        self
    }

    /// Whether there is any document of which nothing is known.
    pub fn has_broken(&self) -> bool {
        self.left_out.values().any(|reason| *reason == LeftOut::Broken)
    }

    /// Why a document at `path` below `content/` is not part of the site, if there is one.
    pub fn left_out(&self, path: &str) -> Option<&LeftOut> {
        self.left_out.get(path)
    }

    /// A page.
    pub fn page(&self, id: PageId) -> &Page {
        &self.pages[id.0]
    }

    /// A section.
    pub fn section(&self, id: SectionId) -> &Section {
        &self.sections[id.0]
    }

    /// The file of a page or section; none for a language's root that has none.
    pub fn document(&self, node: NodeId) -> Option<&Document> {
        match node {
            NodeId::Page(id) => Some(&self.page(id).document),
            NodeId::Section(id) => self.section(id).document.as_ref(),
        }
    }

    /// Where a page or section is published.
    pub fn address(&self, node: NodeId) -> &Address {
        match node {
            NodeId::Page(id) => &self.page(id).address,
            NodeId::Section(id) => &self.section(id).address,
        }
    }

    /// Ids of all pages.
    pub fn page_ids(&self) -> impl Iterator<Item = PageId> + use<> {
        (0..self.pages.len()).map(PageId)
    }

    /// All pages, then all sections.
    pub fn nodes(&self) -> impl Iterator<Item = NodeId> + use<> {
        self.page_ids().map(NodeId::Page).chain(self.section_ids().map(NodeId::Section))
    }

    /// Ids of all sections.
    pub fn section_ids(&self) -> impl Iterator<Item = SectionId> + use<> {
        (0..self.sections.len()).map(SectionId)
    }
}

impl Page {
    /// Its front matter.
    pub fn matter(&self) -> &PageMatter {
        match &self.document.matter {
            crate::parse::Matter::Page(matter) => matter,
            crate::parse::Matter::Section(_) => unreachable!("resolve makes pages of page documents only"),
        }
    }
}

#[cfg(test)]
mod tests;
