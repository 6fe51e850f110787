//! The real file system and the real calendar: the generator's edge.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::civil::Date;
use tempfile::{NamedTempFile, TempPath};
use walkdir::WalkDir;

use super::{FileEntry, World};

/// The world as it is; the day can be pinned for `--today`.
#[derive(Debug, Clone, Default)]
pub struct DiskWorld {
    pinned: Option<Date>,
}

impl DiskWorld {
    /// A world whose day is the real one, or `pinned`.
    pub fn new(pinned: Option<Date>) -> Self {
        Self { pinned }
    }
}

#[expect(clippy::disallowed_methods, reason = "this file is the edge where files and the clock are allowed")]
impl World for DiskWorld {
    fn today(&self) -> Date {
        self.pinned.unwrap_or_else(|| {
            let zone =
                jiff::tz::TimeZone::get("Europe/Berlin").unwrap_or_else(|_| jiff::tz::TimeZone::system());
            jiff::Timestamp::now().to_zoned_datetime(zone).date()
        })
    }

    fn read(&self, path: &Path) -> io::Result<Arc<[u8]>> {
        std::fs::read(path).map(Arc::from)
    }

    fn walk(&self, folder: &Path) -> io::Result<Vec<FileEntry>> {
        if !folder.exists() {
            return Ok(Vec::new());
        }
        let mut entries = Vec::new();
        for entry in WalkDir::new(folder).follow_links(true).sort_by_file_name() {
            let entry = match entry {
                Ok(entry) => entry,
                // Gone since the folder was listed, or a link that leads nowhere: editors lay such links
                // beside a file while it is open.
                Err(error) if is_gone(&error) => continue,
                Err(error) => return Err(io::Error::from(error)),
            };
            if entry.file_type().is_file() {
                let len = entry.metadata().map_err(io::Error::from)?.len();
                entries.push(FileEntry { path: PathBuf::from(entry.path()), len });
            }
        }
        entries.sort();
        Ok(entries)
    }

    fn is_file(&self, path: &Path) -> bool {
        path.is_file()
    }

    fn is_folder(&self, path: &Path) -> bool {
        path.is_dir()
    }
}

/// A file of these bytes for a library that reads nothing but files, since what a world has read need not be
/// one. It is gone with the path.
///
/// # Errors
/// If there is no room for it.
#[expect(clippy::disallowed_methods, reason = "this file is the edge where files are allowed")]
pub fn lend(bytes: &[u8]) -> io::Result<TempPath> {
    let mut file = NamedTempFile::new()?;
    file.write_all(bytes)?;
    file.flush()?;
    Ok(file.into_temp_path())
}

fn is_gone(error: &walkdir::Error) -> bool {
    error.io_error().is_some_and(|error| error.kind() == io::ErrorKind::NotFound)
}

#[cfg(test)]
mod tests {
    use super::{DiskWorld, World};

    #[test]
    fn a_link_that_leads_nowhere_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("someone@machine.1:2", folder.path().join(".#a.md")).unwrap();
        assert_eq!(DiskWorld::default().walk(folder.path()).unwrap(), []);
    }
}
