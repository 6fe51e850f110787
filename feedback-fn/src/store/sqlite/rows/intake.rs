//! Keeping a suggestion.

use super::super::failed;
use super::read::parsed;
use crate::reference::Reference;
use crate::store::{Accepted, DeliveryState, Entry, Standing, StoreError};
use rusqlite::{Connection, OptionalExtension, ToSql, Transaction, params};
use std::fmt::Write as _;

/// Between two confirmations to one address, in milliseconds; also to one that a clock which was ahead put later.
const CONFIRMATION_EVERY: i64 = 24 * 60 * 60 * 1000;

/// Keeps a suggestion and its deliveries, unless the nonce is known or the reference taken.
/// A failure in the middle leaves neither: it undoes only this entry, not its neighbors in the batch.
pub(in super::super) fn accept(transaction: &Transaction<'_>, entry: &Entry) -> Result<Accepted, StoreError> {
    if !insert_suggestion(transaction, entry)? {
        let known = reference_of_nonce(transaction, &entry.nonce).map_err(failed)?;
        return known.map(Accepted::Known).ok_or(StoreError::ReferenceTaken);
    }
    let suggestion = transaction.last_insert_rowid();
    let delivered = insert_deliveries(transaction, entry, suggestion);
    delivered.inspect_err(|_| undo(transaction, suggestion)).map_err(failed)?;
    Ok(Accepted::Stored(entry.suggestion.reference.clone()))
}

/// Takes a suggestion back whose deliveries cannot be kept. No savepoint, which would copy every page that is
/// written, for what hardly ever happens; if this fails too, nothing of the whole transaction stays.
fn undo(transaction: &Transaction<'_>, suggestion: i64) {
    // SQLite may have undone the whole transaction itself.
    if transaction.is_autocommit() {
        return;
    }
    if transaction.execute("DELETE FROM suggestion WHERE id = ?1", [suggestion]).is_err() {
        // If this fails as well, so does COMMIT.
        let _ = transaction.execute_batch("ROLLBACK");
    }
}

/// The reference given for a nonce.
pub(in super::super) fn reference_of_nonce(
    connection: &Connection,
    nonce: &[u8; 16],
) -> rusqlite::Result<Option<Reference>> {
    connection
        .prepare_cached("SELECT reference FROM suggestion WHERE nonce = ?1")?
        .query_row([nonce.as_slice()], |row| parsed(row, 0))
        .optional()
}

/// Whether it is kept now: not if its nonce or its reference is there already.
fn insert_suggestion(connection: &Connection, entry: &Entry) -> Result<bool, StoreError> {
    let suggestion = &entry.suggestion;
    let target =
        serde_json::to_string(&suggestion.target).map_err(|error| StoreError::Failed(error.into()))?;
    let inserted = connection
        .prepare_cached(
            "INSERT INTO suggestion (reference, nonce, received, round, target, digest_sent, text, rewording,
                                     name, email, publish, marks)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
             ON CONFLICT DO NOTHING",
        )
        .map_err(failed)?
        .execute(params![
            suggestion.reference.as_str(),
            entry.nonce.as_slice(),
            suggestion.received.as_millisecond(),
            suggestion.round,
            target,
            suggestion.digest_sent,
            suggestion.text,
            suggestion.rewording,
            suggestion.name,
            suggestion.email,
            suggestion.publish,
            suggestion.marks.bits(),
        ])
        .map_err(failed)?;
    Ok(inserted == 1)
}

fn insert_deliveries(connection: &Connection, entry: &Entry, suggestion: i64) -> rusqlite::Result<()> {
    let due = entry.suggestion.received.as_millisecond();
    let state = match entry.standing {
        Standing::Accepted => DeliveryState::Waiting,
        Standing::Quarantined => DeliveryState::Quarantined,
    };
    let confirm = match &entry.confirm {
        Some(address) if !confirmed_lately(connection, address, due)? => Some((0, "", address.as_str())),
        _ => None,
    };
    let recipients = (1_u32..).zip(&entry.recipients);
    let recipients = recipients.map(|(number, to)| (number, to.name.as_str(), to.address.as_str()));
    let rows: Vec<_> = recipients.chain(confirm).collect();
    if rows.is_empty() {
        return Ok(());
    }
    let state = state.as_str();
    let mut values: Vec<&dyn ToSql> = vec![&suggestion, &state, &due];
    for (number, name, address) in &rows {
        values.extend([number as &dyn ToSql, name, address]);
    }
    connection.prepare_cached(&insertion(rows.len()))?.execute(values.as_slice()).map(|_| ())
}

/// All rows in one statement: each statement opens and closes the table and its indexes.
fn insertion(rows: usize) -> String {
    let mut sql = "INSERT INTO delivery (suggestion, state, due, number, name, address) VALUES ".to_owned();
    for row in 0..rows {
        let (comma, first) = (if row == 0 { "" } else { ", " }, 4 + 3 * row);
        let _ = write!(sql, "{comma}(?1, ?2, ?3, ?{first}, ?{}, ?{})", first + 1, first + 2);
    }
    sql
}

fn confirmed_lately(connection: &Connection, address: &str, now: i64) -> rusqlite::Result<bool> {
    connection
        .prepare_cached(
            "SELECT 1 FROM delivery d JOIN suggestion s ON s.id = d.suggestion
             WHERE d.number = 0 AND lower(d.address) = lower(?1) AND s.received > ?2 AND s.received < ?3",
        )?
        .exists(params![address, now - CONFIRMATION_EVERY, now + CONFIRMATION_EVERY])
}
