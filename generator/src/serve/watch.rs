//! Watches folders and files, and says once things have become quiet which of them changed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;

/// How long nothing must change before a build starts. Editors write a file in several steps, and
/// `git checkout` writes hundreds; tens of milliseconds cover both without being felt.
pub const QUIET: Duration = Duration::from_millis(40);

/// Watched places, and the stream of their changes.
pub struct Watch {
    watcher: RecommendedWatcher,
    events: mpsc::UnboundedReceiver<PathBuf>,
    quiet: Duration,
}

impl Watch {
    /// Watches nothing yet.
    ///
    /// # Errors
    /// Where the system has no more watches to give.
    pub fn new(quiet: Duration) -> Result<Self> {
        let (sender, events) = mpsc::unbounded_channel();
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            let Ok(event) = event else { return };
            if matches!(event.kind, EventKind::Access(_)) {
                return;
            }
            for path in event.paths {
                // The receiver is gone only while the server ends.
                let _ = sender.send(path);
            }
        })
        .context("cannot watch files")?;
        Ok(Self { watcher, events, quiet })
    }

    /// Watches a folder with everything below it, or a file; a place that does not exist is watched
    /// through the nearest folder above it, so that creating it is seen.
    ///
    /// # Errors
    /// Where the system refuses.
    pub fn add(&mut self, place: &Path) -> Result<()> {
        let (existing, mode) = if place.is_dir() {
            (place, RecursiveMode::Recursive)
        } else {
            (
                place.ancestors().skip(1).find(|above| above.is_dir()).unwrap_or(place),
                RecursiveMode::NonRecursive,
            )
        };
        self.watcher.watch(existing, mode).with_context(|| format!("cannot watch `{}`", existing.display()))
    }

    /// Waits for a change and then for quiet; the paths that changed.
    pub async fn changes(&mut self) -> BTreeSet<PathBuf> {
        let mut changed = BTreeSet::new();
        let Some(first) = self.events.recv().await else { return std::future::pending().await };
        changed.insert(first);
        while let Ok(Some(next)) = tokio::time::timeout(self.quiet, self.events.recv()).await {
            changed.insert(next);
        }
        changed
    }
}
