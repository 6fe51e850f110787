//! The command line: Zola's commands and options, plus `--content`.
//!
//! Turns arguments into [`pipeline::Options`](crate::pipeline::Options), and outcomes into text. Only this
//! module prints: reports and progress to stderr.

mod args;

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Result;
use clap::Parser as _;

pub use args::{Args, Command};

use crate::diagnostic::report;
use crate::pipeline::{self, Options, Outcome};
use crate::world::{DiskWorld, World};

/// Runs the program with the arguments of its process.
pub fn run() -> ExitCode {
    let args = Args::parse();
    build(&args.options()).unwrap_or_else(|error| {
        say(&format!("error: {error:#}\n"));
        ExitCode::FAILURE
    })
}

fn build(options: &Options) -> Result<ExitCode> {
    let start = Instant::now();
    say("Building site...\n");
    let world: Arc<dyn World> = Arc::new(DiskWorld::new(None));
    let outcome = pipeline::build(&world, options)?;
    say(&report(&outcome, world.as_ref(), &options.root));
    if outcome.diagnostics.has_errors() {
        return Ok(ExitCode::FAILURE);
    }
    say(&format!("Done in {}ms.\n\n", start.elapsed().as_millis()));
    Ok(ExitCode::SUCCESS)
}

/// What people read after a build.
pub fn report(outcome: &Outcome, world: &dyn World, root: &Path) -> String {
    let problems = report::render(&outcome.diagnostics, world, root, report::Format::Human);
    let pipeline::Counts { pages, orphans, sections } = outcome.counts;
    format!("-> Creating {pages} pages ({orphans} orphan) and {sections} sections\n{problems}")
}

fn say(text: &str) {
    // Nobody is left to be told if stderr is closed.
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}
