//! `feedback-fn purge`: erases what is old enough, now.

use super::beside::{ask, patiently};
use super::list::erased_before;
use super::log;
use super::terminal::{Consent, counted, say};
use crate::clock::{Clock, SystemClock, in_town, start_in_town};
use crate::config::Config;
use crate::store::Purged;
use anyhow::{Context, ensure};
use jiff::Timestamp;
use jiff::civil::Date;

/// Residents wait no longer for the store than this takes.
const BATCH: usize = 128;

/// A day as computers write it or as Germans do. The year has four digits: `26` would be that of Tiberius.
pub(super) fn day(typed: &str) -> Result<Date, String> {
    let german = || {
        let [day, month, year] = typed.split('.').collect::<Vec<_>>().try_into().ok()?;
        let year = Some(year).filter(|year| year.len() == 4)?.parse().ok()?;
        Date::new(year, month.parse().ok()?, day.parse().ok()?).ok()
    };
    let expected = || "a day is written 2026-12-31 or 31.12.2026".to_owned();
    typed.parse().ok().or_else(german).ok_or_else(expected)
}

/// With a day, everything received before it; otherwise what the contract says.
pub(super) fn run(config: &Config, before: Option<Date>, consent: Consent) -> anyhow::Result<()> {
    log::start_for_command();
    let before = match before {
        Some(day) => {
            ensure!(
                start_in_town(day) <= SystemClock.now(),
                "{day} is yet to come: everything that was delivered would be erased\nhint: name a day up to today"
            );
            consent.obtain(&format!("erases what was received before {day} and delivered"), &day.to_string())?;
            start_in_town(day)
        }
        None => erased_before(config).with_context(|| {
            format!(
                "nothing is to be erased: the contract `{}` cannot be read, or its `privacy.retention_days` is \
                 missing or 0\nhint: `--before 2025-12-31` erases what was received before that day",
                config.contract.display()
            )
        })?,
    };
    let purged = erase(config, before)?;
    tracing::info!(event = "operator.purged", suggestions = purged.suggestions, overdue = purged.overdue);
    let day = in_town(before).strftime("%Y-%m-%d %H:%M").to_string();
    say(&format!("erased {} received before {day}", counted(purged.suggestions as u64, "suggestion")));
    if purged.overdue > 0 {
        let stay = if purged.overdue == 1 { "stays" } else { "stay" };
        say(&format!(
            "{} as old {stay}, since a mail was not delivered: `feedback-fn list --state held`",
            purged.overdue
        ));
    }
    Ok(())
}

fn erase(config: &Config, before: Timestamp) -> anyhow::Result<Purged> {
    ask(config, async |store| {
        let mut all = Purged { suggestions: 0, overdue: 0 };
        loop {
            let batch = patiently(async || store.purge(before, BATCH).await).await?;
            all = Purged { suggestions: all.suggestions + batch.suggestions, overdue: batch.overdue };
            if batch.suggestions < BATCH {
                return Ok(all);
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn day_is_read_as_computers_and_as_germans_write_it() {
        for (typed, read) in [
            ("2026-12-31", Some("2026-12-31")),
            ("31.12.2026", Some("2026-12-31")),
            ("1.2.2026", Some("2026-02-01")),
            ("31.2.2026", None),
            ("12.31.2026", None),
            ("31.12.26", None),
            ("31/12/2026", None),
            ("gestern", None),
            ("", None),
        ] {
            assert_eq!(day(typed).ok().map(|day| day.to_string()).as_deref(), read, "{typed:?}");
        }
    }
}
