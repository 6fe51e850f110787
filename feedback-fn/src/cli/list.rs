//! `feedback-fn list`: what is stored, and how far its mails are.

use super::say;
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::store::{DeliveryState, Listed, ListedDelivery, Which, sqlite};
use crate::{contract, retention};
use jiff::Timestamp;

/// How much is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Detail {
    /// Nothing that a resident wrote.
    States,
    /// Everything.
    Texts,
}

pub(super) fn run(config: &Config, limit: usize, detail: Detail) -> anyhow::Result<()> {
    let erased_before = erased_before(config);
    for listed in sqlite::list(&config.database(), Which::All, limit)? {
        let is_overdue = erased_before.is_some_and(|before| listed.suggestion.received < before);
        let mark = if is_overdue { "  overdue" } else { "" };
        say(&format!("{}{mark}", line(&listed)));
        if detail == Detail::Texts {
            say(&texts(&listed));
        }
    }
    Ok(())
}

/// Older suggestions should be gone. Unknown without a contract, which is no reason to list nothing.
#[expect(clippy::disallowed_methods, reason = "commands are an edge")]
fn erased_before(config: &Config) -> Option<Timestamp> {
    let review = contract::parse(&std::fs::read(&config.contract).ok()?).ok()?;
    retention::deadline(SystemClock.now(), review.privacy.retention_days)
}

/// `LOE-7KQ2-M9XD  2026-11-23T12:00:00Z  6.1.3  delivered (attempts: 1), waiting (attempts: 2, next …)`
fn line(listed: &Listed) -> String {
    let suggestion = &listed.suggestion;
    let deliveries: Vec<String> = listed.deliveries.iter().map(delivery).collect();
    let mark = if !suggestion.marks.is_empty() { "  suspicious" } else { "" };
    format!(
        "{}  {}  {}  {}{mark}",
        suggestion.reference,
        suggestion.received,
        suggestion.target.id,
        deliveries.join(", ")
    )
}

fn delivery(delivery: &ListedDelivery) -> String {
    let attempts = delivery.attempts;
    let cause = delivery.cause.as_deref().map(|cause| format!(": {cause}")).unwrap_or_default();
    match delivery.state {
        DeliveryState::Waiting => format!("waiting (attempts: {attempts}, next {}{cause})", delivery.due),
        state => format!("{state} (attempts: {attempts}{cause})"),
    }
}

/// As JSON: what a resident wrote must not look like another line, nor move the terminal's cursor.
fn texts(listed: &Listed) -> String {
    let suggestion = &listed.suggestion;
    let data = serde_json::json!({
        "text": suggestion.text,
        "rewording": suggestion.rewording,
        "name": suggestion.name,
        "email": suggestion.email,
        "publish": suggestion.publish,
    });
    format!("    {}", escaped(&data.to_string()))
}

/// JSON leaves C1 controls and direction marks as they are; a terminal obeys them.
fn escaped(json: &str) -> String {
    json.chars().fold(String::new(), |mut line, letter| {
        let harmless = !letter.is_control()
            && !matches!(letter, '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        match harmless {
            true => line.push(letter),
            false => line.push_str(&format!("\\u{:04x}", u32::from(letter))),
        }
        line
    })
}
