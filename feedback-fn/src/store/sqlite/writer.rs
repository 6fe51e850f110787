//! The thread that writes: groups what waits into one transaction and answers after COMMIT.

use super::{erase, failed, rows};
use crate::store::{Accepted, Delivery, DeliveryId, Entry, Outcome, Purged, Recorded, StoreError};
use anyhow::anyhow;
use jiff::Timestamp;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use std::path::PathBuf;
use std::sync::mpsc::Receiver;
use std::time::Duration;
use tokio::sync::oneshot;

/// Jobs per COMMIT. An fsync of 200 KiB takes about twice as long as one of 2 KiB.
const BATCH: usize = 128;

/// Where the answer to a job goes.
pub(super) type Reply<T> = oneshot::Sender<Result<T, StoreError>>;

/// Something to write.
pub(super) enum Job {
    /// Keep a suggestion.
    Accept(Box<Entry>, Reply<Accepted>),
    /// Hand out deliveries.
    Claim {
        /// The present instant.
        now: Timestamp,
        /// At most so many.
        limit: usize,
        /// For so long.
        lease: Duration,
        /// To whom.
        reply: Reply<Vec<Delivery>>,
    },
    /// Note what came of a delivery.
    Record {
        /// Which.
        id: DeliveryId,
        /// The lease.
        generation: u64,
        /// What came of it.
        outcome: Outcome,
        /// To whom.
        reply: Reply<Recorded>,
    },
    /// Erase what is old.
    Purge {
        /// What was received before this instant.
        before: Timestamp,
        /// At most so many.
        limit: usize,
        /// To whom.
        reply: Reply<Purged>,
    },
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

/// An answer that waits for COMMIT, and for what can be done only after it.
type Pending = Box<dyn FnOnce(&Connection, Option<&StoreError>)>;

/// Works until all senders are gone.
pub(super) fn run(mut connection: Connection, jobs: Receiver<Job>, disk: &Disk) {
    while let Ok(first) = jobs.recv() {
        let batch: Vec<Job> = std::iter::once(first).chain(jobs.try_iter().take(BATCH - 1)).collect();
        write(&mut connection, batch, disk);
    }
}

fn write(connection: &mut Connection, batch: Vec<Job>, disk: &Disk) {
    let shortage = disk.shortage();
    let transaction = match connection.transaction_with_behavior(TransactionBehavior::Immediate) {
        Ok(transaction) => transaction,
        Err(error) => {
            let cause = error.to_string();
            return batch
                .into_iter()
                .for_each(|job| refuse(job, StoreError::Failed(anyhow!("begin: {cause}"))));
        }
    };
    let mut pending = Vec::with_capacity(batch.len());
    for job in batch {
        // Outside a transaction a job would be durable, and its client would be told that it failed.
        match is_undone(&transaction) {
            true => refuse(job, undone()),
            false => pending.push(apply(&transaction, job, shortage.as_deref())),
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
    for answer in pending {
        answer(connection, failure.as_ref());
    }
}

/// Whether SQLite rolled the whole transaction back by itself, as it does when a write finds no room.
fn is_undone(transaction: &Transaction<'_>) -> bool {
    transaction.is_autocommit()
}

fn undone() -> StoreError {
    StoreError::Full("a write found no room, and everything written together with it was undone".into())
}

/// Does a job inside the transaction. What comes back is called after COMMIT.
fn apply(transaction: &Transaction<'_>, job: Job, shortage: Option<&str>) -> Pending {
    match job {
        Job::Accept(entry, reply) => match shortage {
            // What is stored already needs no room.
            Some(shortage) => {
                let known = rows::reference_of_nonce(transaction, &entry.nonce);
                let full = || StoreError::Full(shortage.to_owned());
                let result =
                    known.map_err(failed).and_then(|known| known.map(Accepted::Known).ok_or_else(full));
                answer_later(result, reply)
            }
            None => answer_later(rows::accept(transaction, &entry), reply),
        },
        Job::Claim { now, limit, lease, reply } => {
            answer_later(rows::claim_due(transaction, now, limit, lease).map_err(failed), reply)
        }
        Job::Record { id, generation, outcome, reply } => {
            answer_later(rows::record(transaction, id, generation, &outcome).map_err(failed), reply)
        }
        Job::Purge { before, limit, reply } => {
            let result = erase::purge(transaction, before, limit).map_err(failed);
            Box::new(move |connection, failure| {
                let result = match failure {
                    Some(failure) => result.and_then(|_| Err(failure.again())),
                    None => result.and_then(|purged| erase::empty_log(connection).map(|()| purged)),
                };
                let _ = reply.send(result);
            })
        }
    }
}

/// A receiver that is gone (its request was cut off) does not undo what was stored.
fn answer_later<T: 'static>(result: Result<T, StoreError>, reply: Reply<T>) -> Pending {
    Box::new(move |_, failure| {
        let _ = reply.send(match failure {
            Some(failure) => result.and_then(|_| Err(failure.again())),
            None => result,
        });
    })
}

fn refuse(job: Job, error: StoreError) {
    match job {
        Job::Accept(_, reply) => drop(reply.send(Err(error))),
        Job::Claim { reply, .. } => drop(reply.send(Err(error))),
        Job::Record { reply, .. } => drop(reply.send(Err(error))),
        Job::Purge { reply, .. } => drop(reply.send(Err(error))),
    }
}
