//! The write-ahead log: taken into the database beside the writer, so that no resident waits for that.
//!
//! By itself SQLite takes the log in at the end of the COMMIT that makes it too long, and whoever sends at that
//! moment waits for thousands of pages. Here a thread with a connection of its own does it, every [`STRETCH`] pages.
//! While suggestions keep coming it never reaches the end of the log, which begins anew only then; so once the log
//! is [`LONG`] the writer does the rest itself as soon as little is left.

use super::{failed, open};
use crate::store::StoreError;
use anyhow::anyhow;
use rusqlite::Connection;
use rusqlite::hooks::Wal;
use std::path::Path;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// Pages of 4 KiB: each time is paid with two syncs of the disk.
const STRETCH: i32 = 1000;
const LONG: i32 = 4 * STRETCH;
/// So few take no longer than a COMMIT.
const FEW: i32 = STRETCH / 2;
/// Then the writer does it however much is left: the thread does not keep up.
pub(super) const TOO_LONG: i32 = 3 * LONG;
/// How long a reader of the log is waited for: meanwhile residents wait for the writer.
const PATIENCE: Duration = Duration::from_millis(200);

/// The log of a database.
pub(super) struct Log {
    connection: Mutex<Connection>,
    /// Pages of it that the database has.
    taken_in: AtomicI32,
}

impl Log {
    /// Of this database.
    pub(super) fn open(path: &Path) -> anyhow::Result<Arc<Log>> {
        let connection = Mutex::new(open::connected(path)?);
        Ok(Arc::new(Log { connection, taken_in: AtomicI32::new(0) }))
    }

    /// From now on keeps the log short; the thread ends when the writer's connection is closed.
    pub(super) fn follow(self: Arc<Log>, writer: &mut Connection) -> anyhow::Result<JoinHandle<()>> {
        let (wish, wishes) = sync_channel(1);
        let log = self.clone();
        writer.wal_hook(Some(move |_: &mut Wal, pages| {
            let left = log.left_of(pages);
            if pages > LONG && left < FEW || pages > TOO_LONG {
                log.shorten();
            } else if left > STRETCH || pages > LONG {
                // Full if it is wished already.
                let _ = wish.try_send(());
            }
            Ok(())
        }))?;
        let work = move |wishes: Receiver<()>| wishes.iter().for_each(|()| self.shorten());
        Ok(std::thread::Builder::new().name("store-log".into()).spawn(move || work(wishes))?)
    }

    /// How many of these pages are to be taken in.
    fn left_of(&self, pages: i32) -> i32 {
        let taken_in = self.taken_in.load(Ordering::Relaxed);
        if taken_in > pages {
            // The log began anew.
            self.taken_in.store(0, Ordering::Relaxed);
            return pages;
        }
        pages - taken_in
    }

    /// Takes in what can be taken in now. What fails here fails again, and is told, when the writer needs the room.
    fn shorten(&self) {
        let taken_in = self.connection().query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| row.get(2));
        self.taken_in.store(taken_in.unwrap_or(0), Ordering::Relaxed);
    }

    /// Takes all of the log into the database and cuts it to nothing: it still holds pages as they were before
    /// something was erased. Who reads at this moment may need the log: SQLite waits for them for a while, and then
    /// does not fail but says `busy`.
    pub(super) fn empty(&self) -> Result<(), StoreError> {
        let connection = self.connection();
        connection.busy_timeout(PATIENCE).map_err(failed)?;
        let busy = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0));
        match busy.map_err(failed)? {
            true => Err(StoreError::Failed(anyhow!(
                "erased texts are still in the write-ahead log, which another program is reading"
            ))),
            false => Ok(()),
        }
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
