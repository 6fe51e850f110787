//! A world in memory, for tests: a map of files and a pinned day.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::civil::Date;

use super::{FileEntry, World};

/// Files by path, and the day.
#[derive(Debug, Clone)]
pub struct MemoryWorld {
    today: Date,
    files: BTreeMap<PathBuf, Arc<[u8]>>,
}

impl MemoryWorld {
    /// An empty world on the given day.
    pub fn new(today: Date) -> Self {
        Self { today, files: BTreeMap::new() }
    }

    /// The same world with one more file.
    #[must_use]
    pub fn with(mut self, path: impl Into<PathBuf>, text: impl AsRef<[u8]>) -> Self {
        self.files.insert(path.into(), Arc::from(text.as_ref()));
        self
    }
}

impl World for MemoryWorld {
    fn today(&self) -> Date {
        self.today
    }

    fn read(&self, path: &Path) -> io::Result<Arc<[u8]>> {
        self.files.get(path).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn walk(&self, folder: &Path) -> io::Result<Vec<FileEntry>> {
        let below = self.files.iter().filter(|(path, _)| path.starts_with(folder));
        Ok(below.map(|(path, bytes)| FileEntry { path: path.clone(), len: bytes.len() as u64 }).collect())
    }

    fn is_file(&self, path: &Path) -> bool {
        self.files.contains_key(path)
    }

    fn is_folder(&self, path: &Path) -> bool {
        self.files.keys().any(|file| file.starts_with(path) && file != path)
    }
}
