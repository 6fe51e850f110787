//! `feedback-fn check`: everything that can be tried without sending or storing anything.

use super::say;
use crate::config::Config;
use crate::contract::Review;
use crate::mail::{Failure, Transport};
use crate::pages::Published;
use crate::store::sqlite;
use crate::token::Seal;
use anyhow::{Context, anyhow, ensure};
use std::path::Path;

/// Tries everything, tells of each, and fails if one failed: an operator should see all problems at once.
pub(super) fn run(path: &Path) -> anyhow::Result<()> {
    let config = Config::load(path)?;
    say(&format!("configuration: in order, `{}`", path.display()));
    let results = [
        ("contract", contract(&config)),
        ("secret", secret(&config)),
        ("store", store(&config)),
        ("mail", mail(&config)),
    ];
    for (what, result) in &results {
        match result {
            Ok(found) => say(&format!("{what}: in order, {found}")),
            Err(error) => say(&format!("{what}: {error:#}")),
        }
    }
    let failed = results.iter().filter(|(_, result)| result.is_err()).count();
    ensure!(failed == 0, "{failed} of the checks failed");
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "commands are an edge")]
fn contract(config: &Config) -> anyhow::Result<String> {
    let path = &config.contract;
    let json = std::fs::read(path)
        .with_context(|| format!("cannot read `{}`; build the site first", path.display()))?;
    let published = Published::prepare(&json)?;
    Ok(summary(&published.review))
}

fn summary(review: &Review) -> String {
    let round = match &review.round {
        Some(round) => {
            format!("round {} from {} until {}", round.number, round.opens.as_str(), round.closes.as_str())
        }
        None => "no round".to_owned(),
    };
    format!("version {}, {} targets, {round}", review.version, review.targets.len())
}

fn secret(config: &Config) -> anyhow::Result<String> {
    match &config.secret_file {
        Some(path) => Seal::from_file(path).map(|_| format!("`{}`", path.display())),
        None => Ok("drawn by this program and kept in the data folder".to_owned()),
    }
}

fn store(config: &Config) -> anyhow::Result<String> {
    config.create_data_folder()?;
    sqlite::check_writable(&config.database())?;
    Ok(format!("`{}` can be written", config.database().display()))
}

fn mail(config: &Config) -> anyhow::Result<String> {
    let mut route = config.transport.open(&config.base, &config.sender.sender()?)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(route.probe()).map_err(|failure| advised(&failure))?;
    Ok("the route can be reached".to_owned())
}

fn advised(failure: &Failure) -> anyhow::Error {
    anyhow!("{failure}\nhint: {}", failure.advice())
}
