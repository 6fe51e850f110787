//! `feedback-fn list`: what is stored, and how far its mails are.

use super::beside::ask;
use super::terminal::{escaped, quoted, remark, say};
use crate::clock::{Clock, SystemClock, in_town};
use crate::config::Config;
use crate::export::{Detail, record};
use crate::store::{DeliveryState, Listed, ListedDelivery, Which};
use crate::suggestion::Suggestion;
use crate::{contract, retention};
use clap::Args;
use jiff::Timestamp;

/// The zone of [`in_town`], for people.
pub(super) const ZONE: &str = "Europe/Berlin";

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
    let (all, stored) = ask(config, async |store| {
        let all = store.list(which, wish.limit).await?;
        // Counted only where some may be missing.
        let stored = if all.len() < wish.limit { all.len() as u64 } else { store.count(which).await? };
        Ok((all, stored))
    })?;
    if stored == 0 {
        remark(&nothing(wish.state));
    }
    let missing = stored.saturating_sub(all.len() as u64);
    if missing > 0 {
        remark(&format!("{missing} more, older ones: `--limit {stored}` shows all"));
    }
    let erased_before = erased_before(config);
    let now = SystemClock.now();
    let detail = if wish.texts { Detail::Texts } else { Detail::States };
    let is_overdue =
        |listed: &Listed| erased_before.is_some_and(|before| listed.suggestion.received < before);
    match wish.json {
        true => all.iter().for_each(|listed| say(&json(listed, detail, is_overdue(listed)))),
        false => table(&all, detail, now, is_overdue).iter().for_each(|line| say(line)),
    }
    Ok(())
}

/// To stderr, so that programs read nothing where there is nothing.
fn nothing(state: Option<DeliveryState>) -> String {
    match state {
        Some(state) => format!("no suggestion has a mail that is {state}"),
        None => "no suggestion is stored".to_owned(),
    }
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

/// Columns under a heading that says the zone of all times. Ids of targets are as long as the town made them.
///
/// ```text
/// reference      received (Europe/Berlin)  about  mails
/// LOE-7KQ2-M9X7  2026-11-23 13:00          6.1.3  waiting (attempts: 2, next 2026-11-23 13:15: refused)
/// ```
fn table(
    all: &[Listed],
    detail: Detail,
    now: Timestamp,
    is_overdue: impl Fn(&Listed) -> bool,
) -> Vec<String> {
    let Some(first) = all.first() else { return Vec::new() };
    let ids: Vec<String> = all.iter().map(|listed| escaped(&listed.suggestion.target.id)).collect();
    let reference = first.suggestion.reference.as_str().len();
    let about = ids.iter().map(|id| id.chars().count()).max().unwrap_or_default().max("about".len());
    let received = format!("received ({ZONE})");
    let mut lines = vec![format!("{:<reference$}  {received}  {:<about$}  mails", "reference", "about")];
    for (listed, id) in all.iter().zip(ids) {
        let suggestion = &listed.suggestion;
        let time = minute(suggestion.received);
        let width = received.len();
        let states = states(listed, now, is_overdue(listed));
        lines.push(format!(
            "{:<reference$}  {time:<width$}  {id:<about$}  {states}",
            suggestion.reference.as_str()
        ));
        if detail == Detail::Texts {
            lines.extend(texts(suggestion).into_iter().map(|line| format!("    {line}")));
            lines.push(String::new());
        }
    }
    lines
}

/// `delivered (attempts: 1), waiting (attempts: 2, next …)  suspicious  overdue`
fn states(listed: &Listed, now: Timestamp, is_overdue: bool) -> String {
    let deliveries: Vec<String> = listed.deliveries.iter().map(|one| delivery(one, now)).collect();
    let mark = if !listed.suggestion.marks.is_empty() { "  suspicious" } else { "" };
    let overdue = if is_overdue { "  overdue" } else { "" };
    format!("{}{mark}{overdue}", deliveries.join(", "))
}

/// `2026-11-23 12:15` by the clocks of the town: the same width always.
pub(super) fn minute(instant: Timestamp) -> String {
    in_town(instant).strftime("%Y-%m-%d %H:%M").to_string()
}

/// `waiting (attempts: 2, next 2026-11-23 12:15: connecting: refused)`; `due since` where that time is past.
pub(super) fn delivery(delivery: &ListedDelivery, now: Timestamp) -> String {
    let attempts = delivery.attempts;
    let cause = delivery.cause.as_deref().map(|cause| format!(": {}", escaped(cause))).unwrap_or_default();
    match delivery.state {
        DeliveryState::Waiting | DeliveryState::Bundled => {
            let when = if delivery.due > now { "next" } else { "due since" };
            format!("{} (attempts: {attempts}, {when} {}{cause})", delivery.state, minute(delivery.due))
        }
        state => format!("{state} (attempts: {attempts}{cause})"),
    }
}

/// What a resident wrote, as a person reads it.
fn texts(suggestion: &Suggestion) -> Vec<String> {
    let row = |name: &str, value: &str| format!("{name:<10} {}", escaped(value));
    let mut lines = Vec::new();
    lines.extend(suggestion.name.as_ref().map(|name| row("name", name)));
    lines.extend(suggestion.email.as_ref().map(|email| row("email", email)));
    lines.push(row("publish", if suggestion.publish { "allowed" } else { "not allowed" }));
    lines.push("suggestion".to_owned());
    lines.extend(quoted(&suggestion.text));
    if let Some(rewording) = &suggestion.rewording {
        lines.push("rewording".to_owned());
        lines.extend(quoted(rewording));
    }
    lines
}
