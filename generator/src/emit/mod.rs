//! Stage 8, the only one that writes: lays artifacts down in the output, touching only what differs,
//! and removes what is stale.
//!
//! Rendering hands over each file as soon as it is made, from several threads, and forgets it; so memory
//! holds as many files as there are threads. On a disk ([`Folder`]) a file that is already there with the
//! same bytes is only noted. Any other is written to a staging folder inside the output (the same file
//! system, whatever is mounted where) and moved to its place by rename once the whole site is known to be
//! sound. A build with errors drops the staging folder and leaves the last good site as it was.
//! Emptying the output first would cost the most: creating files is what takes time on a real disk.

mod aside;
mod folder;
mod memory;

use std::path::PathBuf;

pub use aside::write_aside;
pub use folder::{Dotfiles, Folder};
pub use memory::Memory;

/// A file of the finished site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// Below the output, with `/`: `themen/index.html`
    pub path: String,
    /// What it holds.
    pub content: ArtifactContent,
}

/// Bytes that were made, or a file that is copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArtifactContent {
    /// Made by this build.
    Bytes(Vec<u8>),
    /// Copied from the world as it is.
    Copy(PathBuf),
}

/// What is needed of a file whose name says what is in it (it holds a digest of all that decides about
/// its bytes), before it is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Nothing: it is there, and stays.
    Nothing,
    /// That it can be made; nobody will look at it.
    Soundness,
    /// It is to be made and put.
    Bytes,
}

/// Takes finished files, from several threads. No path comes twice.
pub trait Sink: Sync {
    /// What is needed of a file whose name says what is in it. After [`Need::Nothing`] it is part of the
    /// site as if it had been put.
    fn need(&self, path: &str) -> Need;

    /// Takes one.
    ///
    /// # Errors
    /// Where it cannot be kept.
    fn put(&self, artifact: Artifact) -> anyhow::Result<()>;
}

/// What a build changed in the output; paths below it, sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// New, or with other bytes than before.
    pub written: Vec<String>,
    /// No longer part of the site.
    pub removed: Vec<String>,
    /// How many stayed as they were.
    pub unchanged: usize,
}

/// Whether a path stays below the folder it is joined to.
pub fn stays_inside(path: &str) -> bool {
    !path.is_empty()
        && !path.contains(['\\', '\0'])
        && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

#[cfg(test)]
mod tests;
