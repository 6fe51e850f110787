//! `auslage completion` and `auslage man`: what shells and `man` know of the commands, made of the commands themselves.

use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::CommandFactory;

use super::arguments::{Arguments, Completion, Man};
use super::terminal;

/// Writes the completion to standard output.
pub(super) fn complete(options: &Completion) -> Result<ExitCode> {
    let mut command = Arguments::command();
    let name = command.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut command, name, &mut script);
    terminal::data(&script);
    Ok(ExitCode::SUCCESS)
}

/// Writes a page for the program and one for each command.
#[expect(clippy::disallowed_methods, reason = "manual pages are no part of a site")]
pub(super) fn write(options: &Man) -> Result<ExitCode> {
    let folder = &options.folder;
    std::fs::create_dir_all(folder)
        .with_context(|| format!("cannot make the folder `{}`", folder.display()))?;
    clap_mangen::generate_to(Arguments::command(), folder)
        .with_context(|| format!("cannot write to `{}`", folder.display()))?;
    terminal::say(&format!("The manual pages are in {}.", folder.display()));
    Ok(ExitCode::SUCCESS)
}
