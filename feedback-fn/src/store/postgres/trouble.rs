//! What can go wrong with a statement, and what it means for whoever asked.
//!
//! What PostgreSQL says is told with its code and its sentence, never with its DETAIL, which may quote the row
//! that it concerns: a resident's text.

use crate::reference::ReferenceError;
use crate::store::StoreError;
use anyhow::anyhow;
use std::error::Error as _;
use tokio_postgres::error::SqlState;

/// Why a statement did not do what was asked.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The database said no, or nothing any more.
    Database(tokio_postgres::Error),
    /// It answered, and the answer is this.
    Store(StoreError),
}

impl Trouble {
    /// A value in a row that this program cannot read.
    pub(super) fn unreadable(error: impl std::error::Error + Send + Sync + 'static) -> Trouble {
        Trouble::Store(StoreError::Failed(error.into()))
    }

    /// Two transactions stood in each other's way, and PostgreSQL undid this one: it may be done again.
    pub(super) fn may_be_repeated(&self) -> bool {
        let codes = [SqlState::T_R_DEADLOCK_DETECTED, SqlState::T_R_SERIALIZATION_FAILURE];
        self.code().is_some_and(|code| codes.contains(code))
    }

    /// Whether a lock was not to be had in time.
    pub(super) fn is_locked_out(&self) -> bool {
        self.code() == Some(&SqlState::LOCK_NOT_AVAILABLE)
    }

    /// Whether the values themselves are at fault: a neighbor in the same statement is not.
    pub(super) fn is_about_values(&self) -> bool {
        // Class 22, data exception; class 23, integrity constraint violation; class 54, limit exceeded.
        self.code().is_some_and(|code| ["22", "23", "54"].iter().any(|class| code.code().starts_with(class)))
    }

    fn code(&self) -> Option<&SqlState> {
        match self {
            Trouble::Database(error) => error.code(),
            Trouble::Store(_) => None,
        }
    }
}

impl From<tokio_postgres::Error> for Trouble {
    fn from(error: tokio_postgres::Error) -> Trouble {
        Trouble::Database(error)
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Trouble {
        Trouble::Store(error)
    }
}

impl From<ReferenceError> for Trouble {
    fn from(error: ReferenceError) -> Trouble {
        Trouble::unreadable(error)
    }
}

impl From<Trouble> for StoreError {
    fn from(trouble: Trouble) -> StoreError {
        let error = match trouble {
            Trouble::Store(error) => return error,
            Trouble::Database(error) => error,
        };
        let Some(code) = error.code() else {
            // Without a code it is not the server that speaks: the connection is gone.
            return match is_about_connection(&error) {
                true => StoreError::Away(told(error)),
                false => StoreError::Failed(told(error)),
            };
        };
        let class = code.code().get(..2).unwrap_or_default();
        if code == &SqlState::DISK_FULL {
            return StoreError::Full("the disk of the database is full".into());
        }
        // 08 connection; 53 too many connections, no memory; 57P shutting down, starting; 55P03 a lock;
        // 25006 a standby, after a failover; 28 and 3D refuse the login.
        let passes = ["08", "53", "57", "28", "3D"].contains(&class)
            || [&SqlState::READ_ONLY_SQL_TRANSACTION, &SqlState::LOCK_NOT_AVAILABLE].contains(&code);
        match passes {
            true => StoreError::Away(told(error)),
            false => StoreError::Failed(told(error)),
        }
    }
}

/// As a sentence, without values.
pub(super) fn told(error: tokio_postgres::Error) -> anyhow::Error {
    match error.as_db_error() {
        Some(said) => anyhow!("PostgreSQL says {}: {}", said.code().code(), said.message()),
        None => error.into(),
    }
}

/// tokio-postgres tells kinds apart by words only; a broken connection has an I/O error below it, or is closed.
fn is_about_connection(error: &tokio_postgres::Error) -> bool {
    let below = error.source().is_some_and(|source| source.is::<std::io::Error>());
    below || error.is_closed()
}
