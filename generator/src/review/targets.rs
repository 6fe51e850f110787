//! Everything one can comment on: passages, pages, the whole document.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::passages;
use super::settings::Settings;
use crate::bodies::{Bodies, Body};
use crate::diagnostic::catalog::review as catalog;
use crate::diagnostic::{Diagnostics, Span};
use crate::markup::BlockKind;
use crate::site::{NodeId, Site};
use crate::strategy::{EntityId, Strategy};

/// Id of the whole document.
pub const DOCUMENT: &str = "gesamt";

/// The site as it is reviewed.
#[derive(Debug, Clone, Default)]
pub struct Review {
    /// The whole document, then each page with its passages, in reading order.
    pub targets: Vec<Target>,
    /// Its pages in the same order.
    pub pages: Vec<PageReview>,
    /// Index in [`Review::pages`].
    pub by_node: BTreeMap<NodeId, usize>,
}

/// What a target is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TargetKind {
    /// A numbered passage.
    Passage,
    /// A page: something is missing there.
    Page,
    /// The whole document.
    Document,
}

/// Something one can comment on; the same as in the contract.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Target {
    /// Its number, or the id of its page.
    pub id: String,
    /// What it is.
    pub kind: TargetKind,
    /// Title of its page.
    pub title: String,
    /// What a person says on the telephone.
    pub number: Option<String>,
    /// Path on the site, with fragment.
    pub path: String,
    /// Path of its form page.
    pub form: String,
    /// Id of its theme or group.
    pub theme: Option<String>,
    /// Text of a passage.
    pub text: Option<String>,
    /// Digest of the text.
    pub digest: Option<String>,
}

/// A page as it is reviewed.
#[derive(Debug, Clone)]
pub struct PageReview {
    /// The page or section.
    pub node: NodeId,
    /// Its target in [`Review::targets`].
    pub target: usize,
    /// Its content in pieces, where passages are numbered; otherwise empty.
    pub blocks: Vec<Block>,
}

/// A piece of a page's HTML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// What it is.
    pub role: BlockRole,
    /// Bytes of the page's HTML.
    pub html: Range<usize>,
}

/// What a piece is to a review.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockRole {
    /// A passage: its target in [`Review::targets`].
    Passage(usize),
    /// A heading.
    Heading,
    /// Anything else.
    Other,
}

/// Finds all targets.
pub fn find(
    site: &Site,
    bodies: &Bodies,
    strategy: &Strategy,
    settings: &Settings,
    diagnostics: &mut Diagnostics,
) -> Review {
    if !settings.is_reviewed {
        return Review::default();
    }
    let mut finder =
        Finder { site, strategy, settings, diagnostics, taken: BTreeMap::new(), review: Review::default() };
    finder.document();
    for (node, entity) in pages(site, strategy) {
        finder.page(node, entity, bodies.of(node));
    }
    finder.review
}

/// Pages that get forms, in reading order: chapters, themes with their projects, groups, the process,
/// then all others by path.
fn pages(site: &Site, strategy: &Strategy) -> Vec<(NodeId, Option<EntityId>)> {
    let numbered = |id: &EntityId| strategy.entity(*id).number.is_some();
    let mut order: Vec<EntityId> = strategy.chapters.clone();
    for area in strategy.themes.iter().chain(&strategy.groups) {
        order.push(*area);
        let projects = strategy.projects.iter().copied();
        order.extend(projects.filter(|id| strategy.entity(*id).area == Some(*area)).filter(numbered));
    }
    order.extend(&strategy.steps);
    let nodes = order.iter().map(|id| (strategy.entity(*id).node, Some(*id)));
    let mut pages: Vec<_> = nodes.filter(|(node, _)| is_published(site, *node)).collect();
    let ordered: BTreeSet<EntityId> = order.iter().copied().collect();
    let mut others: Vec<(&str, NodeId)> = Vec::new();
    for node in site.by_path.values().copied() {
        let known = strategy.of_node(node).is_some_and(|id| ordered.contains(&id));
        if !known && is_published(site, node) {
            others.push((site.address(node).path.as_str(), node));
        }
    }
    others.sort();
    pages.extend(others.into_iter().map(|(_, node)| (node, strategy.of_node(node))));
    pages
}

/// Whether a reader meets it: of the default language, and written.
fn is_published(site: &Site, node: NodeId) -> bool {
    match node {
        NodeId::Page(id) => {
            let page = site.page(id);
            let default = page.document.file.language == site.config.default_language;
            default && page.published && page.matter().render
        }
        NodeId::Section(id) => {
            let section = site.section(id);
            let default = section.language == site.config.default_language;
            default && section.matter.render && section.matter.redirect_to.is_none()
        }
    }
}

fn place(site: &Site, node: NodeId) -> Span {
    match node {
        NodeId::Page(id) => Span::file(&site.page(id).document.file.path),
        NodeId::Section(id) => Span::file(site.config.places.content.join(&site.section(id).relative)),
    }
}

struct Finder<'a> {
    site: &'a Site,
    strategy: &'a Strategy,
    settings: &'a Settings,
    diagnostics: &'a mut Diagnostics,
    /// Who has an id; nobody for the whole document's.
    taken: BTreeMap<String, Option<Span>>,
    review: Review,
}

impl Finder<'_> {
    fn document(&mut self) {
        self.taken.insert(DOCUMENT.to_owned(), None);
        let title = self.strategy.language.whole_document().to_owned();
        self.add(Target { kind: TargetKind::Document, path: "/".to_owned(), ..self.target(DOCUMENT, title) });
    }

    fn page(&mut self, node: NodeId, entity: Option<EntityId>, body: &Body) {
        let address = self.site.address(node);
        let entity = entity.map(|id| self.strategy.entity(id));
        let number = entity.and_then(|entity| entity.number.clone());
        let id = number.clone().or_else(|| entity.map(|entity| entity.id.clone()));
        let id =
            id.unwrap_or_else(|| address.components.last().cloned().unwrap_or_else(|| "start".to_owned()));
        let span = place(self.site, node);
        self.report_collision(&address.path, &span);
        if let Some(first) = self.taken.get(&id) {
            // A number that two claim is reported by the strategy already.
            if number.is_none() {
                self.diagnostics.push(catalog::duplicate_target(span, &id, first.clone()));
            }
            return;
        }
        self.taken.insert(id.clone(), Some(span));
        let theme = entity.and_then(|entity| {
            let own = self.strategy.of_node(node);
            let own = own.filter(|id| self.strategy.themes.contains(id) || self.strategy.groups.contains(id));
            entity.area.or(own)
        });
        let title = entity.map_or_else(|| self.title(node), |entity| entity.title.clone());
        let page = Target {
            number,
            path: address.path.clone(),
            theme: theme.map(|theme| self.strategy.entity(theme).id.clone()),
            ..self.target(&id, title)
        };
        let target = self.add(page.clone());
        let blocks = self.blocks(&page, body);
        self.review.by_node.insert(node, self.review.pages.len());
        self.review.pages.push(PageReview { node, target, blocks });
    }

    /// The pieces of a numbered page; every byte of its HTML is in one of them.
    fn blocks(&mut self, page: &Target, body: &Body) -> Vec<Block> {
        let (Some(number), markup) = (&page.number, &body.markup) else { return Vec::new() };
        let mut blocks = Vec::new();
        let mut at = 0;
        let mut count = 0;
        for block in &markup.blocks {
            push_rest(&mut blocks, &markup.html, at..block.html.start);
            at = block.html.end;
            let text = passages::normalize(&block.text);
            let role = match block.kind {
                kind if passages::is_passage(kind) && !text.is_empty() => {
                    count += 1;
                    BlockRole::Passage(self.passage(page, format!("{number}.{count}"), text))
                }
                BlockKind::Heading(_) => BlockRole::Heading,
                _ => BlockRole::Other,
            };
            blocks.push(Block { role, html: block.html.clone() });
        }
        push_rest(&mut blocks, &markup.html, at..markup.html.len());
        blocks
    }

    fn passage(&mut self, page: &Target, number: String, text: String) -> usize {
        self.taken.insert(number.clone(), None);
        self.add(Target {
            kind: TargetKind::Passage,
            path: format!("{}#{}", page.path, passages::anchor(&number)),
            theme: page.theme.clone(),
            digest: Some(passages::digest(&text)),
            text: Some(text),
            ..Target { number: Some(number.clone()), ..self.target(&number, page.title.clone()) }
        })
    }

    fn target(&self, id: &str, title: String) -> Target {
        Target {
            id: id.to_owned(),
            kind: TargetKind::Page,
            title,
            number: None,
            path: String::new(),
            form: format!("{}{id}/", self.settings.forms),
            theme: None,
            text: None,
            digest: None,
        }
    }

    fn add(&mut self, target: Target) -> usize {
        self.review.targets.push(target);
        self.review.targets.len() - 1
    }

    fn title(&self, node: NodeId) -> String {
        let title = match node {
            NodeId::Page(id) => self.site.page(id).matter().title.clone(),
            NodeId::Section(id) => self.site.section(id).matter.title.clone(),
        };
        let language = self.site.config.language(&self.site.config.default_language);
        title.or_else(|| language.title.clone()).unwrap_or_default()
    }

    fn report_collision(&mut self, path: &str, span: &Span) {
        for reserved in [&self.settings.forms, &self.settings.endpoint] {
            if path.starts_with(reserved.as_str()) {
                self.diagnostics.push(catalog::page_among_forms(span.clone(), path, reserved));
            }
        }
    }
}

fn push_rest(blocks: &mut Vec<Block>, html: &str, range: Range<usize>) {
    if html.get(range.clone()).is_some_and(|rest| !rest.trim().is_empty()) {
        blocks.push(Block { role: BlockRole::Other, html: range });
    }
}
