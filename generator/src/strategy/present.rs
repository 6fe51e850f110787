//! The strategy as plain data with the words of the site's language, for whoever shows it.
//!
//! The shape is an agreement with the authors of templates: `docs/template-reference.md`. Parts hold
//! only the short form ([`link`]) of other parts; who joins them into pages adds the rest.

use serde_json::{Map, Value, json};

use super::model::{
    Area, Entity, EntityId, Facts, FollowUps, Participant, Participation, Project, Relation, SourceId,
    Statement, Step, Strategy,
};
use super::timeframe::{End, Timeframe};
use super::vocabulary::{Kind, Language, Word};
use crate::site::Site;

/// Says one strategy.
#[derive(Debug, Clone, Copy)]
pub struct Presenter<'a> {
    /// What is said.
    pub strategy: &'a Strategy,
    /// Where its parts are published.
    pub site: &'a Site,
}

impl Presenter<'_> {
    /// The short form of a part, for lists.
    pub fn link(&self, id: EntityId) -> Value {
        let entity = self.strategy.entity(id);
        let address = entity.address(self.site);
        json!({
            "kind": entity.kind().key(),
            "kind_label": entity.kind().label(self.language()),
            "id": entity.id,
            "number": entity.number,
            "title": entity.title,
            "description": entity.description,
            "permalink": address.permalink,
            "path": address.path,
        })
    }

    /// All of a part. A theme's `projects` and `follow_ups` are short forms here.
    pub fn entity(&self, id: EntityId) -> Map<String, Value> {
        let entity = self.strategy.entity(id);
        let mut values = object(self.link(id));
        values.insert("sources".to_owned(), self.sources(&entity.sources));
        values.insert("index".to_owned(), json!(entity.index));
        values.insert("relations".to_owned(), self.relations(entity));
        values.extend(object(match &entity.facts {
            Facts::Theme(area) | Facts::Group(area) => self.area(id, area),
            Facts::Project(project) => self.project(entity, project),
            Facts::Step(step) => self.step(step),
            Facts::Participant(participant) => self.participant(id, participant),
            Facts::Chapter(chapter) => json!({
                "origin": chapter.origin.map(Word::key),
                "origin_label": chapter.origin.map(|origin| origin.label(self.language())),
                "documents": documents(&chapter.documents),
            }),
        }));
        values
    }

    /// A source with the pages that name it.
    pub fn source_with_uses(&self, id: SourceId) -> Value {
        let mut source = object(self.source(id));
        let uses = &self.strategy.source(id).used_by;
        source.insert("used_by".to_owned(), uses.iter().map(|id| self.link(*id)).collect());
        Value::Object(source)
    }

    fn language(&self) -> Language {
        self.strategy.language
    }

    fn source(&self, id: SourceId) -> Value {
        let source = self.strategy.source(id);
        json!({
            "key": source.key,
            "title": source.title,
            "publisher": source.publisher,
            "url": source.url,
            "language": source.language,
            "date_text": source.date.map(|date| self.language().date(&date)),
            "excerpt": source.excerpt,
            "machine_translated": source.machine_translated,
            "anchor": format!("quelle-{}", source.key.to_lowercase()),
        })
    }

    fn sources(&self, ids: &[SourceId]) -> Value {
        ids.iter().map(|id| self.source(*id)).collect()
    }

    fn statements(&self, statements: &[Statement]) -> Value {
        let say = |statement: &Statement| {
            json!({
                "text": statement.text,
                "note": statement.note,
                "sources": self.sources(&statement.sources),
            })
        };
        statements.iter().map(say).collect()
    }

    fn area(&self, id: EntityId, area: &Area) -> Value {
        let projects =
            |which| -> Value { self.strategy.projects_in(id, which).map(|id| self.link(id)).collect() };
        json!({
            "goals": self.statements(&area.goals),
            "ideas": self.statements(&area.ideas),
            "empty": area.empty,
            "icon": area.icon,
            "projects": projects(FollowUps::Without),
            "follow_ups": projects(FollowUps::Only),
        })
    }

    fn project(&self, entity: &Entity, project: &Project) -> Value {
        let language = self.language();
        let milestones = project.milestones.iter().map(|milestone| {
            json!({
                "date_text": language.date(&milestone.date),
                "date_edtf": milestone.date.edtf(),
                "sort": milestone.date.bounds().0.to_string(),
                "text": milestone.text,
                "sources": self.sources(&milestone.sources),
            })
        });
        let facts = project.facts.iter().map(|fact| {
            json!({
                "label": fact.label,
                "value": fact.value,
                "note": fact.note,
                "conflicting": fact.conflicting,
                "sources": self.sources(&fact.sources),
            })
        });
        let leads = project.participants.iter().any(|part| part.role == super::vocabulary::Role::Lead);
        json!({
            "scope": project.scope.key(),
            "scope_label": project.scope.label(language),
            "theme": entity.area.map(|area| self.link(area)),
            "status": {
                "value": project.status.map(Word::key),
                "label": project.status.map_or(language.not_stated(), |status| status.label(language)),
                "stated": project.status.is_some(),
            },
            "timeframe": self.timeframe(&project.timeframe),
            "milestones": milestones.collect::<Value>(),
            "participants": self.participations(&project.participants),
            "lead_stated": leads,
            "facts": facts.collect::<Value>(),
            "cost": project.cost,
            "funding": project.funding,
            "audiences": project.audiences,
        })
    }

    fn step(&self, step: &Step) -> Value {
        let language = self.language();
        json!({
            "method": step.method.map(Word::key),
            "method_label": step.method.map(|method| method.label(language)),
            "occurred": step.occurred.key(),
            "occurred_label": step.occurred.label(language),
            "timeframe": self.timeframe(&step.timeframe),
            "participants": self.participations(&step.participants),
            "involved": step.involved,
            "documents": documents(&step.documents),
        })
    }

    fn participant(&self, id: EntityId, participant: &Participant) -> Value {
        let parts = self.strategy.participants.iter().copied();
        let children = parts.filter(|child| {
            matches!(&self.strategy.entity(*child).facts, Facts::Participant(child) if child.parent == Some(id))
        });
        json!({
            "type": participant.kind.map(Word::key),
            "type_label": participant.kind.map(|kind| kind.label(self.language())),
            "short_name": participant.short_name,
            "url": participant.url,
            "parent": participant.parent.map(|parent| self.link(parent)),
            "children": children.map(|child| self.link(child)).collect::<Value>(),
            "timeframe": self.timeframe(&participant.timeframe),
            "roles": self.roles(id),
        })
    }

    /// Everything a participant takes part in: projects, then steps.
    fn roles(&self, who: EntityId) -> Value {
        let mut roles = Vec::new();
        for place in self.strategy.projects.iter().chain(&self.strategy.steps) {
            for part in self.strategy.entity(*place).participants().iter().filter(|part| part.who == who) {
                roles.push(json!({
                    "in": self.link(*place),
                    "role": part.role.key(),
                    "role_label": part.role.label(self.language()),
                    "note": part.note,
                    "sources": self.sources(&part.sources),
                }));
            }
        }
        Value::Array(roles)
    }

    fn participations(&self, parts: &[Participation]) -> Value {
        let say = |part: &Participation| {
            json!({
                "participant": self.link(part.who),
                "role": part.role.key(),
                "role_label": part.role.label(self.language()),
                "note": part.note,
                "sources": self.sources(&part.sources),
            })
        };
        parts.iter().map(say).collect()
    }

    fn relations(&self, entity: &Entity) -> Value {
        let to = |kinds: &[Kind]| -> Value {
            let relations = entity.relations.iter();
            let wanted = relations.filter(|rel| kinds.contains(&self.strategy.entity(rel.target).kind()));
            wanted.map(|relation| self.relation(relation)).collect()
        };
        json!({
            "projects": to(&[Kind::Project]),
            "process": to(&[Kind::Step]),
            "participants": to(&[Kind::Participant]),
        })
    }

    fn relation(&self, relation: &Relation) -> Value {
        let (kind, language) = (relation.kind, self.language());
        let (key, label) = match relation.derived {
            true => (kind.inverse_key(), kind.inverse_label(language)),
            false => (kind.key(), kind.label(language)),
        };
        json!({
            "kind": key,
            "label": label,
            "target": self.link(relation.target),
            "note": relation.note,
            "derived": relation.derived,
        })
    }

    fn timeframe(&self, timeframe: &Timeframe) -> Value {
        let language = self.language();
        let say = |date: Option<super::date::FuzzyDate>| date.map(|date| language.date(&date));
        let to = match timeframe.to {
            End::Date(date) => Some(date),
            End::Open | End::Single | End::NotStated => None,
        };
        json!({
            "text": language.timeframe(timeframe),
            "stated": timeframe.is_stated(),
            "from_text": say(timeframe.from),
            "to_text": say(to),
            "open": timeframe.to == End::Open,
            "single": timeframe.to == End::Single,
            "as_of_text": say(timeframe.as_of),
            "note": timeframe.note,
            "sort_from": timeframe.sort_from().to_string(),
            "sort_to": timeframe.sort_to().to_string(),
            "from_edtf": timeframe.from_edtf(),
            "to_edtf": timeframe.to_edtf(),
            "sources": self.sources(&timeframe.sources),
        })
    }
}

fn documents(links: &[super::model::Link]) -> Value {
    links.iter().map(|link| json!({ "label": link.label, "url": link.url })).collect()
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
