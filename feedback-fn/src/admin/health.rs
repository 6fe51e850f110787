//! How the program does: whether it can take suggestions, and what a person should look at.

use crate::app::App;
use crate::store::Stats;
use hyper::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::timeout;

/// A suggestion that has waited longer is worth a look, however busy the mail server is.
const LONG_WAIT: SignedDuration = SignedDuration::from_hours(1);
/// Somebody should look through the quarantine every day.
const LONG_QUARANTINE: SignedDuration = SignedDuration::from_hours(24);
/// For the store to count.
const PATIENCE: Duration = Duration::from_secs(2);

/// How the program does.
pub(super) struct Health {
    /// What should be looked at, the worst first.
    pub(super) reasons: Vec<Reason>,
    /// What the store holds, if it could be asked.
    pub(super) stats: Option<Stats>,
    /// Bytes of the disk that are free, if that can be seen.
    pub(super) free: Option<u64>,
    /// When it was looked.
    pub(super) at: Timestamp,
}

/// Something that should be looked at.
pub(super) struct Reason {
    /// For programs.
    pub(super) code: &'static str,
    /// For the operator.
    pub(super) message: String,
    /// What it means for residents.
    pub(super) weight: Weight,
}

/// What a reason means for residents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Weight {
    /// No suggestion can be taken.
    Closed,
    /// Suggestions are taken.
    Degraded,
}

impl Health {
    /// Looks.
    pub(super) async fn examine(app: &App) -> Health {
        let at = app.clock.now();
        let stats = match timeout(PATIENCE, app.store.stats()).await {
            Ok(Ok(stats)) => Ok(stats),
            Ok(Err(error)) => Err(format!("the store cannot be asked: {error}")),
            Err(_) => Err(format!("the store does not answer within {} s", PATIENCE.as_secs())),
        };
        let free = free(app);
        let mut reasons = Vec::new();
        reasons.extend(ending(app));
        reasons.extend(stats.as_ref().err().map(|cause| closed("store-away", cause.clone())));
        reasons.extend(free.and_then(|free| disk(free, app.config.get().reserve)));
        reasons.extend(contract(app));
        reasons.extend(configuration(app));
        reasons.extend(route(app));
        if let Ok(stats) = &stats {
            reasons.extend(waiting(app, stats, at));
            reasons.extend(held(stats));
            reasons.extend(quarantined(stats, at));
        }
        reasons.sort_by_key(|reason| reason.weight);
        Health { reasons, stats: stats.ok(), free, at }
    }

    /// In a word.
    pub(super) fn word(&self) -> &'static str {
        match self.reasons.first().map(|reason| reason.weight) {
            None => "ready",
            Some(Weight::Degraded) => "degraded",
            Some(Weight::Closed) => "closed",
        }
    }

    /// 503 only when no suggestion can be taken: whoever asks would send residents nowhere.
    pub(super) fn status(&self) -> StatusCode {
        match self.word() {
            "closed" => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::OK,
        }
    }

    /// For programs.
    pub(super) fn json(&self) -> Value {
        let reasons =
            self.reasons.iter().map(|reason| json!({ "code": reason.code, "message": reason.message }));
        json!({ "status": self.word(), "reasons": reasons.collect::<Vec<_>>() })
    }

    /// For how long the suggestion that has waited longest has.
    pub(super) fn longest_wait(&self) -> Option<SignedDuration> {
        self.stats.as_ref()?.oldest_waiting.map(|since| age(since, self.at))
    }
}

fn age(since: Timestamp, now: Timestamp) -> SignedDuration {
    now.duration_since(since).max(SignedDuration::ZERO)
}

/// The program goes on with the settings that it had.
fn configuration(app: &App) -> Option<Reason> {
    let since = (*app.config_refused.lock().unwrap_or_else(PoisonError::into_inner))?;
    let message = format!(
        "the configuration has been refused since {since:.0}, an older one counts: `feedback-fn check` says why"
    );
    Some(degraded("config-refused", message))
}

fn closed(code: &'static str, message: String) -> Reason {
    Reason { code, message, weight: Weight::Closed }
}

fn degraded(code: &'static str, message: String) -> Reason {
    Reason { code, message, weight: Weight::Degraded }
}

fn ending(app: &App) -> Option<Reason> {
    let ending = app.ending.load(Ordering::Relaxed);
    ending.then(|| closed("ending", "the program was told to end".to_owned()))
}

/// Of the disk that the data folder lies on; with PostgreSQL nothing is written there.
fn free(app: &App) -> Option<u64> {
    let config = app.config.get();
    if config.postgres.is_some() {
        return None;
    }
    let status = rustix::fs::statvfs(&config.data).ok()?;
    Some(status.f_bavail.saturating_mul(status.f_frsize))
}

fn disk(free: u64, reserve: u64) -> Option<Reason> {
    const MIB: u64 = 1024 * 1024;
    let told = || format!("{} MiB of the disk are free, {} are kept in reserve", free / MIB, reserve / MIB);
    match free {
        free if free < reserve => Some(closed("disk-full", told())),
        free if free < reserve.saturating_mul(2) => Some(degraded("disk-low", told())),
        _ => None,
    }
}

fn contract(app: &App) -> Option<Reason> {
    let told = || "the contract is missing or broken; the one before it counts: see the log".to_owned();
    app.contract.is_refused().then(|| degraded("contract-refused", told()))
}

fn route(app: &App) -> Option<Reason> {
    let down = app.tally.route_down.load(Ordering::Relaxed);
    down.then(|| degraded("route-down", "mails do not get out and wait: see the log".to_owned()))
}

fn waiting(app: &App, stats: &Stats, now: Timestamp) -> Option<Reason> {
    let long = app.config.get().delivery.patience(LONG_WAIT);
    let age = age(stats.oldest_waiting?, now);
    let told = || format!("a suggestion has waited for its mail for {}", spoken(age));
    (age > long).then(|| degraded("waiting-long", told()))
}

fn held(stats: &Stats) -> Option<Reason> {
    let told =
        || format!("{} held until you decide: see `feedback-fn list --state held`", mails_are(stats.held));
    (stats.held > 0).then(|| degraded("held", told()))
}

fn quarantined(stats: &Stats, now: Timestamp) -> Option<Reason> {
    let age = age(stats.oldest_quarantined?, now);
    let told = || {
        format!(
            "{} quarantined, the oldest for {}: see `feedback-fn list --state quarantined`",
            mails_are(stats.quarantined),
            spoken(age)
        )
    };
    (age > LONG_QUARANTINE).then(|| degraded("quarantined-long", told()))
}

/// `1 mail is`, `2 mails are`.
fn mails_are(number: u64) -> String {
    match number {
        1 => "1 mail is".to_owned(),
        _ => format!("{number} mails are"),
    }
}

/// In the largest unit of which there are two.
pub(super) fn spoken(time: SignedDuration) -> String {
    let seconds = time.as_secs();
    let units = [(86_400, "days"), (3600, "hours"), (60, "minutes")];
    let fitting = units.into_iter().find(|(length, _)| seconds >= 2 * length);
    fitting.map_or(format!("{seconds} seconds"), |(length, unit)| format!("{} {unit}", seconds / length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disk_is_low_before_it_is_full() {
        const MIB: u64 = 1024 * 1024;
        let told = |free| disk(free * MIB, 64 * MIB).map(|reason| (reason.code, reason.weight));
        assert_eq!(told(128), None);
        assert_eq!(told(127), Some(("disk-low", Weight::Degraded)));
        assert_eq!(told(63), Some(("disk-full", Weight::Closed)));
    }

    #[test]
    fn one_mail_is_not_told_as_many() {
        let told = |number| held(&Stats { held: number, ..Stats::default() }).map(|reason| reason.message);
        assert_eq!(told(0), None);
        assert!(told(1).unwrap().starts_with("1 mail is held"));
        assert!(told(2).unwrap().starts_with("2 mails are held"));
    }

    #[test]
    fn times_are_spoken_in_a_unit_that_says_something() {
        for (seconds, words) in [
            (0, "0 seconds"),
            (119, "119 seconds"),
            (3600, "60 minutes"),
            (90_000, "25 hours"),
            (200_000, "2 days"),
        ] {
            assert_eq!(spoken(SignedDuration::from_secs(seconds)), words);
        }
    }
}
