//! Mails to the operator: once a week a sign of life, whose absence says that mail is broken, and at most once a
//! day a warning when mails to authors are held or wait for long.
//!
//! Both are written when they are sent and not kept. Whose turn it is the store knows, for all programs that share
//! it; a turn that came to nothing is given back, so that the mail is also tried again after a restart.

use super::attempt::log_route;
use super::tally::count;
use super::{Memory, Outbox, schedule};
use crate::clock::later;
use crate::contract::Recipient;
use crate::mail::{About, Letter, Mail, Outcome as Sent, PlainAddress, Poison, Transport, compose};
use crate::store::{Stats, StoreError};
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const WEEK: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// How often the worker looks whether there is something to tell.
const LOOK_EVERY: Duration = Duration::from_secs(10 * 60);
/// Mails that wait so long are worth a warning.
const LONG: SignedDuration = SignedDuration::from_hours(4);
/// After the last wait of the schedule.
const LONGEST_WAIT: Duration = Duration::from_secs(4 * 60 * 60);

/// When the operator may be told what.
#[derive(Debug, Default)]
pub(super) struct Desk {
    self_test: Folder,
    warning: Folder,
}

/// What is remembered of one kind of mail.
#[derive(Debug, Default, Clone, Copy)]
struct Folder {
    /// When it is looked at next; none: now.
    due: Option<Timestamp>,
    /// The date of the mail that is being tried: the same mail is sent again.
    written: Option<Timestamp>,
    /// How often that was tried.
    attempts: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Subject {
    SelfTest,
    Warning,
}

impl Subject {
    /// For the name of the mail, and for the store, which knows when it was last one's turn.
    fn word(self) -> &'static str {
        match self {
            Subject::SelfTest => "self-test",
            Subject::Warning => "warning",
        }
    }

    fn every(self) -> Duration {
        match self {
            Subject::SelfTest => WEEK,
            Subject::Warning => DAY,
        }
    }
}

impl Desk {
    fn folder(&mut self, subject: Subject) -> &mut Folder {
        match subject {
            Subject::SelfTest => &mut self.self_test,
            Subject::Warning => &mut self.warning,
        }
    }
}

impl Folder {
    /// Also after the clock was set back: nothing is put off for longer than the longest wait.
    fn is_due(&self, now: Timestamp) -> bool {
        let is_ahead = |due: Timestamp| due > now && due <= later(now, LONGEST_WAIT * 2);
        !self.due.is_some_and(is_ahead)
    }

    fn settle(&mut self, now: Timestamp) {
        *self = Folder { due: Some(later(now, LOOK_EVERY)), ..Folder::default() };
    }
}

impl<T: Transport> Outbox<T> {
    /// Writes to the operator if there is something to tell; says whether a mail was tried.
    pub(super) async fn tell_operator(
        &mut self,
        now: Timestamp,
        memory: &mut Memory,
    ) -> Result<bool, StoreError> {
        let Some(operator) = self.operator.clone() else { return Ok(false) };
        for subject in [Subject::SelfTest, Subject::Warning] {
            if !memory.desk.folder(subject).is_due(now) {
                continue;
            }
            let stats = self.store.stats().await?;
            if !self.is_worth_telling(subject, &stats, now)
                || !self.store.take_turn(subject.word(), now, subject.every()).await?
            {
                memory.desk.folder(subject).settle(now);
                continue;
            }
            let written = *memory.desk.folder(subject).written.get_or_insert(now);
            match self.note(&operator, subject, written, &stats) {
                Ok(mail) => self.send_note(subject, &mail, memory).await?,
                Err(poison) => {
                    tracing::error!(event = "operator_mail.failed", cause = %poison);
                    memory.desk.folder(subject).settle(now);
                }
            }
            return Ok(true);
        }
        Ok(false)
    }

    fn is_worth_telling(&self, subject: Subject, stats: &Stats, now: Timestamp) -> bool {
        subject == Subject::SelfTest || self.is_worrying(stats, now)
    }

    fn is_worrying(&self, stats: &Stats, now: Timestamp) -> bool {
        let long = self.delivery.patience(LONG);
        stats.held > 0 || stats.oldest_waiting.is_some_and(|oldest| now.duration_since(oldest) > long)
    }

    async fn send_note(
        &mut self,
        subject: Subject,
        mail: &Mail,
        memory: &mut Memory,
    ) -> Result<(), StoreError> {
        let what = subject.word();
        match self.send(mail, memory).await {
            Sent::Delivered => {
                tracing::info!(event = "operator_mail.delivered", what);
                count(match subject {
                    Subject::SelfTest => &self.tally.self_tests,
                    Subject::Warning => &self.tally.warnings,
                });
                memory.desk.folder(subject).settle(self.clock.now());
                return Ok(());
            }
            Sent::RouteDown(failure) => log_route(&failure),
            Sent::Retry(failure) | Sent::HeldMessage(failure) | Sent::Unknown(failure) => {
                let (stage, code) = (failure.stage, failure.code);
                tracing::error!(event = "operator_mail.deferred", what, %stage, code);
            }
        }
        count(&self.tally.operator_failed);
        let folder = memory.desk.folder(subject);
        folder.attempts += 1;
        let wait = schedule::wait_after(folder.attempts, (self.dice)()).unwrap_or(LONGEST_WAIT);
        folder.due = Some(later(self.clock.now(), wait));
        self.store.give_turn_back(what).await
    }

    fn note(
        &self,
        operator: &PlainAddress,
        subject: Subject,
        written: Timestamp,
        stats: &Stats,
    ) -> Result<Mail, Poison> {
        let recipient = Recipient { name: String::new(), address: operator.to_string() };
        let (line, opening) = match subject {
            Subject::SelfTest => ("feedback-fn: weekly self-test", SELF_TEST),
            Subject::Warning => ("feedback-fn: mails do not reach the authors", WARNING),
        };
        let letter = Letter {
            about: About::Program { what: subject.word() },
            date: written,
            recipient: &recipient,
            subject: line,
            body: &format!("{opening}\n\n{}\n", figures(stats, self.clock.now())),
        };
        compose(&self.sender, &letter)
    }
}

const SELF_TEST: &str = "This mail comes once a week. If it stops coming, mail from this program does not arrive: \
                         run `feedback-fn check`.";

const WARNING: &str = "Mails to authors are held or wait for hours. Nothing is lost: `feedback-fn list` says which \
                       and why, and `docs/operating.md` what to do. This warning comes once a day at most.";

fn figures(stats: &Stats, now: Timestamp) -> String {
    let Stats { suggestions, waiting, bundled, delivered, held, quarantined, .. } = stats;
    let longest = match stats.oldest_waiting {
        Some(oldest) => format!("{} hours", now.duration_since(oldest).as_hours()),
        None => "nothing waits".to_owned(),
    };
    format!(
        "suggestions: {suggestions}\nmails delivered: {delivered}\nmails waiting: {waiting}\nmails waiting in \
         digests: {bundled}\nmails held: {held}\nmails in quarantine: {quarantined}\nlongest wait: {longest}"
    )
}
