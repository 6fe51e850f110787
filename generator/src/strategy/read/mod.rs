//! Reads the front matter of each part of the strategy, strictly: every key, every value, every
//! reference. What is wrong is reported; the rest is read all the same.

mod kinds;
mod timeframe;

use super::fields::{Fields, Placed};
use super::index::{self, Index};
use super::model::{EntityId, Facts, Link, Participation, SourceId, Statement};
use super::sources::Registry;
use super::vocabulary::{Kind, RelationKind, Word};
use crate::diagnostic::catalog::strategy as catalog;
use crate::diagnostic::{Diagnostics, Span, nearest};
use crate::site::Site;

/// What the file of one part says.
#[derive(Debug)]
pub struct Read {
    /// What its kind has.
    pub facts: Facts,
    /// Sources of the page as a whole.
    pub sources: Vec<SourceId>,
    /// Every source it names anywhere, each once, sorted.
    pub used_sources: Vec<SourceId>,
    /// Its number among its siblings, if it says so.
    pub number: Option<(u64, Span)>,
    /// Relations it states.
    pub relations: Vec<Written>,
}

/// A relation as it is written.
#[derive(Debug)]
pub struct Written {
    /// Of which kind.
    pub kind: RelationKind,
    /// To what.
    pub to: EntityId,
    /// What is to be said about it.
    pub note: Option<String>,
    /// Place of `to`.
    pub span: Span,
}

/// Reads all parts, by [`EntityId`].
pub fn all(site: &Site, index: &Index, registry: &Registry, diagnostics: &mut Diagnostics) -> Vec<Read> {
    let read = index.entries.iter().map(|entry| {
        let document = index::document(site, entry.node);
        let mut fields = Fields::of_document(document, index::extra(document));
        let mut reader = Reader { index, registry, used: Vec::new(), relations: Vec::new(), diagnostics };
        fields.has("kind");
        let sources = reader.sources(&mut fields);
        let number = match entry.kind {
            Kind::Participant => None,
            _ => fields.count("number", reader.diagnostics).map(|number| (number, fields.span("number"))),
        };
        let facts = reader.facts(entry.kind, &mut fields);
        fields.finish(&format!("a {}", entry.kind.key()), reader.diagnostics);
        let Reader { mut used, relations, .. } = reader;
        used.sort_unstable();
        used.dedup();
        Read { facts, sources, used_sources: used, number, relations }
    });
    read.collect()
}

/// Reads one part.
struct Reader<'a> {
    index: &'a Index,
    registry: &'a Registry,
    used: Vec<SourceId>,
    relations: Vec<Written>,
    diagnostics: &'a mut Diagnostics,
}

impl Reader<'_> {
    fn text(&mut self, fields: &mut Fields<'_>, key: &'static str) -> Option<String> {
        fields.text(key, self.diagnostics)
    }

    /// The list `sources` of a table.
    fn sources(&mut self, fields: &mut Fields<'_>) -> Vec<SourceId> {
        let mut sources = Vec::new();
        for Placed { text: key, span } in fields.texts("sources", self.diagnostics) {
            let Some(id) = self.registry.by_key.get(&key).copied() else {
                if self.registry.is_unreadable {
                    continue;
                }
                let keys = self.registry.by_key.keys().map(String::as_str);
                let near = nearest(&key, keys);
                self.diagnostics.push(catalog::unknown_source(span, &key, near, &self.registry.path));
                continue;
            };
            if sources.contains(&id) {
                self.diagnostics.push(catalog::duplicate_source(span, &key));
                continue;
            }
            sources.push(id);
        }
        self.used.extend(&sources);
        sources
    }

    /// A list of `{ text, note, sources }`.
    fn statements(&mut self, fields: &mut Fields<'_>, key: &'static str) -> Vec<Statement> {
        let mut statements = Vec::new();
        for mut table in fields.tables(key, self.diagnostics) {
            let text = table.required("text", self.diagnostics);
            let note = self.text(&mut table, "note");
            let sources = self.sources(&mut table);
            table.finish(&format!("an entry of `{key}`"), self.diagnostics);
            statements.extend(text.map(|text| Statement { text: text.text, note, sources }));
        }
        statements
    }

    /// `documents`: a list of `{ label, url }`.
    fn documents(&mut self, fields: &mut Fields<'_>) -> Vec<Link> {
        let mut documents = Vec::new();
        for mut table in fields.tables("documents", self.diagnostics) {
            let label = table.required("label", self.diagnostics);
            let url = table.required("url", self.diagnostics);
            table.finish("a document", self.diagnostics);
            if let (Some(label), Some(url)) = (label, url) {
                documents.push(Link { label: label.text, url: url.text });
            }
        }
        documents
    }

    /// `participants`: a list of `{ who, role, note, sources }`.
    fn participants(&mut self, fields: &mut Fields<'_>) -> Vec<Participation> {
        let mut participants: Vec<Participation> = Vec::new();
        for mut table in fields.tables("participants", self.diagnostics) {
            let who = table.required("who", self.diagnostics);
            let place = table.place();
            let role = match table.has("role") {
                true => table.word("role", self.diagnostics),
                false => {
                    self.diagnostics.push(catalog::missing_key(table.place(), "participants.role"));
                    None
                }
            };
            let note = self.text(&mut table, "note");
            let sources = self.sources(&mut table);
            table.finish("an entry of `participants`", self.diagnostics);
            let (Some(who), Some(role)) = (who.and_then(|who| self.participant(&who)), role) else {
                continue;
            };
            if participants.iter().any(|other| other.who == who && other.role == role) {
                let id = &self.index.entry(who).id;
                self.diagnostics.push(catalog::duplicate_participant(place, id, role.key()));
                continue;
            }
            participants.push(Participation { who, role, note, sources });
        }
        participants
    }

    /// A participant by id.
    fn participant(&mut self, who: &Placed) -> Option<EntityId> {
        match self.index.find(&who.text, &[Kind::Participant]) {
            Ok(id) => {
                let kind = self.index.entry(id).kind;
                if kind == Kind::Participant {
                    return Some(id);
                }
                self.diagnostics.push(catalog::not_a_participant(who.span.clone(), &who.text, kind.key()));
            }
            Err(near) => {
                self.diagnostics.push(catalog::unknown_participant(who.span.clone(), &who.text, near));
            }
        }
        None
    }

    /// `relations`: a list of `{ kind, to, note }`.
    fn relations(&mut self, fields: &mut Fields<'_>) {
        for mut table in fields.tables("relations", self.diagnostics) {
            let kind = table.required("kind", self.diagnostics);
            let to = table.required("to", self.diagnostics);
            let note = self.text(&mut table, "note");
            table.finish("an entry of `relations`", self.diagnostics);
            let kind = kind.and_then(|kind| self.relation_kind(&kind, to.as_ref()));
            let Some(Placed { text, span }) = to else { continue };
            match (self.index.find(&text, &[Kind::Project, Kind::Step, Kind::Participant]), kind) {
                (Ok(to), Some(kind)) => self.relations.push(Written { kind, to, note, span }),
                (Ok(_), None) => {}
                (Err(near), _) => self.diagnostics.push(catalog::unknown_target(span, &text, near)),
            }
        }
    }

    fn relation_kind(&mut self, kind: &Placed, to: Option<&Placed>) -> Option<RelationKind> {
        let span = kind.span.clone();
        let found = RelationKind::parse(&kind.text);
        if found.is_none() {
            self.diagnostics.push(match RelationKind::of_inverse(&kind.text) {
                Some(written) => {
                    let target = to.map_or("the other", |to| &to.text);
                    catalog::inverse_relation(span, &kind.text, written.key(), target)
                }
                None => {
                    let known: Vec<&str> = RelationKind::ALL.iter().map(|(key, _)| *key).collect();
                    let near = nearest(&kind.text, known.iter().copied());
                    catalog::unknown_relation(span, &kind.text, near, &known)
                }
            });
        }
        found
    }
}
