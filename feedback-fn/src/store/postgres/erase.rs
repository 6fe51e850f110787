//! Erasing: rows, and what PostgreSQL keeps of rows that are gone.
//!
//! A deleted row stays in the file of its table until VACUUM, and its bytes until something else is written over
//! them. `purge`, which works every day, makes that room free; `erase`, which somebody asked for, writes the tables
//! anew, so that their files hold what is stored and nothing else. The server's write-ahead log, its standbys and
//! its dumps are beyond a client: `docs/operating/how-it-works.md` says what is to be set there.

use super::link::transaction;
use super::trouble::Trouble;
use crate::reference::Reference;
use crate::store::{Purged, StoreError};
use anyhow::anyhow;
use jiff::Timestamp;
use tokio_postgres::Client;
use tokio_postgres::types::Type;

/// What belongs to a suggestion that must stay: an author has not got it yet.
const UNDELIVERED: &str =
    "SELECT 1 FROM delivery d WHERE d.suggestion = s.id AND d.number > 0 AND d.state <> 'delivered'";

/// The tables that hold what residents wrote or who they are, in the order in which all lock them.
const TABLES: [&str; 3] = ["suggestion", "delivery", "digest"];

/// Deletes suggestions, and with them (by the foreign key) their deliveries.
pub(super) async fn purge(client: &Client, before: Timestamp, limit: usize) -> Result<Purged, Trouble> {
    let before = before.as_millisecond();
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    transaction(client, async {
        let delete = format!(
            "DELETE FROM suggestion WHERE id IN (
                 SELECT s.id FROM suggestion s WHERE s.received < $1 AND NOT EXISTS ({UNDELIVERED})
                 ORDER BY s.received, s.id LIMIT $2)"
        );
        let suggestions =
            client.execute_typed(&delete, &[(&before, Type::INT8), (&limit, Type::INT8)]).await?;
        let count =
            format!("SELECT count(*) FROM suggestion s WHERE s.received < $1 AND EXISTS ({UNDELIVERED})");
        let overdue: i64 = client.query_typed_one(&count, &[(&before, Type::INT8)]).await?.try_get(0)?;
        let digests = "DELETE FROM digest g
             WHERE coalesce(g.settled, g.opened) < $1 AND g.state IN ('delivered', 'held')
               AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.digest = g.id)";
        client.execute_typed(digests, &[(&before, Type::INT8)]).await?;
        let number = |rows: u64| usize::try_from(rows).unwrap_or(usize::MAX);
        Ok(Purged { suggestions: number(suggestions), overdue: number(overdue.unsigned_abs()) })
    })
    .await
}

/// Deletes one suggestion, whatever became of its mails.
pub(super) async fn erase(client: &Client, reference: &Reference) -> Result<bool, Trouble> {
    let delete = "DELETE FROM suggestion WHERE reference = $1";
    Ok(client.execute_typed(delete, &[(&reference.as_str(), Type::TEXT)]).await? > 0)
}

/// Makes the room of deleted rows free for others. Nobody waits for it.
pub(super) async fn vacuum(client: &Client) -> Result<(), Trouble> {
    for table in TABLES {
        client.batch_execute(&format!("VACUUM {table}")).await?;
    }
    Ok(())
}

/// Writes the tables into new files, in which nothing is but the rows that there are; the old files go. As
/// VACUUM (FULL) does, which however would wait for a dump that is being made, and all residents behind it.
pub(super) async fn rewrite(client: &Client) -> Result<(), Trouble> {
    let rewritten = transaction(client, async {
        client
            .batch_execute(
                "SET LOCAL lock_timeout = '2s'; SET LOCAL statement_timeout = 0;
                 LOCK TABLE suggestion, delivery, digest IN ACCESS EXCLUSIVE MODE",
            )
            .await?;
        for table in TABLES {
            client.batch_execute(&format!("CLUSTER {table} USING {table}_pkey")).await?;
            nothing_else_is_in(client, table).await?;
        }
        Ok(())
    })
    .await;
    match rewritten {
        Err(trouble) if trouble.is_locked_out() => Err(StoreError::Failed(anyhow!(
            "erased texts are still in the files of the database, which another program is reading"
        ))
        .into()),
        other => other,
    }
}

/// CLUSTER keeps deleted rows that an older transaction, of whatever database user, might still look at. All that
/// it wrote has just been put into the index of the primary key, and PostgreSQL has noted how many those were
/// (-1: the table has always been empty).
async fn nothing_else_is_in(client: &Client, table: &str) -> Result<(), Trouble> {
    let sql = format!(
        "SELECT (SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = '{table}_pkey'::regclass),
                (SELECT count(*) FROM {table})"
    );
    let row = client.query_typed_one(&sql, &[]).await?;
    let (written, there): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
    match written == there {
        true => Ok(()),
        false => Err(StoreError::Failed(anyhow!(
            "erased texts are still in the files of the database, since a transaction that began earlier has \
             not ended"
        ))
        .into()),
    }
}
