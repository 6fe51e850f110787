//! The store in an SQLite file: for one process on one machine.
//!
//! One thread writes (`writer`): it takes what waits, up to 128 jobs, does all of it in one transaction and
//! answers after COMMIT, so that one sync pays for many residents. Reads go through a second connection.
//! WAL with synchronous=FULL: what was acknowledged survives a loss of power. NORMAL would not, and once
//! commits are grouped it is no faster.

mod answers;
mod erase;
mod log;
mod open;
mod rows;
mod schema;
mod writer;

use super::{
    Accepted, Amount, Answer, Change, Claim, Delivery, DeliveryId, Digest, DigestId, Entry, Listed, Outcome,
    Position, Purged, Recorded, Stats, Store, StoreError, Which,
};
use crate::reference::Reference;
use answers::Answers;
use anyhow::anyhow;
use jiff::Timestamp;
use log::Log;
use rusqlite::{Connection, ErrorCode, Transaction};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::oneshot;
use writer::{Afterwards, Job};

pub use open::check;

/// Reads a database without being its program: also while that one runs.
pub fn list(path: &Path, which: Which, limit: usize) -> anyhow::Result<Vec<Listed>> {
    Ok(rows::list(&open::read_only(path)?, which, limit)?)
}

/// Jobs that may wait for the writer. At 5 000 suggestions a second this is a fifth of a second.
const QUEUE: usize = 1024;
const TOO_MANY: &str = "too many suggestions wait to be written";

/// How to open the store.
#[derive(Debug, Clone)]
pub struct SqliteOptions {
    /// The database file.
    pub path: PathBuf,
    /// Bytes of the disk that are left free: below, nothing is accepted, mail still goes out.
    pub reserve: u64,
}

/// The store in an SQLite file.
pub struct SqliteStore {
    jobs: Option<SyncSender<Job>>,
    /// The writer, and who keeps its log short until it has ended.
    threads: Vec<JoinHandle<()>>,
    reader: Arc<Mutex<Connection>>,
    /// Let go last, after the writer has ended. None beside another program that has it.
    _lock: Option<File>,
}

impl SqliteStore {
    /// Opens or creates the database and starts the writer thread. What a process that was killed had
    /// claimed is due again at once.
    pub fn open(options: &SqliteOptions) -> anyhow::Result<SqliteStore> {
        let lock = open::lock(&options.path)?;
        let connection = open::read_write(&options.path)?;
        rows::release(&connection)?;
        SqliteStore::start(connection, options, Some(lock))
    }

    /// Opens an existing database for a command, also while the service runs: leases stay as they are, and
    /// an older database is not upgraded.
    pub fn open_beside(options: &SqliteOptions) -> anyhow::Result<SqliteStore> {
        SqliteStore::start(open::existing(&options.path)?, options, None)
    }

    fn start(
        mut connection: Connection,
        options: &SqliteOptions,
        lock: Option<File>,
    ) -> anyhow::Result<SqliteStore> {
        let reader = open::read_only(&options.path)?;
        let log = Log::open(&options.path)?;
        let follower = log.clone().follow(&mut connection)?;
        let (jobs, waiting) = sync_channel(QUEUE);
        let disk = writer::Disk { folder: folder_of(&options.path), reserve: options.reserve };
        let answers = Answers::here();
        let writer = std::thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || writer::run(connection, &log, waiting, &answers, &disk))?;
        Ok(SqliteStore {
            jobs: Some(jobs),
            threads: vec![writer, follower],
            reader: Arc::new(Mutex::new(reader)),
            _lock: lock,
        })
    }

    fn send<T: Send + 'static>(&self, job: impl FnOnce(writer::Reply<T>) -> Job) -> Answer<'_, T> {
        let (reply, answer) = oneshot::channel();
        let sent = match &self.jobs {
            Some(jobs) => jobs.try_send(job(reply)),
            None => return Box::pin(async { Err(gone()) }),
        };
        Box::pin(async move {
            match sent {
                Ok(()) => answer.await.unwrap_or_else(|_| Err(gone())),
                Err(TrySendError::Full(_)) => Err(StoreError::Away(anyhow!(TOO_MANY))),
                Err(TrySendError::Disconnected(_)) => Err(gone()),
            }
        })
    }

    fn write<T: Send + 'static>(
        &self,
        mut work: impl FnMut(&Transaction<'_>) -> rusqlite::Result<T> + Send + 'static,
    ) -> Answer<'_, T> {
        self.send(|reply| {
            writer::job(reply, Afterwards::Answer, move |transaction, _| work(transaction).map_err(failed))
        })
    }

    fn remove<T: Send + 'static>(
        &self,
        mut work: impl FnMut(&Transaction<'_>) -> rusqlite::Result<T> + Send + 'static,
    ) -> Answer<'_, T> {
        self.send(|reply| {
            writer::job(reply, Afterwards::EmptyLog, move |transaction, _| work(transaction).map_err(failed))
        })
    }

    fn read<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Answer<'_, T> {
        let reader = self.reader.clone();
        let task = tokio::task::spawn_blocking(move || {
            let connection = reader.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            question(&connection).map_err(failed)
        });
        Box::pin(async move { task.await.unwrap_or_else(|error| Err(StoreError::Failed(error.into()))) })
    }
}

impl Store for SqliteStore {
    fn accept(&self, entry: Entry) -> Answer<'_, Accepted> {
        self.send(|reply| {
            writer::job(reply, Afterwards::Answer, move |transaction, shortage| {
                accept(transaction, &entry, shortage)
            })
        })
    }

    fn find(&self, nonce: [u8; 16]) -> Answer<'_, Option<Reference>> {
        self.read(move |connection| rows::reference_of_nonce(connection, &nonce))
    }

    fn claim_due(&self, now: Timestamp, limit: usize, lease: Duration) -> Answer<'_, Vec<Delivery>> {
        self.write(move |transaction| rows::claim_due(transaction, now, limit, lease))
    }

    fn record(
        &self,
        id: DeliveryId,
        generation: u64,
        outcome: Outcome,
        now: Timestamp,
    ) -> Answer<'_, Recorded> {
        self.write(move |transaction| rows::record(transaction, id, generation, &outcome, now))
    }

    fn renew(&self, claims: Vec<Claim>, now: Timestamp, lease: Duration) -> Answer<'_, Vec<Claim>> {
        self.write(move |transaction| rows::renew(transaction, &claims, now, lease))
    }

    fn postpone(
        &self,
        id: DeliveryId,
        generation: u64,
        due: Timestamp,
        now: Timestamp,
    ) -> Answer<'_, Recorded> {
        self.write(move |transaction| rows::postpone(transaction, id, generation, due, now))
    }

    fn claim_digest(&self, now: Timestamp, lease: Duration) -> Answer<'_, Option<Digest>> {
        self.write(move |transaction| rows::claim_digest(transaction, now, lease))
    }

    fn record_digest(
        &self,
        id: DigestId,
        generation: u64,
        outcome: Outcome,
        now: Timestamp,
    ) -> Answer<'_, Recorded> {
        self.write(move |transaction| rows::record_digest(transaction, id, generation, &outcome, now))
    }

    fn next_due(&self) -> Answer<'_, Option<Timestamp>> {
        self.read(rows::next_due)
    }

    fn sent_between(&self, address: String, from: Timestamp, to: Timestamp) -> Answer<'_, u64> {
        self.read(move |connection| rows::sent_between(connection, &address, from, to))
    }

    fn take_turn(&self, what: &'static str, now: Timestamp, every: Duration) -> Answer<'_, bool> {
        self.write(move |transaction| rows::take_turn(transaction, what, now, every))
    }

    fn give_turn_back(&self, what: &'static str) -> Answer<'_, ()> {
        self.write(move |transaction| rows::give_turn_back(transaction, what))
    }

    fn purge(&self, before: Timestamp, limit: usize) -> Answer<'_, Purged> {
        self.remove(move |transaction| erase::purge(transaction, before, limit))
    }

    fn erase(&self, reference: Reference) -> Answer<'_, bool> {
        self.remove(move |transaction| erase::erase(transaction, &reference))
    }

    fn list(&self, which: Which, limit: usize) -> Answer<'_, Vec<Listed>> {
        self.read(move |connection| rows::list(connection, which, limit))
    }

    fn count(&self, which: Which) -> Answer<'_, u64> {
        self.read(move |connection| rows::count(connection, which))
    }

    fn show(&self, reference: Reference) -> Answer<'_, Option<Listed>> {
        self.read(move |connection| rows::show(connection, &reference))
    }

    fn page(&self, after: Position, limit: usize) -> Answer<'_, Vec<Listed>> {
        self.read(move |connection| rows::page(connection, after, limit))
    }

    fn change(&self, of: Amount, change: Change, now: Timestamp) -> Answer<'_, u64> {
        self.write(move |transaction| rows::change(transaction, &of, &change, now))
    }

    fn stats(&self) -> Answer<'_, Stats> {
        self.read(rows::stats)
    }
}

/// Without room only what is stored already is acknowledged.
fn accept(
    transaction: &Transaction<'_>,
    entry: &Entry,
    shortage: Option<&str>,
) -> Result<Accepted, StoreError> {
    let Some(shortage) = shortage else { return rows::accept(transaction, entry) };
    let known = rows::reference_of_nonce(transaction, &entry.nonce).map_err(failed)?;
    known.map(Accepted::Known).ok_or_else(|| StoreError::Full(shortage.to_owned()))
}

impl Drop for SqliteStore {
    /// Lets the writer finish what waits, so that no answer is left open.
    fn drop(&mut self) {
        self.jobs = None;
        for thread in self.threads.drain(..) {
            // A panicked writer has answered nobody: nothing was acknowledged that is not durable.
            let _ = thread.join();
        }
    }
}

/// A disk that is full although it had room (a quota, another program) is no defect: later there may be room.
fn failed(error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => StoreError::Full("the disk is full".into()),
        _ => StoreError::Failed(error.into()),
    }
}

fn gone() -> StoreError {
    StoreError::Failed(anyhow!("the writer thread has ended"))
}

fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

#[cfg(test)]
mod tests;
