//! The worker that delivers what waits in the store.
//!
//! The flow: sleep until something is due or [`Wake`] is called → claim → may it go out now (`quota`)? → compose
//! → send → record; or into a digest, which is claimed, composed, sent and recorded in the same way.
//! A claim is a lease (`lease`): if the process dies, the delivery comes back by itself. A mail is sent twice
//! only if the answer to its last dot, or our note of it, was lost; then with the same Message-ID.
//! Not for composing (`mail`) and not for keeping (`store`).

mod attempt;
mod breaker;
mod delivery;
mod job;
mod lease;
mod letters;
mod operator;
mod quota;
mod schedule;
mod tally;
#[cfg(test)]
pub(crate) mod tests;

pub use delivery::DeliveryConfig;
pub use letters::{Letters, Written};
pub use schedule::{Dice, system_dice};
pub use tally::Tally;

use crate::clock::Clock;
use crate::mail::{PlainAddress, Sender, Transport};
use crate::store::{Store, StoreError};
use breaker::{Breaker, Permit};
use jiff::Timestamp;
use job::Job;
use lease::{LEASE, Leases};
use operator::Desk;
use quota::{Pace, Quota};
use schedule::Refusals;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, watch};

/// How many deliveries are claimed at once.
const BATCH: usize = 16;
/// The computer's clock may be set while we sleep; then we oversleep by no more than this.
const LONGEST_SLEEP: Duration = Duration::from_secs(60);
/// After the store failed.
const STORE_PAUSE: Duration = Duration::from_secs(5);
/// How often the note that a mail went out is tried before the mail is left to its lease (and sent again).
const RECORD_TRIES: u32 = 5;

/// Wakes the worker: something was accepted.
#[derive(Debug, Clone, Default)]
pub struct Wake(Arc<Notify>);

impl Wake {
    /// Wakes it; if it works just now, it looks again afterwards.
    pub fn wake(&self) {
        self.0.notify_one();
    }
}

/// The worker.
pub struct Outbox<T> {
    /// Where deliveries wait.
    pub store: Arc<dyn Store>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Who writes.
    pub letters: Arc<dyn Letters>,
    /// What the operator says about delivery.
    pub delivery: DeliveryConfig,
    /// Who is told that the program lives, and what goes wrong.
    pub operator: Option<PlainAddress>,
    /// Who the mails come from.
    pub sender: Sender,
    /// The way out.
    pub transport: T,
    /// Randomness for the waits.
    pub dice: Dice,
    /// Wakes this worker.
    pub wake: Wake,
    /// Counts what this worker does.
    pub tally: Arc<Tally>,
}

/// What the worker remembers between deliveries; nothing of it needs to survive.
#[derive(Default)]
struct Memory {
    breaker: Breaker,
    refusals: Refusals,
    quota: Quota,
    pace: Pace,
    desk: Desk,
}

/// What one round of work leads to.
enum Next {
    Again,
    SleepUntil(Option<Timestamp>),
    HoldUntil(Timestamp),
    Pause,
}

impl<T: Transport> Outbox<T> {
    /// Works until `stop` turns true or its sender is gone. The mail in hand is finished first; a caller
    /// that cannot wait may drop this future at any moment.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) {
        let mut memory = Memory::default();
        while !stopped(&stop) {
            let next = self.work(&mut memory, &stop).await;
            if !matches!(next, Next::Again) {
                self.transport.rest().await;
            }
            tokio::select! {
                biased;
                _ = stop.wait_for(|stop| *stop) => {}
                () = self.idle(next) => {}
            }
        }
        self.transport.rest().await;
    }

    // `&mut`, since a shared borrow across an await would ask every transport to be `Sync`.
    async fn idle(&mut self, next: Next) {
        match next {
            Next::Again => tokio::task::yield_now().await,
            Next::Pause => tokio::time::sleep(STORE_PAUSE).await,
            // Not woken by new mails: the route is down for them, or the minute full, too.
            Next::HoldUntil(until) => tokio::time::sleep(self.time_to(Some(until))).await,
            Next::SleepUntil(due) => {
                let _ = tokio::time::timeout(self.time_to(due), self.wake.0.notified()).await;
            }
        }
    }

    fn time_to(&self, instant: Option<Timestamp>) -> Duration {
        let time = instant.map(|instant| instant.duration_since(self.clock.now()));
        let time = time.map_or(LONGEST_SLEEP, |time| Duration::try_from(time).unwrap_or_default());
        // Instants are stored in milliseconds; a millisecond early would find nothing due.
        time.min(LONGEST_SLEEP) + Duration::from_millis(1)
    }

    async fn work(&mut self, memory: &mut Memory, stop: &watch::Receiver<bool>) -> Next {
        let now = self.clock.now();
        let limit = match memory.breaker.permit(now) {
            Permit::NothingUntil(until) => return Next::HoldUntil(until),
            Permit::Probe => 1,
            Permit::All => BATCH,
        };
        let room = match self.delivery.per_minute() {
            Some(most) => memory.pace.room(most, now),
            None => BATCH,
        };
        if room == 0 {
            return Next::HoldUntil(memory.pace.free_at(now));
        }
        let limit = limit.min(room);
        match self.claim(now, limit, memory, stop).await {
            Ok(next) => next,
            Err(error) => {
                tracing::error!(event = "outbox.store_failed", cause = %error);
                Next::Pause
            }
        }
    }

    async fn claim(
        &mut self,
        now: Timestamp,
        limit: usize,
        memory: &mut Memory,
        stop: &watch::Receiver<bool>,
    ) -> Result<Next, StoreError> {
        if self.tell_operator(now, memory).await? {
            return Ok(Next::Again);
        }
        if let Some(digest) = self.store.claim_digest(now, LEASE).await? {
            self.handle_all(vec![Job::Digest(digest)], now, memory, stop).await?;
            return Ok(Next::Again);
        }
        let claimed = self.store.claim_due(now, limit, LEASE).await?;
        if claimed.is_empty() {
            return Ok(Next::SleepUntil(self.store.next_due().await?));
        }
        let jobs = claimed.into_iter().map(|delivery| Job::Delivery(Box::new(delivery))).collect();
        self.handle_all(jobs, now, memory, stop).await?;
        Ok(Next::Again)
    }

    async fn handle_all(
        &mut self,
        jobs: Vec<Job>,
        claimed: Timestamp,
        memory: &mut Memory,
        stop: &watch::Receiver<bool>,
    ) -> Result<(), StoreError> {
        let claims = jobs.iter().map(Job::claim).collect();
        let mut leases = Leases::new(self.store.clone(), self.clock.clone(), claims, claimed);
        for job in jobs {
            self.handle(job, &mut leases, memory, stop).await?;
        }
        Ok(())
    }
}

fn stopped(stop: &watch::Receiver<bool>) -> bool {
    *stop.borrow() || stop.has_changed().is_err()
}
