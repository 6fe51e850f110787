//! Documents → pages and sections with their addresses: drafts left out, languages' roots added.

use std::collections::BTreeMap;

use crate::config::Config;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::catalog::site as catalog;
use crate::discover::Inventory;
use crate::parse::{Document, Matter, SectionMatter};
use crate::site::{Page, Section, addresses};

/// Pages and sections, not yet connected, each list by relative path.
pub(super) fn build(
    config: &Config,
    documents: Vec<Document>,
    inventory: &Inventory,
    include_drafts: bool,
    diagnostics: &mut Diagnostics,
) -> (Vec<Page>, Vec<Section>) {
    let draft_folders = if include_drafts { BTreeMap::new() } else { draft_folders(&documents) };
    let index_addresses = index_addresses(&documents, config);
    let assets = Assets::new(inventory);
    let mut pages = Vec::new();
    let mut sections = Vec::new();
    for document in documents {
        if is_below(&document, &draft_folders) {
            continue;
        }
        match &document.matter {
            Matter::Section(matter) if matter.draft && !include_drafts => {}
            Matter::Section(matter) => {
                let matter = SectionMatter::clone(matter);
                sections.push(section(document, matter, config, &assets));
            }
            Matter::Page(matter) if matter.draft && !include_drafts => {}
            Matter::Page(_) => {
                let page = page(document, config, &assets, diagnostics);
                check_index_file(&page, &index_addresses, diagnostics);
                check_taxonomies(&page, config, diagnostics);
                pages.push(page);
            }
        }
    }
    add_roots(&mut sections, config);
    pages.sort_by(|a, b| a.document.file.relative.cmp(&b.document.file.relative));
    sections.sort_by(|a, b| a.relative.cmp(&b.relative));
    (pages, sections)
}

/// Name of a section's file in a language.
pub(super) fn index_name(language: &str, config: &Config) -> String {
    if language == config.default_language { "_index.md".to_owned() } else { format!("_index.{language}.md") }
}

fn page(document: Document, config: &Config, assets: &Assets<'_>, diagnostics: &mut Diagnostics) -> Page {
    let Matter::Page(matter) = &document.matter else { unreachable!("only page documents come here") };
    let (slug, date, address) = addresses::page(&document, matter, config, diagnostics);
    let own = document.file.colocated.as_deref().filter(|_| document.file.stem == "index");
    Page {
        assets: own.map(|folder| assets.of(folder, |_| true)).unwrap_or_default(),
        template: matter.template.clone().unwrap_or_else(|| "page.html".to_owned()),
        document,
        address,
        slug,
        date,
        section: None,
        ancestors: Vec::new(),
        lower: None,
        higher: None,
        published: true,
    }
}

fn section(document: Document, matter: SectionMatter, config: &Config, assets: &Assets<'_>) -> Section {
    let file = &document.file;
    let folder = file.colocated.clone().unwrap_or_default();
    Section {
        relative: file.relative.clone(),
        canonical: file.canonical.clone(),
        language: file.language.clone(),
        address: addresses::section(&file.folders, &file.language, config),
        template: template(&matter, &file.folders),
        assets: assets.of(&folder, |name| !name.contains('/')),
        document: Some(document),
        matter,
        parent: None,
        ancestors: Vec::new(),
        pages: Vec::new(),
        ignored_pages: Vec::new(),
        subsections: Vec::new(),
    }
}

fn template(matter: &SectionMatter, folders: &[String]) -> String {
    let default = if folders.is_empty() { "index.html" } else { "section.html" };
    matter.template.clone().unwrap_or_else(|| default.to_owned())
}

/// Paths of all assets in byte order, so that those of a folder are neighbours.
struct Assets<'a>(Vec<&'a str>);

impl<'a> Assets<'a> {
    fn new(inventory: &'a Inventory) -> Self {
        let mut paths: Vec<&str> = inventory.assets.iter().map(|file| file.relative.as_str()).collect();
        paths.sort_unstable();
        Self(paths)
    }

    /// Those below `folder` whose name below it `belongs`, in Zola's order: without regard to case.
    fn of(&self, folder: &str, belongs: impl Fn(&str) -> bool) -> Vec<String> {
        let first = self.0.partition_point(|path| *path < folder);
        let below = self.0[first..].iter().map_while(|path| Some((*path, path.strip_prefix(folder)?)));
        let mut assets: Vec<String> =
            below.filter(|(_, name)| belongs(name)).map(|(path, _)| path.to_owned()).collect();
        assets.sort_by_cached_key(|path| path.to_ascii_lowercase());
        assets
    }
}

/// Every language has a root, whether it has a file or not.
fn add_roots(sections: &mut Vec<Section>, config: &Config) {
    for language in config.languages.keys() {
        let relative = index_name(language, config);
        if sections.iter().any(|section| section.relative == relative) {
            continue;
        }
        let matter = SectionMatter {
            render: true,
            in_search_index: true,
            paginate_path: "page".to_owned(),
            ..SectionMatter::default()
        };
        sections.push(Section {
            relative,
            canonical: "_index".to_owned(),
            language: language.clone(),
            address: addresses::default_root(language, config),
            template: template(&matter, &[]),
            assets: Vec::new(),
            document: None,
            matter,
            parent: None,
            ancestors: Vec::new(),
            pages: Vec::new(),
            ignored_pages: Vec::new(),
            subsections: Vec::new(),
        });
    }
}

/// Folders whose section is a draft, with the section's path; nothing below them is published.
pub(super) fn draft_folders(documents: &[Document]) -> BTreeMap<String, String> {
    let drafts = documents.iter().filter(|document| match &document.matter {
        Matter::Section(matter) => matter.draft,
        Matter::Page(_) => false,
    });
    let folders = drafts.map(|document| &document.file);
    folders.filter_map(|file| Some((file.colocated.clone()?, file.relative.clone()))).collect()
}

/// Whether a document lies in a draft folder; other languages' sections of the folder itself do not count.
fn is_below(document: &Document, drafts: &BTreeMap<String, String>) -> bool {
    let own = document.file.colocated.as_deref().filter(|_| document.file.stem == "_index");
    let relative = &document.file.relative;
    drafts.keys().any(|folder| relative.starts_with(folder.as_str()) && own != Some(folder.as_str()))
}

/// Sections, drafts included, by the components of their addresses.
fn index_addresses(documents: &[Document], config: &Config) -> BTreeMap<Vec<String>, std::path::PathBuf> {
    let sections = documents.iter().filter(|document| matches!(document.matter, Matter::Section(_)));
    sections
        .map(|document| {
            let file = &document.file;
            (addresses::section(&file.folders, &file.language, config).components, file.path.clone())
        })
        .collect()
}

fn check_index_file(
    page: &Page,
    sections: &BTreeMap<Vec<String>, std::path::PathBuf>,
    diagnostics: &mut Diagnostics,
) {
    let file = &page.document.file;
    if file.relative.rsplit('/').next() != Some("index.md") {
        return;
    }
    if page.address.components.is_empty() && file.colocated.is_some() {
        return;
    }
    let section = sections.get(&page.address.components);
    if section.is_some() || file.colocated.is_none() {
        diagnostics.push(catalog::index_beside_section(&file.path, section.map(std::path::PathBuf::as_path)));
    }
}

fn check_taxonomies(page: &Page, config: &Config, diagnostics: &mut Diagnostics) {
    let known = &config.language(&page.document.file.language).taxonomies;
    for name in page.matter().taxonomies.keys() {
        if !known.iter().any(|taxonomy| taxonomy.name == *name) {
            let span = page.document.span(&format!("taxonomies.{name}"));
            let language = config.is_multilingual().then_some(page.document.file.language.as_str());
            let known = known.iter().map(|taxonomy| taxonomy.name.as_str());
            diagnostics.push(catalog::unknown_taxonomy(span, name, language, known));
        }
    }
}
