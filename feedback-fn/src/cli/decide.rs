//! `feedback-fn retry`, `release`, `hold`: what an operator decides about mails.

use super::beside::ask;
use super::log;
use super::show::missing;
use super::terminal::{counted, say};
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::mail::text::HeaderText;
use crate::reference::Reference;
use crate::store::{Amount, Change};
use clap::Args;

/// Whose mails.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(super) struct Whose {
    /// The suggestion's reference, such as LOE-7KQ2-M9X7
    reference: Option<Reference>,
    /// The mails of all suggestions
    #[arg(long)]
    all: bool,
}

impl Whose {
    fn amount(&self) -> Amount {
        self.reference.clone().map_or(Amount::All, Amount::Of)
    }
}

/// Tries again what waits or is held.
pub(super) fn retry(config: &Config, whose: &Whose) -> anyhow::Result<()> {
    let mails = apply(config, whose, Change::Retry, "operator.retried")?;
    told(mails, "will be tried within a minute, if the service runs", "waits or is held");
    Ok(())
}

/// Lets go out what is quarantined.
pub(super) fn release(config: &Config, whose: &Whose) -> anyhow::Result<()> {
    let mails = apply(config, whose, Change::Release, "operator.released")?;
    told(mails, "will be sent within a minute, if the service runs", "is quarantined");
    Ok(())
}

/// Holds what waits.
pub(super) fn hold(config: &Config, whose: &Whose, cause: &str) -> anyhow::Result<()> {
    let cause = HeaderText::new(cause).to_string();
    let mails = apply(config, whose, Change::Hold { cause }, "operator.held")?;
    told(mails, "held until `feedback-fn retry`", "waits");
    Ok(())
}

fn told(mails: u64, done: &str, otherwise: &str) {
    match mails {
        0 => say(&format!("nothing to do: no mail {otherwise}")),
        _ => say(&format!("{} {done}", counted(mails, "mail"))),
    }
}

fn apply(config: &Config, whose: &Whose, change: Change, event: &'static str) -> anyhow::Result<u64> {
    log::start_for_command();
    let reference = whose.reference.as_ref();
    let mails = ask(config, async |store| {
        if let Some(reference) = reference
            && store.show(reference.clone()).await?.is_none()
        {
            return Err(missing(reference));
        }
        Ok(store.change(whose.amount(), change, SystemClock.now()).await?)
    })?;
    let reference = reference.map_or("all", Reference::as_str);
    tracing::info!(event, reference, mails);
    Ok(mails)
}
