//! Reads what each kind has.

use super::Reader;
use crate::strategy::fields::Fields;
use crate::strategy::model::{Area, Chapter, Fact, Facts, Milestone, Participant, Project, Step};
use crate::strategy::vocabulary::{Kind, Occurred, Scope};

impl Reader<'_> {
    /// The front matter of one kind; common keys are read already.
    pub(super) fn facts(&mut self, kind: Kind, fields: &mut Fields<'_>) -> Facts {
        match kind {
            Kind::Theme => Facts::Theme(self.area(fields)),
            Kind::Group => Facts::Group(self.area(fields)),
            Kind::Project => Facts::Project(Box::new(self.project(fields))),
            Kind::Step => Facts::Step(Box::new(self.step(fields))),
            Kind::Participant => Facts::Participant(Box::new(self.participant_page(fields))),
            Kind::Chapter => Facts::Chapter(Chapter {
                origin: fields.word("origin", self.diagnostics),
                documents: self.documents(fields),
            }),
        }
    }

    fn area(&mut self, fields: &mut Fields<'_>) -> Area {
        Area {
            goals: self.statements(fields, "goals"),
            ideas: self.statements(fields, "ideas"),
            empty: self.text(fields, "empty"),
            icon: self.text(fields, "icon"),
        }
    }

    fn project(&mut self, fields: &mut Fields<'_>) -> Project {
        let project = Project {
            scope: fields.word("scope", self.diagnostics).unwrap_or(Scope::Strategy),
            status: fields.word("status", self.diagnostics),
            timeframe: self.timeframe(fields),
            milestones: self.milestones(fields),
            participants: self.participants(fields),
            facts: self.labelled_facts(fields),
            cost: self.text(fields, "cost"),
            funding: self.text(fields, "funding"),
            audiences: fields
                .texts("audiences", self.diagnostics)
                .into_iter()
                .map(|audience| audience.text)
                .collect(),
        };
        self.relations(fields);
        project
    }

    fn step(&mut self, fields: &mut Fields<'_>) -> Step {
        let step = Step {
            method: fields.word("method", self.diagnostics),
            occurred: fields.word("occurred", self.diagnostics).unwrap_or(Occurred::Yes),
            timeframe: self.timeframe(fields),
            participants: self.participants(fields),
            involved: self.text(fields, "involved"),
            documents: self.documents(fields),
        };
        self.relations(fields);
        step
    }

    fn participant_page(&mut self, fields: &mut Fields<'_>) -> Participant {
        let parent = fields.placed("parent", self.diagnostics);
        Participant {
            kind: fields.word("type", self.diagnostics),
            short_name: self.text(fields, "short_name"),
            parent: parent.and_then(|parent| self.participant(&parent)),
            url: self.text(fields, "url"),
            timeframe: self.timeframe(fields),
        }
    }

    fn milestones(&mut self, fields: &mut Fields<'_>) -> Vec<Milestone> {
        let mut milestones = Vec::new();
        for mut table in fields.tables("milestones", self.diagnostics) {
            let written = table.required("date", self.diagnostics);
            let date = written.and_then(|_| table.date("date", self.diagnostics));
            let text = table.required("text", self.diagnostics);
            let sources = self.sources(&mut table);
            table.finish("a milestone", self.diagnostics);
            if let (Some(date), Some(text)) = (date, text) {
                milestones.push(Milestone { date, text: text.text, sources });
            }
        }
        milestones
    }

    fn labelled_facts(&mut self, fields: &mut Fields<'_>) -> Vec<Fact> {
        let mut facts = Vec::new();
        for mut table in fields.tables("facts", self.diagnostics) {
            let label = table.required("label", self.diagnostics);
            let value = table.required("value", self.diagnostics);
            let note = self.text(&mut table, "note");
            let conflicting = table.flag("conflicting", self.diagnostics);
            let sources = self.sources(&mut table);
            table.finish("a fact", self.diagnostics);
            if let (Some(label), Some(value)) = (label, value) {
                facts.push(Fact { label: label.text, value: value.text, note, conflicting, sources });
            }
        }
        facts
    }
}
