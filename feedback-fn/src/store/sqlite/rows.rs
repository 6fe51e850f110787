//! The statements: from the store's types to rows and back.

use super::failed;
use crate::clock::later;
use crate::contract::Recipient;
use crate::reference::Reference;
use crate::store::{
    Accepted, Delivery, DeliveryId, DeliveryState, Entry, Listed, ListedDelivery, Outcome, Recorded,
    StoreError,
};
use crate::suggestion::Suggestion;
use jiff::Timestamp;
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use std::time::Duration;

/// In the order that [`suggestion_from`] reads.
const SUGGESTION: &str = "s.reference, s.received, s.round, s.target, s.digest_sent, s.text, s.rewording, \
                          s.name, s.email, s.publish, s.suspicious";

/// Keeps a suggestion and its deliveries, unless the nonce is known or the reference taken.
/// A failure in the middle leaves neither: it undoes only this entry, not its neighbors in the batch.
pub(super) fn accept(transaction: &Transaction<'_>, entry: &Entry) -> Result<Accepted, StoreError> {
    if let Some(reference) = reference_of_nonce(transaction, &entry.nonce).map_err(failed)? {
        return Ok(Accepted::Known(reference));
    }
    if reference_exists(transaction, &entry.suggestion.reference).map_err(failed)? {
        return Err(StoreError::ReferenceTaken);
    }
    transaction.execute_batch("SAVEPOINT entry").map_err(failed)?;
    match insert(transaction, entry) {
        Ok(()) => {
            transaction.execute_batch("RELEASE entry").map_err(failed)?;
            Ok(Accepted::Stored(entry.suggestion.reference.clone()))
        }
        Err(error) => {
            // SQLite may have undone the whole transaction itself, savepoint and all.
            if !transaction.is_autocommit() {
                transaction.execute_batch("ROLLBACK TO entry; RELEASE entry").map_err(failed)?;
            }
            Err(error)
        }
    }
}

/// The reference given for a nonce.
pub(super) fn reference_of_nonce(
    connection: &Connection,
    nonce: &[u8; 16],
) -> rusqlite::Result<Option<Reference>> {
    connection
        .prepare_cached("SELECT reference FROM suggestion WHERE nonce = ?1")?
        .query_row([nonce.as_slice()], |row| parsed(row, 0))
        .optional()
}

fn reference_exists(connection: &Connection, reference: &Reference) -> rusqlite::Result<bool> {
    connection.prepare_cached("SELECT 1 FROM suggestion WHERE reference = ?1")?.exists([reference.as_str()])
}

fn insert(connection: &Connection, entry: &Entry) -> Result<(), StoreError> {
    let suggestion = &entry.suggestion;
    let target =
        serde_json::to_string(&suggestion.target).map_err(|error| StoreError::Failed(error.into()))?;
    insert_rows(connection, entry, &target).map_err(failed)
}

fn insert_rows(connection: &Connection, entry: &Entry, target: &str) -> rusqlite::Result<()> {
    let suggestion = &entry.suggestion;
    connection
        .prepare_cached(
            "INSERT INTO suggestion (reference, nonce, received, round, target, digest_sent, text, rewording,
                                     name, email, publish, suspicious)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        )?
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
            suggestion.suspicious,
        ])?;
    let row = connection.last_insert_rowid();
    let mut insert = connection.prepare_cached(
        "INSERT INTO delivery (suggestion, number, name, address, due) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    for (number, recipient) in (1_u32..).zip(&entry.recipients) {
        let due = suggestion.received.as_millisecond();
        insert.execute(params![row, number, recipient.name, recipient.address, due])?;
    }
    Ok(())
}

/// Moves the due time of each claimed delivery to the end of its lease and hands it out.
pub(super) fn claim_due(
    transaction: &Transaction<'_>,
    now: Timestamp,
    limit: usize,
    lease: Duration,
) -> rusqlite::Result<Vec<Delivery>> {
    let mut select = transaction.prepare_cached(&format!(
        "SELECT {SUGGESTION}, d.id, d.number, d.generation, d.attempts, d.name, d.address
         FROM delivery d JOIN suggestion s ON s.id = d.suggestion
         WHERE d.state = 'waiting' AND d.due <= ?1 ORDER BY d.due, d.id LIMIT ?2"
    ))?;
    let claimed: Vec<Delivery> = select
        .query_map(params![now.as_millisecond(), limit as i64], claimed_from)?
        .collect::<rusqlite::Result<_>>()?;
    let mut update = transaction
        .prepare_cached(
            "UPDATE delivery SET claimed_due = coalesce(claimed_due, due), due = ?2, generation = ?3, attempts = ?4
             WHERE id = ?1",
        )?;
    let until = later(now, lease).as_millisecond();
    for delivery in &claimed {
        update.execute(params![delivery.id.0, until, delivery.generation as i64, delivery.attempts])?;
    }
    Ok(claimed)
}

/// Ends all leases: whoever held them belonged to a process that is gone.
pub(super) fn release(connection: &Connection) -> rusqlite::Result<usize> {
    connection.execute(
        "UPDATE delivery SET due = claimed_due, claimed_due = NULL, generation = generation + 1
         WHERE state = 'waiting' AND claimed_due IS NOT NULL",
        [],
    )
}

fn claimed_from(row: &Row<'_>) -> rusqlite::Result<Delivery> {
    Ok(Delivery {
        suggestion: suggestion_from(row)?,
        id: DeliveryId(row.get(11)?),
        number: row.get(12)?,
        generation: row.get::<_, i64>(13)? as u64 + 1,
        attempts: row.get::<_, u32>(14)? + 1,
        recipient: Recipient { name: row.get(15)?, address: row.get(16)? },
    })
}

/// Notes an outcome if the lease is still the caller's.
pub(super) fn record(
    transaction: &Transaction<'_>,
    id: DeliveryId,
    generation: u64,
    outcome: &Outcome,
) -> rusqlite::Result<Recorded> {
    let (state, until, cause, uncounted) = match outcome {
        Outcome::Delivered => ("delivered", None, None, 0),
        Outcome::Deferred { until, cause } => ("waiting", Some(*until), Some(cause), 0),
        Outcome::Untried { until, cause } => ("waiting", Some(*until), Some(cause), 1),
        Outcome::Held { cause } => ("held", None, Some(cause), 0),
    };
    let changed = transaction
        .prepare_cached(
            "UPDATE delivery SET state = ?3, due = coalesce(?4, due), claimed_due = NULL, cause = ?5,
                                 attempts = max(0, attempts - ?6), generation = generation + 1
             WHERE id = ?1 AND generation = ?2 AND state = 'waiting'",
        )?
        .execute(params![
            id.0,
            generation as i64,
            state,
            until.map(Timestamp::as_millisecond),
            cause,
            uncounted
        ])?;
    Ok(if changed == 1 { Recorded::Noted } else { Recorded::Stale })
}

/// The earliest due time of what waits.
pub(super) fn next_due(connection: &Connection) -> rusqlite::Result<Option<Timestamp>> {
    connection
        .prepare_cached("SELECT due FROM delivery WHERE state = 'waiting' ORDER BY due LIMIT 1")?
        .query_row([], |row| instant(row, 0))
        .optional()
}

/// The newest suggestions with their deliveries.
pub(super) fn list(connection: &Connection, limit: usize) -> rusqlite::Result<Vec<Listed>> {
    let mut select = connection.prepare_cached(&format!(
        "SELECT {SUGGESTION}, s.id FROM suggestion s ORDER BY s.id DESC LIMIT ?1"
    ))?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = select.query_map([limit], |row| Ok((suggestion_from(row)?, row.get::<_, i64>(11)?)))?;
    rows.map(|row| {
        let (suggestion, id) = row?;
        Ok(Listed { suggestion, deliveries: deliveries(connection, id)? })
    })
    .collect()
}

fn deliveries(connection: &Connection, suggestion: i64) -> rusqlite::Result<Vec<ListedDelivery>> {
    connection
        .prepare_cached(
            "SELECT name, address, state, attempts, due, cause FROM delivery
             WHERE suggestion = ?1 ORDER BY number",
        )?
        .query_map([suggestion], |row| {
            Ok(ListedDelivery {
                recipient: Recipient { name: row.get(0)?, address: row.get(1)? },
                state: match row.get::<_, String>(2)?.as_str() {
                    "delivered" => DeliveryState::Delivered,
                    "held" => DeliveryState::Held,
                    _ => DeliveryState::Waiting,
                },
                attempts: row.get(3)?,
                due: instant(row, 4)?,
                cause: row.get(5)?,
            })
        })?
        .collect()
}

fn suggestion_from(row: &Row<'_>) -> rusqlite::Result<Suggestion> {
    let target: String = row.get(3)?;
    Ok(Suggestion {
        reference: parsed(row, 0)?,
        received: instant(row, 1)?,
        round: row.get(2)?,
        target: serde_json::from_str(&target).map_err(|error| unreadable(3, Type::Text, error))?,
        digest_sent: row.get(4)?,
        text: row.get(5)?,
        rewording: row.get(6)?,
        name: row.get(7)?,
        email: row.get(8)?,
        publish: row.get(9)?,
        suspicious: row.get(10)?,
    })
}

fn parsed(row: &Row<'_>, at: usize) -> rusqlite::Result<Reference> {
    let text: String = row.get(at)?;
    text.parse().map_err(|error: crate::reference::ReferenceError| unreadable(at, Type::Text, error))
}

fn instant(row: &Row<'_>, at: usize) -> rusqlite::Result<Timestamp> {
    Timestamp::from_millisecond(row.get(at)?).map_err(|error| unreadable(at, Type::Integer, error))
}

fn unreadable(
    at: usize,
    kind: Type,
    error: impl std::error::Error + Send + Sync + 'static,
) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(at, kind, Box::new(error))
}
