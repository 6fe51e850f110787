//! `auslage serve`: builds, serves, watches, reloads the browser; shows diagnostics as an overlay.
//!
//! The finished site lies in a folder; a build that fails leaves it as it was, so what is served is
//! always the last good site, with the report laid over it. How the site is built is the caller's
//! business ([`Builder`]): this module knows folders, HTTP and web sockets.

mod body;
pub mod files;
mod host;
mod http;
mod livereload;
mod mount;
mod overlay;
mod port;
mod rebuild;
mod watch;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use anyhow::Result;
use tokio::sync::broadcast;

pub use host::Hosts;
pub use livereload::Change;
pub use mount::{Answer, Mount};
pub use port::{Port, listen};
use rebuild::Workshop;
pub use watch::QUIET;
use watch::Watch;

use crate::world::Stamp;

/// What a build did.
#[derive(Debug, Clone, Default)]
pub struct Built {
    /// Paths of the output that differ from before.
    pub changed: Vec<String>,
    /// The report for the overlay, if there are errors.
    pub report: Option<String>,
    /// Places to watch: folders and files of the site as it is now; absolute.
    pub watched: Vec<PathBuf>,
    /// In which state places were read, of those for which it can be told.
    pub read: BTreeMap<PathBuf, Stamp>,
}

/// Builds the site, again and again.
pub trait Builder: Send {
    /// Builds; `changed` is what changed since the last time, empty at the start.
    ///
    /// A path may be that of a folder: then anything below it may have changed. It may be gone. Under
    /// a symbolic link a change is told under each of its paths. All places that were named in
    /// [`Built::watched`] are watched before this is called, so that what changes meanwhile leads to
    /// another build.
    fn build(&mut self, changed: &BTreeSet<PathBuf>) -> Built;
}

/// How to serve.
pub struct Options {
    /// The folder with the finished site.
    pub output: PathBuf,
    /// Places to watch from before the first build on; the builds say which they are later.
    pub watched: Vec<PathBuf>,
    /// How long the file system must be quiet before a build.
    pub quiet: Duration,
    /// Other services under the same address.
    pub mounts: Vec<Mount>,
    /// What stands before every path of the site: empty, or `/docs`.
    pub base_path: String,
    /// Under which names the server may be asked.
    pub hosts: Hosts,
    /// Tells the person at the terminal something.
    pub tell: Arc<dyn Fn(&str) + Send + Sync>,
}

/// What every request sees.
pub(crate) struct Shared {
    output: PathBuf,
    mounts: Vec<Mount>,
    base_path: String,
    hosts: Hosts,
    report: RwLock<Option<String>>,
    /// Counts the builds with news, so that a page knows whether it is the newest.
    version: AtomicU64,
    changes: broadcast::Sender<Change>,
}

impl Shared {
    fn new(options: Options) -> Self {
        let (changes, _) = broadcast::channel(16);
        Self {
            output: options.output,
            mounts: options.mounts,
            base_path: options.base_path,
            hosts: options.hosts,
            report: RwLock::new(None),
            version: AtomicU64::new(0),
            changes,
        }
    }

    pub(crate) fn report(&self) -> Option<String> {
        self.report.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn version(&self) -> u64 {
        self.version.load(Ordering::SeqCst)
    }

    /// Makes a build known to the pages that are open.
    fn publish(&self, built: Built) {
        let mut report = self.report.write().unwrap_or_else(PoisonError::into_inner);
        let has_news = report.is_some() || built.report.is_some() || !built.changed.is_empty();
        *report = built.report;
        drop(report);
        if has_news {
            self.version.fetch_add(1, Ordering::SeqCst);
            // No receiver means that no page is open.
            let _ = self.changes.send(Change::of(&built.changed));
        }
    }
}

/// A server that listens and has built once.
pub struct Server {
    listener: tokio::net::TcpListener,
    shared: Arc<Shared>,
    workshop: Arc<Workshop>,
    watch: Watch,
}

impl Server {
    /// Watches, and builds for the first time.
    pub fn start(listener: tokio::net::TcpListener, mut options: Options, builder: Box<dyn Builder>) -> Self {
        let watched = std::mem::take(&mut options.watched);
        let mut watch = Watch::new(options.quiet, options.output.clone(), Arc::clone(&options.tell));
        watch.follow(watched);
        let shared = Arc::new(Shared::new(options));
        let workshop = Arc::new(Workshop::new(builder));
        let built = workshop.build(&BTreeSet::new());
        watch.follow_and_tell(&built);
        shared.publish(built);
        Self { listener, shared, workshop, watch }
    }

    /// Serves, and builds again whenever something changes, until `stop` is done and with it the build
    /// that may be under way.
    ///
    /// # Errors
    /// None at present; where files cannot be watched, they are looked at again and again.
    pub async fn run(self, stop: impl Future<Output = ()>) -> Result<()> {
        let Self { listener, shared, workshop, watch } = self;
        let serving = tokio::spawn(http::accept(listener, Arc::clone(&shared)));
        tokio::select! {
            () = stop => {}
            () = rebuild::whenever_something_changes(shared, Arc::clone(&workshop), watch) => {}
        }
        serving.abort();
        // Fails only while the program ends.
        let _ = tokio::task::spawn_blocking(move || workshop.close()).await;
        Ok(())
    }
}
