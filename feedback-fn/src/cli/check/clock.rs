//! Whether this computer's clock can be right: rounds open and close by it, and suggestions are erased by it.
//!
//! Nothing here says what time it is; but some things happened already, and the clock must know it.

use crate::cli::beside::ask;
use crate::clock::in_town;
use crate::config::Config;
use crate::contract::{Phase, Review, Round};
use crate::store::Which;
use anyhow::{Context, ensure};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// The clock of a file server may be off by so much.
const LEEWAY: SignedDuration = SignedDuration::from_mins(5);
const HINT: &str = "set the clock (`timedatectl` shows and `timedatectl set-ntp true` sets it)";

/// Compares `now` with what has happened already.
pub(super) fn check(config: &Config, now: Timestamp) -> anyhow::Result<String> {
    TimeZone::get("Europe/Berlin").context("the time zone `Europe/Berlin` is not known")?;
    after_contract(config, now)?;
    after(newest(config), "a suggestion came", now)?;
    Ok(format!("it is {} in Germany; {}", shown(now), round(super::review(config).as_ref(), now)))
}

/// Compares `now` with the day of the contract only.
pub(super) fn after_contract(config: &Config, now: Timestamp) -> anyhow::Result<()> {
    after(written(config), "the contract was written", now)
}

fn after(when: Option<Timestamp>, what: &str, now: Timestamp) -> anyhow::Result<()> {
    let Some(when) = when else { return Ok(()) };
    ensure!(
        now.saturating_add(LEEWAY).unwrap_or(Timestamp::MAX) >= when,
        "it is {} by the clock, but {what} at {}\nhint: {HINT}",
        shown(now),
        shown(when)
    );
    Ok(())
}

fn written(config: &Config) -> Option<Timestamp> {
    std::fs::metadata(&config.contract).ok()?.modified().ok()?.try_into().ok()
}

/// A store that cannot be opened is told about elsewhere.
fn newest(config: &Config) -> Option<Timestamp> {
    let newest = ask(config, async |store| Ok(store.list(Which::All, 1).await?)).ok()?;
    newest.first().map(|listed| listed.suggestion.received)
}

fn round(review: Option<&Review>, now: Timestamp) -> String {
    match review.and_then(|review| review.round.as_ref()) {
        None => "no round is planned".to_owned(),
        Some(round) => phase(round, now),
    }
}

fn phase(round: &Round, now: Timestamp) -> String {
    let Round { number, opens, closes, .. } = round;
    match round.phase(now) {
        Phase::Before => format!("round {number} opens on {}", shown(opens.timestamp())),
        Phase::Open => format!("round {number} is open until {}", shown(closes.timestamp())),
        Phase::After => format!("round {number} is over since {}", shown(closes.timestamp())),
    }
}

/// An instant as the town reads it, to the minute.
pub(super) fn shown(instant: Timestamp) -> String {
    in_town(instant).strftime("%Y-%m-%d %H:%M").to_string()
}
