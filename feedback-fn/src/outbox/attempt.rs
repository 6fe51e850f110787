//! One job: may it go out, how did it go, what is noted.

use super::job::{Job, Unwritten};
use super::lease::Leases;
use super::quota::HOUR;
use super::tally::count;
use super::{Memory, Outbox, RECORD_TRIES, STORE_PAUSE, letters, schedule, stopped};
use crate::clock::later;
use crate::mail::{Failure, Mail, Outcome as Sent, Stage, Transport, compose};
use crate::store::{Outcome, Recorded, StoreError};
use jiff::Timestamp;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::watch;

/// How long a digest collects under flood.
const COLLECT: Duration = Duration::from_secs(60 * 60);

/// What becomes of a job before anything is sent.
enum Step {
    Send,
    /// Into the digest that is due then.
    Postpone(Timestamp),
    /// Not now, or no mail at all.
    Note(Outcome),
}

impl<T: Transport> Outbox<T> {
    /// Does what is to be done with a claimed job and notes it.
    pub(super) async fn handle(
        &mut self,
        job: Job,
        leases: &mut Leases,
        memory: &mut Memory,
        stop: &watch::Receiver<bool>,
    ) -> Result<(), StoreError> {
        let step = match self.reason_to_leave(&job, leases, memory, stop).await {
            Some(left) => Step::Note(left),
            None if job.is_empty() => Step::Note(Outcome::Delivered),
            None => self.step(&job, memory).await?,
        };
        match step {
            Step::Send => {
                let outcome = self.attempt(&job, leases, memory).await;
                self.remember(&job, &outcome, memory);
                let is_delivered = outcome == Outcome::Delivered;
                let recorded = self.record(&job, outcome).await?;
                self.count_delivered(&job, is_delivered && recorded == Recorded::Noted);
            }
            Step::Postpone(due) => self.postpone(&job, due).await?,
            Step::Note(outcome) => {
                self.record(&job, outcome).await?;
            }
        }
        Ok(())
    }

    /// Why a claimed job is given back untried, if there is a reason.
    async fn reason_to_leave(
        &mut self,
        job: &Job,
        leases: &mut Leases,
        memory: &Memory,
        stop: &watch::Receiver<bool>,
    ) -> Option<Outcome> {
        let now = self.clock.now();
        if let Some(until) = memory.breaker.held_until(now) {
            return Some(left(until, "the route is down"));
        }
        if stopped(stop) {
            return Some(left(now, "the program ended"));
        }
        (!leases.hold(job.claim()).await).then(|| left(now, "its lease was over"))
    }

    /// Whether an author gets this mail now. What was tried once may have arrived: it is never put into a digest,
    /// where it would arrive a second time under another name.
    async fn step(&mut self, job: &Job, memory: &mut Memory) -> Result<Step, StoreError> {
        let now = self.clock.now();
        let address = &job.recipient().address;
        if job.is_confirmation() {
            return Ok(Step::Send);
        }
        let may_be_bundled = matches!(job, Job::Delivery(delivery) if delivery.attempts <= 1);
        if may_be_bundled && self.delivery.is_daily(address) {
            return Ok(Step::Postpone(self.delivery.next_daily(now)));
        }
        let (Some(all), Some(alone)) = (self.delivery.per_hour(), self.delivery.alone_per_hour()) else {
            return Ok(Step::Send);
        };
        // The clock of another program may be a little ahead; what lies further ahead was noted before ours was set
        // back.
        let hour_ago = now.saturating_sub(HOUR).unwrap_or(Timestamp::MIN);
        let in_an_hour = now.saturating_add(HOUR).unwrap_or(Timestamp::MAX);
        let sent = self.store.sent_between(address.clone(), hour_ago, in_an_hour).await?;
        let sent = usize::try_from(sent).unwrap_or(usize::MAX);
        if may_be_bundled && sent.saturating_add(memory.quota.under_way(address, now)) >= alone {
            return Ok(Step::Postpone(later(now, COLLECT)));
        }
        if sent >= all {
            let until = memory.quota.free_at(address, all, now);
            return Ok(Step::Note(left(until, "the author got as many mails in this hour as are allowed")));
        }
        Ok(Step::Send)
    }

    async fn attempt(&mut self, job: &Job, leases: &mut Leases, memory: &mut Memory) -> Outcome {
        let mail = match self.mail(job) {
            Ok(mail) => mail,
            Err(Unwritten::Poison(poison)) => return self.hold(job, poison.to_string()),
            Err(Unwritten::Template) => {
                tracing::error!(event = "mail.template_failed", "the templates of the mails fail");
                return self.defer(job, "the templates of the mails fail: build the site again".to_owned());
            }
        };
        let sent = leases.renew_during(self.send(&mail, memory)).await;
        log(job, &sent);
        self.judge(job, sent, memory)
    }

    fn mail(&self, job: &Job) -> Result<Mail, Unwritten> {
        let written = letters::words(&*self.letters, job)?;
        compose(&self.sender, &job.letter(&written.subject, &written.body)).map_err(Unwritten::Poison)
    }

    /// Sends, at the pace of all mails, and learns whether the route is up.
    pub(super) async fn send(&mut self, mail: &Mail, memory: &mut Memory) -> Sent {
        memory.pace.left(self.clock.now());
        let sent = self.transport.send(mail).await;
        let is_down = matches!(sent, Sent::RouteDown(_));
        self.tally.route_down.store(is_down, Ordering::Relaxed);
        match is_down {
            true => memory.breaker.failed(self.clock.now(), &mut self.dice),
            false => memory.breaker.worked(),
        }
        sent
    }

    fn judge(&mut self, job: &Job, sent: Sent, memory: &mut Memory) -> Outcome {
        let now = self.clock.now();
        if let Sent::RouteDown(failure) = sent {
            return left(memory.breaker.held_until(now).unwrap_or(now), failure);
        }
        if let Sent::HeldMessage(failure) = &sent
            && failure.stage == Stage::Mail
            && !memory.refusals.believes(job.id(), failure, now)
        {
            return self.defer(job, failure.to_string());
        }
        if !matches!(&sent, Sent::HeldMessage(_)) {
            memory.refusals.forget(job.id());
        }
        match sent {
            Sent::Delivered => Outcome::Delivered,
            Sent::HeldMessage(failure) => self.hold(job, failure.to_string()),
            Sent::Unknown(failure) => {
                count(&self.tally.maybe_duplicate);
                unanswered(self.defer(job, format!("perhaps delivered; {failure}")))
            }
            Sent::Retry(failure) | Sent::RouteDown(failure) => self.defer(job, failure.to_string()),
        }
    }

    fn defer(&mut self, job: &Job, cause: String) -> Outcome {
        match schedule::wait_after(job.attempts(), (self.dice)()) {
            None => self.hold(job, cause),
            Some(wait) => {
                count(&self.tally.deferred);
                Outcome::Deferred { until: later(self.clock.now(), wait), cause }
            }
        }
    }

    /// A confirmation that nobody takes is no alarm: the resident has seen the number, and the address was
    /// never checked.
    fn hold(&self, job: &Job, cause: String) -> Outcome {
        let (mail, number) = (job.name(), job.number());
        if job.is_confirmation() {
            tracing::info!(event = "confirmation.given_up", mail);
            count(&self.tally.unconfirmed);
        } else {
            tracing::error!(event = "mail.held", mail, number, "see `feedback-fn list`");
            count(&self.tally.held);
        }
        Outcome::Held { cause }
    }

    fn remember(&self, job: &Job, outcome: &Outcome, memory: &mut Memory) {
        if job.is_confirmation() {
            return;
        }
        let (address, now) = (&job.recipient().address, self.clock.now());
        if let Job::Delivery(delivery) = job {
            match outcome {
                Outcome::Deferred { .. } | Outcome::Unanswered { until: Some(_), .. } => {
                    memory.quota.trying(address, delivery.id, now);
                }
                _ => memory.quota.ended(address, delivery.id),
            }
        }
        if *outcome == Outcome::Delivered {
            memory.quota.sent(address, now);
        }
    }

    async fn postpone(&mut self, job: &Job, due: Timestamp) -> Result<(), StoreError> {
        let Job::Delivery(delivery) = job else { return Ok(()) };
        let now = self.clock.now();
        if self.store.postpone(delivery.id, delivery.generation, due, now).await? == Recorded::Noted {
            count(&self.tally.postponed);
        }
        Ok(())
    }

    /// Notes an outcome. That a mail went out is worth several tries: what is not noted is sent again.
    async fn record(&mut self, job: &Job, outcome: Outcome) -> Result<Recorded, StoreError> {
        let was_tried = !matches!(outcome, Outcome::Untried { .. });
        let mut tries = 1;
        let recorded = loop {
            match self.note_once(job, outcome.clone()).await {
                Err(_) if tries < RECORD_TRIES => tokio::time::sleep(STORE_PAUSE).await,
                result => break result?,
            }
            tries += 1;
        };
        if recorded == Recorded::Stale && was_tried {
            let mail = job.name();
            tracing::warn!(event = "mail.noted_late", mail, "its lease had ended: it may arrive twice");
        }
        Ok(recorded)
    }

    async fn note_once(&mut self, job: &Job, outcome: Outcome) -> Result<Recorded, StoreError> {
        let now = self.clock.now();
        match job {
            Job::Delivery(delivery) => {
                self.store.record(delivery.id, delivery.generation, outcome, now).await
            }
            Job::Digest(digest) => self.store.record_digest(digest.id, digest.generation, outcome, now).await,
        }
    }

    fn count_delivered(&self, job: &Job, is_delivered: bool) {
        if !is_delivered {
            return;
        }
        match job {
            Job::Delivery(_) if job.is_confirmation() => count(&self.tally.confirmations),
            Job::Delivery(_) => count(&self.tally.delivered),
            Job::Digest(_) => {
                count(&self.tally.delivered);
                count(&self.tally.digests);
            }
        }
    }
}

fn left(until: Timestamp, cause: impl ToString) -> Outcome {
    Outcome::Untried { until, cause: cause.to_string() }
}

/// The same, with the doubt whether the mail arrived after all.
fn unanswered(outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::Deferred { until, cause } => Outcome::Unanswered { until: Some(until), cause },
        Outcome::Held { cause } => Outcome::Unanswered { until: None, cause },
        known => known,
    }
}

/// Stage and code only: a server's words may hold an address.
fn log(job: &Job, sent: &Sent) {
    let (mail, number) = (job.name(), job.number());
    match sent {
        Sent::Delivered => tracing::info!(event = "mail.delivered", mail, number),
        Sent::RouteDown(failure) => log_route(failure),
        Sent::Retry(Failure { stage, code, .. }) => {
            tracing::warn!(event = "mail.deferred", mail, number, %stage, code);
        }
        Sent::HeldMessage(Failure { stage, code, .. }) => {
            tracing::warn!(event = "mail.refused", mail, number, %stage, code);
        }
        Sent::Unknown(Failure { stage, code, .. }) => {
            tracing::warn!(event = "mail.perhaps_delivered", mail, number, %stage, code, "it is sent again");
        }
    }
}

/// Nobody but the operator can mend a password.
pub(super) fn log_route(failure: &Failure) {
    let Failure { stage, code, .. } = failure;
    match failure.is_wrong_password() {
        true => {
            tracing::error!(event = "route.login_refused", code, "user name or password: all mails wait");
        }
        false => tracing::warn!(event = "route.down", %stage, code, "mails wait"),
    }
}
