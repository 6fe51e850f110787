//! `feedback-fn erase REFERENCE`: erases a suggestion, and looks afterwards whether anything is left.

mod files;
mod traces;

use super::beside::{ask, patiently};
use super::log;
use super::show::missing;
use super::terminal::{Consent, counted, say};
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::mail::TransportConfig;
use crate::reference::Reference;
use crate::store::{Listed, Position, Store};
use anyhow::ensure;
use jiff::Timestamp;
use traces::Traces;

/// Suggestions that are in memory at once.
const PAGE: usize = 256;

pub(super) fn run(config: &Config, reference: &Reference, consent: Consent) -> anyhow::Result<()> {
    log::start_for_command();
    let (listed, traces) = ask(config, async |store| {
        let show = async || store.show(reference.clone()).await?.ok_or_else(|| missing(reference));
        show().await?;
        consent.obtain(&format!("erases `{reference}` for good"), reference.as_str())?;
        // Somebody may have thought about it for a while.
        let listed = show().await?;
        let traces = traces_of(&*store, &listed).await?;
        patiently(async || store.erase(reference.clone()).await).await?;
        ensure!(store.show(reference.clone()).await?.is_none(), "`{reference}` is still stored: a defect");
        Ok((listed, traces))
    })?;
    tracing::info!(event = "operator.erased", reference = reference.as_str());
    say(&format!("erased `{reference}`, {}", counted(listed.deliveries.len() as u64, "mail")));
    prove(config, &traces)?;
    tell_of_mails_in_hand(&listed, SystemClock.now());
    tell_of_mails(config, reference)?;
    say(
        "backups, dumps and exported tables made before still hold it: delete them, or erase it again after a restore",
    );
    Ok(())
}

/// Pieces of what is to be erased that nobody else's suggestion holds.
async fn traces_of(store: &dyn Store, listed: &Listed) -> anyhow::Result<Traces> {
    let mut traces = Traces::of(&listed.suggestion);
    let mut after = Position::default();
    loop {
        let page = store.page(after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(traces) };
        after = last.position;
        let others = page.iter().filter(|other| other.position != listed.position);
        others.for_each(|other| traces.forget_what_is_in(&other.suggestion));
    }
}

/// Looks into every file of the data folder. Fails if anything is found. PostgreSQL's files are on another
/// computer, or another user's.
fn prove(config: &Config, traces: &Traces) -> anyhow::Result<()> {
    if config.postgres.is_some() {
        say(
            "the tables in the database were written anew without it; the handbook says what else PostgreSQL keeps",
        );
        return Ok(());
    }
    let files = files::of_folder(&config.data)?;
    let mut found = Vec::new();
    for path in &files {
        found.extend(traces.found_in(path)?.map(|what| format!("{what} in `{}`", path.display())));
    }
    ensure!(
        found.is_empty(),
        "not all is gone: {}\nhint: stop programs that read the database, start the service again, and look with \
         `grep`",
        found.join(", ")
    );
    say(&format!(
        "looked for the reference and {} of the text: found nowhere in {} of `{}`",
        counted(traces.pieces() as u64, "piece"),
        counted(files.len() as u64, "file"),
        config.data.display()
    ));
    if let Some(left_out) = traces.left_out() {
        say(&format!("not looked for, being too short or also in other suggestions: {left_out}"));
    }
    Ok(())
}

/// The service asks the store a few seconds at most before a mail goes out, and not again while it does.
fn tell_of_mails_in_hand(listed: &Listed, now: Timestamp) {
    let in_hand = listed.deliveries.iter().filter(|delivery| delivery.is_leased && delivery.due > now);
    match in_hand.count() {
        0 => {}
        count => say(&format!(
            "{} with it may have been on the way at this moment and still arrive",
            counted(count as u64, "mail")
        )),
    }
}

fn tell_of_mails(config: &Config, reference: &Reference) -> anyhow::Result<()> {
    let TransportConfig::Files(files) = &config.transport else {
        say("the authors have its mails in their mailboxes: ask them to delete these");
        return Ok(());
    };
    let mails = files::mails_about(&config.base.join(&files.folder), reference)?;
    match mails.is_empty() {
        true => say("no mail about it is in the folder of the mails"),
        false => say("its mails belong to the authors and are still there:"),
    }
    mails.iter().for_each(|path| say(&format!("    {}", path.display())));
    Ok(())
}
