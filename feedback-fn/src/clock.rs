//! Where the program reads the time.
//!
//! Rounds, tokens, retries and limits take the time from a [`Clock`], so that tests set it.
//! Not for deadlines of sockets: those belong to tokio's timer.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use std::sync::Mutex;
use std::time::Duration;

/// Tells the present instant.
pub trait Clock: Send + Sync + 'static {
    /// The present instant.
    fn now(&self) -> Timestamp;
}

/// The computer's own clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the program reads the clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// A clock that stands still until a test moves it.
#[derive(Debug)]
pub struct ManualClock(Mutex<Timestamp>);

impl ManualClock {
    /// A clock that shows `start`.
    pub fn at(start: Timestamp) -> ManualClock {
        ManualClock(Mutex::new(start))
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: Duration) {
        let mut now = self.lock();
        *now = later(*now, by);
    }

    /// Sets the clock, also backwards.
    pub fn set(&self, to: Timestamp) {
        *self.lock() = to;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Timestamp> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.lock()
    }
}

/// Where the reviews are laid out and the authors live; the bundled time zones know it.
pub fn berlin() -> TimeZone {
    TimeZone::get("Europe/Berlin").unwrap_or(TimeZone::UTC)
}

/// The instant by the clocks of the town.
pub fn in_town(instant: Timestamp) -> DateTime {
    berlin().to_datetime(instant)
}

/// The first instant of a day in the town.
pub fn start_in_town(day: Date) -> Timestamp {
    berlin().to_timestamp(day.at(0, 0, 0, 0)).unwrap_or(Timestamp::MAX)
}

/// `start` plus `by`, at most the last instant that can be written.
pub fn later(start: Timestamp, by: Duration) -> Timestamp {
    start.saturating_add(by).unwrap_or(Timestamp::MAX)
}
