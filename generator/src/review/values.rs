//! Strategy and review as template values. Their shape is described in `docs/template-reference.md`.

use jiff::civil::Date;
use serde_json::json;
use tera::{Map, Value};

use super::passages;
use super::settings::Settings;
use super::targets::{BlockRole, PageReview, Review, Target, TargetKind};
use crate::bodies::Bodies;
use crate::site::{NodeId, Site};
use crate::strategy::present::Presenter;
use crate::strategy::{EntityId, Facts, FollowUps, SourceId, Strategy};

/// What values are made of.
#[derive(Clone, Copy)]
pub struct Maker<'a> {
    /// The site.
    pub site: &'a Site,
    /// Its pages' HTML.
    pub bodies: &'a Bodies,
    /// Its strategy.
    pub strategy: &'a Strategy,
    /// Its settings.
    pub settings: &'a Settings,
    /// What can be commented on.
    pub review: &'a Review,
    /// The day of the build.
    pub today: Date,
}

impl Maker<'_> {
    /// All parts of the strategy. Themes hold their projects whole; a value is shared, not copied.
    pub fn entities(&self) -> Vec<Value> {
        let presenter = Presenter { strategy: self.strategy, site: self.site };
        let ids = self.strategy.ids();
        let mut values: Vec<Value> = ids.map(|id| Value::from_serializable(&presenter.entity(id))).collect();
        for id in self.strategy.ids() {
            if let Facts::Theme(_) | Facts::Group(_) = self.strategy.entity(id).facts {
                let projects = |which| -> Vec<Value> {
                    self.strategy.projects_in(id, which).map(|id: EntityId| values[id.0].clone()).collect()
                };
                let mut map = map(values[id.0].clone());
                map.insert("projects".into(), projects(FollowUps::Without).into());
                map.insert("follow_ups".into(), projects(FollowUps::Only).into());
                values[id.0] = map.into();
            }
        }
        values
    }

    /// The variable `strategy`.
    pub fn strategy(&self, entities: &[Value]) -> Value {
        let list = |ids: &[EntityId]| -> Value {
            ids.iter().map(|id| entities[id.0].clone()).collect::<Vec<_>>().into()
        };
        let presenter = Presenter { strategy: self.strategy, site: self.site };
        let sources = (0..self.strategy.sources.len()).map(SourceId);
        let sources: Vec<Value> =
            sources.map(|id| Value::from_serializable(&presenter.source_with_uses(id))).collect();
        let mut map = Map::default();
        for (key, ids) in [
            ("themes", &self.strategy.themes),
            ("groups", &self.strategy.groups),
            ("projects", &self.strategy.projects),
            ("follow_ups", &self.strategy.follow_ups),
            ("steps", &self.strategy.steps),
            ("participants", &self.strategy.participants),
            ("chapters", &self.strategy.chapters),
        ] {
            map.insert(key.into(), list(ids));
        }
        map.insert("sources".into(), sources.into());
        map.insert("round".into(), self.round());
        map.insert("contact".into(), self.contact());
        map.insert("privacy".into(), self.privacy());
        map.insert("forms".into(), self.forms());
        map.into()
    }

    /// `strategy.round`
    pub fn round(&self) -> Value {
        let Some(round) = &self.settings.round else { return Value::none() };
        let language = self.strategy.language;
        Value::from_serializable(&json!({
            "number": round.number,
            "title": round.title,
            "phase": round.phase(self.today).key(),
            "opens": round.first_day().to_string(),
            "closes": round.last_day().to_string(),
            "answers_by": round.answers_by.to_string(),
            "opens_text": language.day(round.first_day()),
            "closes_text": language.day(round.last_day()),
            "closes_time_text": round.closing_time(language),
            "answers_by_text": language.day(round.answers_by),
        }))
    }

    /// `page.review`; none without a round, and for pages that nobody can comment on.
    pub fn page(&self, node: NodeId) -> Value {
        let page = self.review.by_node.get(&node).filter(|_| self.settings.round.is_some());
        let Some(page) = page.map(|index| &self.review.pages[*index]) else { return Value::none() };
        let target = &self.review.targets[page.target];
        let blocks: Vec<Value> = page.blocks.iter().map(|block| self.block(page, block)).collect();
        let count = page.blocks.iter().filter(|block| matches!(block.role, BlockRole::Passage(_))).count();
        let mut map = Map::default();
        map.insert("id".into(), target.id.as_str().into());
        map.insert("number".into(), Value::from_serializable(&target.number));
        map.insert("form_url".into(), self.url(&target.form));
        map.insert("passages_count".into(), count.into());
        map.insert("blocks".into(), blocks.into());
        map.into()
    }

    /// A target as form pages see it.
    pub fn target(&self, index: usize) -> Value {
        let target = &self.review.targets[index];
        let mut map = map(Value::from_serializable(target));
        map.insert("page_title".into(), target.title.as_str().into());
        map.insert("permalink".into(), self.url(&target.path));
        map.insert("form_url".into(), self.url(&target.form));
        let recipients = self.settings.recipients.of(target.theme.as_deref());
        map.insert("recipients".into(), Value::from_serializable(recipients));
        let theme = target.theme.as_deref().and_then(|theme| self.strategy.of_id(theme));
        let theme = theme.map(|theme| self.strategy.entity(theme).title.as_str());
        map.insert("theme_title".into(), Value::from_serializable(&theme));
        map.insert("html".into(), Value::none());
        map.into()
    }

    /// A passage with its HTML, whose links to places on its page lead there.
    fn passage(&self, page: &PageReview, block: &super::targets::Block, index: usize) -> Value {
        let target = &self.review.targets[index];
        let url = self.url(self.review.targets[page.target].path.as_str());
        let html = self.html(page.node)[block.html.clone()].replace("href=\"#", &format!("href=\"{url}#"));
        let mut map = map(self.target(index));
        debug_assert_eq!(target.kind, TargetKind::Passage);
        map.insert("html".into(), Value::safe_string(&html));
        map.into()
    }

    /// Every form: its target's index and value.
    pub fn form_targets(&self) -> Vec<(usize, Value)> {
        let mut targets = Vec::new();
        let pages = self.review.pages.iter();
        let passages: std::collections::BTreeMap<usize, _> = pages
            .flat_map(|page| page.blocks.iter().map(move |block| (page, block)))
            .filter_map(|(page, block)| match block.role {
                BlockRole::Passage(index) => Some((index, (page, block))),
                BlockRole::Heading | BlockRole::Other => None,
            })
            .collect();
        for index in 0..self.review.targets.len() {
            let value = match passages.get(&index) {
                Some((page, block)) => self.passage(page, block, index),
                None => self.target(index),
            };
            targets.push((index, value));
        }
        targets
    }

    /// `forms.pages`: every page with its passages.
    pub fn overview(&self, targets: &[(usize, Value)]) -> Value {
        let value = |index: usize| targets[index].1.clone();
        let pages = self.review.pages.iter().map(|page| {
            let passages = page.blocks.iter().filter_map(|block| match block.role {
                BlockRole::Passage(index) => Some(value(index)),
                BlockRole::Heading | BlockRole::Other => None,
            });
            let mut map = Map::default();
            map.insert("target".into(), value(page.target));
            map.insert("passages".into(), passages.collect::<Vec<_>>().into());
            Value::from(map)
        });
        pages.collect::<Vec<_>>().into()
    }

    /// Contact, limits and the like, for `strategy` and for forms.
    pub fn contact(&self) -> Value {
        let contact = self.settings.contact.iter();
        let contact: std::collections::BTreeMap<&str, &str> =
            contact.map(|(key, text)| (*key, text.as_str())).collect();
        Value::from_serializable(&contact)
    }

    /// `strategy.privacy`
    pub fn privacy(&self) -> Value {
        let settings = self.settings;
        Value::from_serializable(
            &json!({ "retention_days": settings.retention_days, "notice": settings.notice }),
        )
    }

    /// `strategy.forms`
    pub fn forms(&self) -> Value {
        let settings = self.settings;
        let general = format!("{}{}/", settings.forms, super::targets::DOCUMENT);
        Value::from_serializable(&json!({
            "overview_url": self.site.config.permalink(&settings.forms),
            "general_url": self.site.config.permalink(&general),
            "base_path": settings.forms,
            "endpoint": settings.endpoint,
            "limits": settings.limits,
        }))
    }

    fn block(&self, page: &PageReview, block: &super::targets::Block) -> Value {
        let mut map = Map::default();
        let kind = match block.role {
            BlockRole::Passage(_) => "passage",
            BlockRole::Heading => "heading",
            BlockRole::Other => "other",
        };
        map.insert("kind".into(), kind.into());
        map.insert("html".into(), Value::safe_string(&self.html(page.node)[block.html.clone()]));
        if let BlockRole::Passage(index) = block.role {
            let target: &Target = &self.review.targets[index];
            map.insert("number".into(), target.id.as_str().into());
            map.insert("anchor".into(), passages::anchor(&target.id).into());
            map.insert("form_url".into(), self.url(&target.form));
        }
        map.into()
    }

    fn html(&self, node: NodeId) -> &str {
        &self.bodies.of(node).markup.html
    }

    fn url(&self, path: &str) -> Value {
        self.site.config.permalink(path).into()
    }
}

fn map(value: Value) -> Map {
    value.into_map().unwrap_or_default()
}
