//! `auslage check`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use jiff::SignedDuration;
use serde_json::json;

use super::arguments::Check;
use super::{Session, exit_code, terminal, warnings};
use crate::check::external::cache::Cache;
use crate::check::external::{Selection, Tally};
use crate::check::pages::Links;
use crate::config::{Config, Mode, Overrides};
use crate::diagnostic::Diagnostics;
use crate::diagnostic::report::Format;
use crate::emit::write_aside;
use crate::pipeline::{self, Destination, Drafts, Options, Outcome};

/// Where answers of other sites are kept, below the root.
const CACHE: &str = ".auslage/links.json";

/// Builds without writing, asks other sites about links to them, and tells how many problems there are.
pub(super) fn run(session: &Session, options: &Check) -> Result<ExitCode> {
    terminal::say("Checking site...");
    let mut outcome = session.build(&Options {
        root: session.root.clone(),
        config_file: session.config_file.clone(),
        overrides: Overrides { content: session.content.clone(), mode: Mode::Check, ..Overrides::default() },
        drafts: if options.drafts { Drafts::Include } else { Drafts::LeaveOut },
        destination: Destination::Nowhere,
        warnings: warnings(options.strict),
        network: session.network.clone(),
    })?;
    let mut tally = None;
    if let (Some(links), Some(config)) = (outcome.links.take(), outcome.config.clone()) {
        if !options.skip_external_links && !session.network.fetch.is_offline() {
            let (problems, found) = external(session, options, &links, &config)?;
            let problems = warnings(options.strict).judge(problems);
            session.tell(&problems);
            outcome.diagnostics.extend(problems);
            tally = Some(found);
        }
        outcome.links = Some(links);
    }
    tell(session, &outcome, tally);
    Ok(exit_code(&outcome))
}

/// Asks, and keeps the answers even of a run that found mistakes.
fn external(
    session: &Session,
    options: &Check,
    links: &Links,
    config: &Config,
) -> Result<(Diagnostics, Tally)> {
    let file = options.link_cache.clone().unwrap_or_else(|| config.places.root.join(CACHE));
    let mut cache = session.world.read_text(&file).map(|text| Cache::parse(&text)).unwrap_or_default();
    let trusted = SignedDuration::from_hours(options.link_cache_hours.into());
    let only = options.only.iter().map(|path| whole(path, &session.root)).collect();
    let selection = Selection { only, trusted };
    let plan = pipeline::ask_external(links, config, &cache, &selection, &session.network);
    let tally = plan.tally;
    if tally.asked > 0 {
        terminal::say(&format!(
            "Asking {} about {}...",
            count(plan.hosts(), "host"),
            count(tally.asked, "address")
        ));
    }
    let problems = plan.ask(&session.network, &mut cache);
    if tally.asked > 0 {
        write_aside(&file, &cache.text(session.network.clock.now(), trusted))?;
    }
    Ok((problems, tally))
}

/// A path as the site knows it: as seen from here, or from the root.
fn whole(path: &Path, root: &Path) -> PathBuf {
    let from_here = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let whole = if from_here.exists() { from_here } else { root.join(path) };
    crate::world::tidy(&whole)
}

fn tell(session: &Session, outcome: &Outcome, tally: Option<Tally>) {
    if session.format == Format::Json {
        return terminal::report(&format!("{}\n", summary(outcome, tally)), session.format);
    }
    for orphan in &outcome.orphans {
        let shown = orphan.strip_prefix(&session.root).unwrap_or(orphan).display();
        terminal::say(&format!(
            "note: `{shown}` is in no section, so that no list shows it: its folder has no `_index.md`"
        ));
    }
    let counts = outcome.counts;
    terminal::say(&format!(
        "{} ({} in no section), {}",
        count(counts.pages, "page"),
        counts.orphans,
        count(counts.sections, "section")
    ));
    if let Some(links) = &outcome.links {
        let external = match tally {
            None => "not asked".to_owned(),
            Some(tally) => format!(
                "{} asked, {} known from before, {} left out",
                count(tally.asked, "address"),
                tally.cached,
                tally.skipped
            ),
        };
        terminal::say(&format!(
            "{}, {} to other sites: {external}",
            count(links.internal, "internal link"),
            links.external.len()
        ));
    }
    terminal::say(&match outcome.diagnostics.len() {
        0 => "No problems.".to_owned(),
        problems => format!("{}.", count(problems, "problem")),
    });
}

/// The same for machines, as the last line.
fn summary(outcome: &Outcome, tally: Option<Tally>) -> serde_json::Value {
    let links = outcome.links.as_ref();
    let orphans: Vec<String> = outcome.orphans.iter().map(|path| path.display().to_string()).collect();
    json!({ "summary": {
        "pages": outcome.counts.pages,
        "sections": outcome.counts.sections,
        "orphans": orphans,
        "problems": outcome.diagnostics.len(),
        "internal_links": links.map(|links| links.internal),
        "external_links": links.map(|links| links.external.len()),
        "asked": tally.map(|tally| tally.asked),
        "from_cache": tally.map(|tally| tally.cached),
        "skipped": tally.map(|tally| tally.skipped),
    } })
}

fn count(number: usize, thing: &str) -> String {
    match (number, thing.strip_suffix("ss")) {
        (1, _) => format!("1 {thing}"),
        (_, Some(_)) => format!("{number} {thing}es"),
        _ => format!("{number} {thing}s"),
    }
}
