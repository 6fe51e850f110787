//! Opening the database file with the settings that the promises need.

use super::writer::Disk;
use super::{SqliteOptions, schema};
use crate::rights;
use anyhow::{Context, anyhow, bail, ensure};
use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use rustix::fs::{Access, access};
use rustix::io::Errno;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

/// How long another connection is waited for.
pub(super) const BUSY: Duration = Duration::from_secs(5);

/// KiB of pages that the writer keeps, four times as many as SQLite by itself: references are drawn at random, so each
/// one goes to another page of their index.
const CACHE: i32 = 8 * 1024;

/// Makes sure that no other process works with the store: opening it ends the leases of whoever died,
/// and must not end those of somebody alive. The lock goes with the file handle, also after a kill.
pub(super) fn lock(path: &Path) -> anyhow::Result<File> {
    let path = path.with_extension("lock");
    let context = || format!("cannot lock `{}`", path.display());
    let opened = OpenOptions::new().create(true).append(true).mode(0o600).open(&path);
    let file = opened.map_err(|error| match error.kind() {
        ErrorKind::PermissionDenied => anyhow!("{}: {error}\nhint: {}", context(), rights::advice(&path)),
        _ => anyhow!(error).context(context()),
    })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => bail!("{}: another feedback-fn uses this store", context()),
        Err(TryLockError::Error(error)) => Err(error).with_context(context),
    }
}

/// The writer's connection. Creates the file, readable by its owner only, if there is none.
pub(super) fn read_write(path: &Path) -> anyhow::Result<Connection> {
    let context = || format!("cannot open the store `{}`", path.display());
    // SQLite gives its `-wal` and `-shm` files the mode of the database.
    OpenOptions::new().create(true).append(true).mode(0o600).open(path).with_context(context)?;
    let mut connection = connected(path).with_context(context)?;
    connection.pragma_update(None, "cache_size", -CACHE).with_context(context)?;
    schema::upgrade(&mut connection).with_context(context)?;
    Ok(connection)
}

/// A connection to a database of the present version.
pub(super) fn existing(path: &Path) -> anyhow::Result<Connection> {
    let context = || format!("cannot open the store `{}`", path.display());
    ensure!(is_there(path)?, "{}: there is none yet; `feedback-fn serve` makes it", context());
    let connection = connected(path).with_context(context)?;
    schema::must_be_present(&connection).with_context(context)?;
    Ok(connection)
}

/// Whether there is a database; fails if this user may not use it, which looks the same to SQLite. The folder
/// counts as well: the write-ahead log is made beside the file.
fn is_there(path: &Path) -> anyhow::Result<bool> {
    let folder = path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    let used = access(path, Access::READ_OK | Access::WRITE_OK)
        .and_then(|()| access(folder, Access::WRITE_OK | Access::EXEC_OK));
    match used {
        Ok(()) => Ok(true),
        Err(Errno::NOENT) => Ok(false),
        Err(Errno::ACCESS) => bail!(
            "the store `{}` cannot be read and written by this user\nhint: {}",
            path.display(),
            rights::advice(path)
        ),
        Err(error) => Err(error).with_context(|| format!("cannot see the store `{}`", path.display())),
    }
}

pub(super) fn connected(path: &Path) -> anyhow::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    let journal: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    ensure!(journal == "wal", "a write-ahead log cannot be used here");
    // secure_delete: erased texts leave no traces in free pages. wal_autocheckpoint: `log` does it.
    connection.execute_batch(
        "PRAGMA synchronous = FULL;
         PRAGMA foreign_keys = ON;
         PRAGMA secure_delete = ON;
         PRAGMA journal_size_limit = 33554432;
         PRAGMA wal_autocheckpoint = 0;",
    )?;
    Ok(connection)
}

/// A connection that cannot change anything.
pub(super) fn read_only(path: &Path) -> anyhow::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)
        .with_context(|| format!("cannot open the store `{}`", path.display()))?;
    connection.busy_timeout(BUSY)?;
    connection.execute_batch("PRAGMA query_only = ON;")?;
    Ok(connection)
}

/// Says whether a suggestion could be written now. Makes no file and upgrades no table: whoever checks may be
/// another user than the one who serves, and the service may be running. `place` is the store's folder, or the
/// folder in which that will be made.
pub fn check(options: &SqliteOptions, place: &Path) -> anyhow::Result<String> {
    let path = &options.path;
    let disk = Disk { folder: place.to_owned(), reserve: options.reserve };
    if let Some(shortage) = disk.shortage() {
        bail!("{shortage}: nothing would be accepted\nhint: make room on the disk, or lower `reserve_mib`");
    }
    if !is_there(path)? {
        return Ok(format!("`{}` will be made at the first start", path.display()));
    }
    let context = || format!("cannot write to the store `{}`", path.display());
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags).with_context(context)?;
    connection.busy_timeout(BUSY)?;
    schema::version(&connection).with_context(context)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate);
    transaction.with_context(context)?.rollback().with_context(context)?;
    Ok(format!("`{}` can be written", path.display()))
}
