//! When a mail that was not taken is tried again, and when it is given up.
//!
//! Pure: attempts in, waiting time out. The gaps cover greylisting (minutes), a broken relay (hours) and
//! a long weekend (days); after five days of tries a mail is held for the operator, never deleted.

use std::collections::HashMap;
use std::time::Duration;

use super::job::JobId;
use crate::mail::Failure;
use jiff::{SignedDuration, Timestamp};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

/// The wait after the first, second … attempt, in seconds; the last one from then on.
const WAITS: [u64; 7] = [MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR];

/// The attempt after which a mail is held: 3.85 hours for the first seven, and every 4 hours up to 5 days.
const LAST_ATTEMPT: u32 = 36;

/// Largest deviation from a wait: mails that failed together shall not come back together.
const JITTER: f64 = 0.2;

/// Same answers to MAIL FROM before it counts as permanent: a refused sender is usually a setting.
const EQUAL_REFUSALS: u32 = 3;
const EQUAL_REFUSALS_OVER: SignedDuration = SignedDuration::from_hours(1);

/// Randomness from outside.
pub type Dice = Box<dyn FnMut() -> u32 + Send>;

/// The operating system's randomness.
pub fn system_dice() -> Dice {
    Box::new(|| getrandom::u32().unwrap_or(u32::MAX / 2))
}

/// How long to wait after attempt number `attempts`; none if that was the last.
pub fn wait_after(attempts: u32, roll: u32) -> Option<Duration> {
    if attempts >= LAST_ATTEMPT {
        return None;
    }
    let index = (attempts.max(1) as usize - 1).min(WAITS.len() - 1);
    Some(jittered(Duration::from_secs(WAITS[index]), roll))
}

/// `wait` within ±20 %.
pub fn jittered(wait: Duration, roll: u32) -> Duration {
    let part = f64::from(roll) / f64::from(u32::MAX) * 2.0 - 1.0;
    wait.mul_f64(1.0 + JITTER * part)
}

/// Remembers answers to MAIL FROM. In memory only: after a restart the counting begins again, which
/// holds a mail later, never sooner.
#[derive(Debug, Default)]
pub(super) struct Refusals(HashMap<JobId, Refusal>);

#[derive(Debug)]
struct Refusal {
    code: Option<u16>,
    first: Timestamp,
    count: u32,
}

impl Refusals {
    /// Notes a refusal; says whether it is to be believed by now.
    pub fn believes(&mut self, id: JobId, failure: &Failure, now: Timestamp) -> bool {
        let fresh = || Refusal { code: failure.code, first: now, count: 0 };
        let refusal = self.0.entry(id).or_insert_with(fresh);
        if refusal.code != failure.code {
            *refusal = fresh();
        }
        refusal.count += 1;
        let believed =
            refusal.count >= EQUAL_REFUSALS && now.duration_since(refusal.first) >= EQUAL_REFUSALS_OVER;
        if believed {
            self.0.remove(&id);
        }
        believed
    }

    /// Something else came of the delivery.
    pub fn forget(&mut self, id: JobId) {
        self.0.remove(&id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIDDLE: u32 = u32::MAX / 2;

    #[test]
    fn waits_grow_to_four_hours_and_end_after_five_days() {
        let waits: Vec<u64> = (1..)
            .map_while(|attempts| wait_after(attempts, MIDDLE))
            .map(|wait| wait.as_secs_f64().round() as u64)
            .collect();
        assert_eq!(waits[..8], [60, 300, 900, 1800, 3600, 7200, 14400, 14400]);
        let days = waits.iter().sum::<u64>() as f64 / (24.0 * 3600.0);
        assert!((4.9..=5.0).contains(&days), "{days} days");
    }

    #[test]
    fn jitter_stays_within_a_fifth() {
        let wait = Duration::from_secs(100);
        assert_eq!(jittered(wait, 0), Duration::from_secs(80));
        assert_eq!(jittered(wait, u32::MAX), Duration::from_secs(120));
    }

    #[test]
    fn a_refused_sender_is_believed_after_three_equal_answers_in_an_hour() {
        let at = |minute: i64| Timestamp::from_second(minute * 60).unwrap();
        let refused = |code| Failure::answered(crate::mail::Stage::Mail, code, "no");
        let id = JobId::Delivery(crate::store::DeliveryId(1));
        let mut refusals = Refusals::default();
        let answers = [(0, 550, false), (10, 550, false), (59, 550, false), (60, 550, true)];
        for (minute, code, believed) in answers {
            assert_eq!(refusals.believes(id, &refused(code), at(minute)), believed, "minute {minute}");
        }
        let answers = [(0, 550, false), (40, 551, false), (80, 551, false), (100, 551, true)];
        for (minute, code, believed) in answers {
            assert_eq!(refusals.believes(id, &refused(code), at(minute)), believed, "minute {minute}");
        }
    }
}
