//! The write-ahead log: taken into the database beside the writer, so that no resident waits for that.
//!
//! By itself SQLite takes the log in at the end of the COMMIT that makes it too long, and whoever sends at that
//! moment waits for thousands of pages. Here a thread with a connection of its own does it from [`LONG`] pages on.
//! While suggestions keep coming it never reaches the end of the log, which begins anew only then; so beyond
//! [`TOO_LONG`] the writer waits for it, and has little left to do.

use super::{failed, open};
use crate::store::StoreError;
use anyhow::anyhow;
use rusqlite::Connection;
use std::path::Path;
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// Pages of 4 KiB.
const LONG: i32 = 1000;
const TOO_LONG: i32 = 4000;
/// How long a reader of the log is waited for: meanwhile residents wait for the writer.
const PATIENCE: Duration = Duration::from_millis(200);

/// The log of a database.
pub(super) struct Log(Mutex<Connection>);

impl Log {
    /// Of this database.
    pub(super) fn open(path: &Path) -> anyhow::Result<Arc<Log>> {
        Ok(Arc::new(Log(Mutex::new(open::connected(path)?))))
    }

    /// From now on keeps the log short; the thread ends when the writer's connection is closed.
    pub(super) fn follow(self: Arc<Log>, writer: &mut Connection) -> anyhow::Result<JoinHandle<()>> {
        let (wish, wishes) = sync_channel(1);
        let log = self.clone();
        writer.wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, pages| {
            if pages > TOO_LONG {
                log.shorten();
            } else if pages > LONG {
                // Full if it is wished already.
                let _ = wish.try_send(());
            }
            Ok(())
        }))?;
        let work = move |wishes: Receiver<()>| wishes.iter().for_each(|()| self.shorten());
        Ok(std::thread::Builder::new().name("store-log".into()).spawn(move || work(wishes))?)
    }

    /// Takes in what can be taken in now. What fails here fails again, and is told, when the writer needs the room.
    fn shorten(&self) {
        let _ = self.connection().query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
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
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
