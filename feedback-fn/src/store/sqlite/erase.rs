//! Erasing: so that nothing of what was erased is left in database, write-ahead log or its index.
//!
//! `secure_delete` (set in `open`) overwrites the bytes in the database. The log still holds the pages as they
//! were before; it is emptied afterwards (`log`).

use crate::reference::Reference;
use crate::store::Purged;
use jiff::Timestamp;
use rusqlite::{Transaction, params};

/// What belongs to a suggestion that must stay: an author has not got it yet.
const UNDELIVERED: &str =
    "SELECT 1 FROM delivery d WHERE d.suggestion = s.id AND d.number > 0 AND d.state <> 'delivered'";

/// Deletes suggestions, and with them (by the foreign key) their deliveries. Their nonces may go: a token
/// lasts a day, and no suggestion is erased on the day it came.
pub(super) fn purge(
    transaction: &Transaction<'_>,
    before: Timestamp,
    limit: usize,
) -> rusqlite::Result<Purged> {
    let before = before.as_millisecond();
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let suggestions = transaction
        .prepare_cached(&format!(
            "DELETE FROM suggestion WHERE id IN (
                 SELECT s.id FROM suggestion s WHERE s.received < ?1 AND NOT EXISTS ({UNDELIVERED})
                 ORDER BY s.received, s.id LIMIT ?2)"
        ))?
        .execute(params![before, limit])?;
    let overdue: i64 = transaction
        .prepare_cached(&format!(
            "SELECT count(*) FROM suggestion s WHERE s.received < ?1 AND EXISTS ({UNDELIVERED})"
        ))?
        .query_row([before], |row| row.get(0))?;
    transaction
        .prepare_cached(
            "DELETE FROM digest WHERE coalesce(settled, opened) < ?1 AND state IN ('delivered', 'held')
                 AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.digest = digest.id)",
        )?
        .execute([before])?;
    Ok(Purged { suggestions, overdue: usize::try_from(overdue).unwrap_or_default() })
}

/// Deletes one suggestion, whatever became of its mails.
pub(super) fn erase(transaction: &Transaction<'_>, reference: &Reference) -> rusqlite::Result<bool> {
    let erased = transaction
        .prepare_cached("DELETE FROM suggestion WHERE reference = ?1")?
        .execute([reference.as_str()])?;
    Ok(erased > 0)
}
