//! The metrics in the text format of Prometheus (version 0.0.4).
//!
//! Labels name routes, status classes and states, never anything that a client sent.

use super::health::Health;
use crate::app::App;
use crate::metrics::{CLASSES, Route, read};
use crate::store::{DeliveryState, Stats};
use jiff::Timestamp;
use std::fmt::{Display, Write};
use std::sync::atomic::Ordering;

/// All of it.
pub(super) fn write(app: &App, health: &Health, started: Timestamp) -> String {
    let mut text = Text::default();
    text.info(env!("CARGO_PKG_VERSION"));
    text.single(
        "process_start_time_seconds",
        "gauge",
        "When the program started, in seconds since 1970.",
        started.as_second(),
    );
    health_of(&mut text, health);
    door(&mut text, app);
    if let Some(stats) = &health.stats {
        store(&mut text, stats, health);
    }
    post(&mut text, app);
    text.0
}

fn health_of(text: &mut Text, health: &Health) {
    let ready = u8::from(health.word() != "closed");
    text.single("feedback_ready", "gauge", "Whether suggestions can be taken.", ready);
    text.head("feedback_problem", "gauge", "What should be looked at; the codes of /ready.");
    for reason in &health.reasons {
        text.line("feedback_problem", &[("code", reason.code)], 1);
    }
    text.single("feedback_store_up", "gauge", "Whether the store answers.", u8::from(health.stats.is_some()));
    if let Some(free) = health.free {
        text.single("feedback_disk_free_bytes", "gauge", "Bytes free where the data folder lies.", free);
    }
}

fn door(text: &mut Text, app: &App) {
    let metrics = &app.metrics;
    text.head("feedback_requests_total", "counter", "Answers, by route and status class.");
    for route in Route::ALL {
        for class in 1..=CLASSES {
            let answers = metrics.answers(route, class);
            if answers > 0 || class == 2 {
                let labels = [("route", route.as_str()), ("status", &format!("{class}xx"))];
                text.line("feedback_requests_total", &labels, answers);
            }
        }
    }
    let counters = [
        ("feedback_suggestions_stored_total", "Suggestions stored by this process.", &metrics.stored),
        (
            "feedback_suggestions_quarantined_total",
            "Those of them that look like a machine's and wait for the operator.",
            &metrics.quarantined,
        ),
        (
            "feedback_asked_again_total",
            "Times the second page was shown before a suggestion was taken.",
            &metrics.asked_again,
        ),
        ("feedback_connections_total", "Connections taken.", &metrics.connections),
        (
            "feedback_connections_refused_total",
            "Connections refused, since their network had too many.",
            &metrics.refused_connections,
        ),
        ("feedback_accept_failures_total", "Connections that could not be taken.", &metrics.failed_accepts),
        (
            "feedback_readers_cut_total",
            "Connections cut, since nobody read the answer.",
            &metrics.cut_readers,
        ),
    ];
    for (name, help, counter) in counters {
        text.single(name, "counter", help, read(counter));
    }
    text.single(
        "feedback_connections",
        "gauge",
        "Connections that are open.",
        metrics.open_connections.read(),
    );
    let queue = metrics.waiting_for_store.read();
    text.single("feedback_store_queue", "gauge", "Requests that wait for the store.", queue);
}

fn store(text: &mut Text, stats: &Stats, health: &Health) {
    text.single("feedback_suggestions", "gauge", "Suggestions in the store.", stats.suggestions);
    text.head("feedback_deliveries", "gauge", "Mails to authors, by state.");
    for state in DeliveryState::ALL {
        text.line("feedback_deliveries", &[("state", state.as_str())], number(stats, state));
    }
    let oldest = health.longest_wait().map_or(0, |wait| wait.as_secs());
    let help = "For how long the suggestion has waited that has waited longest.";
    text.single("feedback_oldest_waiting_seconds", "gauge", help, oldest);
}

fn post(text: &mut Text, app: &App) {
    let tally = &app.tally;
    let counters = [
        (
            "feedback_mails_delivered_total",
            "Mails to authors that were taken, with digests.",
            &tally.delivered,
        ),
        ("feedback_digests_delivered_total", "Digests among them.", &tally.digests),
        ("feedback_mails_postponed_total", "Mails put into a digest.", &tally.postponed),
        ("feedback_mails_deferred_total", "Attempts that are to be repeated.", &tally.deferred),
        ("feedback_mails_held_total", "Mails given up until an operator decides.", &tally.held),
        (
            "feedback_mails_unknown_total",
            "Attempts after which a mail may come twice.",
            &tally.maybe_duplicate,
        ),
        ("feedback_confirmations_delivered_total", "Confirmations that were taken.", &tally.confirmations),
        ("feedback_confirmations_given_up_total", "Confirmations given up.", &tally.unconfirmed),
        ("feedback_self_tests_delivered_total", "Self-tests that were taken.", &tally.self_tests),
        ("feedback_warnings_delivered_total", "Warnings that were taken.", &tally.warnings),
        ("feedback_operator_mails_failed_total", "Failed mails to the operator.", &tally.operator_failed),
    ];
    for (name, help, counter) in counters {
        text.single(name, "counter", help, read(counter));
    }
    let down = u8::from(tally.route_down.load(Ordering::Relaxed));
    text.single("feedback_route_down", "gauge", "Whether mails do not get out.", down);
}

/// How many deliveries are in a state.
pub(super) fn number(stats: &Stats, state: DeliveryState) -> u64 {
    match state {
        DeliveryState::Waiting => stats.waiting,
        DeliveryState::Bundled => stats.bundled,
        DeliveryState::Delivered => stats.delivered,
        DeliveryState::Held => stats.held,
        DeliveryState::Quarantined => stats.quarantined,
    }
}

/// Writing to a string does not fail.
#[derive(Default)]
struct Text(String);

impl Text {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    /// Values of labels are our own words: nothing in them needs escaping.
    fn line(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        let labels: Vec<String> =
            labels.iter().map(|(label, value)| format!("{label}=\"{value}\"")).collect();
        let _ = writeln!(self.0, "{name}{{{}}} {value}", labels.join(","));
    }

    fn single(&mut self, name: &str, kind: &str, help: &str, value: impl Display) {
        self.head(name, kind, help);
        let _ = writeln!(self.0, "{name} {value}");
    }

    fn info(&mut self, version: &str) {
        self.head("feedback_build_info", "gauge", "The version that runs.");
        self.line("feedback_build_info", &[("version", version)], 1);
    }
}
