//! `cargo xtask bench`: cold builds of the Löffingen site and of a generated one, beside real Zola where
//! it is installed. Prints a table; judges nothing, and no test calls it.
//!
//! Only ratios of runs made in turn count, so programs take turns and medians of pairs are shown.
//! Input and output lie in memory (`/dev/shm`) where that exists, because on a disk the creation of
//! files is all that one measures.

mod measure;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

use crate::prerequisites;
use crate::process::{self, cargo, find, must, say};
use measure::{Row, Runs};

/// Options of `cargo xtask bench`.
#[derive(clap::Args)]
pub struct Options {
    /// Projects of the generated site
    #[arg(long, default_value_t = 1000)]
    pages: usize,
    /// Counted runs of each program, after one that warms up
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// Zola 0.23 to compare with; otherwise the environment variable ZOLA, otherwise `zola` on the PATH
    #[arg(long)]
    zola: Option<PathBuf>,
}

/// Measures and prints.
pub fn run(options: &Options) -> Result<ExitCode> {
    prerequisites::npm_packages("site")?;
    must(cargo().args(["build", "--release", "--locked", "--package", "auslage"]))?;
    let ours = target_folder().join("release/auslage");
    let scratch = Scratch::new()?;
    let zola = options
        .zola
        .clone()
        .or_else(|| std::env::var_os("ZOLA").map(PathBuf::from))
        .or_else(|| find(&["zola"]));
    if zola.is_none() {
        say("zola is not installed: its rows are left out (name one with --zola)");
    }
    let mut rows = vec![loeffingen(&ours, &scratch, options.runs)?];
    let site = corpus(&scratch, options.pages)?;
    rows.extend(generated(&ours, zola.as_deref(), &site, &scratch, options)?);
    measure::print(&rows)?;
    Ok(ExitCode::SUCCESS)
}

/// The real site; Zola cannot build it, since it does not know `strategy`.
fn loeffingen(ours: &Path, scratch: &Scratch, runs: usize) -> Result<Row> {
    let output = scratch.0.join("loeffingen");
    let command = || build(ours, &process::root().join("site"), &output);
    let measured = measure::alternate(&output, runs, &[&command])?;
    let [ours] = <[Runs; 1]>::try_from(measured).ok().context("one program was measured")?;
    Ok(Row::alone("Löffingen, cold", ours))
}

fn generated(
    ours: &Path,
    zola: Option<&Path>,
    site: &Path,
    scratch: &Scratch,
    options: &Options,
) -> Result<Vec<Row>> {
    let output = scratch.0.join("generated");
    let name = format!("{} projects, cold", options.pages);
    let our_build = || build(ours, site, &output);
    let Some(zola) = zola else {
        let mut measured = measure::alternate(&output, options.runs, &[&our_build])?;
        return Ok(measured.drain(..).map(|ours| Row::alone(&name, ours)).collect());
    };
    let zola_build = || build(zola, site, &output);
    let measured = measure::alternate(&output, options.runs, &[&our_build, &zola_build])?;
    let [ours, theirs] = <[Runs; 2]>::try_from(measured).ok().context("two programs were measured")?;
    Ok(vec![Row::beside(&name, ours, "Zola", theirs)])
}

fn build(program: &Path, site: &Path, output: &Path) -> Command {
    let mut command = Command::new(program);
    command.arg("--root").arg(site).arg("build").arg("--output-dir").arg(output).arg("--force");
    command
}

fn corpus(scratch: &Scratch, pages: usize) -> Result<PathBuf> {
    let site = scratch.0.join("corpus");
    let script = process::root().join("tests/corpus/generate.py");
    let mut python = Command::new(find(&["python3"]).context("python3 is needed to generate the site")?);
    python.arg(script).args(["--flavor", "zola2", "--n", &pages.to_string(), "--out"]).arg(&site);
    must(&mut python)?;
    Ok(site)
}

fn target_folder() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| process::root().join("target"), PathBuf::from)
}

/// A folder that is gone afterwards.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Result<Self> {
        let memory = Path::new("/dev/shm");
        let parent = if memory.is_dir() { memory.to_path_buf() } else { std::env::temp_dir() };
        let folder = parent.join(format!("auslage-bench-{}", std::process::id()));
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
        Ok(Self(folder))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What stays behind is in a folder for temporary files.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
