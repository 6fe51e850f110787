//! The store in an SQLite file: for one process on one machine.
//!
//! One thread writes (`writer`): it takes what waits, up to 128 jobs, does all of it in one transaction and
//! answers after COMMIT, so that one fsync pays for many residents. Reads go through a second connection.
//! WAL with synchronous=FULL: what was acknowledged survives a loss of power. NORMAL would not, and once
//! commits are grouped it is no faster.

mod erase;
mod open;
mod rows;
mod schema;
mod writer;

use super::{
    Accepted, Answer, Delivery, DeliveryId, Entry, Listed, Outcome, Purged, Recorded, Store, StoreError,
};
use crate::reference::Reference;
use anyhow::anyhow;
use jiff::Timestamp;
use rusqlite::{Connection, ErrorCode};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::oneshot;
use writer::Job;

pub use open::check;

/// Reads a database without being its program: also while that one runs.
pub fn list(path: &Path, limit: usize) -> anyhow::Result<Vec<Listed>> {
    Ok(rows::list(&open::read_only(path)?, limit)?)
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
    writer: Option<JoinHandle<()>>,
    reader: Arc<Mutex<Connection>>,
    /// Let go last, after the writer has ended.
    _lock: File,
}

impl SqliteStore {
    /// Opens or creates the database and starts the writer thread. What a process that was killed had
    /// claimed is due again at once.
    pub fn open(options: &SqliteOptions) -> anyhow::Result<SqliteStore> {
        let lock = open::lock(&options.path)?;
        let connection = open::read_write(&options.path)?;
        rows::release(&connection)?;
        let reader = open::read_only(&options.path)?;
        let (jobs, waiting) = sync_channel(QUEUE);
        let disk = writer::Disk { folder: folder_of(&options.path), reserve: options.reserve };
        let writer = std::thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || writer::run(connection, waiting, &disk))?;
        Ok(SqliteStore {
            jobs: Some(jobs),
            writer: Some(writer),
            reader: Arc::new(Mutex::new(reader)),
            _lock: lock,
        })
    }

    fn ask<T: Send + 'static>(
        &self,
        job: impl FnOnce(oneshot::Sender<Result<T, StoreError>>) -> Job,
    ) -> Answer<'_, T> {
        let (reply, answer) = oneshot::channel();
        let sent = match &self.jobs {
            Some(jobs) => jobs.try_send(job(reply)),
            None => return Box::pin(async { Err(gone()) }),
        };
        Box::pin(async move {
            match sent {
                Ok(()) => answer.await.unwrap_or_else(|_| Err(gone())),
                Err(TrySendError::Full(_)) => Err(StoreError::Full(TOO_MANY.into())),
                Err(TrySendError::Disconnected(_)) => Err(gone()),
            }
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
        self.ask(|reply| Job::Accept(Box::new(entry), reply))
    }

    fn find(&self, nonce: [u8; 16]) -> Answer<'_, Option<Reference>> {
        self.read(move |connection| rows::reference_of_nonce(connection, &nonce))
    }

    fn claim_due(&self, now: Timestamp, limit: usize, lease: Duration) -> Answer<'_, Vec<Delivery>> {
        self.ask(|reply| Job::Claim { now, limit, lease, reply })
    }

    fn record(&self, id: DeliveryId, generation: u64, outcome: Outcome) -> Answer<'_, Recorded> {
        self.ask(|reply| Job::Record { id, generation, outcome, reply })
    }

    fn next_due(&self) -> Answer<'_, Option<Timestamp>> {
        self.read(rows::next_due)
    }

    fn purge(&self, before: Timestamp, limit: usize) -> Answer<'_, Purged> {
        self.ask(|reply| Job::Purge { before, limit, reply })
    }

    fn list(&self, limit: usize) -> Answer<'_, Vec<Listed>> {
        self.read(move |connection| rows::list(connection, limit))
    }
}

impl Drop for SqliteStore {
    /// Lets the writer finish what waits, so that no answer is left open.
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(writer) = self.writer.take() {
            // A panicked writer has answered nobody: nothing was acknowledged that is not durable.
            let _ = writer.join();
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
