//! What templates see of the site: one [`Value`] per page, section, term and language's configuration.
//!
//! Built once and shared: a [`Value`] is a counted reference, so a listing, a pager or `get_page` costs
//! no copy of a page. The names and their contents are Zola 0.23's.

mod config;
mod maps;

use rayon::prelude::*;
use tera::{Map, Value};

use crate::bodies::{Bodies, Body};
use crate::markup::Heading;
use crate::site::{NodeId, PageId, SectionId, Site, Taxonomy, Term};

pub use config::config_value;
pub use maps::{data, sorted, sorted_data};

/// What is added to the values of pages and sections by what is more than a Zola site. Asked from several
/// threads.
pub trait Additions: Sync {
    /// Keys added to `page` (`strategy`, `review`), wherever this page's value is seen.
    fn page(&self, id: PageId) -> Vec<(&'static str, Value)> {
        let _ = id;
        Vec::new()
    }

    /// Keys added to `section`.
    fn section(&self, id: SectionId) -> Vec<(&'static str, Value)> {
        let _ = id;
        Vec::new()
    }
}

/// Nothing is added.
struct NoAdditions;

impl Additions for NoAdditions {}

/// The values of a whole site.
#[derive(Debug, Clone, Default)]
pub struct Values {
    /// Of [`Site::pages`].
    pub pages: Vec<Value>,
    /// Of [`Site::sections`].
    pub sections: Vec<Value>,
    /// Of [`Site::taxonomies`].
    pub taxonomies: Vec<TaxonomyValues>,
}

/// The values of a taxonomy.
#[derive(Debug, Clone)]
pub struct TaxonomyValues {
    /// Its settings, as `taxonomy`.
    pub config: Value,
    /// With its terms, as `get_taxonomy` gives it.
    pub whole: Value,
    /// Its terms with their pages, as `terms`.
    pub terms: Value,
}

impl TaxonomyValues {
    /// One of its terms.
    pub fn term(&self, index: usize) -> Value {
        self.terms.as_array().and_then(|terms| terms.get(index)).cloned().unwrap_or_else(Value::none)
    }
}

impl Values {
    /// The values of a site whose bodies are composed, with what an extension adds to them.
    pub fn new(site: &Site, bodies: &Bodies, additions: &dyn Additions) -> Self {
        let ids: Vec<PageId> = site.page_ids().collect();
        let plain = ids.into_par_iter().map(|id| whole_page(site, bodies, additions, id)).collect();
        Self::of_pages(site, bodies, additions, plain)
    }

    /// The values of a site whose bodies are not composed yet.
    ///
    /// Deliberately on one thread: they are made while bodies are composed, when the first body asks for
    /// them. A thread of the pool that waited for the others here would take up another body, and that
    /// one would wait for these values forever.
    pub fn without_bodies(site: &Site) -> Self {
        let bodies = Bodies {
            pages: vec![Body::default(); site.pages.len()],
            sections: vec![Body::default(); site.sections.len()],
            ..Bodies::default()
        };
        let plain = site.page_ids().map(|id| whole_page(site, &bodies, &NoAdditions, id)).collect();
        Self::of_pages(site, &bodies, &NoAdditions, plain)
    }

    fn of_pages(site: &Site, bodies: &Bodies, additions: &dyn Additions, plain: Vec<Map>) -> Self {
        let pages = with_neighbours(site, plain);
        let sections = site
            .section_ids()
            .map(|id| {
                let mut map = section_map(site, id, &bodies.sections[id.0]);
                map.insert("backlinks".into(), backlinks(site, bodies, NodeId::Section(id)));
                map.insert("pages".into(), listed(&pages, &site.section(id).pages));
                extend(&mut map, additions.section(id));
                sorted(map)
            })
            .collect();
        let taxonomies = site.taxonomies.iter().map(|taxonomy| taxonomy_values(taxonomy, &pages)).collect();
        Self { pages, sections, taxonomies }
    }

    /// The values of some pages, in the order given.
    pub fn listing(&self, pages: &[PageId]) -> Value {
        listed(&self.pages, pages)
    }
}

/// `page` as a page's own Markdown sees it: everything but what comes out of the Markdown, and, as in Zola,
/// without its translations. Of `body` only the word count and the reading time are known by then.
pub fn content_page(site: &Site, id: PageId, body: &Body) -> Value {
    without_translations(page_map(site, id, body))
}

/// `section` as a section's own Markdown sees it, without its pages and translations.
pub fn content_section(site: &Site, id: SectionId, body: &Body) -> Value {
    without_translations(section_map(site, id, body))
}

fn without_translations(mut map: Map) -> Value {
    map.insert("translations".into(), no_values());
    sorted(map)
}

fn no_values() -> Value {
    Vec::<Value>::new().into()
}

/// A term as its feed sees it: without its pages.
pub fn feed_term(term: &Term) -> Value {
    let mut map = Map::default();
    map.insert("name".into(), term.name.as_str().into());
    map.insert("slug".into(), term.slug.as_str().into());
    map.insert("permalink".into(), term.address.permalink.as_str().into());
    sorted(map)
}

/// A page with all but its neighbours.
fn whole_page(site: &Site, bodies: &Bodies, additions: &dyn Additions, id: PageId) -> Map {
    let mut map = page_map(site, id, &bodies.pages[id.0]);
    map.insert("backlinks".into(), backlinks(site, bodies, NodeId::Page(id)));
    extend(&mut map, additions.page(id));
    map
}

/// Each page with its neighbours; a neighbour's value has no neighbours of its own, or each page would
/// hold its whole section.
fn with_neighbours(site: &Site, plain: Vec<Map>) -> Vec<Value> {
    let plain: Vec<Value> = plain.into_iter().map(Value::from).collect();
    let with = |(page, value): (&crate::site::Page, &Value)| {
        let mut map = match (page.lower, page.higher) {
            (None, None) => return value.clone(),
            _ => value.as_map().cloned().unwrap_or_default(),
        };
        for (key, neighbour) in [("lower", page.lower), ("higher", page.higher)] {
            if let Some(neighbour) = neighbour {
                map.insert(key.into(), plain[neighbour.0].clone());
            }
        }
        sorted(map)
    };
    site.pages.iter().zip(&plain).map(with).collect()
}

fn page_map(site: &Site, id: PageId, body: &Body) -> Map {
    let page = site.page(id);
    let matter = page.matter();
    let mut map = Map::default();
    let day = page.date.as_ref().map(|date| date.day);
    map.insert("relative_path".into(), page.document.file.relative.as_str().into());
    map.insert("colocated_path".into(), optional(page.document.file.colocated.as_deref()));
    map.insert("slug".into(), page.slug.as_str().into());
    map.insert("updated".into(), optional(matter.updated.as_ref().map(|date| date.text.as_str())));
    map.insert("date".into(), optional(page.date.as_ref().map(|date| date.text.as_str())));
    map.insert("year".into(), day.map(|day| day.0).into());
    map.insert("month".into(), day.map(|day| day.1).into());
    map.insert("day".into(), day.map(|day| day.2).into());
    map.insert("title".into(), optional(matter.title.as_deref()));
    map.insert("description".into(), optional(matter.description.as_deref()));
    map.insert("taxonomies".into(), Value::from_serializable(&matter.taxonomies));
    map.insert("authors".into(), texts(&matter.authors));
    map.insert("extra".into(), data(&matter.extra));
    map.insert("draft".into(), matter.draft.into());
    map.insert("summary".into(), optional(body.markup.summary.as_deref()));
    map.insert("assets".into(), texts(&assets(page)));
    map.insert("lower".into(), Value::none());
    map.insert("higher".into(), Value::none());
    let node = Node {
        address: &page.address,
        ancestors: &page.ancestors,
        language: &page.document.file.language,
        canonical: &page.document.file.canonical,
    };
    common(&mut map, site, &node, body);
    map
}

/// Files beside a page, as Zola 0.23 names them: below the content folder, with a slash in front.
fn assets(page: &crate::site::Page) -> Vec<String> {
    page.assets.iter().map(|asset| format!("/{asset}")).collect()
}

fn section_map(site: &Site, id: SectionId, body: &Body) -> Map {
    let section = site.section(id);
    let matter = &section.matter;
    let mut map = Map::default();
    let colocated = section.document.as_ref().and_then(|document| document.file.colocated.as_deref());
    let folder = colocated.unwrap_or_default();
    let assets: Vec<String> = section
        .assets
        .iter()
        .map(|asset| format!("{}{}", section.address.path, asset.strip_prefix(folder).unwrap_or(asset)))
        .collect();
    map.insert("relative_path".into(), section.relative.as_str().into());
    map.insert("colocated_path".into(), Value::none());
    map.insert("draft".into(), matter.draft.into());
    map.insert("title".into(), optional(matter.title.as_deref()));
    map.insert("description".into(), optional(matter.description.as_deref()));
    map.insert("extra".into(), data(&matter.extra));
    map.insert("assets".into(), texts(&assets));
    map.insert("generate_feeds".into(), matter.generate_feeds.into());
    map.insert("transparent".into(), matter.transparent.into());
    map.insert("paginate_by".into(), matter.paginate_by.into());
    map.insert("paginate_reversed".into(), matter.paginate_reversed.into());
    map.insert("pages".into(), no_values());
    let subsections: Vec<Value> =
        section.subsections.iter().map(|id| site.section(*id).relative.as_str().into()).collect();
    map.insert("subsections".into(), subsections.into());
    let node = Node {
        address: &section.address,
        ancestors: &section.ancestors,
        language: &section.language,
        canonical: &section.canonical,
    };
    common(&mut map, site, &node, body);
    if section.document.is_none() {
        // Nothing is counted where there is no file.
        map.insert("word_count".into(), Value::none());
        map.insert("reading_time".into(), Value::none());
    }
    map
}

/// What a page and a section have in common.
struct Node<'a> {
    address: &'a crate::site::Address,
    ancestors: &'a [SectionId],
    language: &'a str,
    canonical: &'a str,
}

fn common(map: &mut Map, site: &Site, node: &Node<'_>, body: &Body) {
    let ancestors: Vec<Value> =
        node.ancestors.iter().map(|id| site.section(*id).relative.as_str().into()).collect();
    map.insert("content".into(), body.markup.html.as_str().into());
    map.insert("permalink".into(), node.address.permalink.as_str().into());
    map.insert("path".into(), node.address.path.as_str().into());
    map.insert("components".into(), texts(&node.address.components));
    map.insert("ancestors".into(), ancestors.into());
    map.insert("toc".into(), headings(&body.markup.toc));
    map.insert("word_count".into(), body.word_count.into());
    map.insert("reading_time".into(), body.reading_time.into());
    map.insert("lang".into(), node.language.into());
    map.insert("translations".into(), translations(site, node.canonical));
    map.insert("backlinks".into(), no_values());
}

fn translations(site: &Site, canonical: &str) -> Value {
    let nodes = site.translations.get(canonical).map(Vec::as_slice).unwrap_or_default();
    let all: Vec<Value> = nodes
        .iter()
        .map(|node| {
            let named = Named::of(site, *node);
            let mut map = Map::default();
            map.insert("lang".into(), named.language.into());
            map.insert("permalink".into(), named.permalink.into());
            map.insert("title".into(), optional(named.title));
            map.insert("path".into(), named.file.as_str().into());
            sorted(map)
        })
        .collect();
    all.into()
}

fn backlinks(site: &Site, bodies: &Bodies, node: NodeId) -> Value {
    let nodes = bodies.backlinks.get(&node).map(Vec::as_slice).unwrap_or_default();
    let all: Vec<Value> = nodes
        .iter()
        .map(|node| {
            let named = Named::of(site, *node);
            let mut map = Map::default();
            map.insert("permalink".into(), named.permalink.into());
            map.insert("title".into(), optional(named.title));
            sorted(map)
        })
        .collect();
    all.into()
}

/// What other documents are told of a document.
struct Named<'a> {
    language: &'a str,
    permalink: &'a str,
    title: Option<&'a str>,
    file: String,
}

impl<'a> Named<'a> {
    fn of(site: &'a Site, node: NodeId) -> Self {
        match node {
            NodeId::Page(id) => {
                let page = site.page(id);
                Self {
                    language: &page.document.file.language,
                    permalink: &page.address.permalink,
                    title: page.matter().title.as_deref(),
                    file: page.document.file.relative.clone(),
                }
            }
            NodeId::Section(id) => {
                let section = site.section(id);
                Self {
                    language: &section.language,
                    permalink: &section.address.permalink,
                    title: section.matter.title.as_deref(),
                    file: section.relative.clone(),
                }
            }
        }
    }
}

fn taxonomy_values(taxonomy: &Taxonomy, pages: &[Value]) -> TaxonomyValues {
    let config = config::taxonomy_config(&taxonomy.config);
    let terms: Vec<Value> = taxonomy
        .terms
        .iter()
        .map(|term| {
            let mut map = Map::default();
            map.insert("name".into(), term.name.as_str().into());
            map.insert("slug".into(), term.slug.as_str().into());
            map.insert("path".into(), term.address.path.as_str().into());
            map.insert("permalink".into(), term.address.permalink.as_str().into());
            map.insert("pages".into(), listed(pages, &term.pages));
            map.insert("page_count".into(), term.pages.len().into());
            sorted(map)
        })
        .collect();
    let terms = Value::from(terms);
    let mut whole = Map::default();
    whole.insert("kind".into(), config.clone());
    whole.insert("lang".into(), taxonomy.language.as_str().into());
    whole.insert("permalink".into(), taxonomy.address.permalink.as_str().into());
    whole.insert("items".into(), terms.clone());
    TaxonomyValues { config, whole: sorted(whole), terms }
}

fn listed(values: &[Value], pages: &[PageId]) -> Value {
    pages.iter().map(|id| values[id.0].clone()).collect::<Vec<_>>().into()
}

fn extend(map: &mut Map, added: Vec<(&'static str, Value)>) {
    for (key, value) in added {
        map.insert(key.into(), value);
    }
}

fn headings(toc: &[Heading]) -> Value {
    let all = toc.iter().map(|heading| {
        let mut map = Map::default();
        map.insert("level".into(), heading.level.into());
        map.insert("id".into(), heading.id.as_str().into());
        map.insert("permalink".into(), heading.permalink.as_str().into());
        map.insert("title".into(), heading.title.as_str().into());
        map.insert("children".into(), headings(&heading.children));
        sorted(map)
    });
    all.collect::<Vec<_>>().into()
}

fn optional(text: Option<&str>) -> Value {
    text.map_or_else(Value::none, Value::from)
}

fn texts(texts: &[String]) -> Value {
    texts.iter().map(|text| Value::from(text.as_str())).collect::<Vec<_>>().into()
}
