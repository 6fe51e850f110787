//! `auslage build`

use std::process::ExitCode;
use std::time::Instant;

use anyhow::Result;

use super::arguments::Build;
use super::{Session, exit_code, from_here, terminal, warnings};
use crate::config::{Mode, Overrides};
use crate::pipeline::{Destination, Drafts, Options, Outcome};

/// Builds once.
pub(super) fn run(session: &Session, options: &Build) -> Result<ExitCode> {
    let start = Instant::now();
    terminal::say("Building site...");
    let outcome = session.build(&Options {
        root: session.root.clone(),
        config_file: session.config_file.clone(),
        overrides: Overrides {
            base_url: options.base_url.clone(),
            output_dir: options.output_dir.as_deref().map(from_here),
            content: session.content.clone(),
            minify: options.minify,
            mode: Mode::Build,
        },
        drafts: if options.drafts { Drafts::Include } else { Drafts::LeaveOut },
        destination: match (&options.output_dir, options.force) {
            (Some(_), false) => Destination::NewFolder,
            _ => Destination::Folder,
        },
        warnings: warnings(options.strict),
        network: session.network.clone(),
    })?;
    if !outcome.diagnostics.has_errors() {
        terminal::say(&summary(&outcome));
        terminal::say(&done(start));
    }
    Ok(exit_code(&outcome))
}

/// What was made, counted as Zola counts (the front page is no section), and what changed.
pub(super) fn summary(outcome: &Outcome) -> String {
    let counts = outcome.counts;
    let changes = &outcome.changes;
    format!(
        "-> Creating {} pages ({} orphan) and {} sections\n-> {} files written, {} removed, {} unchanged",
        counts.pages,
        counts.orphans,
        counts.sections.saturating_sub(1),
        changes.written.len(),
        changes.removed.len(),
        changes.unchanged
    )
}

/// How long it took, as Zola says it.
pub(super) fn done(start: Instant) -> String {
    match start.elapsed().as_millis() {
        short @ ..1000 => format!("Done in {short}ms."),
        long => format!("Done in {:.1}s.", long as f64 / 1000.0),
    }
}
