//! Digests: opened by the first delivery that is put into them, closed when they are full or tried first.

use super::read::{self, SUGGESTION, instant};
use super::{draw_near, effect};
use crate::clock::later;
use crate::contract::Recipient;
use crate::store::{DeliveryId, Digest, DigestId, Outcome, Recorded};
use crate::suggestion::Suggestion;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use std::time::Duration;

/// Puts a claimed delivery into the open digest of its address.
pub(in super::super) fn postpone(
    transaction: &Transaction<'_>,
    id: DeliveryId,
    generation: u64,
    due: Timestamp,
    now: Timestamp,
) -> rusqlite::Result<Recorded> {
    let recipient = transaction
        .prepare_cached(
            "SELECT name, address FROM delivery WHERE id = ?1 AND generation = ?2 AND state = 'waiting'",
        )?
        .query_row(params![id.0, generation as i64], |row| {
            Ok(Recipient { name: row.get(0)?, address: row.get(1)? })
        })
        .optional()?;
    let Some(recipient) = recipient else { return Ok(Recorded::Stale) };
    let digest = open(transaction, &recipient, due, now)?;
    transaction
        .prepare_cached(
            "UPDATE delivery SET state = 'bundled', digest = ?2, claimed_due = NULL, cause = NULL,
                                 attempts = max(0, attempts - 1), generation = generation + 1
             WHERE id = ?1",
        )?
        .execute(params![id.0, digest])?;
    Ok(Recorded::Noted)
}

/// The digest for a recipient that has room, opened if there is none.
fn open(
    transaction: &Transaction<'_>,
    recipient: &Recipient,
    due: Timestamp,
    now: Timestamp,
) -> rusqlite::Result<i64> {
    let found = transaction
        .prepare_cached("SELECT id FROM digest WHERE address = ?1 AND state = 'open'")?
        .query_row([&recipient.address], |row| row.get(0))
        .optional()?;
    if let Some(id) = found {
        if !is_full(transaction, id)? {
            return Ok(id);
        }
        transaction.prepare_cached("UPDATE digest SET state = 'closed' WHERE id = ?1")?.execute([id])?;
    }
    transaction
        .prepare_cached(
            "INSERT INTO digest (name, address, opened, state, due) VALUES (?1, ?2, ?3, 'open', ?4)",
        )?
        .execute(params![recipient.name, recipient.address, now.as_millisecond(), due.as_millisecond()])?;
    Ok(transaction.last_insert_rowid())
}

fn is_full(connection: &Connection, digest: i64) -> rusqlite::Result<bool> {
    let number: i64 = connection
        .prepare_cached("SELECT count(*) FROM delivery WHERE digest = ?1 AND state = 'bundled'")?
        .query_row([digest], |row| row.get(0))?;
    Ok(number.unsigned_abs() >= Digest::MOST as u64)
}

/// Closes the digest that has been due longest and hands it out.
pub(in super::super) fn claim_digest(
    transaction: &Transaction<'_>,
    now: Timestamp,
    lease: Duration,
) -> rusqlite::Result<Option<Digest>> {
    draw_near(transaction, "UPDATE digest SET due = ?1 WHERE state IN ('open', 'closed') AND due > ?2", now)?;
    let found = transaction
        .prepare_cached(
            "SELECT id, generation, attempts, opened, name, address FROM digest
             WHERE state IN ('open', 'closed') AND due <= ?1 ORDER BY due, id LIMIT 1",
        )?
        .query_row([now.as_millisecond()], digest)
        .optional()?;
    let Some(mut digest) = found else { return Ok(None) };
    transaction
        .prepare_cached(
            "UPDATE digest SET state = 'closed', claimed_due = coalesce(claimed_due, due), due = ?2,
                               generation = ?3, attempts = ?4
             WHERE id = ?1",
        )?
        .execute(params![
            digest.id.0,
            later(now, lease).as_millisecond(),
            digest.generation as i64,
            digest.attempts
        ])?;
    digest.suggestions = suggestions(transaction, digest.id)?;
    Ok(Some(digest))
}

fn digest(row: &Row<'_>) -> rusqlite::Result<Digest> {
    Ok(Digest {
        id: DigestId(row.get(0)?),
        generation: row.get::<_, i64>(1)? as u64 + 1,
        attempts: row.get::<_, u32>(2)? + 1,
        opened: instant(row, 3)?,
        recipient: Recipient { name: row.get(4)?, address: row.get(5)? },
        suggestions: Vec::new(),
    })
}

fn suggestions(connection: &Connection, digest: DigestId) -> rusqlite::Result<Vec<Suggestion>> {
    connection
        .prepare_cached(&format!(
            "SELECT {SUGGESTION} FROM delivery d JOIN suggestion s ON s.id = d.suggestion
             WHERE d.digest = ?1 AND d.state = 'bundled' ORDER BY s.id"
        ))?
        .query_map([digest.0], read::suggestion)?
        .collect()
}

/// Notes an outcome of a digest, if the lease is still the caller's, and of what is in it.
pub(in super::super) fn record_digest(
    transaction: &Transaction<'_>,
    id: DigestId,
    generation: u64,
    outcome: &Outcome,
    now: Timestamp,
) -> rusqlite::Result<Recorded> {
    let (state, until, cause, uncounted) = effect(outcome);
    let settled = (*outcome == Outcome::Delivered).then(|| now.as_millisecond());
    let of_digest = if state == "waiting" { "closed" } else { state };
    let changed = transaction
        .prepare_cached(
            "UPDATE digest SET state = ?3, due = coalesce(?4, due), claimed_due = NULL, cause = ?5,
                               attempts = max(0, attempts - ?6), settled = ?7, generation = generation + 1,
                               refuted = refuted + ?8
             WHERE id = ?1 AND generation = ?2 AND state = 'closed'",
        )?
        .execute(params![
            id.0,
            generation as i64,
            of_digest,
            until,
            cause,
            uncounted,
            settled,
            outcome.refuted(),
        ])?;
    if changed == 0 {
        return Ok(Recorded::Stale);
    }
    if state != "waiting" {
        transaction
            .prepare_cached(
                "UPDATE delivery SET state = ?2, cause = ?3, settled = ?4
                 WHERE digest = ?1 AND state = 'bundled'",
            )?
            .execute(params![id.0, state, cause, settled])?;
    }
    Ok(Recorded::Noted)
}
