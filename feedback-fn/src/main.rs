//! The program `feedback-fn`: reads the command line and hands over to the library.

use clap::Parser;
use feedback_fn::cli::Cli;
use std::process::ExitCode;

fn main() -> ExitCode {
    Cli::parse().run()
}
