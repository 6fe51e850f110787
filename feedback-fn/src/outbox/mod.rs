//! The worker that delivers what waits in the store.
//!
//! The flow: sleep until something is due or [`Wake`] is called → claim → compose → send → record.
//! A claim is a lease: if the process dies, the delivery comes back by itself. A delivery is sent twice
//! only if the answer to its last dot, or our note of it, was lost; then with the same Message-ID.
//! Not for composing (`mail`) and not for keeping (`store`).

mod breaker;
mod schedule;
#[cfg(test)]
pub(crate) mod tests;

pub use schedule::{Dice, system_dice};

use crate::clock::{Clock, later};
use crate::mail::smtp::Deadlines;
use crate::mail::{
    Failure, Letter, Mail, Outcome as Sent, Poison, Sender, Stage, Transport, compose, guarded,
};
use crate::store::{Delivery, Outcome, Recorded, Store, StoreError};
use crate::suggestion::Suggestion;
use breaker::{Breaker, Permit};
use jiff::Timestamp;
use schedule::Refusals;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::{Notify, watch};

/// How many deliveries are claimed at once.
const BATCH: usize = 16;
/// Longer than any delivery takes, so that nobody else sends what is being sent.
const LEASE: Duration = Duration::from_secs(30 * 60);
/// The computer's clock may be set while we sleep; then we oversleep by no more than this.
const LONGEST_SLEEP: Duration = Duration::from_secs(60);
/// After the store failed.
const STORE_PAUSE: Duration = Duration::from_secs(5);
/// How often the note that a mail went out is tried before the mail is left to its lease (and sent again).
const RECORD_TRIES: u32 = 5;

/// Writes the words of a mail.
pub trait Letters: Send + Sync + 'static {
    /// Renders subject and body for a suggestion under the present contract.
    fn write(&self, suggestion: &Suggestion) -> anyhow::Result<Written>;
}

/// The words of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The subject; is cleaned before it becomes a header.
    pub subject: String,
    /// The body; is cleaned before it becomes one.
    pub body: String,
}

/// Wakes the worker: something was accepted.
#[derive(Debug, Clone, Default)]
pub struct Wake(Arc<Notify>);

impl Wake {
    /// Wakes it; if it works just now, it looks again afterwards.
    pub fn wake(&self) {
        self.0.notify_one();
    }
}

/// What the worker did since the start. Counts only, nothing about anyone.
#[derive(Debug, Default)]
pub struct Tally {
    /// Mails that the other side took.
    pub delivered: AtomicU64,
    /// Attempts that are to be repeated.
    pub deferred: AtomicU64,
    /// Mails given up until an operator decides.
    pub held: AtomicU64,
    /// Attempts after which nobody knows: the mail may arrive twice.
    pub maybe_duplicate: AtomicU64,
    /// Whether the route is down.
    pub route_down: AtomicBool,
}

/// The worker.
pub struct Outbox<T> {
    /// Where deliveries wait.
    pub store: Arc<dyn Store>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Who writes.
    pub letters: Arc<dyn Letters>,
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
}

/// Why there is no mail to send.
enum Unwritten {
    /// There never will be.
    Poison(Poison),
    /// The templates fail just now; they may be replaced.
    Template(anyhow::Error),
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
            // Not woken by new mails: the route is down for them, too.
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
        match self.claim(now, limit, memory, stop).await {
            Ok(next) => next,
            Err(error) => {
                tracing::error!(%error, "the outbox cannot use the store");
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
        let claimed = self.store.claim_due(now, limit, LEASE).await?;
        if claimed.is_empty() {
            return Ok(Next::SleepUntil(self.store.next_due().await?));
        }
        let lease_end = later(now, LEASE);
        for delivery in claimed {
            let outcome = match self.reason_to_leave(lease_end, memory, stop) {
                Some(left) => left,
                None => self.attempt(&delivery, memory).await,
            };
            self.record(&delivery, outcome).await?;
        }
        Ok(Next::Again)
    }

    /// Why a claimed delivery is given back untried, if there is a reason.
    fn reason_to_leave(
        &self,
        lease_end: Timestamp,
        memory: &Memory,
        stop: &watch::Receiver<bool>,
    ) -> Option<Outcome> {
        let now = self.clock.now();
        let left = |until, cause: &str| Some(Outcome::Untried { until, cause: cause.to_owned() });
        if let Permit::NothingUntil(until) = memory.breaker.permit(now) {
            return left(until, "the route is down");
        }
        if stopped(stop) {
            return left(now, "the program ended");
        }
        if later(now, Deadlines::default().total()) > lease_end {
            return left(now, "others took long");
        }
        None
    }

    async fn attempt(&mut self, delivery: &Delivery, memory: &mut Memory) -> Outcome {
        let sent = match self.letter(delivery) {
            Ok(mail) => self.transport.send(&mail).await,
            Err(Unwritten::Poison(poison)) => return self.hold(delivery, poison.to_string()),
            Err(Unwritten::Template(error)) => {
                tracing::error!("the mail templates fail: {error:#}");
                return self.defer(delivery, format!("the mail templates fail: {error:#}"));
            }
        };
        self.judge(delivery, sent, memory)
    }

    fn letter(&self, delivery: &Delivery) -> Result<Mail, Unwritten> {
        let suggestion = &delivery.suggestion;
        let written = guarded(|| self.letters.write(suggestion)).map_err(Unwritten::Poison)?;
        let written = written.map_err(Unwritten::Template)?;
        let letter = Letter {
            reference: &suggestion.reference,
            received: suggestion.received,
            round: suggestion.round,
            target: &suggestion.target.id,
            recipient: &delivery.recipient,
            reply_to: suggestion.email.as_deref(),
            subject: &written.subject,
            body: &written.body,
        };
        compose(&self.sender, &letter).map_err(Unwritten::Poison)
    }

    fn judge(&mut self, delivery: &Delivery, sent: Sent, memory: &mut Memory) -> Outcome {
        log(delivery, &sent);
        if let Sent::RouteDown(failure) = sent {
            self.tally.route_down.store(true, Ordering::Relaxed);
            let until = memory.breaker.failed(self.clock.now(), &mut self.dice);
            return Outcome::Untried { until, cause: failure.to_string() };
        }
        self.tally.route_down.store(false, Ordering::Relaxed);
        memory.breaker.worked();
        if let Sent::HeldMessage(failure) = &sent
            && failure.stage == Stage::Mail
            && !memory.refusals.believes(delivery.id, failure, self.clock.now())
        {
            return self.defer(delivery, failure.to_string());
        }
        if !matches!(&sent, Sent::HeldMessage(_)) {
            memory.refusals.forget(delivery.id);
        }
        match sent {
            Sent::Delivered => Outcome::Delivered,
            Sent::HeldMessage(failure) => self.hold(delivery, failure.to_string()),
            Sent::Unknown(failure) => {
                count(&self.tally.maybe_duplicate);
                self.defer(delivery, format!("perhaps delivered; {failure}"))
            }
            Sent::Retry(failure) | Sent::RouteDown(failure) => self.defer(delivery, failure.to_string()),
        }
    }

    fn defer(&mut self, delivery: &Delivery, cause: String) -> Outcome {
        match schedule::wait_after(delivery.attempts, (self.dice)()) {
            None => self.hold(delivery, cause),
            Some(wait) => {
                count(&self.tally.deferred);
                Outcome::Deferred { until: later(self.clock.now(), wait), cause }
            }
        }
    }

    fn hold(&self, delivery: &Delivery, cause: String) -> Outcome {
        let reference = delivery.suggestion.reference.as_str();
        tracing::error!(reference, number = delivery.number, "a mail is held: see `feedback-fn list`");
        count(&self.tally.held);
        Outcome::Held { cause }
    }

    /// Notes an outcome. That a mail went out is worth several tries: what is not noted is sent again.
    async fn record(&mut self, delivery: &Delivery, outcome: Outcome) -> Result<(), StoreError> {
        let delivered = outcome == Outcome::Delivered;
        let mut tries = 1;
        let recorded = loop {
            match self.store.record(delivery.id, delivery.generation, outcome.clone(), self.clock.now()).await
            {
                Err(_) if tries < RECORD_TRIES => tokio::time::sleep(STORE_PAUSE).await,
                result => break result?,
            }
            tries += 1;
        };
        match recorded {
            Recorded::Noted if delivered => count(&self.tally.delivered),
            Recorded::Noted => {}
            Recorded::Stale => tracing::warn!(
                reference = delivery.suggestion.reference.as_str(),
                "the lease of a delivery ended before it was noted: the mail may arrive twice"
            ),
        }
        Ok(())
    }
}

fn stopped(stop: &watch::Receiver<bool>) -> bool {
    *stop.borrow() || stop.has_changed().is_err()
}

fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

/// Stage and code only: a server's words may hold an address.
fn log(delivery: &Delivery, sent: &Sent) {
    let reference = delivery.suggestion.reference.as_str();
    let number = delivery.number;
    match sent {
        Sent::Delivered => tracing::info!(reference, number, "mail delivered"),
        Sent::RouteDown(Failure { code, .. }) if sent_wrong_password(sent) => {
            tracing::error!(code, "the mail server refuses user name or password: all mails wait");
        }
        Sent::RouteDown(Failure { stage, code, .. }) => {
            tracing::warn!(%stage, code, "the mail route is down: mails wait");
        }
        Sent::Retry(Failure { stage, code, .. }) => {
            tracing::warn!(reference, number, %stage, code, "mail not taken yet");
        }
        Sent::HeldMessage(Failure { stage, code, .. }) => {
            tracing::warn!(reference, number, %stage, code, "mail refused");
        }
        Sent::Unknown(Failure { stage, code, .. }) => {
            tracing::warn!(reference, number, %stage, code, "mail perhaps delivered: it is sent again");
        }
    }
}

fn sent_wrong_password(sent: &Sent) -> bool {
    matches!(sent, Sent::RouteDown(failure) if failure.is_wrong_password())
}
