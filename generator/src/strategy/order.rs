//! Numbers and order: themes 1, 2, …, groups after them, their projects 1.1, 1.2, …, chapters S1, …,
//! steps P1, ….
//!
//! A number of its own keeps its place when something is put in before it: the others take the lowest
//! numbers that nobody has claimed.

use std::collections::{BTreeMap, BTreeSet};

use super::index::Index;
use super::model::{EntityId, Facts};
use super::read::Read;
use super::vocabulary::{Kind, Scope};
use crate::diagnostic::Diagnostics;
use crate::diagnostic::catalog::strategy as catalog;
use crate::site::{NodeId, SectionId, Site};

/// Order and numbers of all parts.
#[derive(Debug, Default)]
pub struct Order {
    /// By [`EntityId`].
    pub places: Vec<Place>,
    /// See [`Strategy`](super::model::Strategy) for this and the following.
    pub themes: Vec<EntityId>,
    /// Groups.
    pub groups: Vec<EntityId>,
    /// Projects.
    pub projects: Vec<EntityId>,
    /// Follow-ups.
    pub follow_ups: Vec<EntityId>,
    /// Steps.
    pub steps: Vec<EntityId>,
    /// Participants.
    pub participants: Vec<EntityId>,
    /// Chapters.
    pub chapters: Vec<EntityId>,
}

/// Where one part stands.
#[derive(Debug, Clone, Default)]
pub struct Place {
    /// `6.1`
    pub number: Option<String>,
    /// Last component of the number.
    pub index: Option<u64>,
    /// The theme or group above.
    pub area: Option<EntityId>,
}

impl Order {
    /// Position of every part in reading order: projects, steps, participants, chapters.
    pub fn ranks(&self) -> BTreeMap<EntityId, usize> {
        let all =
            [&self.themes, &self.groups, &self.projects, &self.steps, &self.participants, &self.chapters];
        all.into_iter().flatten().enumerate().map(|(rank, id)| (*id, rank)).collect()
    }
}

/// Arranges all parts.
pub fn arrange(site: &Site, index: &Index, read: &[Read], diagnostics: &mut Diagnostics) -> Order {
    let mut arranger =
        Arranger { site, index, read, diagnostics, places: vec![Place::default(); read.len()] };
    let themes = arranger.areas(Kind::Theme);
    let groups = arranger.areas(Kind::Group);
    let areas: Vec<EntityId> = themes.iter().chain(&groups).copied().collect();
    let area_numbers = arranger.number(&areas);
    let (areas_by_number, themes, groups) =
        (sorted(&area_numbers), keep(&area_numbers, &themes), keep(&area_numbers, &groups));
    for (area, number) in &area_numbers {
        arranger.places[area.0].number = Some(format!("{number}.0"));
    }
    let mut projects = Vec::new();
    for (area, number) in areas_by_number {
        projects.extend(arranger.projects(area, number));
    }
    let follow_ups = arranger.follow_ups();
    projects.extend(&follow_ups);
    let chapters = arranger.listed(Kind::Chapter, "S");
    let steps = arranger.listed(Kind::Step, "P");
    let participants = arranger.by_title(Kind::Participant);
    let places = arranger.places;
    Order { places, themes, groups, projects, follow_ups, steps, participants, chapters }
}

struct Arranger<'a> {
    site: &'a Site,
    index: &'a Index,
    read: &'a [Read],
    diagnostics: &'a mut Diagnostics,
    places: Vec<Place>,
}

impl Arranger<'_> {
    /// Sections of a kind, by weight, then by path.
    fn areas(&self, kind: Kind) -> Vec<EntityId> {
        let mut areas: Vec<(usize, EntityId)> = Vec::new();
        for (id, entry) in self.index.entries.iter().enumerate() {
            if let (true, NodeId::Section(section)) = (entry.kind == kind, entry.node) {
                areas.push((self.site.section(section).matter.weight, EntityId(id)));
            }
        }
        areas.sort();
        areas.into_iter().map(|(_, id)| id).collect()
    }

    /// Numbers siblings and reports numbers that two of them claim.
    fn number(&mut self, siblings: &[EntityId]) -> Vec<(EntityId, u64)> {
        let mut claimed: BTreeMap<u64, EntityId> = BTreeMap::new();
        for id in siblings {
            let Some((number, span)) = &self.read[id.0].number else { continue };
            let first = *claimed.entry(*number).or_insert(*id);
            if let (true, Some((_, first))) = (first != *id, &self.read[first.0].number) {
                let diagnostic = catalog::duplicate_number(span.clone(), &number.to_string(), first.clone());
                self.diagnostics.push(diagnostic);
            }
        }
        let taken: BTreeSet<u64> = claimed.into_keys().collect();
        let mut free = (1..).filter(|number| !taken.contains(number));
        let mut numbers = Vec::new();
        for id in siblings {
            let own = self.read[id.0].number.as_ref().map(|(number, _)| *number);
            let number = own.or_else(|| free.next()).unwrap_or_default();
            self.places[id.0].index = Some(number);
            numbers.push((*id, number));
        }
        numbers
    }

    /// Projects of a theme that have numbers, by number.
    fn projects(&mut self, area: EntityId, area_number: u64) -> Vec<EntityId> {
        let NodeId::Section(section) = self.index.entry(area).node else { return Vec::new() };
        let mut all = Vec::new();
        self.below(section, &mut all);
        for id in &all {
            self.places[id.0].area = Some(area);
        }
        all.retain(|id| self.scope(*id) != Some(Scope::FollowUp));
        let numbers = self.number(&all);
        for (id, number) in &numbers {
            self.places[id.0].number = Some(format!("{area_number}.{number}"));
        }
        sorted(&numbers).into_iter().map(|(id, _)| id).collect()
    }

    /// Projects of a section and of those below it, theirs after its own.
    fn below(&self, section: SectionId, found: &mut Vec<EntityId>) {
        for page in &self.site.section(section).pages {
            let id = self.index.by_node.get(&NodeId::Page(*page)).copied();
            found.extend(id.filter(|id| self.scope(*id).is_some() && !found.contains(id)));
        }
        for subsection in &self.site.section(section).subsections {
            if !self.index.by_node.contains_key(&NodeId::Section(*subsection)) {
                self.below(*subsection, found);
            }
        }
    }

    fn scope(&self, id: EntityId) -> Option<Scope> {
        match &self.read[id.0].facts {
            Facts::Project(project) => Some(project.scope),
            _ => None,
        }
    }

    fn follow_ups(&self) -> Vec<EntityId> {
        let mut all = self.by_title(Kind::Project);
        all.retain(|id| self.scope(*id) == Some(Scope::FollowUp));
        all
    }

    /// Parts of a kind by title, as a dictionary sorts: ä with a.
    fn by_title(&self, kind: Kind) -> Vec<EntityId> {
        let all = (0..self.index.entries.len()).map(EntityId);
        let mut all: Vec<EntityId> = all.filter(|id| self.index.entry(*id).kind == kind).collect();
        let title = |id: &EntityId| self.index.entry(*id).title.as_str();
        all.sort_by(|a, b| lexical_sort::natural_lexical_cmp(title(a), title(b)).then(a.cmp(b)));
        all
    }

    /// Pages of a kind in the order of their sections, numbered with a letter in front.
    fn listed(&mut self, kind: Kind, letter: &str) -> Vec<EntityId> {
        let mut all = Vec::new();
        for section in self.site.section_ids() {
            for page in &self.site.section(section).pages {
                let id = self.index.by_node.get(&NodeId::Page(*page)).copied();
                all.extend(id.filter(|id| self.index.entry(*id).kind == kind && !all.contains(id)));
            }
        }
        let numbers = self.number(&all);
        for (id, number) in &numbers {
            self.places[id.0].number = Some(format!("{letter}{number}"));
        }
        sorted(&numbers).into_iter().map(|(id, _)| id).collect()
    }
}

/// By number; those that claim the same one stay in order.
fn sorted(numbers: &[(EntityId, u64)]) -> Vec<(EntityId, u64)> {
    let mut numbers = numbers.to_vec();
    numbers.sort_by_key(|(_, number)| *number);
    numbers
}

/// Those among `ids`, by number.
fn keep(numbers: &[(EntityId, u64)], ids: &[EntityId]) -> Vec<EntityId> {
    sorted(numbers).into_iter().map(|(id, _)| id).filter(|id| ids.contains(id)).collect()
}
