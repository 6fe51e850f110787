//! `auslage check`

use std::process::ExitCode;

use anyhow::Result;

use super::arguments::Check;
use super::{Session, exit_code, terminal, warnings};
use crate::config::{Mode, Overrides};
use crate::pipeline::{Destination, Drafts, Options};

/// Builds without writing, and tells how many problems there are.
pub(super) fn run(session: &Session, options: &Check) -> Result<ExitCode> {
    terminal::say("Checking site...");
    let outcome = session.build(&Options {
        root: session.root.clone(),
        config_file: session.config_file.clone(),
        overrides: Overrides { content: session.content.clone(), mode: Mode::Check, ..Overrides::default() },
        drafts: if options.drafts { Drafts::Include } else { Drafts::LeaveOut },
        destination: Destination::Nowhere,
        warnings: warnings(options.strict),
        network: session.network.clone(),
    })?;
    if !options.skip_external_links {
        terminal::say(
            "note: links to other sites are not asked whether they work; this version cannot do that yet",
        );
    }
    for orphan in &outcome.orphans {
        let shown = orphan.strip_prefix(&session.root).unwrap_or(orphan).display();
        terminal::say(&format!(
            "note: `{shown}` is in no section, so that no list shows it: its folder has no `_index.md`"
        ));
    }
    terminal::say(&match outcome.diagnostics.len() {
        0 => {
            format!("No problems in {} pages and {} sections.", outcome.counts.pages, outcome.counts.sections)
        }
        1 => "1 problem.".to_owned(),
        count => format!("{count} problems."),
    });
    Ok(exit_code(&outcome))
}
