//! How the program does, for a person: a plain page without scripts and styles.

use super::exposition::number;
use super::health::{Health, spoken};
use crate::app::App;
use crate::metrics::read;
use crate::store::DeliveryState;
use jiff::{RoundMode, Timestamp, TimestampRound, Unit};
use tera::escape_html;

/// The page.
pub(super) fn write(app: &App, health: &Health, started: Timestamp) -> String {
    let (heading, meaning) = match health.word() {
        "ready" => ("All is well", "Suggestions are taken and mailed."),
        "degraded" => ("Something should be looked at", "Suggestions are taken all the same."),
        _ => ("No suggestions can be taken", "Residents are told to come again, and keep their text."),
    };
    let mut figures = vec![
        ("Version", env!("CARGO_PKG_VERSION").to_owned()),
        ("Running since", instant(started)),
        ("Connections open", app.metrics.open_connections.read().to_string()),
        ("Suggestions stored since then", read(&app.metrics.stored).to_string()),
    ];
    if let Some(stats) = &health.stats {
        figures.push(("Suggestions in the store", stats.suggestions.to_string()));
        let rows = DeliveryState::ALL.map(|state| (label(state), number(stats, state).to_string()));
        figures.extend(rows);
        let wait = health.longest_wait().map_or("nothing waits".to_owned(), spoken);
        figures.push(("Longest wait for a mail", wait));
    }
    if let Some(free) = health.free {
        figures.push(("Disk free", format!("{} MiB", free / (1024 * 1024))));
    }
    let rows: String = figures
        .iter()
        .map(|(name, value)| format!("<tr><th scope=\"row\">{name}</th><td>{value}</td></tr>\n"))
        .collect();
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{heading} – feedback-fn</title>\n</head>\n<body>\n<main>\n<h1>{heading}</h1>\n<p>{meaning}</p>\n\
         {}<h2>Figures</h2>\n<table>\n<caption>At {}</caption>\n<tbody>\n{rows}</tbody>\n</table>\n\
         <p>For programs: <a href=\"/ready\">/ready</a>, <a href=\"/metrics\">/metrics</a>, \
         <a href=\"/live\">/live</a>.</p>\n</main>\n</body>\n</html>\n",
        reasons(health),
        instant(health.at)
    )
}

fn reasons(health: &Health) -> String {
    if health.reasons.is_empty() {
        return String::new();
    }
    let items: String =
        health.reasons.iter().map(|reason| format!("<li>{}</li>\n", escaped(&reason.message))).collect();
    format!("<h2>What to look at</h2>\n<ul>\n{items}</ul>\n")
}

fn label(state: DeliveryState) -> &'static str {
    match state {
        DeliveryState::Waiting => "Mails that wait",
        DeliveryState::Bundled => "Mails that wait for a digest",
        DeliveryState::Delivered => "Mails delivered",
        DeliveryState::Held => "Mails held",
        DeliveryState::Quarantined => "Mails in quarantine",
    }
}

fn instant(instant: Timestamp) -> String {
    let whole = TimestampRound::new().smallest(Unit::Second).mode(RoundMode::Trunc);
    instant.round(whole).unwrap_or(instant).to_string()
}

/// Messages may hold what a database server said.
fn escaped(text: &str) -> String {
    let mut escaped = Vec::new();
    // Writing to memory does not fail.
    let _ = escape_html(text, &mut escaped);
    String::from_utf8_lossy(&escaped).into_owned()
}
