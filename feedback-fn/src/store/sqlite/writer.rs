//! The thread that writes: groups what waits into one transaction, and hands it back after COMMIT to be answered.

use super::answers::Answers;
use super::failed;
use super::log::Log;
use crate::store::StoreError;
use anyhow::anyhow;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use std::path::PathBuf;
use std::sync::mpsc::Receiver;
use tokio::sync::oneshot;

/// Jobs per COMMIT. A sync of 200 KiB takes about twice as long as one of 2 KiB.
const BATCH: usize = 128;

/// Where the answer to a job goes.
pub(super) type Reply<T> = oneshot::Sender<Result<T, StoreError>>;

/// Something to write.
pub(super) type Job = Box<dyn Work>;

/// What is to be done, what came of it, and who waits for that.
pub(super) trait Work: Send {
    /// Does it inside the transaction.
    fn apply(&mut self, transaction: &Transaction<'_>, shortage: Option<&str>);

    /// Does what is left after COMMIT, or learns why that failed.
    fn settle(&mut self, log: &Log, failure: Option<&StoreError>);

    /// Notes that it was not done.
    fn refuse(&mut self, error: StoreError);

    /// Tells who waits. Not by the writer, see `answers`.
    fn answer(self: Box<Self>);
}

/// What is to be done after COMMIT, before the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Afterwards {
    /// Nothing.
    Answer,
    /// What was erased must not stay in the log.
    EmptyLog,
}

/// A job from a closure, which is called once and learns whether room is short, in words.
pub(super) fn job<T: Send + 'static>(
    reply: Reply<T>,
    afterwards: Afterwards,
    work: impl FnMut(&Transaction<'_>, Option<&str>) -> Result<T, StoreError> + Send + 'static,
) -> Job {
    Box::new(Task { work, result: None, reply, afterwards })
}

struct Task<T, W> {
    work: W,
    result: Option<Result<T, StoreError>>,
    reply: Reply<T>,
    afterwards: Afterwards,
}

impl<T, W> Work for Task<T, W>
where
    T: Send + 'static,
    W: FnMut(&Transaction<'_>, Option<&str>) -> Result<T, StoreError> + Send,
{
    fn apply(&mut self, transaction: &Transaction<'_>, shortage: Option<&str>) {
        self.result = Some((self.work)(transaction, shortage));
    }

    fn settle(&mut self, log: &Log, failure: Option<&StoreError>) {
        let Some(Ok(done)) = self.result.take_if(|result| result.is_ok()) else { return };
        self.result = Some(match (failure, self.afterwards) {
            (Some(failure), _) => Err(failure.again()),
            (None, Afterwards::Answer) => Ok(done),
            (None, Afterwards::EmptyLog) => log.empty().map(|()| done),
        });
    }

    fn refuse(&mut self, error: StoreError) {
        self.result = Some(Err(error));
    }

    fn answer(self: Box<Self>) {
        if let Some(result) = self.result {
            // A receiver that is gone (its request was cut off) does not undo what was stored.
            let _ = self.reply.send(result);
        }
    }
}

/// The disk that the database lies on.
pub(super) struct Disk {
    pub(super) folder: PathBuf,
    pub(super) reserve: u64,
}

impl Disk {
    /// Says why nothing more should be accepted, if so. As Postfix does, some room is left for the rest
    /// of the work: sending mail also writes.
    pub(super) fn shortage(&self) -> Option<String> {
        let free = match rustix::fs::statvfs(&self.folder) {
            Ok(status) => status.f_bavail.saturating_mul(status.f_frsize),
            Err(error) => return Some(format!("cannot see how much room the disk has: {error}")),
        };
        let mib = |bytes: u64| bytes / (1024 * 1024);
        let told =
            || format!("{} MiB of the disk are free, {} are kept in reserve", mib(free), mib(self.reserve));
        (free < self.reserve).then(told)
    }
}

/// Works until all senders are gone.
pub(super) fn run(
    mut connection: Connection,
    log: &Log,
    jobs: Receiver<Job>,
    answers: &Answers,
    disk: &Disk,
) {
    while let Ok(first) = jobs.recv() {
        let mut batch: Vec<Job> = std::iter::once(first).chain(jobs.try_iter().take(BATCH - 1)).collect();
        write(&mut connection, log, &mut batch, disk);
        answers.give(batch);
    }
}

fn write(connection: &mut Connection, log: &Log, batch: &mut [Job], disk: &Disk) {
    let shortage = disk.shortage();
    let transaction = match connection.transaction_with_behavior(TransactionBehavior::Immediate) {
        Ok(transaction) => transaction,
        Err(error) => {
            let cause = error.to_string();
            let refused = || StoreError::Failed(anyhow!("begin: {cause}"));
            return batch.iter_mut().for_each(|job| job.refuse(refused()));
        }
    };
    for job in &mut *batch {
        // Outside a transaction a job would be durable, and its client would be told that it failed.
        match is_undone(&transaction) {
            true => job.refuse(undone()),
            false => job.apply(&transaction, shortage.as_deref()),
        }
    }
    // A failed COMMIT rolls back when the transaction is dropped, and nobody is told "stored".
    let failure = match is_undone(&transaction) {
        true => {
            drop(transaction);
            Some(undone())
        }
        false => transaction.commit().err().map(failed),
    };
    if let Some(error) = &failure {
        tracing::error!(event = "store.commit_failed", cause = %error);
    }
    for job in batch {
        job.settle(log, failure.as_ref());
    }
}

/// Whether SQLite rolled the whole transaction back by itself, as it does when a write finds no room.
fn is_undone(transaction: &Transaction<'_>) -> bool {
    transaction.is_autocommit()
}

fn undone() -> StoreError {
    StoreError::Full("a write found no room, and everything written together with it was undone".into())
}
