//! The generators that are measured: how each is called, and which flavor of the generated site it reads.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

/// A generator.
pub struct Peer {
    /// In the table.
    pub name: &'static str,
    /// What it reads.
    pub flavor: Flavor,
    /// The program.
    pub program: PathBuf,
}

/// A flavor of the generated site.
#[derive(Debug, Clone, Copy)]
pub enum Flavor {
    /// Zola 0.23 and ours.
    Zola,
    /// Hugo.
    Hugo,
}

impl Flavor {
    /// As `tests/corpus/generate.py` calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Zola => "zola2",
            Self::Hugo => "hugo",
        }
    }
}

impl Peer {
    /// A build of `site` into `output`.
    pub fn build(&self, site: &Path, output: &Path) -> Command {
        match self.flavor {
            Flavor::Zola => zola_like(&self.program, site, output),
            Flavor::Hugo => {
                let mut command = Command::new(&self.program);
                command.args(["--quiet", "--source"]).arg(site).arg("--destination").arg(output);
                command
            }
        }
    }
}

/// Zola's command line.
pub fn zola_like(program: &Path, site: &Path, output: &Path) -> Command {
    let mut command = Command::new(program);
    command.arg("--root").arg(site).arg("build").arg("--output-dir").arg(output).arg("--force");
    command
}

/// One page of a generated site: the last by its path, which both flavors have in common.
pub fn a_page(site: &Path) -> Result<PathBuf> {
    let mut pages = Vec::new();
    for folder in std::fs::read_dir(site.join("content")).context("the generated site has content")? {
        let folder = folder?.path();
        if !folder.is_dir() {
            continue;
        }
        for page in std::fs::read_dir(folder)? {
            let page = page?.path();
            let name = page.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if name.ends_with(".md") && !name.starts_with('_') {
                pages.push(page);
            }
        }
    }
    pages.sort();
    pages.pop().context("the generated site has pages")
}

/// Writes one more sentence into a page.
pub fn edit(page: &Path) -> Result<()> {
    let mut file = std::fs::OpenOptions::new().append(true).open(page)?;
    writeln!(file, "\nOne more sentence.")?;
    Ok(())
}
