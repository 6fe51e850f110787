//! Looks at all files again and again, where the system does not tell of changes.
//!
//! `notify` has a watcher for this as well, but it compares times in whole seconds and passes over a file
//! that became older, as one from a backup does.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::sync::mpsc::UnboundedSender;
use walkdir::WalkDir;

use super::Signal;

/// What tells one state of a file from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    len: u64,
    is_folder: bool,
    /// Number of the file and time of its last renaming or changing of rights, where there are such.
    identity: (u64, i64, i64),
}

type Stamps = BTreeMap<PathBuf, Stamp>;

/// Places that are looked at; ends with this value.
pub(super) struct Poll {
    state: Arc<Mutex<State>>,
    _ends_the_thread: Sender<()>,
}

#[derive(Default)]
struct State {
    places: Vec<PathBuf>,
    seen: Stamps,
}

impl Poll {
    /// Looks at nothing yet.
    pub(super) fn start(interval: Duration, signals: UnboundedSender<Signal>) -> Self {
        let (sender, end) = channel();
        let state = Arc::default();
        let shared = Arc::clone(&state);
        std::thread::spawn(move || look(&shared, &end, interval, &signals));
        Self { state, _ends_the_thread: sender }
    }

    /// Looks at these places from now on. What is different from now on is told; what changed between the
    /// last look and this one is told as well.
    pub(super) fn look_at(&mut self, places: Vec<PathBuf>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let known = |path: &PathBuf, places: &[PathBuf]| places.iter().any(|place| path.starts_with(place));
        for (path, stamp) in stamps(&places) {
            if !known(&path, &state.places) {
                state.seen.insert(path, stamp);
            }
        }
        state.seen.retain(|path, _| known(path, &places));
        state.places = places;
    }
}

fn look(state: &Mutex<State>, end: &Receiver<()>, interval: Duration, signals: &UnboundedSender<Signal>) {
    while end.recv_timeout(interval) == Err(RecvTimeoutError::Timeout) {
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        let now = stamps(&state.places);
        for path in differences(&state.seen, &now) {
            if signals.send(Signal::Path(path)).is_err() {
                return;
            }
        }
        state.seen = now;
    }
}

fn differences(before: &Stamps, after: &Stamps) -> Vec<PathBuf> {
    let gone = before.keys().filter(|path| !after.contains_key(*path));
    let other = after.iter().filter(|(path, stamp)| before.get(*path) != Some(*stamp)).map(|(path, _)| path);
    gone.chain(other).cloned().collect()
}

fn stamps(places: &[PathBuf]) -> Stamps {
    let entries = places.iter().flat_map(|place| WalkDir::new(place).follow_links(true));
    // What cannot be looked at is as good as gone.
    entries
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let metadata = entry.metadata().ok()?;
            Some((entry.into_path(), stamp(&metadata)))
        })
        .collect()
}

fn stamp(metadata: &std::fs::Metadata) -> Stamp {
    let is_folder = metadata.is_dir();
    Stamp {
        // A folder's own time says no more than the files in it do.
        modified: metadata.modified().ok().filter(|_| !is_folder),
        len: if is_folder { 0 } else { metadata.len() },
        is_folder,
        identity: if is_folder { (0, 0, 0) } else { identity(metadata) },
    }
}

#[cfg(unix)]
fn identity(metadata: &std::fs::Metadata) -> (u64, i64, i64) {
    use std::os::unix::fs::MetadataExt;
    (metadata.ino(), metadata.ctime(), metadata.ctime_nsec())
}

#[cfg(not(unix))]
fn identity(_: &std::fs::Metadata) -> (u64, i64, i64) {
    (0, 0, 0)
}
