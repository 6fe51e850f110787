//! `feedback-fn send-test`: a mail through the configured route that says it is a test.

use super::terminal::{escaped, say};
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::contract::{self, Recipient};
use crate::mail::{About, Letter, Mail, Outcome, PlainAddress, Poison, Route, Sender, Transport, compose};
use anyhow::{Context, ensure};
use clap::Args;
use std::collections::BTreeMap;

/// The authors read it as well: German first.
const SUBJECT: &str = "Test: Vorschläge zur Strategie / test mail of feedback-fn";
const BODY: &str = "Dies ist ein Test. Sie müssen nichts tun.\n\n\
                    Das Programm, das die Vorschläge annimmt, kann diese Adresse erreichen.\n\n\
                    This is a test of the mail route of feedback-fn. There is nothing to do.\n";

/// Who gets it.
#[derive(Debug, Args)]
pub(super) struct To {
    /// Who gets it; without it, the operator whom the configuration names
    #[arg(conflicts_with = "all")]
    address: Option<PlainAddress>,
    /// Everybody who gets suggestions by the contract
    #[arg(long)]
    all: bool,
}

/// Sends to one after the other, tells what came of each, and fails if one failed.
pub(super) fn run(config: &Config, to: &To) -> anyhow::Result<()> {
    let recipients = recipients(config, to)?;
    let sender = config.sender.sender()?;
    let route = config.transport.open(&config.base, &sender)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let failed = runtime.block_on(send(&sender, route, &recipients));
    ensure!(failed == 0, "{}", missing(failed, recipients.len()));
    Ok(())
}

fn missing(failed: usize, all: usize) -> String {
    match all {
        1 => "the test was not sent".to_owned(),
        _ => format!("{failed} of {all} did not get the test"),
    }
}

fn recipients(config: &Config, to: &To) -> anyhow::Result<Vec<Recipient>> {
    if !to.all {
        let address = to.address.as_ref().or(config.operator.as_ref()).context(
            "nobody to send to\nhint: give an address, or `--all`, or name an `[operator]` in the configuration",
        )?;
        return Ok(vec![Recipient { name: String::new(), address: address.to_string() }]);
    }
    let path = config.contract.display();
    let recipients =
        contract::parse(&contract::bytes(&config.contract)?).with_context(|| format!("`{path}`"))?.recipients;
    let all = recipients.default.into_iter().chain(recipients.themes.into_values().flatten());
    let each: BTreeMap<String, Recipient> =
        all.map(|recipient| (recipient.address.to_ascii_lowercase(), recipient)).collect();
    Ok(each.into_values().collect())
}

async fn send(sender: &Sender, mut route: Route, recipients: &[Recipient]) -> usize {
    let mut failed = 0;
    for recipient in recipients {
        let outcome = match mail(sender, recipient) {
            Ok(mail) => told(route.send(&mail).await),
            Err(poison) => Err(poison.to_string()),
        };
        failed += usize::from(outcome.is_err());
        let (Ok(words) | Err(words)) = outcome;
        say(&format!("{}: {words}", escaped(&recipient.address)));
    }
    route.rest().await;
    failed
}

fn mail(sender: &Sender, recipient: &Recipient) -> Result<Mail, Poison> {
    let about = About::Program { what: "test" };
    let letter = Letter { about, date: SystemClock.now(), recipient, subject: SUBJECT, body: BODY };
    compose(sender, &letter)
}

/// What an operator reads about an attempt.
fn told(outcome: Outcome) -> Result<String, String> {
    match outcome {
        Outcome::Delivered => Ok("sent; look whether it arrives, also in the folder for spam".to_owned()),
        Outcome::Unknown(failure) => Err(format!("perhaps sent: {failure}")),
        Outcome::RouteDown(failure) | Outcome::Retry(failure) | Outcome::HeldMessage(failure) => {
            Err(format!("NOT sent: {failure}\nhint: {}", failure.advice()))
        }
    }
}
