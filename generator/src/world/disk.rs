//! The real file system and the real calendar: the generator's edge.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

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

    fn stamp(&self, path: &Path) -> Option<Stamp> {
        Stamp::of(path).filter(|stamp| stamp.is_settled(SystemTime::now()))
    }
}

/// Two changes of a file within the steps of its file system's clock, two seconds at most, look like one.
const STEP: Duration = Duration::from_secs(2);

/// A state of a place, told from others without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stamp {
    /// Nothing is there.
    Missing,
    /// A file, behind symbolic links or not.
    File {
        /// Its length in bytes.
        len: u64,
        /// When it was written last, as far as it says.
        modified: SystemTime,
        /// Which file it is, and when that changed last, where the system knows.
        identity: [i64; 4],
    },
}

impl Stamp {
    /// The state at this moment; `None` for a folder, and where the system does not say.
    pub fn of(path: &Path) -> Option<Self> {
        match std::fs::metadata(path) {
            Ok(found) if found.is_file() => Some(Self::File {
                len: found.len(),
                modified: found.modified().ok()?,
                identity: identity(&found),
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Some(Self::Missing),
            _ => None,
        }
    }

    /// Whether a change from `now` on shows in the stamp.
    fn is_settled(&self, now: SystemTime) -> bool {
        match self {
            Self::Missing => true,
            Self::File { modified, .. } => now.duration_since(*modified).is_ok_and(|age| age > STEP),
        }
    }
}

/// A file that took another's place may have its length and date.
#[cfg(unix)]
fn identity(found: &std::fs::Metadata) -> [i64; 4] {
    use std::os::unix::fs::MetadataExt as _;
    [found.dev().cast_signed(), found.ino().cast_signed(), found.ctime(), found.ctime_nsec()]
}

#[cfg(not(unix))]
fn identity(_: &std::fs::Metadata) -> [i64; 4] {
    [0; 4]
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
#[expect(clippy::disallowed_methods, reason = "the tests make the files that are read")]
mod tests {
    use super::{DiskWorld, Stamp, World};
    use std::fs::{File, rename, write};
    use std::path::Path;
    use std::time::{Duration, SystemTime};

    #[test]
    fn a_link_that_leads_nowhere_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("someone@machine.1:2", folder.path().join(".#a.md")).unwrap();
        assert_eq!(DiskWorld::default().walk(folder.path()).unwrap(), []);
    }

    /// As a package manager does.
    fn write_with_an_old_date(path: &Path, text: &str) {
        write(path, text).unwrap();
        File::open(path).unwrap().set_modified(SystemTime::UNIX_EPOCH).unwrap();
    }

    #[test]
    fn changed_file_has_another_stamp() {
        let folder = tempfile::tempdir().unwrap();
        let (path, other) = (folder.path().join("a.scss"), folder.path().join("b.scss"));
        let stamp = || DiskWorld::default().stamp(&path);
        assert_eq!(stamp(), Some(Stamp::Missing));
        write_with_an_old_date(&path, "old");
        let old = stamp();
        assert!(matches!(old, Some(Stamp::File { len: 3, .. })), "{old:?}");
        assert_eq!(stamp(), old);
        write_with_an_old_date(&other, "new");
        rename(&other, &path).unwrap();
        assert_ne!(stamp(), old, "same length and date");
        assert_eq!(DiskWorld::default().stamp(folder.path()), None);
    }

    #[test]
    fn file_that_was_just_written_has_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.scss");
        write(&path, "new").unwrap();
        assert_eq!(DiskWorld::default().stamp(&path), None);
        File::open(&path).unwrap().set_modified(SystemTime::now() + Duration::from_secs(3600)).unwrap();
        assert_eq!(DiskWorld::default().stamp(&path), None);
    }
}
