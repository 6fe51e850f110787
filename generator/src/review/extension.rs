//! Gives strategy and review to rendering: variables, form pages, `review.json`, copied files.

use std::collections::BTreeMap;

use jiff::civil::Date;
use tera::{Context, Map, Value};

use super::settings::Settings;
use super::targets::{BlockRole, Review};
use super::values::Maker;
use super::{FORM_TEMPLATE, FORMS_TEMPLATE};
use super::{contract, passages};
use crate::bodies::Bodies;
use crate::diagnostic::Diagnostics;
use crate::render::{Artifact, ArtifactContent, CopiedFile, Extension, ExtraPage, RenderText};
use crate::site::{NodeId, PageId, SectionId, Site};
use crate::strategy::Strategy;
use crate::values::Additions;

/// Which templates a site has.
pub(super) struct Found {
    /// Names of those that go into the contract.
    pub(super) functions: Vec<&'static str>,
    /// The page for when the function is away.
    pub(super) outage: Option<&'static str>,
}

/// A site with a strategy, ready to be rendered.
pub struct StrategySite<'a> {
    site: &'a Site,
    bodies: &'a Bodies,
    strategy: Strategy,
    settings: Settings,
    review: Review,
    found: Found,
    today: Date,
    entities: Vec<Value>,
    global: Value,
}

impl<'a> StrategySite<'a> {
    /// Builds the values that all pages share.
    pub(super) fn new(
        site: &'a Site,
        bodies: &'a Bodies,
        strategy: Strategy,
        settings: Settings,
        review: Review,
        found: Found,
        today: Date,
    ) -> Self {
        let maker = Maker { site, bodies, strategy: &strategy, settings: &settings, review: &review, today };
        let entities = maker.entities();
        let global = maker.strategy(&entities);
        Self { site, bodies, strategy, settings, review, found, today, entities, global }
    }

    /// The strategy.
    pub fn strategy(&self) -> &Strategy {
        &self.strategy
    }

    /// What can be commented on.
    pub fn review(&self) -> &Review {
        &self.review
    }

    fn maker(&self) -> Maker<'_> {
        Maker {
            site: self.site,
            bodies: self.bodies,
            strategy: &self.strategy,
            settings: &self.settings,
            review: &self.review,
            today: self.today,
        }
    }

    fn keys(&self, node: NodeId) -> Vec<(&'static str, Value)> {
        let entity = self.strategy.of_node(node).map(|id| self.entities[id.0].clone());
        vec![("strategy", entity.unwrap_or_else(Value::none)), ("review", self.maker().page(node))]
    }

    /// What all form pages say.
    fn form_context(&self) -> Map {
        let maker = self.maker();
        let mut form = Map::default();
        form.insert("round".into(), maker.round());
        form.insert("endpoint".into(), self.settings.endpoint.as_str().into());
        form.insert("limits".into(), Value::from_serializable(&self.settings.limits));
        form.insert("privacy".into(), maker.privacy());
        form.insert("contact".into(), maker.contact());
        form
    }
}

impl Additions for StrategySite<'_> {
    fn page(&self, id: PageId) -> Vec<(&'static str, Value)> {
        self.keys(NodeId::Page(id))
    }

    fn section(&self, id: SectionId) -> Vec<(&'static str, Value)> {
        self.keys(NodeId::Section(id))
    }
}

impl Extension for StrategySite<'_> {
    fn globals(&self, _: &str) -> Vec<(&'static str, Value)> {
        vec![("strategy", self.global.clone())]
    }

    /// Only in a round do templates see passages.
    fn anchors(&self, node: NodeId) -> Vec<String> {
        let page = self.review.by_node.get(&node).filter(|_| self.settings.round.is_some());
        let blocks = page.map(|index| self.review.pages[*index].blocks.as_slice()).unwrap_or_default();
        let passages = blocks.iter().filter_map(|block| match block.role {
            BlockRole::Passage(index) => Some(passages::anchor(&self.review.targets[index].id)),
            BlockRole::Heading | BlockRole::Other => None,
        });
        passages.collect()
    }

    fn extra_pages(&self) -> Vec<ExtraPage> {
        if self.settings.round.is_none() {
            return Vec::new();
        }
        let maker = self.maker();
        let targets = maker.form_targets();
        let common = self.form_context();
        let page = |path: &str, template, key: &'static str, value: Map| {
            let mut context = Context::new();
            context.insert(key, &Value::from(value));
            ExtraPage {
                path: path.to_owned(),
                language: self.site.config.default_language.clone(),
                template,
                context,
            }
        };
        let mut overview = common.clone();
        overview.insert("document".into(), targets[0].1.clone());
        overview.insert("pages".into(), maker.overview(&targets));
        let mut pages = vec![page(&self.settings.forms, FORMS_TEMPLATE, "forms", overview)];
        // No target has a dot in its name.
        let outage = format!("{}outage.html", self.settings.forms);
        pages.extend(self.found.outage.map(|template| page(&outage, template, "forms", common.clone())));
        for (index, target) in targets {
            let mut form = common.clone();
            form.insert("target".into(), target);
            pages.push(page(&self.review.targets[index].form, FORM_TEMPLATE, "form", form));
        }
        pages
    }

    fn copies(&self) -> Vec<CopiedFile> {
        self.settings.copies.clone()
    }

    fn served_elsewhere(&self) -> Vec<String> {
        vec![self.settings.endpoint.clone()]
    }

    fn extra_files(&self, templates: &dyn RenderText, diagnostics: &mut Diagnostics) -> Vec<Artifact> {
        if !self.settings.is_reviewed {
            return Vec::new();
        }
        let mut rendered = BTreeMap::new();
        for &name in &self.found.functions {
            let text = templates.text(&format!("function/{name}"), Context::new(), diagnostics);
            rendered.insert(name, text.unwrap_or_default());
        }
        let text = contract::text(self.site, &self.settings, &self.review, &rendered);
        vec![Artifact { path: contract::FILE.to_owned(), content: ArtifactContent::Bytes(text.into_bytes()) }]
    }
}
