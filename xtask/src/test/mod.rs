//! `cargo xtask test`: everything that must hold, in the order in which a failure is cheapest to see.
//!
//! Ends with the line `N passed, N failed`; exit code 1 if anything failed.

mod count;

use std::io::Write;
use std::process::{Command, ExitCode};

use anyhow::Result;

use crate::prerequisites;
use crate::process::{self, cargo, program, say};
use count::{Count, Runner};

/// Options of `cargo xtask test`.
#[derive(clap::Args)]
pub struct Options {
    /// Leaves the browser tests out (they need Chromium); CI never does
    #[arg(long)]
    without_browser: bool,
}

/// One thing that must hold.
struct Step {
    name: &'static str,
    command: Command,
    runner: Runner,
}

/// Runs all steps, also after one that failed.
pub fn run(options: &Options) -> Result<ExitCode> {
    prerequisites::nextest()?;
    prerequisites::peers()?;
    prerequisites::postgres()?;
    prerequisites::npm_packages("site")?;
    let mut steps = rust_steps();
    if !options.without_browser {
        prerequisites::npm_packages("tests/browser")?;
        let chromium = prerequisites::chromium()?;
        steps.extend(browser_steps(&chromium));
    }
    let mut total = Count::default();
    let mut broken = Vec::new();
    for mut step in steps {
        say(&format!("\n== {}", step.name));
        let finished = process::run(&mut step.command)?;
        let count = step.runner.count(&finished);
        if count.failed > 0 {
            broken.push(step.name);
        }
        total = total + count;
    }
    for name in broken {
        say(&format!("failed: {name}"));
    }
    let mut out = std::io::stdout().lock();
    writeln!(out, "{} passed, {} failed", total.passed, total.failed)?;
    Ok(if total.failed == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn rust_steps() -> Vec<Step> {
    vec![
        step("format", cargo(), &["fmt", "--all", "--check"], Runner::Whole),
        step(
            "clippy, warnings as errors",
            cargo(),
            &["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"],
            Runner::Whole,
        ),
        step("programs", cargo(), &["build", "--locked", "--workspace", "--bins"], Runner::Whole),
        step(
            "Rust tests",
            cargo(),
            &["nextest", "run", "--locked", "--workspace", "--no-fail-fast"],
            Runner::Nextest,
        ),
        step(
            "documentation tests",
            cargo(),
            &["test", "--locked", "--workspace", "--doc"],
            Runner::CargoTest,
        ),
    ]
}

fn browser_steps(chromium: &std::path::Path) -> Vec<Step> {
    let mut node = program("node", "tests/browser");
    node.env("CHROMIUM", chromium);
    vec![step(
        "browser, mail server, valid HTML",
        node,
        &["--test", "--test-reporter=tap", "--test-concurrency=1", "cases/"],
        Runner::NodeTap,
    )]
}

fn step(name: &'static str, mut command: Command, arguments: &[&str], runner: Runner) -> Step {
    command.args(arguments);
    Step { name, command, runner }
}
