//! The strategy as values: what stage 5 yields and the stages after it read.

use std::collections::BTreeMap;

use super::date::FuzzyDate;
use super::index::Index;
use super::order::Order;
use super::read::Read;
use super::sources::Registry;
use super::timeframe::Timeframe;
use super::vocabulary::{
    Kind, Language, Method, Occurred, Origin, ParticipantType, RelationKind, Role, Scope, Status,
};
use crate::site::{Address, NodeId, Site};

/// Index of a part of the strategy in [`Strategy::entities`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntityId(pub usize);

/// Index of a source in [`Strategy::sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(pub usize);

/// A municipality's strategy.
#[derive(Debug, Clone, Default)]
pub struct Strategy {
    /// What it is said in.
    pub language: Language,
    /// All its parts, by path of their files.
    pub entities: Vec<Entity>,
    /// Registered sources by key.
    pub sources: Vec<Source>,
    /// Themes by number.
    pub themes: Vec<EntityId>,
    /// Groups of measures across themes, by number.
    pub groups: Vec<EntityId>,
    /// Projects of every scope: by number, then those without one by title.
    pub projects: Vec<EntityId>,
    /// Projects that came after the strategy, by title.
    pub follow_ups: Vec<EntityId>,
    /// Steps of the process, in order.
    pub steps: Vec<EntityId>,
    /// Participants by title.
    pub participants: Vec<EntityId>,
    /// Chapters, in order.
    pub chapters: Vec<EntityId>,
    by_node: BTreeMap<NodeId, EntityId>,
    by_id: BTreeMap<String, EntityId>,
}

/// One part of the strategy: a page or section with a `kind`.
#[derive(Debug, Clone)]
pub struct Entity {
    /// Its page or section.
    pub node: NodeId,
    /// Name of its file, by which others refer to it.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its description; may be empty.
    pub description: String,
    /// `6.0`, `6.1`, `P3`, `S2`; participants and follow-ups have none.
    pub number: Option<String>,
    /// Place among its siblings, from 1, where it has a number.
    pub index: Option<u64>,
    /// The theme or group it lies in.
    pub area: Option<EntityId>,
    /// Sources of the page as a whole.
    pub sources: Vec<SourceId>,
    /// Relations, the written ones first.
    pub relations: Vec<Relation>,
    /// What its kind has.
    pub facts: Facts,
}

/// What differs by kind.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the variants are the kinds")]
pub enum Facts {
    Theme(Area),
    Group(Area),
    Project(Box<Project>),
    Step(Box<Step>),
    Participant(Box<Participant>),
    Chapter(Chapter),
}

/// A theme, or a group of measures that belong to no theme.
#[derive(Debug, Clone, Default)]
pub struct Area {
    /// What the municipality wants.
    pub goals: Vec<Statement>,
    /// What was proposed.
    pub ideas: Vec<Statement>,
    /// Said where there is no project.
    pub empty: Option<String>,
    /// Name of an icon.
    pub icon: Option<String>,
}

/// A sentence with its sources.
#[derive(Debug, Clone)]
pub struct Statement {
    /// The sentence.
    pub text: String,
    /// What is to be said about it.
    pub note: Option<String>,
    /// Who says it.
    pub sources: Vec<SourceId>,
}

/// A project.
#[derive(Debug, Clone)]
pub struct Project {
    /// Whether it belongs to the strategy.
    pub scope: Scope,
    /// How far it is; `None` where no source says.
    pub status: Option<Status>,
    /// From when to when.
    pub timeframe: Timeframe,
    /// Events on the way, as written.
    pub milestones: Vec<Milestone>,
    /// Who takes part.
    pub participants: Vec<Participation>,
    /// Numbers and small facts.
    pub facts: Vec<Fact>,
    /// What it costs.
    pub cost: Option<String>,
    /// Who pays.
    pub funding: Option<String>,
    /// For whom it is.
    pub audiences: Vec<String>,
}

/// An event.
#[derive(Debug, Clone)]
pub struct Milestone {
    /// When.
    pub date: FuzzyDate,
    /// What.
    pub text: String,
    /// Who says it.
    pub sources: Vec<SourceId>,
}

/// Someone's part in a project or step.
#[derive(Debug, Clone)]
pub struct Participation {
    /// Who.
    pub who: EntityId,
    /// As what.
    pub role: Role,
    /// What is to be said about it.
    pub note: Option<String>,
    /// Who says it.
    pub sources: Vec<SourceId>,
}

/// A labelled fact.
#[derive(Debug, Clone)]
pub struct Fact {
    /// What it is about.
    pub label: String,
    /// What is so.
    pub value: String,
    /// What is to be said about it.
    pub note: Option<String>,
    /// Whether sources contradict each other.
    pub conflicting: bool,
    /// Who says it.
    pub sources: Vec<SourceId>,
}

/// A step of the process.
#[derive(Debug, Clone)]
pub struct Step {
    /// How it was done.
    pub method: Option<Method>,
    /// Whether it took place.
    pub occurred: Occurred,
    /// When.
    pub timeframe: Timeframe,
    /// Who took part.
    pub participants: Vec<Participation>,
    /// How many took part, in words.
    pub involved: Option<String>,
    /// What came of it.
    pub documents: Vec<Link>,
}

/// Someone who takes part.
#[derive(Debug, Clone)]
pub struct Participant {
    /// What they are.
    pub kind: Option<ParticipantType>,
    /// Short form of the name.
    pub short_name: Option<String>,
    /// Whom they belong to.
    pub parent: Option<EntityId>,
    /// Their own pages.
    pub url: Option<String>,
    /// When there was a programme.
    pub timeframe: Timeframe,
}

/// A chapter of the strategy's text.
#[derive(Debug, Clone)]
pub struct Chapter {
    /// Whose text it is.
    pub origin: Option<Origin>,
    /// Where the text is to be had.
    pub documents: Vec<Link>,
}

/// A document elsewhere.
#[derive(Debug, Clone)]
pub struct Link {
    /// What it is called.
    pub label: String,
    /// Where it is.
    pub url: String,
}

/// How one part of the strategy belongs to another.
#[derive(Debug, Clone)]
pub struct Relation {
    /// As it is written at one of the two.
    pub kind: RelationKind,
    /// The other.
    pub target: EntityId,
    /// What is to be said about it.
    pub note: Option<String>,
    /// Whether it is written at the other, so that this is the opposite direction.
    pub derived: bool,
}

/// A registered source.
#[derive(Debug, Clone)]
pub struct Source {
    /// `S08`
    pub key: String,
    /// Its title.
    pub title: String,
    /// Who published it.
    pub publisher: Option<String>,
    /// Where it is.
    pub url: Option<String>,
    /// Code of its language.
    pub language: Option<String>,
    /// When it was published.
    pub date: Option<FuzzyDate>,
    /// Whether only a part of it was seen.
    pub excerpt: bool,
    /// Whether it is a machine's translation.
    pub machine_translated: bool,
    /// Parts of the strategy that name it, by path of their files.
    pub used_by: Vec<EntityId>,
    /// Where it is registered.
    pub span: crate::diagnostic::Span,
}

impl Strategy {
    /// A part of the strategy.
    pub fn entity(&self, id: EntityId) -> &Entity {
        &self.entities[id.0]
    }

    /// A source.
    pub fn source(&self, id: SourceId) -> &Source {
        &self.sources[id.0]
    }

    /// The part that a page or section is.
    pub fn of_node(&self, node: NodeId) -> Option<EntityId> {
        self.by_node.get(&node).copied()
    }

    /// The part with this id.
    pub fn of_id(&self, id: &str) -> Option<EntityId> {
        self.by_id.get(id).copied()
    }

    /// Ids of all parts.
    pub fn ids(&self) -> impl Iterator<Item = EntityId> + use<> {
        (0..self.entities.len()).map(EntityId)
    }

    /// Projects that lie in a theme or group, in order; either those that are part of the review
    /// (scope strategy or context), or the follow-ups.
    pub fn projects_in(&self, area: EntityId, follow_ups: FollowUps) -> impl Iterator<Item = EntityId> + '_ {
        self.projects.iter().copied().filter(move |id| {
            let entity = self.entity(*id);
            let is_follow_up =
                matches!(&entity.facts, Facts::Project(project) if project.scope == Scope::FollowUp);
            entity.area == Some(area) && is_follow_up == (follow_ups == FollowUps::Only)
        })
    }
}

/// Which projects of a theme are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FollowUps {
    /// Those before them.
    Without,
    /// Only them.
    Only,
}

impl Entity {
    /// What it is.
    pub fn kind(&self) -> Kind {
        match self.facts {
            Facts::Theme(_) => Kind::Theme,
            Facts::Group(_) => Kind::Group,
            Facts::Project(_) => Kind::Project,
            Facts::Step(_) => Kind::Step,
            Facts::Participant(_) => Kind::Participant,
            Facts::Chapter(_) => Kind::Chapter,
        }
    }

    /// Where it is published.
    pub fn address<'a>(&self, site: &'a Site) -> &'a Address {
        match self.node {
            NodeId::Page(id) => &site.page(id).address,
            NodeId::Section(id) => &site.section(id).address,
        }
    }

    /// Who takes part in it.
    pub fn participants(&self) -> &[Participation] {
        match &self.facts {
            Facts::Project(project) => &project.participants,
            Facts::Step(step) => &step.participants,
            _ => &[],
        }
    }
}

/// Joins what the parts of this stage found.
pub(super) fn assemble(
    site: &Site,
    index: Index,
    read: Vec<Read>,
    order: Order,
    relations: Vec<Vec<Relation>>,
    registry: Registry,
) -> Strategy {
    let mut sources = registry.sources;
    for (id, read) in read.iter().enumerate() {
        for source in &read.used_sources {
            sources[source.0].used_by.push(EntityId(id));
        }
    }
    let by_node = index.entries.iter().enumerate().map(|(id, entry)| (entry.node, EntityId(id))).collect();
    let parts = index.entries.into_iter().zip(read).zip(order.places).zip(relations);
    let entities = parts.map(|(((entry, read), place), relations)| Entity {
        node: entry.node,
        id: entry.id,
        title: entry.title,
        description: entry.description,
        number: place.number,
        index: place.index,
        area: place.area,
        sources: read.sources,
        relations,
        facts: read.facts,
    });
    Strategy {
        language: Language::from_code(&site.config.default_language),
        entities: entities.collect(),
        sources,
        themes: order.themes,
        groups: order.groups,
        projects: order.projects,
        follow_ups: order.follow_ups,
        steps: order.steps,
        participants: order.participants,
        chapters: order.chapters,
        by_node,
        by_id: index.by_id,
    }
}
