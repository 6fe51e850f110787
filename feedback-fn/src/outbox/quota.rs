//! Who got how many mails lately, so that nobody gets too many and the mail server is not run down.
//!
//! How many mails an author got in the last hour the store knows, over restarts and for all programs that share
//! it. Here is what is cheaper to remember: when the next one may go, and what is being tried.

use crate::clock::later;
use crate::store::DeliveryId;
use jiff::{SignedDuration, Timestamp};
use std::collections::{HashMap, VecDeque};
use std::time::Duration;

/// The time over which mails to an author are counted.
pub(super) const HOUR: SignedDuration = SignedDuration::from_hours(1);
/// The time over which all mails are counted.
const MINUTE: SignedDuration = SignedDuration::from_mins(1);
/// When somebody else's mails filled the hour, it is looked at again after this time.
const LOOK_AGAIN: Duration = Duration::from_secs(5 * 60);
/// Longer than a delivery rests between two tries: one that has not come back is not tried any more.
const TRYING: SignedDuration = SignedDuration::from_hours(5);
/// The store keeps milliseconds, and what is exactly an hour old still counts.
const A_LITTLE: Duration = Duration::from_millis(1);

/// What is remembered of each author.
#[derive(Debug, Default)]
pub(super) struct Quota(HashMap<String, Author>);

#[derive(Debug, Default)]
struct Author {
    sent: VecDeque<Timestamp>,
    trying: HashMap<DeliveryId, Timestamp>,
}

impl Quota {
    /// A mail went out.
    pub(super) fn sent(&mut self, address: &str, now: Timestamp) {
        let sent = &mut self.author(address).sent;
        keep(sent, now, HOUR);
        sent.push_back(now);
    }

    /// When an author who got `limit` mails in the last hour may get another.
    pub(super) fn free_at(&mut self, address: &str, limit: usize, now: Timestamp) -> Timestamp {
        let sent = &mut self.author(address).sent;
        keep(sent, now, HOUR);
        let last = sent.len().checked_sub(limit.max(1)).and_then(|at| sent.get(at));
        last.map_or(later(now, LOOK_AGAIN), |last| later(*last, HOUR.unsigned_abs() + A_LITTLE))
    }

    /// A mail about one suggestion was not taken and will be tried again.
    pub(super) fn trying(&mut self, address: &str, id: DeliveryId, now: Timestamp) {
        self.author(address).trying.insert(id, now);
    }

    /// It is not tried any more.
    pub(super) fn ended(&mut self, address: &str, id: DeliveryId) {
        self.author(address).trying.remove(&id);
    }

    /// How many mails about one suggestion are on their way: they will come, so they count like those that came.
    pub(super) fn under_way(&mut self, address: &str, now: Timestamp) -> usize {
        let trying = &mut self.author(address).trying;
        trying.retain(|_, last| now.duration_since(*last).abs() < TRYING);
        trying.len()
    }

    fn author(&mut self, address: &str) -> &mut Author {
        self.0.entry(address.to_owned()).or_default()
    }
}

/// The mails of the last minute.
#[derive(Debug, Default)]
pub(super) struct Pace(VecDeque<Timestamp>);

impl Pace {
    /// How many may leave at `now`.
    pub(super) fn room(&mut self, limit: usize, now: Timestamp) -> usize {
        keep(&mut self.0, now, MINUTE);
        limit.saturating_sub(self.0.len())
    }

    /// When the next one may leave, if none may now.
    pub(super) fn free_at(&self, now: Timestamp) -> Timestamp {
        later(self.0.front().copied().unwrap_or(now), MINUTE.unsigned_abs() + A_LITTLE)
    }

    /// One leaves. Without a limit nobody asks for `room`, and nothing else would forget.
    pub(super) fn left(&mut self, now: Timestamp) {
        keep(&mut self.0, now, MINUTE);
        self.0.push_back(now);
    }
}

/// Forgets what is older than `age`, and what lies ahead since the clock was set back.
fn keep(sent: &mut VecDeque<Timestamp>, now: Timestamp, age: SignedDuration) {
    while sent.front().is_some_and(|first| now.duration_since(*first) > age) {
        sent.pop_front();
    }
    while sent.back().is_some_and(|last| *last > now) {
        sent.pop_back();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    #[test]
    fn author_may_get_the_next_mail_an_hour_after_the_one_that_filled_the_hour() {
        let mut quota = Quota::default();
        for second in [0, 60, 120] {
            quota.sent("a", at(second));
        }
        assert_eq!(quota.free_at("a", 3, at(130)), later(at(3600), A_LITTLE));
        assert_eq!(quota.free_at("a", 2, at(130)), later(at(3660), A_LITTLE));
        assert_eq!(quota.free_at("b", 3, at(130)), later(at(130), LOOK_AGAIN), "somebody else's");
        assert_eq!(quota.free_at("a", 3, at(3601)), later(at(3601), LOOK_AGAIN));
    }

    #[test]
    fn what_is_not_tried_any_more_does_not_count() {
        let mut quota = Quota::default();
        for id in [1, 2, 3] {
            quota.trying("a", DeliveryId(id), at(0));
        }
        quota.ended("a", DeliveryId(2));
        assert_eq!((quota.under_way("a", at(1)), quota.under_way("b", at(1))), (2, 0));
        quota.trying("a", DeliveryId(3), at(4 * 3600));
        assert_eq!(quota.under_way("a", at(5 * 3600)), 1, "an operator may have erased the other");
    }

    #[test]
    fn pace_leaves_room_again_a_minute_later() {
        let mut pace = Pace::default();
        pace.left(at(0));
        pace.left(at(30));
        assert_eq!((pace.room(2, at(59)), pace.room(3, at(59))), (0, 1));
        assert_eq!(pace.free_at(at(59)), later(at(60), A_LITTLE));
        assert_eq!(pace.room(2, pace.free_at(at(59))), 1);
        pace.left(at(5000));
        assert_eq!(pace.room(1, at(100)), 1, "the clock was set back");
    }

    #[test]
    fn pace_remembers_a_minute_also_where_nobody_asks_for_room() {
        let mut pace = Pace::default();
        (0..1_000).for_each(|second| pace.left(at(second)));
        assert_eq!(pace.0.len(), 61);
    }
}
