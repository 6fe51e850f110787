//! The commands of the README: `cargo xtask preview`, `cargo xtask test`, `cargo xtask bench`.
//!
//! Each command is a folder here. They call the same programs that a person would call by hand.

#![allow(
    clippy::disallowed_methods,
    reason = "development commands are an edge: they run programs and write files"
)]

mod bench;
mod prerequisites;
mod preview;
mod process;
mod test;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Auslage's development commands.
#[derive(Parser)]
#[command(name = "cargo xtask", disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Builds the site and serves it together with the feedback function; mails become files
    Preview(preview::Options),
    /// Installs what the tests need, and runs all of them
    Test(test::Options),
    /// Measures cold builds, beside Zola where it is installed
    Bench(bench::Options),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Preview(options) => preview::run(&options),
        Command::Test(options) => test::run(&options),
        Command::Bench(options) => bench::run(&options),
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            process::say(&format!("error: {error:#}"));
            ExitCode::from(2)
        }
    }
}
