//! The command line: the service itself, and what one person needs to look after it.
//!
//! Only here is anything printed: what was asked for to stdout, everything else to stderr. All commands but
//! `serve` work beside the running service.

mod access;
mod beside;
mod check;
mod decide;
mod erase;
mod export;
mod import;
mod journal;
mod list;
mod log;
mod pages;
mod paths;
mod purge;
mod send_test;
mod serve;
mod show;
mod terminal;

use crate::config::Config;
use crate::reference::Reference;
use clap::{Args, Parser, Subcommand};
use decide::Whose;
use jiff::civil::Date;
use std::path::PathBuf;
use std::process::ExitCode;
use terminal::{Consent, remark};

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
    /// Send a mail that says it is a test, through the configured route
    SendTest {
        #[command(flatten)]
        place: Place,
        #[command(flatten)]
        to: send_test::To,
    },
    /// List the stored suggestions: reference, what it is about, how far its mails are
    List {
        #[command(flatten)]
        place: Place,
        #[command(flatten)]
        wish: list::Wish,
    },
    /// Show all that is stored about one suggestion, the texts too
    Show {
        #[command(flatten)]
        place: Place,
        /// The suggestion's reference
        reference: Reference,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Try again at once the mails that wait or are held
    #[command(override_usage = "feedback-fn retry <REFERENCE> [--config <CONFIG>]\n       \
                                feedback-fn retry --all [--config <CONFIG>]\n\n\
                                Example: feedback-fn retry LOE-7KQ2-M9X7")]
    Retry {
        #[command(flatten)]
        place: Place,
        #[command(flatten)]
        whose: Whose,
    },
    /// Let out the mails that are quarantined
    #[command(override_usage = "feedback-fn release <REFERENCE> [--config <CONFIG>]\n       \
                                feedback-fn release --all [--config <CONFIG>]\n\n\
                                Example: feedback-fn release LOE-7KQ2-M9X7")]
    Release {
        #[command(flatten)]
        place: Place,
        #[command(flatten)]
        whose: Whose,
    },
    /// Hold the mails that wait, until `retry`
    #[command(override_usage = "feedback-fn hold <REFERENCE> --cause <CAUSE> [--config <CONFIG>]\n       \
                                feedback-fn hold --all --cause <CAUSE> [--config <CONFIG>]\n\n\
                                Example: feedback-fn hold LOE-7KQ2-M9X7 --cause question")]
    Hold {
        #[command(flatten)]
        place: Place,
        #[command(flatten)]
        whose: Whose,
        /// Why, for the list, such as `question`
        #[arg(long)]
        cause: String,
    },
    /// Erase one suggestion, and look whether anything of it is left
    Erase {
        #[command(flatten)]
        place: Place,
        /// The suggestion's reference
        reference: Reference,
        #[command(flatten)]
        consent: Consent,
    },
    /// Erase now what the contract says is old enough; the service does so once a day
    Purge {
        #[command(flatten)]
        place: Place,
        /// Erase what was received before this day (2026-12-31 or 31.12.2026), whatever the contract says
        #[arg(long, value_parser = purge::day)]
        before: Option<Date>,
        #[command(flatten)]
        consent: Consent,
    },
    /// Write all suggestions, oldest first, for programs, spreadsheets, or as the synopsis for the council
    Export {
        #[command(flatten)]
        place: Place,
        #[command(flatten)]
        wish: export::Wish,
    },
    /// Make drafts of the town's answers from a synopsis that was filled in
    Import {
        #[command(flatten)]
        place: Place,
        #[command(flatten)]
        wish: import::Wish,
    },
}

#[derive(Debug, Args)]
struct Place {
    /// The configuration file; without it `feedback.toml` in the present folder, or else
    /// `/etc/feedback-fn/feedback.toml`
    #[arg(long, short)]
    config: Option<PathBuf>,
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
            Command::Serve(place) => serve::run(&place.path()),
            Command::Check(place) => check::run(&place.path()),
            Command::SendTest { place, to } => send_test::run(&place.load()?, &to),
            Command::List { place, wish } => list::run(&place.load()?, &wish),
            Command::Show { place, reference, json } => {
                let format = if json { show::Format::Json } else { show::Format::Words };
                show::run(&place.load()?, &reference, format)
            }
            Command::Retry { place, whose } => decide::retry(&place.load()?, &whose),
            Command::Release { place, whose } => decide::release(&place.load()?, &whose),
            Command::Hold { place, whose, cause } => decide::hold(&place.load()?, &whose, &cause),
            Command::Erase { place, reference, consent } => erase::run(&place.load()?, &reference, consent),
            Command::Purge { place, before, consent } => purge::run(&place.load()?, before, consent),
            Command::Export { place, wish } => export::run(&place.load()?, &wish),
            Command::Import { place, wish } => import::run(&place.load()?, &wish),
        }
    }
}

impl Place {
    fn load(&self) -> anyhow::Result<Config> {
        Config::load(&self.path())
    }

    /// The file that was named, or the first there is; where there is none, the one that people look for first.
    fn path(&self) -> PathBuf {
        let usual = ["feedback.toml", "/etc/feedback-fn/feedback.toml"].map(PathBuf::from);
        let found = || usual.iter().find(|path| path.exists()).unwrap_or(&usual[0]).clone();
        self.config.clone().unwrap_or_else(found)
    }
}

fn report(error: &anyhow::Error) {
    remark(&format!("error: {error:#}"));
}
