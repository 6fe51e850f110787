//! What the templates of subject and body know (`mail_subject.txt`, `mail_body.txt`).
//!
//! Everything a resident typed is cleaned here, before a template sees it. The fields are the contract's
//! (`docs/review.schema.json` and its description); whoever renders adds nothing to them.

use super::address::PlainAddress;
use super::diff::{self, Change};
use super::text::{BodyText, HeaderText};
use crate::abuse::is_suspicious;
use crate::clock::berlin;
use crate::contract::{Contact, Review, Round, Site, Target, TargetKind};
use crate::suggestion::Suggestion;
use jiff::civil::Date;
use jiff::{Span, Timestamp};
use serde::Serialize;

const MONTHS: [&str; 12] = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
];

/// The variables of the mail's templates.
#[derive(Debug, Clone, Serialize)]
pub struct MailContext {
    /// The reference number.
    pub reference: String,
    /// What the suggestion is about, as it stood when it was accepted.
    pub target: Target,
    /// Title of the theme's own page, if the target belongs to a theme that has one.
    pub theme_title: Option<String>,
    /// The suggestion.
    pub suggestion: CleanSuggestion,
    /// The word diff; empty if the passage was not re-worded.
    pub diff: Vec<Change>,
    /// The word diff as text.
    pub diff_text: String,
    /// The same, quoted.
    pub diff_quoted: String,
    /// Whether the resident had another text of the passage before them than the one stored.
    pub changed: bool,
    /// The passage's text as stored.
    pub sent_text: String,
    /// The same, quoted.
    pub sent_quoted: String,
    /// When it was accepted, in German.
    pub received_text: String,
    /// The round, if it is still the contract's.
    pub round: Option<Round>,
    /// The site.
    pub site: Site,
    /// Deep link to the passage.
    pub link: String,
    /// The day by which it is deleted, in German; empty if it never is.
    pub delete_by_text: String,
    /// The municipality's contact.
    pub contact: Contact,
}

/// A suggestion whose texts have been cleaned.
#[derive(Debug, Clone, Serialize)]
pub struct CleanSuggestion {
    /// The suggestion itself.
    pub text: String,
    /// The same, quoted.
    pub text_quoted: String,
    /// The re-worded passage.
    pub rewording: Option<String>,
    /// The same, quoted.
    pub rewording_quoted: Option<String>,
    /// The name, on one line.
    pub name: Option<String>,
    /// The address, if it is one that can be replied to.
    pub email: Option<String>,
    /// The address as typed, on one line.
    pub email_raw: Option<String>,
    /// Whether it may be published without the name.
    pub publish: bool,
    /// Whether something looked like a machine; the subject says so.
    pub suspicious: bool,
}

impl MailContext {
    /// The variables for one suggestion under the present contract.
    pub fn new(suggestion: &Suggestion, review: &Review) -> MailContext {
        let clean = CleanSuggestion::new(suggestion);
        let sent_text = suggestion.target.text.as_deref().map(body).unwrap_or_default();
        let diff = clean.rewording.as_deref().map(|new| diff::words(&sent_text, new)).unwrap_or_default();
        let diff_text = diff::as_text(&diff);
        MailContext {
            reference: suggestion.reference.as_str().to_owned(),
            target: suggestion.target.clone(),
            theme_title: theme_title(&suggestion.target, review),
            diff_quoted: quoted(&diff_text),
            diff_text,
            diff,
            changed: suggestion.changed(),
            sent_quoted: quoted(&sent_text),
            sent_text,
            received_text: instant_text(suggestion.received),
            round: review.round.clone().filter(|round| round.number == suggestion.round),
            site: review.site.clone(),
            link: link(&suggestion.target, review),
            delete_by_text: delete_by_text(suggestion.received, review),
            contact: review.contact.clone(),
            suggestion: clean,
        }
    }
}

/// Deep link to a target.
pub(super) fn link(target: &Target, review: &Review) -> String {
    format!("{}{}", review.site.base_url.trim_end_matches('/'), target.path)
}

/// The day by which what came at `received` is deleted, in German; empty if it never is.
pub(super) fn delete_by_text(received: Timestamp, review: &Review) -> String {
    match review.privacy.retention_days {
        0 => String::new(),
        days => date_text(days_later(day(received), days)),
    }
}

/// At most the last day that can be written: some mean "for ever" by the days that they name.
fn days_later(day: Date, days: u32) -> Date {
    Span::new().try_days(days).map_or(Date::MAX, |span| day.saturating_add(span))
}

impl CleanSuggestion {
    pub(super) fn new(suggestion: &Suggestion) -> CleanSuggestion {
        let line = |text: &String| HeaderText::new(text).to_string();
        let plain = |typed: &String| typed.parse::<PlainAddress>().ok().map(|address| address.to_string());
        let text = body(&suggestion.text);
        let rewording = suggestion.rewording.as_deref().map(body);
        CleanSuggestion {
            text_quoted: quoted(&text),
            text,
            rewording_quoted: rewording.as_deref().map(quoted),
            rewording,
            name: suggestion.name.as_ref().map(line),
            email: suggestion.email.as_ref().and_then(plain),
            email_raw: suggestion.email.as_ref().map(line),
            publish: suggestion.publish,
            suspicious: is_suspicious(suggestion.marks),
        }
    }
}

fn body(text: &str) -> String {
    BodyText::new(text).to_string()
}

/// Each line after `> `: what a resident wrote cannot look like the mail's own headings and remarks.
fn quoted(clean: &str) -> String {
    let line = |line: &str| format!("> {line}").trim_end().to_owned();
    clean.trim_end().split('\n').map(line).collect::<Vec<_>>().join("\n")
}

/// The theme's own page is the one nearest to the root among the theme's pages.
pub(super) fn theme_title(target: &Target, review: &Review) -> Option<String> {
    let theme = target.theme.as_ref()?;
    let pages = review.targets.iter().filter(|page| page.kind == TargetKind::Page);
    let of_theme = pages.filter(|page| page.theme.as_ref() == Some(theme));
    of_theme.min_by_key(|page| page.path.matches('/').count()).map(|page| page.title.clone())
}

fn day(instant: Timestamp) -> Date {
    berlin().to_datetime(instant).date()
}

pub(super) fn instant_text(instant: Timestamp) -> String {
    let local = berlin().to_datetime(instant);
    format!("{}, {:02}:{:02} Uhr", date_text(local.date()), local.hour(), local.minute())
}

fn date_text(date: Date) -> String {
    let month = usize::from(date.month().unsigned_abs()).saturating_sub(1);
    format!("{}. {} {}", date.day(), MONTHS[month.min(11)], date.year())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_a_resident_wrote_is_quoted() {
        for (typed, text) in [
            ("Mehr Busse", "> Mehr Busse"),
            ("Mehr\r\n\r\nVON\r\nName: Amt\r\n", "> Mehr\n>\n> VON\n> Name: Amt"),
            ("a\rb\u{2028}c\u{85}d\u{B}e\u{C}f", "> a\n> b\n> c\n> d\n> e\n> f"),
            ("> schon", "> > schon"),
            ("", ">"),
        ] {
            assert_eq!(quoted(&body(typed)), text, "{typed:?}");
        }
    }

    #[test]
    fn day_of_deletion_is_told_however_many_days_are_named() {
        let day = Date::new(2026, 11, 30).unwrap();
        for (days, text) in [
            (1, "1. Dezember 2026"),
            (3652, "29. November 2036"),
            (7_304_485, "31. Dezember 9999"),
            (u32::MAX, "31. Dezember 9999"),
        ] {
            assert_eq!(date_text(days_later(day, days)), text);
        }
    }

    #[test]
    fn instants_are_told_in_german_local_time() {
        for (instant, text) in [
            ("2026-11-23T22:30:00Z", "23. November 2026, 23:30 Uhr"),
            ("2026-12-31T23:05:00Z", "1. Januar 2027, 00:05 Uhr"),
            ("2027-06-30T22:00:00Z", "1. Juli 2027, 00:00 Uhr"),
        ] {
            assert_eq!(instant_text(instant.parse().unwrap()), text);
        }
    }
}
