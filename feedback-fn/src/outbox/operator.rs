//! Mails to the operator: once a week a sign of life, whose absence says that mail is broken, and at most once a
//! day a warning when mails to authors are held or wait for long.
//!
//! Both are written when they are sent and not kept: what the program cannot send it tries again until it is
//! stopped; the next one comes when it is due. Whose turn it is the store knows, for all programs that share it.

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
const LOOK_EVERY: SignedDuration = SignedDuration::from_mins(10);
/// Mails that wait so long are worth a warning.
const LONG: SignedDuration = SignedDuration::from_hours(4);
/// The same where authors get one mail a day: on the longest day of the year it waits for 25 hours.
const LONG_IF_DAILY: SignedDuration = SignedDuration::from_hours(26);
/// After the last wait of the schedule.
const LONGEST_WAIT: Duration = Duration::from_secs(4 * 60 * 60);

/// What the operator is to be told.
#[derive(Debug, Default)]
pub(super) struct Desk {
    looked: Option<Timestamp>,
    notes: Vec<Note>,
}

#[derive(Debug)]
struct Note {
    subject: Subject,
    /// The date of the mail, also when it is sent again.
    written: Timestamp,
    attempts: u32,
    due: Timestamp,
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
}

impl Desk {
    /// Whether it is time to look; then it counts as looked. Also after the clock was set back.
    fn looks(&mut self, now: Timestamp) -> bool {
        let is_time = self.looked.is_none_or(|last| now.duration_since(last).abs() >= LOOK_EVERY);
        if is_time {
            self.looked = Some(now);
        }
        is_time
    }

    fn add(&mut self, subject: Subject, now: Timestamp) {
        self.notes.retain(|note| note.subject != subject);
        self.notes.push(Note { subject, written: now, attempts: 0, due: now });
    }

    fn take_due(&mut self, now: Timestamp) -> Option<Note> {
        let at = self.notes.iter().position(|note| note.due <= now)?;
        Some(self.notes.swap_remove(at))
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
        if memory.desk.looks(now) {
            self.look(now, &mut memory.desk).await?;
        }
        let Some(note) = memory.desk.take_due(now) else { return Ok(false) };
        let stats = self.store.stats().await?;
        if note.subject == Subject::Warning && !self.is_worrying(&stats, now) {
            return Ok(false);
        }
        match self.note_mail(&operator, &note, &stats, now) {
            Ok(mail) => self.send_note(note, &mail, memory).await,
            Err(poison) => tracing::error!(%poison, "a mail to the operator cannot be written"),
        }
        Ok(true)
    }

    async fn look(&mut self, now: Timestamp, desk: &mut Desk) -> Result<(), StoreError> {
        if self.store.take_turn(Subject::SelfTest.word(), now, WEEK).await? {
            desk.add(Subject::SelfTest, now);
        }
        let stats = self.store.stats().await?;
        if self.is_worrying(&stats, now) && self.store.take_turn(Subject::Warning.word(), now, DAY).await? {
            desk.add(Subject::Warning, now);
        }
        Ok(())
    }

    fn is_worrying(&self, stats: &Stats, now: Timestamp) -> bool {
        let long = if self.delivery.daily_digest.is_empty() { LONG } else { LONG_IF_DAILY };
        stats.held > 0 || stats.oldest_waiting.is_some_and(|oldest| now.duration_since(oldest) > long)
    }

    async fn send_note(&mut self, note: Note, mail: &Mail, memory: &mut Memory) {
        let what = note.subject.word();
        match self.send(mail, memory).await {
            Sent::Delivered => {
                tracing::info!(what, "mail to the operator delivered");
                count(match note.subject {
                    Subject::SelfTest => &self.tally.self_tests,
                    Subject::Warning => &self.tally.warnings,
                });
                return;
            }
            Sent::RouteDown(failure) => log_route(&failure),
            Sent::Retry(failure) | Sent::HeldMessage(failure) | Sent::Unknown(failure) => {
                let (stage, code) = (failure.stage, failure.code);
                tracing::error!(what, %stage, code, "mail to the operator not taken: it is tried again");
            }
        }
        count(&self.tally.operator_failed);
        let attempts = note.attempts + 1;
        let wait = schedule::wait_after(attempts, (self.dice)()).unwrap_or(LONGEST_WAIT);
        // A newer one may be waiting by now.
        if memory.desk.notes.iter().all(|other| other.subject != note.subject) {
            memory.desk.notes.push(Note { attempts, due: later(self.clock.now(), wait), ..note });
        }
    }

    fn note_mail(
        &self,
        operator: &PlainAddress,
        note: &Note,
        stats: &Stats,
        now: Timestamp,
    ) -> Result<Mail, Poison> {
        let recipient = Recipient { name: String::new(), address: operator.to_string() };
        let (subject, opening) = match note.subject {
            Subject::SelfTest => ("feedback-fn: weekly self-test", SELF_TEST),
            Subject::Warning => ("feedback-fn: mails do not reach the authors", WARNING),
        };
        let letter = Letter {
            about: About::Program { what: note.subject.word() },
            date: note.written,
            recipient: &recipient,
            subject,
            body: &format!("{opening}\n\n{}\n", figures(stats, now)),
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
