//! `feedback-fn list`: what is stored, and how far its mails are.

use super::beside::ask;
use super::terminal::{escaped, say};
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::export::{Detail, record};
use crate::store::{DeliveryState, Listed, ListedDelivery, Which};
use crate::{contract, retention};
use clap::Args;
use jiff::Timestamp;

/// What is listed, and how.
#[derive(Debug, Args)]
pub(super) struct Wish {
    /// Show only suggestions of which a mail stands so: waiting, bundled, delivered, held, quarantined
    #[arg(long, value_parser = state)]
    state: Option<DeliveryState>,
    /// Show also what residents wrote: texts, names, addresses
    #[arg(long)]
    texts: bool,
    /// Show at most so many, the newest first
    #[arg(long, default_value_t = 100)]
    limit: usize,
    /// Print JSON, one suggestion a line
    #[arg(long)]
    json: bool,
}

fn state(word: &str) -> Result<DeliveryState, String> {
    let words = DeliveryState::ALL.map(DeliveryState::as_str).join(", ");
    DeliveryState::from_word(word).ok_or_else(|| format!("the states are {words}"))
}

pub(super) fn run(config: &Config, wish: &Wish) -> anyhow::Result<()> {
    let which = wish.state.map_or(Which::All, Which::With);
    let all = ask(config, async |store| Ok(store.list(which, wish.limit).await?))?;
    let erased_before = erased_before(config);
    let detail = if wish.texts { Detail::Texts } else { Detail::States };
    for listed in &all {
        let is_overdue = erased_before.is_some_and(|before| listed.suggestion.received < before);
        match wish.json {
            true => say(&json(listed, detail, is_overdue)),
            false => say(&lines(listed, detail, is_overdue)),
        }
    }
    Ok(())
}

/// Older suggestions should be gone. Unknown without a contract, which is no reason to list nothing.
#[expect(clippy::disallowed_methods, reason = "commands are an edge")]
pub(super) fn erased_before(config: &Config) -> Option<Timestamp> {
    let review = contract::parse(&std::fs::read(&config.contract).ok()?).ok()?;
    retention::deadline(SystemClock.now(), review.privacy.retention_days)
}

/// One line that a terminal does not obey and a program reads.
pub(super) fn json(listed: &Listed, detail: Detail, is_overdue: bool) -> String {
    let mut record = record(listed, detail);
    record["overdue"] = is_overdue.into();
    escaped(&record.to_string())
}

/// `LOE-7KQ2-M9X7  2026-11-23T12:00:00Z  6.1.3  delivered (attempts: 1), waiting (attempts: 2, next …)`
fn lines(listed: &Listed, detail: Detail, is_overdue: bool) -> String {
    let suggestion = &listed.suggestion;
    let deliveries: Vec<String> = listed.deliveries.iter().map(delivery).collect();
    let mark = if !suggestion.marks.is_empty() { "  suspicious" } else { "" };
    let overdue = if is_overdue { "  overdue" } else { "" };
    let line = format!(
        "{}  {}  {}  {}{mark}{overdue}",
        suggestion.reference,
        suggestion.received,
        escaped(&suggestion.target.id),
        deliveries.join(", ")
    );
    match detail {
        Detail::States => line,
        Detail::Texts => format!("{line}\n    {}", texts(listed)),
    }
}

/// `waiting (attempts: 2, next 2026-11-23T12:15:00Z: connecting: refused)`
pub(super) fn delivery(delivery: &ListedDelivery) -> String {
    let attempts = delivery.attempts;
    let cause = delivery.cause.as_deref().map(|cause| format!(": {}", escaped(cause))).unwrap_or_default();
    match delivery.state {
        DeliveryState::Waiting | DeliveryState::Bundled => {
            format!("{} (attempts: {attempts}, next {}{cause})", delivery.state, delivery.due)
        }
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
    escaped(&data.to_string())
}
