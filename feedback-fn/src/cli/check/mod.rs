//! `feedback-fn check`: everything that can be tried without sending, storing or making anything.
//!
//! Whoever checks may be another user than the one who serves: a folder or a database made here would belong
//! to the wrong one.

mod clock;
mod digests;
mod doors;
mod doubts;

use super::access;
use super::terminal::{counted, say};
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::contract::{self, Review};
use crate::mail::{Failure, Transport, TransportConfig};
use crate::pages::{AGAIN, Published};
use crate::rights;
use crate::store::{StoreOptions, postgres, sqlite};
use crate::token::Seal;
use anyhow::{Context, anyhow, ensure};
use rustix::fs::Access;
use std::path::{Path, PathBuf};

/// Tries everything, tells of each, and fails if one failed: an operator should see all problems at once.
pub(super) fn run(path: &Path) -> anyhow::Result<()> {
    let config = Config::load(path)?;
    say(&format!("configuration: in order, `{}`", path.display()));
    let endpoint = review(&config).map_or_else(|| "/".to_owned(), |review| review.endpoint);
    let results = [
        ("contract", contract(&config)),
        ("secret", secret(&config)),
        ("store", store(&config)),
        ("disk", disk(&config)),
        ("permissions", access::check(&config)),
        ("clock", clock::check(&config, SystemClock.now())),
        ("doors", doors::check(&config, &endpoint)),
        ("mail", mail(&config)),
    ];
    for (what, result) in &results {
        match result {
            Ok(found) => say(&format!("{what}: in order, {found}")),
            Err(error) => say(&format!("{what}: NOT in order: {error:#}")),
        }
    }
    let doubts = doubts::of(&config, review(&config).as_ref(), SystemClock.now());
    doubts.iter().chain(&as_root(&config)).for_each(|doubt| say(&format!("warning: {doubt}")));
    let failed = results.iter().filter(|(_, result)| result.is_err()).count();
    ensure!(failed == 0, "{}", unordered(failed, results.len() + 1));
    Ok(())
}

/// What `serve` should say at its start, a line each: what works and should be looked at. Asks no database.
pub(super) fn doubts(config: &Config) -> Vec<String> {
    let now = SystemClock.now();
    let failing = [disk(config).err(), clock::after_contract(config, now).err()].into_iter().flatten();
    let doubts = doubts::of(config, review(config).as_ref(), now);
    let all = failing.map(|error| format!("{error:#}")).chain(doubts);
    all.map(|doubt| doubt.replace("\nhint: ", "; ")).collect()
}

fn unordered(failed: usize, all: usize) -> String {
    let verb = if failed == 1 { "is" } else { "are" };
    format!("{failed} of {all} {verb} not in order")
}

fn contract(config: &Config) -> anyhow::Result<String> {
    let path = &config.contract;
    let published =
        Published::prepare(&contract::bytes(path)?).with_context(|| format!("in `{}`", path.display()))?;
    let second_page = match published.templates.contains(AGAIN) {
        true => "",
        false => "; there is no `function/again.html`: the check page stands in for the second page",
    };
    Ok(format!("{}{second_page}", summary(&published.review)))
}

/// What root may do says nothing about the service.
fn as_root(config: &Config) -> Option<String> {
    let told = || {
        let advice = rights::advice(&config.data);
        format!("root may do more than the user of the service\nhint: {advice}")
    };
    access::is_foreign_root(config).then(told)
}

/// None without a contract that can be used, about which the operator is told elsewhere.
#[expect(clippy::disallowed_methods, reason = "commands are an edge")]
fn review(config: &Config) -> Option<Review> {
    std::fs::read(&config.contract).ok().and_then(|json| contract::parse(&json).ok())
}

fn summary(review: &Review) -> String {
    let round = match &review.round {
        Some(round) => {
            let [opens, closes] =
                [&round.opens, &round.closes].map(|instant| clock::shown(instant.timestamp()));
            format!("round {} from {opens} until {closes}", round.number)
        }
        None => "no round".to_owned(),
    };
    let retention = match review.privacy.retention_days {
        0 => "nothing is erased: `privacy.retention_days` is missing or 0".to_owned(),
        days => format!("suggestions are erased {} after receipt", counted(days.into(), "day")),
    };
    let targets = counted(review.targets.len() as u64, "target");
    format!("version {}, {targets}, {round}; {retention}", review.version)
}

fn secret(config: &Config) -> anyhow::Result<String> {
    match &config.secret_file {
        Some(path) => Seal::from_file(path).map(|_| format!("`{}`", path.display())),
        None => Ok("drawn by this program and kept in the data folder".to_owned()),
    }
}

fn store(config: &Config) -> anyhow::Result<String> {
    match config.store()? {
        StoreOptions::Sqlite(options) => {
            let place = writable(&config.data).context("the data folder")?;
            sqlite::check(&options, &place)
        }
        StoreOptions::Postgres(options) => postgres::check(&options, SystemClock.now()),
    }
}

/// The store refuses what would not leave the reserve; here the operator sees how far away that is.
fn disk(config: &Config) -> anyhow::Result<String> {
    if config.postgres.is_some() {
        return Ok("that of the database server is not looked at".to_owned());
    }
    let place = standing(&config.data);
    let status = rustix::fs::statvfs(&place)
        .with_context(|| format!("cannot see the disk of `{}`", place.display()))?;
    let free = status.f_bavail.saturating_mul(status.f_frsize);
    let mib = |bytes: u64| bytes / (1024 * 1024);
    let told = format!("{} MiB are free, {} are kept in reserve", mib(free), mib(config.reserve));
    ensure!(free >= config.reserve, "{told}\nhint: make room, or lower `reserve_mib`");
    ensure!(
        status.f_favail > 0 || status.f_files == 0,
        "no more files can be made on the disk\nhint: make room"
    );
    Ok(told)
}

/// The folder itself, or the nearest above it, in which it will be made; fails if nothing can be written there.
fn writable(folder: &Path) -> anyhow::Result<PathBuf> {
    let place = standing(folder);
    ensure!(place.is_dir(), "`{}` is a file and not a folder", place.display());
    rustix::fs::access(&place, Access::WRITE_OK | Access::EXEC_OK).map_err(|error| {
        let (place, advice) = (place.display(), rights::advice(&place));
        anyhow!("nothing can be written to `{place}` by this user: {error}\nhint: {advice}")
    })?;
    Ok(place)
}

fn standing(folder: &Path) -> PathBuf {
    let ancestors = folder.ancestors().map(|path| if path == Path::new("") { Path::new(".") } else { path });
    ancestors.into_iter().find(|path| path.exists()).unwrap_or(Path::new(".")).to_owned()
}

fn mail(config: &Config) -> anyhow::Result<String> {
    let sender = config.sender.sender()?;
    if let TransportConfig::Files(files) = &config.transport {
        let folder = config.base.join(&files.folder);
        writable(&folder).context("the folder of the mails")?;
        if !folder.exists() {
            return Ok(format!("`{}` will be made at the first start", folder.display()));
        }
    }
    let mut route = config.transport.open(&config.base, &sender)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let probed = runtime.block_on(route.probe());
    probed.map_err(|failure| match config.transport.place() {
        Some(place) => advised(&failure).context(format!("`{place}`")),
        None => advised(&failure),
    })?;
    Ok("the route can be reached; whether it takes mails from this sender, `send-test` tells".to_owned())
}

fn advised(failure: &Failure) -> anyhow::Error {
    anyhow!("{failure}\nhint: {}", failure.advice())
}
