//! A site in a folder: staged while it is made, moved into place when it is complete.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context as _, Result, bail};
use walkdir::WalkDir;

use super::{Artifact, ArtifactContent, Changes, Need, Sink, stays_inside};
use crate::world::World;

/// Where files wait until the site is complete. What an interrupted build left there is stale.
const STAGING: &str = ".auslage-staging";

/// What becomes of files at the root of the output that start with a dot and are not the site's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dotfiles {
    /// They are kept: `.git`, `.well-known`.
    Keep,
    /// They are stale like any other.
    Remove,
}

/// An output folder that is being filled.
pub struct Folder {
    world: Arc<dyn World>,
    output: PathBuf,
    next: AtomicUsize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Paths of all files of the site.
    all: BTreeSet<String>,
    /// Path and staged file of those that differ.
    staged: Vec<(String, PathBuf)>,
    is_created: bool,
}

impl Folder {
    /// Nothing put yet; nothing is written before the first file that differs.
    pub fn new(world: Arc<dyn World>, output: PathBuf) -> Self {
        Self { world, output, next: AtomicUsize::new(0), state: Mutex::default() }
    }

    /// Moves everything into place and removes what is stale.
    ///
    /// # Errors
    /// Where the file system refuses; the output may then be partly new.
    pub fn commit(self, dotfiles: Dotfiles) -> Result<Changes> {
        let mut staged = std::mem::take(&mut self.state().staged);
        staged.sort();
        let all = self.state().all.clone();
        let mut changes = Changes { unchanged: all.len() - staged.len(), ..Changes::default() };
        // An empty site is a site as well.
        make_folder(&self.output)?;
        for (path, file) in staged {
            self.place(&path, &file)?;
            changes.written.push(path);
        }
        changes.removed = self.remove_stale(&all, dotfiles)?;
        Ok(changes)
    }

    fn place(&self, path: &str, file: &Path) -> Result<()> {
        let target = self.output.join(path);
        self.clear_way(path)?;
        if target.symlink_metadata().is_ok_and(|metadata| metadata.is_dir()) {
            remove_folder(&target)?;
        }
        rename(file, &target)
    }

    /// Makes the folders above a path; links and files of the last site in the way are removed, so that
    /// nothing is written anywhere else.
    fn clear_way(&self, path: &str) -> Result<()> {
        let Some((folders, _)) = path.rsplit_once('/') else { return Ok(()) };
        let mut folder = self.output.clone();
        for part in folders.split('/') {
            folder.push(part);
            match folder.symlink_metadata() {
                Ok(metadata) if metadata.is_dir() => continue,
                Ok(_) => remove_file(&folder)?,
                Err(_) => {}
            }
            make_folder(&folder)?;
        }
        Ok(())
    }

    fn remove_stale(&self, all: &BTreeSet<String>, dotfiles: Dotfiles) -> Result<Vec<String>> {
        let mut removed = Vec::new();
        let is_kept =
            |path: &str| dotfiles == Dotfiles::Keep && path.starts_with('.') && !path.starts_with(STAGING);
        // Folders come after what is in them, so that those left empty can go at once.
        let entries = WalkDir::new(&self.output).min_depth(1).contents_first(true).follow_links(false);
        for entry in entries.sort_by_file_name() {
            let entry = entry.context("cannot list the output")?;
            let Ok(relative) = entry.path().strip_prefix(&self.output) else { continue };
            let path = relative.to_string_lossy().replace('\\', "/");
            if is_kept(&path) || all.contains(&path) {
                continue;
            }
            if entry.file_type().is_dir() {
                // Fails while something is in it, which is then part of the site.
                let _ = fs::remove_dir(entry.path());
            } else {
                remove_file(entry.path())?;
                if !path.starts_with(STAGING) {
                    removed.push(path);
                }
            }
        }
        removed.sort();
        Ok(removed)
    }

    /// Whether there is a plain file at a path, in plain folders, with something in it: an empty one is what
    /// is left after a power failure.
    fn holds(&self, path: &str) -> bool {
        let mut above = path.match_indices('/').map(|(end, _)| self.output.join(&path[..end]));
        let is_folder = |folder: PathBuf| folder.symlink_metadata().is_ok_and(|found| found.is_dir());
        let file = self.output.join(path).symlink_metadata();
        above.all(is_folder) && file.is_ok_and(|found| found.is_file() && found.len() > 0)
    }

    fn stage(&self, bytes: &[u8]) -> Result<PathBuf> {
        let staging = self.output.join(STAGING);
        {
            let mut state = self.state();
            if !state.is_created {
                make_folder(&staging)?;
                state.is_created = true;
            }
        }
        let file = staging.join(self.next.fetch_add(1, Ordering::Relaxed).to_string());
        write(&file, bytes)?;
        Ok(file)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sink for Folder {
    fn need(&self, path: &str) -> Need {
        if !stays_inside(path) || !self.holds(path) {
            return Need::Bytes;
        }
        self.state().all.insert(path.to_owned());
        Need::Nothing
    }

    fn put(&self, artifact: Artifact) -> Result<()> {
        if !stays_inside(&artifact.path) {
            bail!("`{}` would be written outside of the output", artifact.path);
        }
        let bytes = match artifact.content {
            ArtifactContent::Bytes(bytes) => Arc::from(bytes),
            ArtifactContent::Copy(from) => {
                let bytes = self.world.read(&from);
                bytes.with_context(|| format!("cannot read `{}`", from.display()))?
            }
        };
        let is_same = is_same(&self.output.join(&artifact.path), &bytes);
        let staged = if is_same { None } else { Some(self.stage(&bytes)?) };
        let mut state = self.state();
        if let Some(file) = staged {
            state.staged.push((artifact.path.clone(), file));
        }
        state.all.insert(artifact.path);
        Ok(())
    }
}

impl Drop for Folder {
    /// Whatever was not committed goes; what cannot be removed is removed as stale by the next build.
    fn drop(&mut self) {
        if self.state().is_created {
            let staging = self.output.join(STAGING);
            let _ = remove_folder(&staging);
            // Only if this build made it: otherwise there is something in it.
            let _ = fs::remove_dir(&self.output);
        }
    }
}

/// Whether a plain file with these bytes is there. Lengths are compared first: they are had without reading.
#[expect(clippy::disallowed_methods, reason = "the output is read by the stage that writes it")]
fn is_same(path: &Path, bytes: &[u8]) -> bool {
    let is_candidate =
        path.symlink_metadata().is_ok_and(|found| found.is_file() && found.len() == bytes.len() as u64);
    is_candidate && fs::read(path).is_ok_and(|found| found == bytes)
}

#[expect(clippy::disallowed_methods, reason = "this stage writes")]
fn make_folder(path: &Path) -> Result<()> {
    fs::create_dir_all(path).with_context(|| format!("cannot make the folder `{}`", path.display()))
}

#[expect(clippy::disallowed_methods, reason = "this stage writes")]
fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    fs::write(path, bytes).with_context(|| format!("cannot write `{}`", path.display()))
}

#[expect(clippy::disallowed_methods, reason = "this stage writes")]
fn rename(from: &Path, to: &Path) -> Result<()> {
    fs::rename(from, to).with_context(|| format!("cannot write `{}`", to.display()))
}

#[expect(clippy::disallowed_methods, reason = "this stage writes")]
fn remove_file(path: &Path) -> Result<()> {
    fs::remove_file(path).with_context(|| format!("cannot remove `{}`", path.display()))
}

#[expect(clippy::disallowed_methods, reason = "this stage writes")]
fn remove_folder(path: &Path) -> Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove `{}`", path.display()))
        }
        _ => Ok(()),
    }
}
