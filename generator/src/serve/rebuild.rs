//! Change after change: watch, build, tell the pages.
//!
//! The order keeps changes from being lost: what is to be read is watched first and read then. A change
//! during a build waits in the watch and leads to the next build; a place that only a build made known
//! is watched after it, and built once more unless it is as it was when it was read.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::{Builder, Built, Shared, Watch};

/// Where one build at a time is made, until it is closed.
pub(super) struct Workshop {
    builder: Mutex<Box<dyn Builder>>,
    is_closed: AtomicBool,
}

impl Workshop {
    pub(super) fn new(builder: Box<dyn Builder>) -> Self {
        Self { builder: Mutex::new(builder), is_closed: AtomicBool::new(false) }
    }

    /// Builds; a build that panics is one with an error, and the next one may be better.
    pub(super) fn build(&self, changed: &BTreeSet<PathBuf>) -> Built {
        let mut builder = self.builder.lock().unwrap_or_else(PoisonError::into_inner);
        if self.is_closed.load(Ordering::SeqCst) {
            return Built::default();
        }
        catch_unwind(AssertUnwindSafe(|| builder.build(changed))).unwrap_or_else(|_| Built {
            report: Some(
                "error: the build broke off; the terminal says where. Please report this\n".to_owned(),
            ),
            ..Built::default()
        })
    }

    /// Waits for the build that is under way; none begins after it.
    pub(super) fn close(&self) {
        self.is_closed.store(true, Ordering::SeqCst);
        drop(self.builder.lock());
    }
}

/// Builds for ever.
pub(super) async fn whenever_something_changes(
    shared: Arc<Shared>,
    workshop: Arc<Workshop>,
    mut watch: Watch,
) {
    loop {
        let changed = watch.changes().await;
        tracing::debug!(?changed, "changed");
        watch.renew(&changed);
        let workshop = Arc::clone(&workshop);
        // In a thread of its own, so that pages are served and signals are heard meanwhile.
        let building = tokio::task::spawn_blocking(move || workshop.build(&changed));
        // Fails only while the program ends.
        let Ok(built) = building.await else { return };
        watch.follow_and_tell(&built);
        shared.publish(built);
    }
}
