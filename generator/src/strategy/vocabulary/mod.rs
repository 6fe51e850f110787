//! The words of front matter and what they are called in the site's language.
//!
//! Each set of words is an enum; its labels stand in one table per language ([`de`]). A further
//! language is a further variant of [`Language`] and a further file.

mod de;

use super::date::FuzzyDate;
use super::timeframe::Timeframe;

/// A language the strategy can be said in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// German.
    #[default]
    De,
}

/// A language's labels: by set of words, then by word.
type Labels = &'static [(&'static str, &'static [(&'static str, &'static str)])];

impl Language {
    /// The language with this code; German for one without a vocabulary.
    pub fn from_code(code: &str) -> Self {
        match code {
            "de" => Self::De,
            _ => Self::default(),
        }
    }

    /// Label of `key` in the set `group`; the key itself where the table has none.
    pub fn label(self, group: &str, key: &'static str) -> &'static str {
        let labels = match self {
            Self::De => de::LABELS,
        };
        let group = labels.iter().find(|(name, _)| *name == group).map_or(&[][..], |(_, labels)| labels);
        group.iter().find(|(word, _)| *word == key).map_or(key, |(_, label)| label)
    }

    /// A date: `1. Februar 2021`, `etwa April 2020`.
    pub fn date(self, date: &FuzzyDate) -> String {
        match self {
            Self::De => de::date(date),
        }
    }

    /// A calendar day: `1. Februar 2021`.
    pub fn day(self, day: jiff::civil::Date) -> String {
        let part = super::date::Part::Day(day.month(), day.day());
        self.date(&FuzzyDate { year: day.year(), part, about: false })
    }

    /// A time of day; midnight at the end of a day is 24: `24 Uhr`, `18.30 Uhr`.
    pub fn time(self, hour: i8, minute: i8) -> String {
        match self {
            Self::De => de::time(hour, minute),
        }
    }

    /// A timeframe in one line.
    pub fn timeframe(self, timeframe: &Timeframe) -> String {
        match self {
            Self::De => de::timeframe(timeframe),
        }
    }

    /// What is said where no source says anything.
    pub fn not_stated(self) -> &'static str {
        match self {
            Self::De => de::NOT_STATED,
        }
    }

    /// Title of the form for the whole document.
    pub fn whole_document(self) -> &'static str {
        match self {
            Self::De => "Die ganze Strategie",
        }
    }
}

/// A word of a closed set.
pub trait Word: Copy + PartialEq + 'static {
    /// Name of the set, in the tables of labels.
    const GROUP: &'static str;
    /// All words as they are written.
    const ALL: &'static [(&'static str, Self)];

    /// The word that is written `text`.
    fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(key, _)| *key == text).map(|(_, word)| *word)
    }

    /// How it is written.
    fn key(self) -> &'static str {
        let found = Self::ALL.iter().find(|(_, word)| *word == self);
        found.map(|(key, _)| *key).expect("every variant is in ALL, the macro sees to it")
    }

    /// What it is called.
    fn label(self, language: Language) -> &'static str {
        language.label(Self::GROUP, self.key())
    }
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident in $group:literal { $($variant:ident = $key:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(missing_docs, reason = "the variants are the words of front matter; their labels explain them")]
        pub enum $name { $($variant,)+ }

        impl Word for $name {
            const GROUP: &'static str = $group;
            const ALL: &'static [(&'static str, Self)] = &[$(($key, Self::$variant),)+];
        }
    };
}

words! {
    /// What a page or section is: `kind`.
    Kind in "kind" {
        Theme = "theme", Group = "group", Project = "project", Step = "step",
        Participant = "participant", Chapter = "chapter",
    }
}

words! {
    /// Whether a project belongs to the strategy: `scope`.
    Scope in "scope" { Strategy = "strategy", Context = "context", FollowUp = "follow-up", }
}

words! {
    /// How far a project is: `status`.
    Status in "status" {
        Idea = "idea", Planned = "planned", Running = "running", Ongoing = "ongoing",
        Done = "done", Paused = "paused", Ended = "ended",
    }
}

words! {
    /// What a participant does: `role`.
    Role in "role" {
        Lead = "lead", CoLead = "co-lead", Partner = "partner", Funder = "funder",
        Operator = "operator", Host = "host", Moderator = "moderator", Contractor = "contractor",
        Developer = "developer", Observer = "observer", DecisionMaker = "decision-maker",
        Volunteers = "volunteers", TargetGroup = "target-group", Model = "model", Affected = "affected",
    }
}

words! {
    /// How a process step was done: `method`.
    Method in "method" {
        Selection = "selection", Meetings = "meetings", Decision = "decision", Survey = "survey",
        Interviews = "interviews", Workshop = "workshop", Online = "online", Drafting = "drafting",
        Review = "review", Report = "report", Adoption = "adoption", Completion = "completion",
    }
}

words! {
    /// Whether a process step took place: `occurred`.
    Occurred in "occurred" { Yes = "yes", Announced = "announced", Unknown = "unknown", }
}

words! {
    /// What a participant is: `type`.
    ParticipantType in "type" {
        Municipality = "municipality", MunicipalBody = "municipal-body", RegionalBody = "regional-body",
        Authority = "authority", Ministry = "ministry", Programme = "programme", Company = "company",
        Cooperative = "cooperative", BusinessNetwork = "business-network", Research = "research",
        AidOrganisation = "aid-organisation", Citizens = "citizens", Volunteers = "volunteers",
        Other = "other",
    }
}

words! {
    /// Whose text a chapter is: `origin`.
    Origin in "origin" { OwnSummary = "own-summary", OfficialText = "official-text", }
}

words! {
    /// How two things belong together, as it is written.
    RelationKind in "relation" {
        PartOf = "part-of", BuildsOn = "builds-on", EnabledBy = "enabled-by", Complements = "complements",
        AlternativeTo = "alternative-to", AroseFrom = "arose-from", BackedBy = "backed-by",
        ReportedIn = "reported-in", FollowsFrom = "follows-from", FundedUnder = "funded-under",
        ModelledOn = "modelled-on",
    }
}

impl RelationKind {
    /// Name of the opposite direction, which is derived and never written. The same for kinds that
    /// hold in both directions.
    pub fn inverse_key(self) -> &'static str {
        match self {
            Self::PartOf => "has-part",
            Self::BuildsOn => "basis-of",
            Self::EnabledBy => "enables",
            Self::Complements => "complements",
            Self::AlternativeTo => "alternative-to",
            Self::AroseFrom => "gave-rise-to",
            Self::BackedBy => "backs",
            Self::ReportedIn => "reports-on",
            Self::FollowsFrom => "led-to",
            Self::FundedUnder => "funds",
            Self::ModelledOn => "model-for",
        }
    }

    /// The kind whose opposite direction is called `key`, if that is not a kind itself.
    pub fn of_inverse(key: &str) -> Option<Self> {
        let mut kinds = Self::ALL.iter().map(|(_, kind)| *kind);
        kinds.find(|kind| kind.inverse_key() == key && !kind.is_symmetric())
    }

    /// Whether it holds in both directions.
    pub fn is_symmetric(self) -> bool {
        self.key() == self.inverse_key()
    }

    /// Whether a chain of it must not come back to its start.
    pub fn is_hierarchic(self) -> bool {
        matches!(self, Self::PartOf | Self::BuildsOn | Self::FollowsFrom)
    }

    /// What it may be called in the opposite direction.
    pub fn inverse_label(self, language: Language) -> &'static str {
        language.label(Self::GROUP, self.inverse_key())
    }

    /// Kinds that it may connect, from and to.
    pub fn pairs(self) -> &'static [(Kind, Kind)] {
        use Kind::{Participant, Project, Step};
        match self {
            Self::PartOf => &[(Project, Project), (Project, Participant)],
            Self::FundedUnder | Self::ModelledOn => &[(Project, Participant)],
            Self::BuildsOn | Self::EnabledBy | Self::Complements | Self::AlternativeTo => {
                &[(Project, Project)]
            }
            Self::AroseFrom | Self::BackedBy | Self::ReportedIn => &[(Project, Step)],
            Self::FollowsFrom => &[(Step, Step), (Project, Project)],
        }
    }

    /// Whether a participant it leads to must be a programme.
    pub fn wants_programme(self) -> bool {
        matches!(self, Self::PartOf | Self::FundedUnder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check<W: Word>(language: Language) {
        for (key, word) in W::ALL {
            assert_ne!(word.label(language), *key, "`{key}` of `{}` has no label", W::GROUP);
            assert!(W::parse(key) == Some(*word));
        }
    }

    #[test]
    fn every_word_has_a_german_label() {
        let language = Language::De;
        check::<Kind>(language);
        check::<Scope>(language);
        check::<Status>(language);
        check::<Role>(language);
        check::<Method>(language);
        check::<Occurred>(language);
        check::<ParticipantType>(language);
        check::<Origin>(language);
        check::<RelationKind>(language);
    }

    #[test]
    fn every_relation_has_a_label_in_the_opposite_direction() {
        for (_, kind) in RelationKind::ALL {
            assert_ne!(kind.inverse_label(Language::De), kind.inverse_key());
        }
    }

    #[test]
    fn an_inverse_word_leads_to_its_written_kind() {
        assert_eq!(RelationKind::of_inverse("has-part"), Some(RelationKind::PartOf));
        assert_eq!(RelationKind::of_inverse("complements"), None);
        assert_eq!(RelationKind::of_inverse("part-of"), None);
    }
}
