//! `feedback-fn show REFERENCE`: all that is stored about one suggestion.

use super::beside::ask;
use super::list::{self, ZONE};
use super::terminal::{escaped, quoted, say};
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::export::Detail;
use crate::reference::Reference;
use crate::store::{Kind, Listed, ListedDelivery};
use crate::suggestion::Mark;
use anyhow::anyhow;
use jiff::Timestamp;

pub(super) fn run(config: &Config, reference: &Reference, format: Format) -> anyhow::Result<()> {
    let listed =
        ask(config, async |store| store.show(reference.clone()).await?.ok_or_else(|| missing(reference)))?;
    let is_overdue = list::erased_before(config).is_some_and(|before| listed.suggestion.received < before);
    match format {
        Format::Json => say(&list::json(&listed, Detail::Texts, is_overdue)),
        Format::Words => words(&listed, SystemClock.now(), is_overdue).iter().for_each(|line| say(line)),
    }
    Ok(())
}

/// How it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// For people.
    Words,
    /// For programs.
    Json,
}

/// Nothing is stored under this reference.
pub(super) fn missing(reference: &Reference) -> anyhow::Error {
    anyhow!(
        "there is no suggestion `{reference}`: it was erased, or belongs to another installation\n\
         hint: `feedback-fn list` shows those that there are"
    )
}

fn words(listed: &Listed, now: Timestamp, is_overdue: bool) -> Vec<String> {
    let suggestion = &listed.suggestion;
    let target = &suggestion.target;
    let row = |name: &str, value: &str| format!("{name:<10} {}", escaped(value));
    let received = list::minute(suggestion.received);
    let publish = if suggestion.publish { "allowed, without the name" } else { "not allowed" };
    let mut lines = vec![
        row("reference", suggestion.reference.as_str()),
        row("received", &format!("{received} ({ZONE}), round {}", suggestion.round)),
        row("about", &format!("{} {}, {}", target.id, target.title, target.path)),
        row("publish", publish),
    ];
    lines.extend(suggestion.name.as_ref().map(|name| row("name", name)));
    lines.extend(suggestion.email.as_ref().map(|email| row("email", email)));
    if !suggestion.marks.is_empty() {
        let marks: Vec<&str> = suggestion.marks.iter().map(Mark::as_str).collect();
        lines.push(row("marks", &marks.join(", ")));
    }
    if suggestion.changed() {
        lines.push(row("passage", "the resident had another text before them"));
    }
    if is_overdue {
        lines.push(row("overdue", "it would be erased, but a mail of it was not delivered"));
    }
    lines.extend(listed.deliveries.iter().map(|delivery| format!("{:<10} {}", "mail", mail(delivery, now))));
    lines.extend(titled("passage", target.text.as_deref()));
    lines.extend(titled("suggestion", Some(&suggestion.text)));
    lines.extend(titled("rewording", suggestion.rewording.as_deref()));
    lines
}

fn mail(delivery: &ListedDelivery, now: Timestamp) -> String {
    let to = match delivery.kind {
        Kind::Suggestion => escaped(&delivery.recipient.address),
        Kind::Confirmation => format!("confirmation to {}", escaped(&delivery.recipient.address)),
    };
    format!("{to}: {}", list::delivery(delivery, now))
}

fn titled(title: &str, text: Option<&str>) -> Vec<String> {
    let Some(text) = text else { return Vec::new() };
    [String::new(), title.to_owned()].into_iter().chain(quoted(text)).collect()
}
