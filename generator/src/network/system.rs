//! The real clock: the network's edge.

use std::time::Duration;

use jiff::Timestamp;

use super::Clock;

/// Time as it is.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

#[expect(clippy::disallowed_methods, reason = "this file is the edge where the network's clock is allowed")]
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn sleep(&self, duration: Duration) {
        std::thread::sleep(duration);
    }
}
