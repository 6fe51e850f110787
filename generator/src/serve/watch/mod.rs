//! Watches folders and files, and says once things have become quiet which of them changed.
//!
//! Watches are laid on the places themselves, on all folders above them (so that a place that is
//! removed, renamed and made again is seen) and on what symbolic links lead to. They are renewed
//! before each build that follows a change of folders: the system watches a new folder only some time
//! after it was made, and a folder that was removed no longer. Where the system has no watches to
//! give, the places are looked at again and again instead ([`poll`]).

mod links;
mod poll;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use notify::{ErrorKind, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::Built;
use crate::world::Stamp;
use links::Links;
use poll::Poll;

/// How long nothing must change before a build starts. Editors write a file in several steps, and
/// `git checkout` writes hundreds; tens of milliseconds cover both without being felt.
pub const QUIET: Duration = Duration::from_millis(40);

/// How many times [`QUIET`] a build is put off at most, where something changes all the time.
const PATIENCE: u32 = 25;

/// How often the places are looked at where the system does not tell.
const INTERVAL: Duration = Duration::from_secs(1);

/// How many folders above a place are watched: all of them where a watch is one folder's, but only the
/// nearest where the system would tell of everything below.
const LEVELS: usize = if cfg!(target_os = "linux") { usize::MAX } else { 1 };

/// Something that may be a change.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Signal {
    /// This file or folder.
    Path(PathBuf),
    /// Nobody knows what.
    Everything,
    /// The system has no more watches to give.
    Exhausted,
}

/// Watched places, and the stream of their changes.
pub struct Watch {
    source: Source,
    sender: mpsc::UnboundedSender<Signal>,
    signals: mpsc::UnboundedReceiver<Signal>,
    places: Vec<PathBuf>,
    links: Links,
    output: PathBuf,
    quiet: Duration,
    tell: Arc<dyn Fn(&str) + Send + Sync>,
}

enum Source {
    Events(RecommendedWatcher),
    Polling(Poll),
}

impl Watch {
    /// Watches nothing yet. Changes below `output` are never told: builds make them.
    pub fn new(quiet: Duration, output: PathBuf, tell: Arc<dyn Fn(&str) + Send + Sync>) -> Self {
        let (sender, signals) = mpsc::unbounded_channel();
        let events = sender.clone();
        let watcher = notify::recommended_watcher(move |event| {
            for signal in meaning(event) {
                // The receiver is gone only while the server ends.
                let _ = events.send(signal);
            }
        });
        let source = match watcher {
            Ok(watcher) => Source::Events(watcher),
            Err(error) => {
                tell(&advice(&error));
                Source::Polling(Poll::start(INTERVAL, sender.clone()))
            }
        };
        Self { source, sender, signals, places: Vec::new(), links: Links::default(), output, quiet, tell }
    }

    /// Watches these places from now on: folders with everything below them, files, and places that do
    /// not exist yet. Returns those that were not watched before.
    pub fn follow(&mut self, places: Vec<PathBuf>) -> BTreeSet<PathBuf> {
        if places.is_empty() || places == self.places {
            return BTreeSet::new();
        }
        let old: BTreeSet<&Path> = self.places.iter().map(PathBuf::as_path).collect();
        let is_new = |place: &&PathBuf| !place.ancestors().any(|above| old.contains(above));
        let new = places.iter().filter(is_new).cloned().collect();
        self.places = places;
        self.lay();
        new
    }

    /// Follows what a build names; new places count as changed, since they were read before they were watched.
    /// Not those in a folder that was watched all the time: a change of them was seen. And not those that are
    /// as they were when they were read.
    pub fn follow_and_tell(&mut self, built: &Built) {
        let is_told = matches!(self.source, Source::Events(_));
        let old = self.places.iter().filter_map(|old| old.parent());
        let watched: BTreeSet<PathBuf> = old.filter(|_| is_told).map(Path::to_path_buf).collect();
        let was_seen = |place: &Path| {
            // In a folder, and behind a link, more may have changed.
            let is_entry = place.symlink_metadata().map_or(true, |found| found.is_file());
            is_entry && place.parent().is_some_and(|folder| watched.contains(folder))
        };
        let is_as_read =
            |place: &Path| built.read.get(place).is_some_and(|read| Stamp::of(place) == Some(*read));
        let new = self.follow(built.watched.clone());
        for place in new.into_iter().filter(|place| !was_seen(place) && !is_as_read(place)) {
            // The receiver is ours.
            let _ = self.sender.send(Signal::Path(place));
        }
    }

    /// Watches what came after these changes, such as a new folder with everything in it.
    pub fn renew(&mut self, changed: &BTreeSet<PathBuf>) {
        let is_place = |path: &PathBuf| self.places.iter().any(|place| place.starts_with(path));
        let is_folder_or_link =
            |path: &PathBuf| path.symlink_metadata().is_ok_and(|found| found.is_dir() || found.is_symlink());
        if changed.iter().any(|path| is_place(path) || is_folder_or_link(path)) {
            self.lay();
        }
    }

    /// Waits for a change and then for quiet; the paths that changed.
    pub async fn changes(&mut self) -> BTreeSet<PathBuf> {
        let mut changed = BTreeSet::new();
        let mut waiting: Option<(Instant, Instant)> = None;
        loop {
            let signal = match waiting {
                None => self.signals.recv().await,
                Some((quiet, last)) => {
                    match tokio::time::timeout_at(quiet.min(last), self.signals.recv()).await {
                        Ok(signal) => signal,
                        Err(_) => return changed,
                    }
                }
            };
            // Never closed: one sender is our own.
            let Some(signal) = signal else { continue };
            let paths = self.concerned(signal);
            if paths.is_empty() {
                continue;
            }
            changed.extend(paths);
            let now = Instant::now();
            let last = waiting.map_or(now + self.quiet * PATIENCE, |(_, last)| last);
            waiting = Some((now + self.quiet, last));
        }
    }

    /// What a signal means for the site: nothing, some paths, or all places.
    fn concerned(&mut self, signal: Signal) -> BTreeSet<PathBuf> {
        match signal {
            Signal::Path(path) => {
                let mut paths = self.links.names(path);
                paths.retain(|path| concerns(path, &self.places, &self.output));
                paths
            }
            Signal::Everything => self.places.iter().cloned().collect(),
            Signal::Exhausted => {
                self.poll(&notify::Error::new(ErrorKind::MaxFilesWatch));
                self.places.iter().cloned().collect()
            }
        }
    }

    fn lay(&mut self) {
        self.links = Links::find(&self.places);
        let result = match &mut self.source {
            Source::Events(watcher) => lay_watches(watcher, &self.places, &self.links),
            Source::Polling(poll) => {
                poll.look_at(self.places.clone());
                Ok(())
            }
        };
        if let Err(error) = result {
            self.poll(&error);
        }
    }

    fn poll(&mut self, reason: &notify::Error) {
        if matches!(self.source, Source::Polling(_)) {
            return;
        }
        (self.tell)(&advice(reason));
        let mut poll = Poll::start(INTERVAL, self.sender.clone());
        poll.look_at(self.places.clone());
        self.source = Source::Polling(poll);
    }
}

/// What the system says, reduced to what matters.
fn meaning(event: notify::Result<notify::Event>) -> Vec<Signal> {
    match event {
        Err(error) if matches!(error.kind, ErrorKind::MaxFilesWatch) => vec![Signal::Exhausted],
        // Some events were lost.
        Err(_) => vec![Signal::Everything],
        Ok(event) if event.need_rescan() => vec![Signal::Everything],
        Ok(event) if matches!(event.kind, EventKind::Access(_)) => Vec::new(),
        Ok(event) => event.paths.into_iter().map(Signal::Path).collect(),
    }
}

fn lay_watches(watcher: &mut RecommendedWatcher, places: &[PathBuf], links: &Links) -> notify::Result<()> {
    let ends = places.iter().map(PathBuf::as_path).chain(links.targets());
    let above: BTreeSet<&Path> = ends.flat_map(|end| end.ancestors().skip(1).take(LEVELS)).collect();
    let is_inside_a_place = |folder: &Path| places.iter().any(|place| folder.starts_with(place));
    for folder in above.into_iter().filter(|folder| folder.is_dir() && !is_inside_a_place(folder)) {
        match lay_watch(watcher, folder, RecursiveMode::NonRecursive) {
            Err(error) if matches!(error.kind, ErrorKind::MaxFilesWatch) => return Err(error),
            // A folder far above that may not be read: what happens to it is not seen.
            _ => {}
        }
    }
    for place in places.iter().filter(|place| place.is_dir()) {
        lay_watch(watcher, place, RecursiveMode::Recursive)?;
    }
    Ok(())
}

fn lay_watch(watcher: &mut RecommendedWatcher, path: &Path, mode: RecursiveMode) -> notify::Result<()> {
    // On Linux a second watch on the same folder takes the place of the first without a gap, and finds
    // the folders in it that are new. Elsewhere the first has to go.
    if !cfg!(target_os = "linux") {
        let _ = watcher.unwatch(path);
    }
    match watcher.watch(path, mode) {
        // Removed in between; the folder above tells of it.
        Err(error) if matches!(error.kind, ErrorKind::PathNotFound) => Ok(()),
        result => result,
    }
}

/// Says why the system is not asked, and what helps.
fn advice(error: &notify::Error) -> String {
    let is_instances = matches!(&error.kind, ErrorKind::Io(io) if io.raw_os_error() == Some(24));
    let (reason, remedy) = match error.kind {
        ErrorKind::MaxFilesWatch => (
            "the system has no more file watches to give".to_owned(),
            "; more: `sudo sysctl fs.inotify.max_user_watches=524288`",
        ),
        _ if is_instances => (
            "the system has no more file watchers to give".to_owned(),
            "; more: `sudo sysctl fs.inotify.max_user_instances=512`",
        ),
        _ => (format!("the system cannot watch files: {error}"), ""),
    };
    format!("note: {reason}, so all files are looked at once a second{remedy}")
}

/// Whether a change is one of the site's input. What the build itself writes is none. What editors leave
/// lying beside a file while they save it is: below `static` it is published under any name, and elsewhere a
/// build too many changes nothing.
fn concerns(path: &Path, places: &[PathBuf], output: &Path) -> bool {
    let is_ours = places.iter().any(|place| path.starts_with(place) || place.starts_with(path));
    is_ours && !path.starts_with(output)
}

#[cfg(test)]
mod tests;
