//! The command line: Zola's commands and options, plus `--content`, `--today`, `--format`, `--strict`, `man`.
//!
//! Only this room and `main` talk to the person at the terminal. Data goes to standard output,
//! everything else to standard error. Exit codes: 0, 1 (problems in the content), 2 (usage or environment).

pub mod arguments;
mod build;
mod check;
mod init;
mod log;
mod manual;
mod serve;
mod signals;
pub mod site_builder;
mod terminal;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use clap::Parser;

use crate::diagnostic::Diagnostics;
use crate::diagnostic::catalog::config::NO_SITE;
use crate::diagnostic::report::{self, Format};
use crate::network::Network;
use crate::pipeline::{self, Outcome, Warnings};
use crate::world::{DiskWorld, World, tidy};
use arguments::{Arguments, Command, ReportFormat};

/// Exit code for problems in the content.
const PROBLEMS: u8 = 1;
/// Exit code for a wrong call or an environment that does not do its part.
const ENVIRONMENT: u8 = 2;

/// Does what the command line says.
pub fn run() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Nobody to tell it to when the terminal is gone.
            let _ = error.print();
            return if error.use_stderr() { ExitCode::from(ENVIRONMENT) } else { ExitCode::SUCCESS };
        }
    };
    log::start();
    match dispatch(&arguments) {
        Ok(code) => code,
        Err(error) => {
            terminal::say(&format!("error: {error:#}"));
            ExitCode::from(ENVIRONMENT)
        }
    }
}

/// Opens an address in the person's browser; where there is none, says so.
pub fn open_browser(address: &str) {
    if let Err(error) = open::that_detached(address) {
        terminal::say(&format!("cannot open a browser: {error}; open {address} yourself"));
    }
}

fn dispatch(arguments: &Arguments) -> Result<ExitCode> {
    match &arguments.command {
        Command::Init(options) => init::run(options),
        Command::Build(options) => build::run(&Session::new(arguments)?, options),
        Command::Serve(options) => serve::run(&Session::new(arguments)?, options),
        Command::Check(options) => check::run(&Session::new(arguments)?, options),
        Command::Completion(options) => manual::complete(options),
        Command::Man(options) => manual::write(options),
    }
}

/// What all commands share.
struct Session {
    world: Arc<dyn World>,
    root: PathBuf,
    config_file: Option<PathBuf>,
    content: Option<PathBuf>,
    today: Option<jiff::civil::Date>,
    format: Format,
    network: Network,
}

impl Session {
    fn new(arguments: &Arguments) -> Result<Self> {
        let root = std::path::absolute(&arguments.root)
            .with_context(|| format!("cannot find the folder `{}`", arguments.root.display()))?;
        ensure!(
            root.is_dir(),
            "there is no folder `{}`; `--root` names the folder of a site",
            arguments.root.display()
        );
        Ok(Self {
            world: Arc::new(DiskWorld::new(arguments.today)),
            root: tidy(&root),
            config_file: arguments.config.clone(),
            content: arguments.content.as_deref().map(from_here),
            today: arguments.today,
            network: if arguments.offline { Network::default() } else { Network::online() },
            format: match arguments.format {
                ReportFormat::Human => Format::Human,
                ReportFormat::Short => Format::Short,
                ReportFormat::Json => Format::Json,
            },
        })
    }

    /// Builds, and tells what is to be told of it.
    fn build(&self, options: &pipeline::Options) -> Result<Outcome> {
        let outcome = pipeline::build(&self.world, options)?;
        self.tell(&outcome.diagnostics);
        Ok(outcome)
    }

    fn tell(&self, diagnostics: &Diagnostics) {
        let color = terminal::color();
        let world = self.world.as_ref();
        let text = report::render_colored(diagnostics, world, &self.root, self.format, color);
        terminal::report(&text, self.format);
    }
}

/// A path of the command line as all stages know paths: absolute, so that it can be compared with theirs.
fn from_here(path: &Path) -> PathBuf {
    tidy(&std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf()))
}

/// What `--strict` says of warnings.
fn warnings(is_strict: bool) -> Warnings {
    if is_strict { Warnings::Refuse } else { Warnings::Tell }
}

/// The exit code of a build. A folder that is no site at all is a wrong call, not a mistake in a site.
fn exit_code(outcome: &Outcome) -> ExitCode {
    let is_no_site = outcome.diagnostics.iter().any(|diagnostic| diagnostic.code == NO_SITE);
    match outcome.diagnostics.has_errors() {
        true if is_no_site => ExitCode::from(ENVIRONMENT),
        true => ExitCode::from(PROBLEMS),
        false => ExitCode::SUCCESS,
    }
}
