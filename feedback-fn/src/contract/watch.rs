//! Keeps the contract up to date while the program runs.
//!
//! The file is looked at no more than once a second, when somebody asks for it, and read again only when its
//! length, its modification time or the file itself changed. A broken new file is logged and the old one stays:
//! a mistake in a build must not take the forms away from residents.

use crate::clock::Clock;
use anyhow::{Context, anyhow};
use jiff::Timestamp;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::SystemTime;

const LOOK_EVERY_MS: i64 = 1000;

/// A file's content, prepared, and prepared again when the file changes.
pub struct Watch<T> {
    path: PathBuf,
    clock: Arc<dyn Clock>,
    prepare: fn(&[u8]) -> anyhow::Result<T>,
    seen: Mutex<Seen<T>>,
}

struct Seen<T> {
    content: Arc<T>,
    stamp: Stamp,
    looked: Timestamp,
    /// Whether what the file holds is broken.
    refused: bool,
    missing: bool,
}

/// What tells one version of the file from another without reading it.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
    inode: u64,
}

impl Stamp {
    /// To be taken before the content, so that a change in between is seen the next time.
    fn at(path: &Path) -> anyhow::Result<Stamp> {
        let metadata = std::fs::metadata(path).map_err(|error| unreadable(path, error))?;
        Ok(Stamp { length: metadata.len(), modified: metadata.modified().ok(), inode: metadata.ino() })
    }
}

impl<T> Watch<T> {
    /// Reads the file for the first time; here a broken file is an error.
    pub fn open(
        path: &Path,
        clock: Arc<dyn Clock>,
        prepare: fn(&[u8]) -> anyhow::Result<T>,
    ) -> anyhow::Result<Watch<T>> {
        let stamp = Stamp::at(path)?;
        let content = prepared(path, &bytes(path)?, prepare)?;
        let seen = Mutex::new(Seen {
            content: Arc::new(content),
            stamp,
            looked: clock.now(),
            refused: false,
            missing: false,
        });
        Ok(Watch { path: path.to_owned(), clock, prepare, seen })
    }

    /// The newest content that could be prepared.
    pub fn current(&self) -> Arc<T> {
        let mut seen = self.lock();
        let now = self.clock.now();
        // Also after the clock was set back.
        if (now.as_millisecond() - seen.looked.as_millisecond()).abs() >= LOOK_EVERY_MS {
            seen.looked = now;
            self.look(&mut seen);
        }
        seen.content.clone()
    }

    /// Whether the file was missing or broken when it was last looked at, so that an older one counts.
    pub fn is_refused(&self) -> bool {
        self.current();
        let seen = self.lock();
        seen.refused || seen.missing
    }

    fn look(&self, seen: &mut Seen<T>) {
        let found = match Stamp::at(&self.path) {
            Ok(stamp) if stamp == seen.stamp => Ok(None),
            Ok(stamp) => bytes(&self.path).map(|bytes| Some((stamp, bytes))),
            Err(error) => Err(error),
        };
        seen.missing = found.is_err();
        match found {
            Ok(None) => {}
            Ok(Some((stamp, bytes))) => self.take(seen, stamp, &bytes),
            // The generator replaces the file; for a moment there may be none. One that cannot be read is tried at
            // every look: who may read it, and how many files are open, no stamp tells.
            Err(error) => tracing::warn!(event = "contract.unreadable", cause = format!("{error:#}")),
        }
    }

    fn take(&self, seen: &mut Seen<T>, stamp: Stamp, bytes: &[u8]) {
        // Noted also when it is broken: the same broken file is reported once.
        seen.stamp = stamp;
        let prepared = prepared(&self.path, bytes, self.prepare);
        seen.refused = prepared.is_err();
        match prepared {
            Ok(content) => {
                seen.content = Arc::new(content);
                tracing::info!(event = "contract.reloaded");
            }
            Err(error) => tracing::error!(event = "contract.refused", cause = format!("{error:#}")),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Seen<T>> {
        self.seen.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// What the file holds; fails with what to do if there is none, or if this user may not read it.
#[expect(clippy::disallowed_methods, reason = "the contract's edge to the file system")]
pub(crate) fn bytes(path: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(path).map_err(|error| unreadable(path, error))
}

fn unreadable(path: &Path, error: io::Error) -> anyhow::Error {
    let shown = path.display();
    match error.kind() {
        io::ErrorKind::NotFound => anyhow!(
            "there is no contract `{shown}`\nhint: build the site (`auslage --root site build` writes \
             `site/public/review.json`), or set `contract` to where that file lies"
        ),
        io::ErrorKind::PermissionDenied => anyhow!(
            "cannot read the contract `{shown}`: {error}\nhint: let the user who runs the service read it, and all \
             folders above it be entered: `chmod a+r {shown}`, `chmod a+x` for the folders"
        ),
        _ => anyhow!(error).context(format!("cannot read the contract `{shown}`")),
    }
}

fn prepared<T>(path: &Path, bytes: &[u8], prepare: fn(&[u8]) -> anyhow::Result<T>) -> anyhow::Result<T> {
    // Templates are other people's programs: one that panics is a broken file, and must not end this program.
    let prepared = catch_unwind(AssertUnwindSafe(|| prepare(bytes)));
    let prepared =
        prepared.unwrap_or_else(|_| Err(anyhow!("preparing it panicked: a defect of this program")));
    prepared.with_context(|| format!("in `{}`", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;
    use std::time::Duration;

    fn prepare(bytes: &[u8]) -> anyhow::Result<String> {
        assert_ne!(bytes, b"poison", "a defect");
        Ok(String::from_utf8(bytes.to_vec())?)
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the test plays the generator")]
    fn content_that_panics_is_refused_and_the_one_before_it_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("review.json");
        std::fs::write(&path, "first").unwrap();
        let clock = Arc::new(ManualClock::at(Timestamp::from_second(1_800_000_000).unwrap()));
        let watch = Watch::open(&path, clock.clone(), prepare).unwrap();
        for (content, current, is_refused) in [("poison", "first", true), ("second one", "second one", false)]
        {
            std::fs::write(&path, content).unwrap();
            clock.advance(Duration::from_secs(2));
            assert_eq!((watch.current().as_str(), watch.is_refused()), (current, is_refused));
        }
        std::fs::write(&path, "poison").unwrap();
        assert!(Watch::open(&path, clock, prepare).is_err());
    }
}
