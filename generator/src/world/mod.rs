//! The one door to the outside: files and the calendar date.
//!
//! Every stage asks a [`World`] instead of the file system or the clock, so that a test can give a
//! site as a map of texts and pin its day. [`DiskWorld`] is the real one, [`MemoryWorld`] the one
//! of tests, [`WatchingWorld`] notes what is asked of another one. Writing is not here: only `emit` writes.

mod disk;
mod memory;
mod watching;

use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use jiff::civil::Date;

pub use disk::{DiskWorld, Stamp, lend};
pub use memory::MemoryWorld;
pub use watching::WatchingWorld;

/// A file seen by [`World::walk`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileEntry {
    /// Its path, starting with the folder that was walked.
    pub path: PathBuf,
    /// Its length in bytes.
    pub len: u64,
}

/// What the generator may know of the outside.
pub trait World: Send + Sync {
    /// The calendar day of this build, in the municipality's time zone (Europe/Berlin).
    fn today(&self) -> Date;

    /// The bytes of one file.
    ///
    /// # Errors
    /// As the file system gives them; `NotFound` for a missing file.
    fn read(&self, path: &Path) -> io::Result<Arc<[u8]>>;

    /// Every file below `folder`, symbolic links followed, sorted by path. A missing folder is empty.
    ///
    /// # Errors
    /// As the file system gives them.
    fn walk(&self, folder: &Path) -> io::Result<Vec<FileEntry>>;

    /// Whether there is a file at `path`.
    fn is_file(&self, path: &Path) -> bool;

    /// Whether there is a folder at `path`, with or without files in it.
    fn is_folder(&self, path: &Path) -> bool;

    /// The state of what is at `path`; `None` where a later change of it might not show. Only the disk knows.
    fn stamp(&self, _path: &Path) -> Option<Stamp> {
        None
    }

    /// One file as text.
    ///
    /// # Errors
    /// As [`World::read`]; `InvalidData` where the bytes are not UTF-8.
    fn read_text(&self, path: &Path) -> io::Result<String> {
        let bytes = self.read(path)?;
        String::from_utf8(bytes.to_vec()).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
    }
}

/// The same path without `.` and, as far as its text tells, without `..`, so that one file has one path.
pub fn tidy(path: &Path) -> PathBuf {
    let mut tidy = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if matches!(tidy.components().next_back(), Some(Component::Normal(_))) => {
                tidy.pop();
            }
            _ => tidy.push(component),
        }
    }
    tidy
}
