//! Holds the route while it is down, so that no mail pays for it: a circuit breaker with one probe.
//!
//! Knows nothing of mails. In memory only: after a restart the route is simply tried.

use super::schedule::{Dice, jittered};
use crate::clock::later;
use jiff::Timestamp;
use std::time::Duration;

/// The wait after the first, second … failure, in seconds. The longest with jitter stays under five
/// minutes: that is how soon mail flows again when the server is back.
const WAITS: [u64; 5] = [15, 30, 60, 120, 240];
const LONGEST: Duration = Duration::from_secs(300);

/// The state of the route.
#[derive(Debug, Default)]
pub struct Breaker {
    failures: usize,
    until: Option<Timestamp>,
}

/// How much may be tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permit {
    /// As much as there is.
    All,
    /// One mail, to see whether the route is back.
    Probe,
    /// Nothing before this instant.
    NothingUntil(Timestamp),
}

impl Breaker {
    /// What may be tried at `now`.
    pub fn permit(&self, now: Timestamp) -> Permit {
        match (self.until, self.held_until(now)) {
            (None, _) => Permit::All,
            (Some(_), Some(until)) => Permit::NothingUntil(until),
            (Some(_), None) => Permit::Probe,
        }
    }

    /// Until when nothing may be tried, if so. No longer than any wait: the clock may have been set back since.
    pub fn held_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.until.filter(|until| now < *until && *until <= later(now, LONGEST))
    }

    /// The route was down.
    pub fn failed(&mut self, now: Timestamp, dice: &mut Dice) {
        let wait = WAITS[self.failures.min(WAITS.len() - 1)];
        self.failures += 1;
        self.until = Some(later(now, jittered(Duration::from_secs(wait), dice())));
    }

    /// The server spoke of a mail: the route is up.
    pub fn worked(&mut self) {
        *self = Breaker::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clock_that_is_set_back_does_not_hold_the_route() {
        let at = |second: i64| Timestamp::from_second(1_800_000_000 + second).unwrap();
        let mut breaker = Breaker::default();
        breaker.failed(at(0), &mut (Box::new(|| u32::MAX / 2) as Dice));
        assert!(matches!(breaker.permit(at(1)), Permit::NothingUntil(_)));
        assert!(breaker.held_until(at(-60)).is_some(), "set right by little");
        assert_eq!(
            (breaker.permit(at(-24 * 3600)), breaker.held_until(at(-24 * 3600))),
            (Permit::Probe, None)
        );
    }
}
