//! The tables, and how a database of an older version becomes one of this version.

use anyhow::{Context, bail};
use rusqlite::Connection;

/// "ausl": tells `file` and us whose database it is.
const APPLICATION_ID: i32 = 0x6175_736c;

/// Entry `n` leads from version `n` to `n + 1`. Only ever add to the end.
const STEPS: [&str; 6] = [
    // Instants are milliseconds since 1970. `delivery.due` of a claimed delivery is the end of its lease:
    // the index serves both "what is due" and "when is something due next".
    "CREATE TABLE suggestion (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        reference TEXT NOT NULL UNIQUE,
        nonce BLOB NOT NULL UNIQUE,
        received INTEGER NOT NULL,
        round INTEGER NOT NULL,
        target TEXT NOT NULL,
        digest_sent TEXT,
        text TEXT NOT NULL,
        rewording TEXT,
        name TEXT,
        email TEXT,
        publish INTEGER NOT NULL CHECK (publish IN (0, 1)),
        suspicious INTEGER NOT NULL CHECK (suspicious IN (0, 1))
    ) STRICT;
    CREATE TABLE delivery (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        suggestion INTEGER NOT NULL REFERENCES suggestion (id) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        name TEXT NOT NULL,
        address TEXT NOT NULL,
        state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered', 'held')),
        due INTEGER NOT NULL,
        generation INTEGER NOT NULL DEFAULT 0,
        attempts INTEGER NOT NULL DEFAULT 0,
        cause TEXT,
        UNIQUE (suggestion, number)
    ) STRICT;
    CREATE INDEX delivery_due ON delivery (due) WHERE state = 'waiting';",
    // When a claimed delivery was due: after a crash it is due then again, not at the end of its lease.
    "ALTER TABLE delivery ADD COLUMN claimed_due INTEGER;",
    // What is old enough to be erased.
    "CREATE INDEX suggestion_received ON suggestion (received);",
    // Digests, confirmations (number 0), quarantine, and when a mail went out (`settled`): how many mails
    // somebody got in the last hour is known after a restart, too. `marks` are the bits of `Marks`.
    "CREATE TABLE digest (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL,
        address TEXT NOT NULL,
        opened INTEGER NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('open', 'closed', 'delivered', 'held')),
        due INTEGER NOT NULL,
        claimed_due INTEGER,
        generation INTEGER NOT NULL DEFAULT 0,
        attempts INTEGER NOT NULL DEFAULT 0,
        cause TEXT,
        settled INTEGER
    ) STRICT;
    CREATE UNIQUE INDEX digest_open ON digest (address) WHERE state = 'open';
    CREATE INDEX digest_due ON digest (due) WHERE state IN ('open', 'closed');
    CREATE INDEX digest_settled ON digest (address, settled) WHERE settled IS NOT NULL;
    CREATE TABLE delivery_4 (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        suggestion INTEGER NOT NULL REFERENCES suggestion (id) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        name TEXT NOT NULL,
        address TEXT NOT NULL,
        state TEXT NOT NULL
            CHECK (state IN ('waiting', 'bundled', 'delivered', 'held', 'quarantined')),
        due INTEGER NOT NULL,
        claimed_due INTEGER,
        generation INTEGER NOT NULL DEFAULT 0,
        attempts INTEGER NOT NULL DEFAULT 0,
        cause TEXT,
        digest INTEGER REFERENCES digest (id),
        settled INTEGER,
        UNIQUE (suggestion, number)
    ) STRICT;
    INSERT INTO delivery_4 (id, suggestion, number, name, address, state, due, claimed_due, generation,
                            attempts, cause)
        SELECT id, suggestion, number, name, address, state, due, claimed_due, generation, attempts, cause
        FROM delivery;
    DELETE FROM sqlite_sequence WHERE name = 'delivery_4';
    INSERT INTO sqlite_sequence (name, seq)
        SELECT 'delivery_4', seq FROM sqlite_sequence WHERE name = 'delivery';
    DROP TABLE delivery;
    ALTER TABLE delivery_4 RENAME TO delivery;
    CREATE INDEX delivery_due ON delivery (due) WHERE state = 'waiting';
    CREATE INDEX delivery_state ON delivery (state) WHERE state <> 'delivered';
    CREATE INDEX delivery_digest ON delivery (digest) WHERE digest IS NOT NULL;
    CREATE INDEX delivery_settled ON delivery (address, settled) WHERE settled IS NOT NULL;
    CREATE INDEX delivery_confirmation ON delivery (lower(address)) WHERE number = 0;
    ALTER TABLE suggestion ADD COLUMN marks INTEGER NOT NULL DEFAULT 0;
    UPDATE suggestion SET marks = suspicious;
    ALTER TABLE suggestion DROP COLUMN suspicious;
    CREATE TABLE turn (what TEXT PRIMARY KEY, taken INTEGER NOT NULL) STRICT, WITHOUT ROWID;",
    // One index instead of two for what is not out yet. Whoever is to use it says `state <> 'delivered'`.
    "DROP INDEX delivery_due;
    DROP INDEX delivery_state;
    CREATE INDEX delivery_open ON delivery (state, due) WHERE state <> 'delivered';",
    // Generations of a digest of which it is known that nothing arrived: the claim and the note of what came
    // of it. Where more were given, it may have arrived; also by a program that does not know of this.
    "ALTER TABLE digest ADD COLUMN refuted INTEGER NOT NULL DEFAULT 0;",
];

/// Brings a database to the present version.
pub(super) fn upgrade(connection: &mut Connection) -> anyhow::Result<()> {
    let version = version(connection)?;
    for (next, step) in (1_u32..).zip(STEPS).skip(version as usize) {
        let transaction = connection.transaction()?;
        transaction.execute_batch(step).with_context(|| format!("cannot upgrade to version {next}"))?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", next)?;
        transaction.commit()?;
    }
    Ok(())
}

/// Refuses a database that is not of the present version, for who must not upgrade it.
pub(super) fn must_be_present(connection: &Connection) -> anyhow::Result<()> {
    let version = version(connection)?;
    if (version as usize) < STEPS.len() {
        bail!(
            "the database has version {version}, this program works with {}; `feedback-fn serve` upgrades it \
             when it starts",
            STEPS.len()
        );
    }
    Ok(())
}

/// The version of a database; refuses one that is not ours to work with.
pub(super) fn version(connection: &Connection) -> anyhow::Result<u32> {
    let version: u32 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let application: i32 = connection.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    if version > 0 && application != APPLICATION_ID {
        bail!("the database belongs to another program");
    }
    if version as usize > STEPS.len() {
        bail!(
            "the database has version {version}, this program knows versions up to {}; start the newer program",
            STEPS.len()
        );
    }
    Ok(version)
}

/// A database as the program of an older version left it.
#[cfg(test)]
pub(super) fn create_at(connection: &mut Connection, version: usize) -> anyhow::Result<()> {
    for (next, step) in (1_u32..).zip(STEPS).take(version) {
        connection.execute_batch(step)?;
        connection.pragma_update(None, "application_id", APPLICATION_ID)?;
        connection.pragma_update(None, "user_version", next)?;
    }
    Ok(())
}
