//! `auslage check`

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::arguments::Check;
use super::{Session, exit_code, from_here, terminal, warnings};
use crate::check::external::cache::Cache;
use crate::check::external::{Selection, Tally};
use crate::check::pages::Links;
use crate::config::{Config, Mode, Overrides};
use crate::diagnostic::Diagnostics;
use crate::diagnostic::report::Format;
use crate::emit::write_aside;
use crate::network::Network;
use crate::pipeline::{self, Destination, Drafts, Options, Outcome};
use crate::world::tidy;

/// Where answers of other sites are kept, below the root.
const CACHE: &str = ".auslage/links.json";

/// How long the cache is not written while hosts answer.
const BETWEEN_SAVES: SignedDuration = SignedDuration::from_secs(5);

/// Builds without writing, asks other sites about links to them, and tells how many problems there are.
pub(super) fn run(session: &Session, options: &Check) -> Result<ExitCode> {
    let only = selected(options, session)?;
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
            let (problems, found) = external(session, options, only, &links, &config)?;
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
    only: Vec<PathBuf>,
    links: &Links,
    config: &Config,
) -> Result<(Diagnostics, Tally)> {
    let file = options.link_cache.clone().unwrap_or_else(|| config.places.root.join(CACHE));
    let mut cache = session.world.read_text(&file).map(|text| Cache::parse(&text)).unwrap_or_default();
    let trusted = SignedDuration::from_hours(options.link_cache_hours.into());
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
    let mut saving = Saving::new(&session.network);
    let problems = plan.ask(&session.network, &mut cache, &mut |cache| {
        saving.whenever_due(|now| write_aside(&file, &cache.text(now, trusted)));
    });
    if tally.asked > 0 {
        write_aside(&file, &cache.text(session.network.clock.now(), trusted))?;
    }
    Ok((problems, tally))
}

/// When the cache was written last, so that a run that is interrupted need not begin anew.
struct Saving<'a> {
    network: &'a Network,
    last: Timestamp,
}

impl<'a> Saving<'a> {
    fn new(network: &'a Network) -> Self {
        Self { network, last: network.clock.now() }
    }

    fn whenever_due(&mut self, write: impl FnOnce(Timestamp) -> Result<()>) {
        let now = self.network.clock.now();
        if now.duration_since(self.last) >= BETWEEN_SAVES {
            self.last = now;
            // Writing it at the end tells what is wrong.
            let _ = write(now);
        }
    }
}

/// The paths given with `--only`, as the site knows them.
fn selected(options: &Check, session: &Session) -> Result<Vec<PathBuf>> {
    let found = options.only.iter().map(|path| {
        let places = [from_here(path), tidy(&session.root.join(path))];
        places.into_iter().find(|place| place.exists()).with_context(|| {
            format!("there is no `{}`; `--only` names files and folders of the site", path.display())
        })
    });
    found.collect()
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
