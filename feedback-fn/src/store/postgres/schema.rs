//! The tables, and how a database of an older version becomes one of this version.
//!
//! Version and steps are of this store: `sqlite` counts its own.

use super::trouble::Trouble;
use crate::store::StoreError;
use anyhow::anyhow;
use tokio_postgres::Client;
use tokio_postgres::types::Type;

/// Entry `n` leads from version `n` to `n + 1`. Only ever add to the end.
///
/// - Instants are milliseconds since 1970. `due` of a claimed row (`claimed_due` is set) is the end of its lease,
///   by the clock of the database.
/// - `COLLATE "C"` for what is indexed: the order of other collations changes with the operating system, and an
///   index in the old order no longer keeps a reference unique.
/// - `SET STATISTICS 0` for what residents wrote, and what points to them: ANALYZE would copy samples of it into
///   `pg_statistic`, where they would outlive an erased suggestion.
const STEPS: [&str; 2] = [
    r#"
    CREATE TABLE suggestion (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        reference text COLLATE "C" NOT NULL UNIQUE,
        nonce bytea NOT NULL UNIQUE,
        received bigint NOT NULL,
        round bigint NOT NULL,
        target text NOT NULL,
        digest_sent text,
        text text NOT NULL,
        rewording text,
        name text,
        email text,
        publish boolean NOT NULL,
        marks bigint NOT NULL
    );
    CREATE INDEX suggestion_received ON suggestion (received, id);
    CREATE TABLE digest (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        name text NOT NULL,
        address text COLLATE "C" NOT NULL,
        opened bigint NOT NULL,
        state text NOT NULL CHECK (state IN ('open', 'closed', 'delivered', 'held')),
        due bigint NOT NULL,
        claimed_due bigint,
        generation bigint NOT NULL DEFAULT 0,
        attempts bigint NOT NULL DEFAULT 0,
        cause text,
        settled bigint
    );
    CREATE UNIQUE INDEX digest_open ON digest (address) WHERE state = 'open';
    CREATE INDEX digest_due ON digest (due, id) WHERE state IN ('open', 'closed');
    CREATE INDEX digest_settled ON digest (address, settled) WHERE settled IS NOT NULL;
    CREATE TABLE delivery (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        suggestion bigint NOT NULL REFERENCES suggestion (id) ON DELETE CASCADE,
        number bigint NOT NULL,
        name text NOT NULL,
        address text COLLATE "C" NOT NULL,
        state text NOT NULL CHECK (state IN ('waiting', 'bundled', 'delivered', 'held', 'quarantined')),
        due bigint NOT NULL,
        claimed_due bigint,
        generation bigint NOT NULL DEFAULT 0,
        attempts bigint NOT NULL DEFAULT 0,
        cause text,
        digest bigint REFERENCES digest (id),
        settled bigint,
        UNIQUE (suggestion, number)
    );
    CREATE INDEX delivery_due ON delivery (due, id) WHERE state = 'waiting';
    CREATE INDEX delivery_state ON delivery (state) WHERE state <> 'delivered';
    CREATE INDEX delivery_digest ON delivery (digest) WHERE digest IS NOT NULL;
    CREATE INDEX delivery_settled ON delivery (address, settled) WHERE settled IS NOT NULL;
    CREATE INDEX delivery_confirmation ON delivery (lower(address)) WHERE number = 0;
    CREATE TABLE turn (what text COLLATE "C" PRIMARY KEY, taken bigint NOT NULL);
    ALTER TABLE suggestion
        ALTER reference SET STATISTICS 0, ALTER nonce SET STATISTICS 0, ALTER target SET STATISTICS 0,
        ALTER digest_sent SET STATISTICS 0, ALTER text SET STATISTICS 0, ALTER rewording SET STATISTICS 0,
        ALTER name SET STATISTICS 0, ALTER email SET STATISTICS 0;
    ALTER TABLE delivery
        ALTER name SET STATISTICS 0, ALTER address SET STATISTICS 0, ALTER cause SET STATISTICS 0;
    ALTER INDEX delivery_confirmation ALTER COLUMN 1 SET STATISTICS 0;
"#,
    // Generations of a digest of which it is known that nothing arrived: the claim and the note of what came
    // of it. Where more were given, it may have arrived; also by a program that does not know of this.
    "ALTER TABLE digest ADD COLUMN refuted bigint NOT NULL DEFAULT 0;",
];

/// The version this program works with.
const PRESENT: i64 = STEPS.len() as i64;

/// Only one program upgrades at a time. Held until the transaction ends, which pgbouncer allows.
const UPGRADING: i64 = 0x6175_736c_0001;

/// The version of a database, 0 if it has none of our tables.
pub(super) async fn version(client: &Client) -> Result<i64, Trouble> {
    let row = client.query_typed_one("SELECT to_regclass('feedback_version') IS NOT NULL", &[]).await?;
    if !row.try_get::<_, bool>(0)? {
        return Ok(0);
    }
    let row = client.query_typed_one("SELECT coalesce(max(version), 0) FROM feedback_version", &[]).await?;
    Ok(row.try_get(0)?)
}

/// Refuses a database of a newer program.
pub(super) fn must_be_known(version: i64) -> anyhow::Result<()> {
    match version > PRESENT {
        true => Err(anyhow!(
            "the database has version {version}, this program knows versions up to {PRESENT}; start the newer \
             program"
        )),
        false => Ok(()),
    }
}

/// Refuses a database that is not of the present version, for who must not upgrade it.
pub(super) fn must_be_present(version: i64) -> anyhow::Result<()> {
    must_be_known(version)?;
    match version {
        0 => Err(anyhow!("there are no tables yet; `feedback-fn serve` makes them")),
        PRESENT => Ok(()),
        older => Err(anyhow!(
            "the database has version {older}, this program works with {PRESENT}; `feedback-fn serve` upgrades \
             it when it starts"
        )),
    }
}

/// Brings a database to the present version, all steps or none.
pub(super) async fn upgrade(client: &Client) -> Result<(), Trouble> {
    // Looked at without the lock first: a start should need no right to make tables that are there.
    let version_now = version(client).await?;
    must_be_known(version_now).map_err(StoreError::Failed)?;
    if version_now == PRESENT {
        return Ok(());
    }
    client.batch_execute("BEGIN ISOLATION LEVEL READ COMMITTED").await?;
    let upgraded = upgrade_within(client).await;
    client.batch_execute(if upgraded.is_ok() { "COMMIT" } else { "ROLLBACK" }).await?;
    upgraded
}

async fn upgrade_within(client: &Client) -> Result<(), Trouble> {
    client.query_typed("SELECT pg_advisory_xact_lock($1)", &[(&UPGRADING, Type::INT8)]).await?;
    client
        .batch_execute(
            "CREATE TABLE IF NOT EXISTS feedback_version (
                 version bigint PRIMARY KEY, upgraded timestamptz NOT NULL DEFAULT now())",
        )
        .await?;
    let version = version(client).await?;
    must_be_known(version).map_err(StoreError::Failed)?;
    for (next, step) in (1_i64..).zip(STEPS).skip(usize::try_from(version).unwrap_or_default()) {
        client.batch_execute(step).await?;
        let insert = "INSERT INTO feedback_version (version) VALUES ($1)";
        client.execute_typed(insert, &[(&next, Type::INT8)]).await?;
    }
    Ok(())
}
