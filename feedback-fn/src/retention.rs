//! Erases suggestions when the days are over that the form promises.
//!
//! The flow: at the start and once a day → the days that the present contract names → `Store::purge`, batch
//! by batch. Not for the mails: they belong to the authors, who read in each until when they may keep it.

use crate::clock::Clock;
use crate::store::{Store, StoreError};
use jiff::{SignedDuration, Timestamp};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

const DAY: SignedDuration = SignedDuration::from_hours(24);
/// Somebody may set the computer's clock while we sleep, and what failed is tried again.
const LOOK_EVERY: Duration = Duration::from_secs(60 * 60);
/// A clock that moved by so much more or less than the time that passed was set. It is not believed at once: what is
/// erased under a clock that is a year ahead by mistake does not come back when it is set right.
const SET: SignedDuration = SignedDuration::from_mins(30);
/// Residents wait no longer for the store than this takes.
const BATCH: usize = 128;

/// The worker.
pub struct Retention<D> {
    /// Where suggestions are.
    pub store: Arc<dyn Store>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The days that the present contract names.
    pub days: D,
}

/// What was received before this instant is to be erased; with 0 days, nothing.
pub fn deadline(now: Timestamp, days: u32) -> Option<Timestamp> {
    let age = SignedDuration::from_secs(DAY.as_secs() * i64::from(days));
    (days > 0).then(|| now.saturating_sub(age).unwrap_or(Timestamp::MIN))
}

/// What the clock showed, and when that was by the time that passes.
struct Look {
    clock: Timestamp,
    at: Instant,
}

impl Look {
    fn now(clock: &dyn Clock) -> Look {
        Look { clock: clock.now(), at: Instant::now() }
    }

    fn was_set_since(&self, before: &Look) -> bool {
        let passed = SignedDuration::try_from(self.at - before.at).unwrap_or(SignedDuration::ZERO);
        let moved = self.clock.duration_since(before.clock);
        (moved - passed).abs() > SET
    }
}

impl<D: Fn() -> u32> Retention<D> {
    /// Works until it is dropped, which a caller may do at any moment.
    pub async fn run(self) -> Infallible {
        let mut last = None;
        let mut seen = Look::now(&*self.clock);
        loop {
            let look = Look::now(&*self.clock);
            let (was_set, now) = (look.was_set_since(&seen), look.clock);
            seen = look;
            if was_set {
                tracing::warn!(event = "retention.clock_set", "nothing is erased before the next look");
            // Also after the clock was set back.
            } else if last.is_none_or(|last| now.duration_since(last).abs() >= DAY) {
                match self.erase(now).await {
                    Ok(()) => last = Some(now),
                    Err(error) => tracing::error!(event = "retention.failed", cause = %error),
                }
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    async fn erase(&self, now: Timestamp) -> Result<(), StoreError> {
        let Some(before) = deadline(now, (self.days)()) else { return Ok(()) };
        let (mut erased, mut in_last) = (0, BATCH);
        let mut overdue = 0;
        while in_last == BATCH {
            let purged = self.store.purge(before, BATCH).await?;
            (in_last, overdue) = (purged.suggestions, purged.overdue);
            erased += in_last;
        }
        if erased > 0 {
            tracing::info!(event = "retention.erased", suggestions = erased);
        }
        if overdue > 0 {
            tracing::warn!(event = "retention.overdue", suggestions = overdue);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;
    use crate::mail::{Failure, Outcome as Sent, Stage};
    use crate::outbox::tests::world::{DAY, HOUR, World};
    use crate::store::DeliveryState::{Delivered, Held};
    use tokio::time::sleep;

    /// Starts erasing after so many days.
    fn start(world: &World, days: u32) {
        let retention = Retention { store: world.store.clone(), clock: world.clock(), days: move || days };
        tokio::spawn(retention.run());
    }

    #[tokio::test(start_paused = true)]
    async fn suggestion_is_erased_within_a_day_after_its_time() {
        let world = World::new();
        world.start(|_, _| Some(Sent::Delivered));
        start(&world, 3);
        sleep(5 * HOUR).await;
        world.accept(1, "Mehr Busse").await;
        sleep(3 * DAY - HOUR).await;
        assert_eq!(world.states().await, [Delivered]);
        sleep(DAY + HOUR).await;
        assert_eq!(world.states().await, []);
    }

    #[tokio::test(start_paused = true)]
    async fn what_became_old_while_the_program_was_off_is_erased_at_its_start() {
        let world = World::new();
        world.start(|_, _| Some(Sent::Delivered));
        for number in 0..3 * BATCH as u64 {
            world.accept(number, "Mehr Busse").await;
        }
        sleep(4 * DAY).await;
        world.accept(1000, "Noch mehr").await;
        sleep(HOUR).await;
        start(&world, 3);
        sleep(Duration::from_secs(1)).await;
        assert_eq!(world.states().await, [Delivered], "the new one stays");
    }

    #[tokio::test(start_paused = true)]
    async fn clock_that_is_ahead_by_mistake_erases_nothing_if_it_is_set_right_within_the_hour() {
        let world = World::new();
        world.start(|_, _| Some(Sent::Delivered));
        world.accept(1, "Mehr Busse").await;
        let clock = Arc::new(ManualClock::at(world.now()));
        let retention = Retention { store: world.store.clone(), clock: clock.clone(), days: || 30 };
        tokio::spawn(retention.run());
        let pass = async |moved: Duration| {
            clock.advance(moved);
            sleep(HOUR).await;
        };
        sleep(Duration::from_secs(60)).await;
        let right = clock.now();
        pass(365 * DAY).await;
        assert_eq!(world.states().await, [Delivered]);
        clock.set(right);
        for _ in 0..3 {
            pass(HOUR).await;
            assert_eq!(world.states().await, [Delivered]);
        }
        // Nobody sets it right: it is believed.
        pass(365 * DAY).await;
        assert_eq!(world.states().await, [Delivered]);
        pass(HOUR).await;
        assert_eq!(world.states().await, []);
    }

    #[tokio::test(start_paused = true)]
    async fn held_suggestion_is_never_erased() {
        let world = World::new();
        world.accept(1, "Mehr Busse").await;
        let refused = || Failure::answered(Stage::Recipient, 550, "no");
        world.start(move |_, _| Some(Sent::HeldMessage(refused())));
        start(&world, 3);
        sleep(10 * DAY).await;
        assert_eq!(world.states().await, [Held]);
    }

    #[tokio::test(start_paused = true)]
    async fn without_days_nothing_is_erased() {
        let world = World::new();
        world.accept(1, "Mehr Busse").await;
        world.start(|_, _| Some(Sent::Delivered));
        start(&world, 0);
        sleep(10 * DAY).await;
        assert_eq!(world.states().await, [Delivered]);
    }
}
