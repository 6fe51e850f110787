//! `auslage serve`: builds, serves, watches, reloads the browser; shows diagnostics as an overlay.
//!
//! The finished site lies in a folder; a build that fails leaves it as it was, so what is served is
//! always the last good site, with the report laid over it. How the site is built is the caller's
//! business ([`Builder`]): this module knows folders, HTTP and web sockets.

pub mod files;
mod http;
mod livereload;
mod mount;
mod overlay;
mod port;
mod watch;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};
use std::time::Duration;

use anyhow::Result;
use tokio::sync::broadcast;

pub use livereload::Change;
pub use mount::{Answer, Mount};
pub use port::{Port, listen};
pub use watch::QUIET;

/// What a build did.
#[derive(Debug, Clone, Default)]
pub struct Built {
    /// Paths of the output that differ from before.
    pub changed: Vec<String>,
    /// The report for the overlay, if there are errors.
    pub report: Option<String>,
    /// Places to watch: folders and files of the site as it is now.
    pub watched: Vec<PathBuf>,
}

/// Builds the site, again and again.
pub trait Builder: Send {
    /// Builds; `changed` is what changed since the last time, empty at the start.
    fn build(&mut self, changed: &BTreeSet<PathBuf>) -> Built;
}

/// How to serve.
pub struct Options {
    /// The folder with the finished site.
    pub output: PathBuf,
    /// How long the file system must be quiet before a build.
    pub quiet: Duration,
    /// Other services under the same address.
    pub mounts: Vec<Mount>,
}

/// What every request sees.
pub(crate) struct Shared {
    output: PathBuf,
    mounts: Vec<Mount>,
    report: RwLock<Option<String>>,
    changes: broadcast::Sender<Change>,
}

impl Shared {
    pub(crate) fn report(&self) -> Option<String> {
        self.report.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    fn set_report(&self, report: Option<String>) {
        *self.report.write().unwrap_or_else(std::sync::PoisonError::into_inner) = report;
    }
}

/// A server that listens and has built once.
pub struct Server {
    listener: tokio::net::TcpListener,
    shared: Arc<Shared>,
    builder: Box<dyn Builder>,
    watched: Vec<PathBuf>,
    quiet: Duration,
}

impl Server {
    /// Builds for the first time.
    pub fn start(listener: tokio::net::TcpListener, options: Options, mut builder: Box<dyn Builder>) -> Self {
        let built = builder.build(&BTreeSet::new());
        let (changes, _) = broadcast::channel(16);
        let shared = Shared {
            output: options.output,
            mounts: options.mounts,
            report: RwLock::new(built.report),
            changes,
        };
        Self { listener, shared: Arc::new(shared), builder, watched: built.watched, quiet: options.quiet }
    }

    /// Serves, and builds again whenever something changes, until `stop` is done.
    ///
    /// # Errors
    /// Where files cannot be watched.
    pub async fn run(self, stop: impl Future<Output = ()>) -> Result<()> {
        let rebuilding = rebuild_on_change(Arc::clone(&self.shared), self.builder, self.watched, self.quiet);
        let serving = http::accept(self.listener, self.shared);
        tokio::select! {
            () = stop => Ok(()),
            () = serving => Ok(()),
            result = rebuilding => result,
        }
    }
}

async fn rebuild_on_change(
    shared: Arc<Shared>,
    mut builder: Box<dyn Builder>,
    watched: Vec<PathBuf>,
    quiet: Duration,
) -> Result<()> {
    let mut watch = new_watch(&watched, quiet)?;
    let mut watched = watched;
    loop {
        let mut changed = watch.changes().await;
        changed.retain(|path| concerns(path, &watched, &shared.output));
        if changed.is_empty() {
            continue;
        }
        let had_report = shared.report().is_some();
        let built = tokio::task::block_in_place(|| builder.build(&changed));
        let has_news = had_report || built.report.is_some() || !built.changed.is_empty();
        shared.set_report(built.report);
        if has_news {
            // No receiver means that no page is open.
            let _ = shared.changes.send(Change::of(&built.changed));
        }
        // Folders that were deleted and made again need a new watch; places may have come and gone.
        watch = new_watch(&built.watched, quiet)?;
        watched = built.watched;
    }
}

fn new_watch(places: &[PathBuf], quiet: Duration) -> Result<watch::Watch> {
    let mut watch = watch::Watch::new(quiet)?;
    for place in places {
        watch.add(place)?;
    }
    Ok(watch)
}

/// Whether a change is one of the site's input. What the build itself writes is none, nor is what
/// editors leave lying beside a file while they save it.
fn concerns(path: &Path, watched: &[PathBuf], output: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let is_left_over =
        name.ends_with('~') || name.ends_with(".swp") || name.ends_with(".tmp") || name.starts_with(".#");
    let is_ours = watched.iter().any(|place| path.starts_with(place) || place.starts_with(path));
    is_ours && !is_left_over && !path.starts_with(output)
}

#[cfg(test)]
mod tests {
    use super::concerns;
    use std::path::{Path, PathBuf};

    #[test]
    fn only_changes_of_the_input_start_a_build() {
        let watched = [PathBuf::from("/s/content"), PathBuf::from("/s/zola.toml")];
        let output = Path::new("/s/content/public");
        for path in ["/s/content/a.md", "/s/zola.toml", "/s/content"] {
            assert!(concerns(Path::new(path), &watched, output), "{path}");
        }
        for path in
            ["/s/other.toml", "/s/content/a.md~", "/s/content/.a.md.swp", "/s/content/public/index.html"]
        {
            assert!(!concerns(Path::new(path), &watched, output), "{path}");
        }
    }
}
