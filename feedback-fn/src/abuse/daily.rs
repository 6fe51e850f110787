//! A key of the day, and what is remembered under it. In memory only: with the key it is gone for good.
//!
//! Keys change a day after they were drawn and not at midnight: nobody outside knows when. What was
//! remembered under the last key can still be asked for, so that a flood does not start anew with a key.

use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use sha2::Sha256;

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// What is remembered under the present key, and under the one before.
pub(crate) struct Daily<T> {
    make: fn() -> T,
    drawn: Timestamp,
    /// What is remembered now.
    pub(crate) present: Keyed<T>,
    /// What was remembered before the present key was drawn, until it is forgotten.
    pub(crate) before: Option<Keyed<T>>,
}

/// A memory whose places are found with a key.
pub(crate) struct Keyed<T> {
    key: Hmac<Sha256>,
    /// What is remembered.
    pub(crate) memory: T,
}

impl<T> Daily<T> {
    /// With nothing remembered.
    pub(crate) fn new(now: Timestamp, make: fn() -> T) -> Daily<T> {
        Daily { make, drawn: now, present: Keyed::draw(make()), before: None }
    }

    /// Draws a new key if the present one is a day old, and forgets what is older than that and than
    /// `remember`. To be called before anything is asked for.
    pub(crate) fn turn(&mut self, now: Timestamp, remember: SignedDuration) {
        // A clock that was set back by more than a day counts as a day, too.
        let age = now.duration_since(self.drawn).abs();
        if age >= DAY {
            let last = std::mem::replace(&mut self.present, Keyed::draw((self.make)()));
            self.before = (age < DAY + DAY).then_some(last);
            self.drawn = now;
        } else if age > remember {
            self.before = None;
        }
    }
}

impl<T> Keyed<T> {
    fn draw(memory: T) -> Keyed<T> {
        let mut key = [0; 32];
        getrandom::fill(&mut key).expect("the operating system gives random numbers");
        Keyed { key: Hmac::new_from_slice(&key).expect("HMAC takes keys of any length"), memory }
    }

    /// What stands for `what` under this key.
    pub(crate) fn code(&self, what: &[u8]) -> [u8; 32] {
        let mut mac = self.key.clone();
        mac.update(what);
        mac.finalize().into_bytes().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000).unwrap() + SignedDuration::from_hours(hours)
    }

    #[track_caller]
    fn check(daily: &mut Daily<i64>, hours: i64, present: i64, before: Option<i64>) {
        daily.turn(at(hours), SignedDuration::from_hours(2));
        let remembered = daily.before.as_ref().map(|keyed| keyed.memory);
        assert_eq!((daily.present.memory, remembered), (present, before), "after {hours} hours");
    }

    #[test]
    fn key_lasts_a_day_and_its_memory_a_little_longer() {
        let mut daily = Daily::new(at(0), || 0);
        daily.present.memory = 1;
        let first = daily.present.code(b"text");
        check(&mut daily, 23, 1, None);
        assert_eq!(daily.present.code(b"text"), first);
        check(&mut daily, 24, 0, Some(1));
        assert_ne!(daily.present.code(b"text"), first);
        assert_eq!(daily.before.as_ref().unwrap().code(b"text"), first);
        daily.present.memory = 2;
        check(&mut daily, 26, 2, Some(1));
        check(&mut daily, 27, 2, None);
        check(&mut daily, 48, 0, Some(2));
    }

    #[test]
    fn what_is_two_days_old_is_forgotten_at_once() {
        let mut daily = Daily::new(at(0), || 0);
        daily.present.memory = 1;
        check(&mut daily, 48, 0, None);
    }

    #[test]
    fn clock_set_back_keeps_no_key_for_ever() {
        let mut daily = Daily::new(at(1000), || 0);
        daily.present.memory = 1;
        check(&mut daily, 999, 1, None);
        check(&mut daily, 0, 0, None);
        daily.present.memory = 2;
        check(&mut daily, 24, 0, Some(2));
    }
}
