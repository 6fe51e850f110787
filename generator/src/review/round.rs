//! A period of review. Days are days in Europe/Berlin.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, ZonedDateTime};

use crate::diagnostic::Diagnostics;
use crate::diagnostic::catalog::review as catalog;
use crate::strategy::fields::{Fields, Placed};
use crate::strategy::vocabulary::Language;

/// The time zone of the municipality.
const ZONE: &str = "Europe/Berlin";

/// A round, as configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round {
    /// Counts from 1.
    pub number: u64,
    /// What it is called.
    pub title: String,
    /// Its first instant.
    pub opens: ZonedDateTime,
    /// The first instant after it.
    pub closes: ZonedDateTime,
    /// The day by which answers are promised.
    pub answers_by: Date,
}

/// Where a day lies relative to a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// It has not begun.
    Before,
    /// Suggestions are taken.
    Open,
    /// Answers are being written.
    Closed,
    /// Answers are due.
    Answered,
}

/// Whether a day without a time means its start or its end.
#[derive(Debug, Clone, Copy)]
enum Edge {
    Start,
    End,
}

impl Round {
    /// Its phase on a day: open from the first to the last day, both included, whatever the hours.
    pub fn phase(&self, day: Date) -> Phase {
        match day {
            day if day < self.first_day() => Phase::Before,
            day if day <= self.last_day() => Phase::Open,
            day if day <= self.answers_by => Phase::Closed,
            _ => Phase::Answered,
        }
    }

    /// Its first day.
    pub fn first_day(&self) -> Date {
        self.opens.date()
    }

    /// Its last day.
    pub fn last_day(&self) -> Date {
        self.closes.saturating_sub(1.nanosecond()).date()
    }

    /// Days from its opening until answers are due: so long the first suggestion may wait for its answer.
    pub fn days(&self) -> u64 {
        let hours = self.first_day().duration_until(self.answers_by).as_hours();
        u64::try_from(hours / 24).unwrap_or_default()
    }

    /// The time at which it closes: `24 Uhr` at the end of the last day.
    pub fn closing_time(&self, language: Language) -> String {
        let time = self.closes.datetime().time();
        match (time.hour(), time.minute()) {
            (0, 0) => language.time(24, 0),
            (hour, minute) => language.time(hour, minute),
        }
    }

    /// An instant as the contract writes it (RFC 3339).
    pub fn instant(moment: &ZonedDateTime) -> String {
        moment.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    }
}

impl Phase {
    /// Its name in templates.
    pub fn key(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Answered => "answered",
        }
    }
}

/// Reads `[extra.auslage.round]`.
pub fn read(mut fields: Fields<'_>, diagnostics: &mut Diagnostics) -> Option<Round> {
    let number = fields.count("number", diagnostics).unwrap_or(1);
    let title = fields.required("title", diagnostics);
    let opens = moment(&mut fields, "opens", Edge::Start, diagnostics);
    let closes = moment(&mut fields, "closes", Edge::End, diagnostics);
    let answers_by = moment(&mut fields, "answers_by", Edge::Start, diagnostics);
    let (answers_span, closes_span) = (fields.span("answers_by"), fields.span("closes"));
    fields.finish("a round", diagnostics);
    let answers_by = answers_by?.date();
    let round = Round { number, title: title?.text, opens: opens?, closes: closes?, answers_by };
    if round.closes <= round.opens {
        diagnostics.push(catalog::round_order(closes_span, "closes", "opens"));
        return None;
    }
    if round.answers_by < round.last_day() {
        diagnostics.push(catalog::round_order(answers_span, "answers_by", "closes"));
        return None;
    }
    Some(round)
}

fn moment(
    fields: &mut Fields<'_>,
    key: &'static str,
    edge: Edge,
    diagnostics: &mut Diagnostics,
) -> Option<ZonedDateTime> {
    let Placed { text, span } = fields.required(key, diagnostics)?;
    let moment = parse(&text, edge);
    if moment.is_none() {
        diagnostics.push(catalog::bad_moment(span, key, &text));
    }
    moment
}

fn parse(text: &str, edge: Edge) -> Option<ZonedDateTime> {
    let zone = TimeZone::get(ZONE).ok()?;
    if text.len() == "2026-11-02".len() {
        let day: Date = text.parse().ok()?;
        let day = match edge {
            Edge::Start => day,
            Edge::End => day.tomorrow().ok()?,
        };
        return day.to_zoned_datetime(zone).ok();
    }
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Some(instant.to_zoned_datetime(zone));
    }
    text.parse::<DateTime>().ok()?.to_zoned_datetime(zone).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn round(opens: &str, closes: &str) -> Round {
        Round {
            number: 1,
            title: "Erste".to_owned(),
            opens: parse(opens, Edge::Start).unwrap(),
            closes: parse(closes, Edge::End).unwrap(),
            answers_by: date(2028, 3, 31),
        }
    }

    #[test]
    fn days_are_days_in_berlin() {
        let round = round("2026-11-02", "2027-07-31");
        assert_eq!(Round::instant(&round.opens), "2026-11-02T00:00:00+01:00");
        assert_eq!(Round::instant(&round.closes), "2027-08-01T00:00:00+02:00");
        assert_eq!(round.last_day(), date(2027, 7, 31));
        assert_eq!(round.closing_time(Language::De), "24 Uhr");
    }

    #[test]
    fn a_round_may_open_and_close_at_an_hour() {
        let round = round("2026-11-02T08:00", "2027-07-31T18:30:00");
        assert_eq!(Round::instant(&round.opens), "2026-11-02T08:00:00+01:00");
        assert_eq!(
            (round.last_day(), round.closing_time(Language::De)),
            (date(2027, 7, 31), "18.30 Uhr".into())
        );
        let round = self::round("2026-11-02T08:00:00Z", "2027-07-31T18:00:00+00:00");
        assert_eq!(Round::instant(&round.opens), "2026-11-02T09:00:00+01:00");
        assert_eq!(round.closing_time(Language::De), "20 Uhr");
    }

    #[test]
    fn the_phase_is_a_function_of_the_day() {
        let round = round("2026-11-02", "2027-12-31");
        for (day, phase) in [
            (date(2026, 11, 1), Phase::Before),
            (date(2026, 11, 2), Phase::Open),
            (date(2027, 12, 31), Phase::Open),
            (date(2028, 1, 1), Phase::Closed),
            (date(2028, 3, 31), Phase::Closed),
            (date(2028, 4, 1), Phase::Answered),
        ] {
            assert_eq!(round.phase(day), phase, "{day}");
        }
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for text in ["", "2026-13-01", "2.11.2026", "2026-11", "2026-11-02T25:00", "morgen abend"] {
            assert_eq!(parse(text, Edge::Start), None, "{text}");
        }
    }
}
