//! The command line: `serve`, `check`, `list`.
//!
//! Only here is anything printed: what was asked for to stdout, everything else to stderr.

mod check;
mod list;
mod log;
mod serve;

use crate::config::Config;
use clap::{Args, Parser, Subcommand};
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

/// Takes residents' suggestions from plain HTML forms, stores them durably and mails them to the authors.
#[derive(Debug, Parser)]
#[command(name = "feedback-fn", version)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answer the forms and deliver the mails, until SIGTERM or Ctrl-C
    Serve(Place),
    /// Say whether configuration, contract, store and mail route are in order; sends nothing
    Check(Place),
    /// List the stored suggestions: reference, what it is about, how far its mails are
    List {
        #[command(flatten)]
        place: Place,
        /// Show also what residents wrote: texts, names, addresses
        #[arg(long)]
        texts: bool,
        /// Show at most so many, the newest first
        #[arg(long, default_value_t = 100)]
        limit: usize,
    },
}

#[derive(Debug, Args)]
struct Place {
    /// The configuration file
    #[arg(long, short, default_value = "feedback.toml")]
    config: PathBuf,
}

impl Cli {
    /// Does what was asked. 0: done; 1: a problem that was named; 2 (by clap): wrong usage.
    pub fn run(self) -> ExitCode {
        log::tell_only_the_place_of_panics();
        match self.command.run() {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                report(&error);
                ExitCode::FAILURE
            }
        }
    }
}

impl Command {
    fn run(self) -> anyhow::Result<()> {
        match self {
            Command::Serve(place) => serve::run(Config::load(&place.config)?),
            Command::Check(place) => check::run(&place.config),
            Command::List { place, texts, limit } => {
                let detail = if texts { list::Detail::Texts } else { list::Detail::States };
                list::run(&Config::load(&place.config)?, limit, detail)
            }
        }
    }
}

fn report(error: &anyhow::Error) {
    let _ = writeln!(std::io::stderr(), "error: {error:#}");
}

/// Who reads may stop reading (`| head`): no reason to fail.
fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}
