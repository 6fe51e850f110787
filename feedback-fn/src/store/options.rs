//! Which store the operator chose: the one place where the program learns it.

use super::Store;
use super::postgres::{PostgresOptions, PostgresStore};
use super::sqlite::{SqliteOptions, SqliteStore};
use anyhow::Result;
use std::sync::Arc;

/// A store, and what is needed to open it.
#[derive(Debug, Clone)]
pub enum StoreOptions {
    /// A file, for one program.
    Sqlite(SqliteOptions),
    /// A database, for any number of them.
    Postgres(Box<PostgresOptions>),
}

impl StoreOptions {
    /// Opens the store for the service: makes what is not there, upgrades what is older.
    pub fn open(&self) -> Result<Arc<dyn Store>> {
        Ok(match self {
            StoreOptions::Sqlite(sqlite) => Arc::new(SqliteStore::open(sqlite)?),
            StoreOptions::Postgres(postgres) => Arc::new(PostgresStore::open(postgres)?),
        })
    }

    /// Opens the store for a command, while the service runs or not: makes and upgrades nothing.
    pub fn open_beside(&self) -> Result<Arc<dyn Store>> {
        Ok(match self {
            StoreOptions::Sqlite(sqlite) => Arc::new(SqliteStore::open_beside(sqlite)?),
            StoreOptions::Postgres(postgres) => Arc::new(PostgresStore::open_beside(postgres)?),
        })
    }
}
