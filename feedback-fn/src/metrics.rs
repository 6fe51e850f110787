//! Counters of what happened since the start. Numbers only, nothing about anyone.
//!
//! Not for how they are written (`admin`), and not for what the store counts by itself.

use hyper::StatusCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What was asked for. Never a path: that is the client's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// The check page.
    Check,
    /// Sending for good.
    Send,
    /// The receipt.
    Receipt,
    /// Whether the program runs.
    Health,
    /// Anything else.
    Other,
}

impl Route {
    /// All routes.
    pub const ALL: [Route; 5] = [Route::Check, Route::Send, Route::Receipt, Route::Health, Route::Other];

    /// Which route a path below `endpoint` is.
    pub fn of(path: &str, endpoint: &str) -> Route {
        match path.strip_prefix(endpoint) {
            Some("check") => Route::Check,
            Some("send") => Route::Send,
            Some("receipt") => Route::Receipt,
            Some("health") => Route::Health,
            _ => Route::Other,
        }
    }

    /// As a word.
    pub fn as_str(self) -> &'static str {
        match self {
            Route::Check => "check",
            Route::Send => "send",
            Route::Receipt => "receipt",
            Route::Health => "health",
            Route::Other => "other",
        }
    }
}

/// Status classes, `1xx` to `5xx`.
pub const CLASSES: usize = 5;

/// The counters.
#[derive(Debug, Default)]
pub struct Metrics {
    answers: [[AtomicU64; CLASSES]; Route::ALL.len()],
    /// Suggestions stored by this process.
    pub stored: AtomicU64,
    /// Those of them that were quarantined.
    pub quarantined: AtomicU64,
    /// Times that the sender of a suggestion was asked to send it once more.
    pub asked_again: AtomicU64,
    /// Connections taken.
    pub connections: AtomicU64,
    /// Connections refused, since their network had as many as one may have.
    pub refused_connections: AtomicU64,
    /// Times that a connection could not be taken, for want of file descriptors say.
    pub failed_accepts: AtomicU64,
    /// Readers that were cut off because they did not read.
    pub cut_readers: AtomicU64,
    /// Connections that are open.
    pub open_connections: Gauge,
    /// Requests that wait for the store.
    pub waiting_for_store: Gauge,
}

impl Metrics {
    /// Counts an answer.
    pub(crate) fn answered(&self, route: Route, status: StatusCode) {
        let class = usize::from(status.as_u16() / 100).clamp(1, CLASSES) - 1;
        count(&self.answers[route as usize][class]);
    }

    /// How many answers of status class `class` (1 to 5) there were.
    pub fn answers(&self, route: Route, class: usize) -> u64 {
        class.checked_sub(1).and_then(|at| self.answers[route as usize].get(at)).map_or(0, read)
    }
}

/// How many of something there are just now.
#[derive(Debug, Clone, Default)]
pub struct Gauge(Arc<AtomicU64>);

impl Gauge {
    /// One more, until the answer is dropped.
    pub(crate) fn enter(&self) -> Present {
        count(&self.0);
        Present(self.0.clone())
    }

    /// How many.
    pub fn read(&self) -> u64 {
        read(&self.0)
    }
}

/// One of those that a [`Gauge`] counts.
#[derive(Debug)]
pub(crate) struct Present(Arc<AtomicU64>);

impl Drop for Present {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// One more.
pub(crate) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

/// The count.
pub(crate) fn read(counter: &AtomicU64) -> u64 {
    counter.load(Ordering::Relaxed)
}
