//! From when to when something is, with what the sources leave open.

use jiff::civil::Date;

use super::SourceId;
use super::date::FuzzyDate;

/// A period as the sources state it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Timeframe {
    /// Its start, where stated.
    pub from: Option<FuzzyDate>,
    /// Its end.
    pub to: End,
    /// Earliest start, where only that is known.
    pub not_before: Option<FuzzyDate>,
    /// Latest start, where only that is known.
    pub not_after: Option<FuzzyDate>,
    /// How old the statement is.
    pub as_of: Option<FuzzyDate>,
    /// What is to be said about it.
    pub note: Option<String>,
    /// Who says it.
    pub sources: Vec<SourceId>,
}

/// How a period ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum End {
    /// No source says.
    #[default]
    NotStated,
    /// A source says that it goes on.
    Open,
    /// It has no duration: one event.
    Single,
    /// Then.
    Date(FuzzyDate),
}

impl Timeframe {
    /// Whether anything about start or end is known.
    pub fn is_stated(&self) -> bool {
        let bounded = self.not_before.is_some() || self.not_after.is_some();
        self.from.is_some() || bounded || matches!(self.to, End::Open | End::Date(_))
    }

    /// Day by which the start sorts: the earliest it can be; the last day there is if nothing is known.
    pub fn sort_from(&self) -> Date {
        let start = self.from.or(self.not_before).map(|date| date.bounds().0);
        start.or_else(|| self.not_after.map(|date| date.bounds().1)).unwrap_or(Date::MAX)
    }

    /// Day by which the end sorts: the latest it can be; the last day there is if open or unknown.
    pub fn sort_to(&self) -> Date {
        match (self.to, self.from) {
            (End::Date(date), _) | (End::Single, Some(date)) => date.bounds().1,
            _ => Date::MAX,
        }
    }

    /// Start in EDTF, as the first half of an interval: empty if unknown.
    pub fn from_edtf(&self) -> String {
        self.from.map(|date| date.edtf()).unwrap_or_default()
    }

    /// End in EDTF, as the second half of an interval: `..` if open, empty if unknown.
    pub fn to_edtf(&self) -> String {
        match self.to {
            End::Date(date) => date.edtf(),
            End::Single => self.from_edtf(),
            End::Open => "..".to_owned(),
            End::NotStated => String::new(),
        }
    }
}
