//! Leases on deliveries, and what came of them.

use super::read::{self, SUGGESTION, instant};
use super::{draw_near, effect};
use crate::clock::later;
use crate::store::{Claim, Delivery, DeliveryId, Outcome, Recorded};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use std::time::Duration;

/// Moves the due time of each claimed delivery to the end of its lease and hands it out.
pub(in super::super) fn claim_due(
    transaction: &Transaction<'_>,
    now: Timestamp,
    limit: usize,
    lease: Duration,
) -> rusqlite::Result<Vec<Delivery>> {
    draw_near(transaction, DRAW_NEAR, now)?;
    let mut select = transaction.prepare_cached(&format!(
        "SELECT {SUGGESTION}, d.id, d.number, d.generation, d.attempts, d.name, d.address
         FROM delivery d JOIN suggestion s ON s.id = d.suggestion
         WHERE d.state = 'waiting' AND d.state <> 'delivered' AND d.due <= ?1 ORDER BY d.due, d.id LIMIT ?2"
    ))?;
    let claimed: Vec<Delivery> = select
        .query_map(params![now.as_millisecond(), limit as i64], read::claimed)?
        .collect::<rusqlite::Result<_>>()?;
    let mut update = transaction.prepare_cached(
        "UPDATE delivery SET claimed_due = coalesce(claimed_due, due), due = ?2, generation = ?3, attempts = ?4
         WHERE id = ?1",
    )?;
    let until = later(now, lease).as_millisecond();
    for delivery in &claimed {
        update.execute(params![delivery.id.0, until, delivery.generation as i64, delivery.attempts])?;
    }
    Ok(claimed)
}

const DRAW_NEAR: &str =
    "UPDATE delivery SET due = ?1 WHERE state = 'waiting' AND state <> 'delivered' AND due > ?2";

/// Extends leases; those that are still the caller's.
pub(in super::super) fn renew(
    transaction: &Transaction<'_>,
    claims: &[Claim],
    now: Timestamp,
    lease: Duration,
) -> rusqlite::Result<Vec<Claim>> {
    let until = later(now, lease).as_millisecond();
    let mut held = Vec::with_capacity(claims.len());
    for &claim in claims {
        let (sql, id, generation) = match claim {
            Claim::Delivery(id, generation) => (RENEW_DELIVERY, id.0, generation),
            Claim::Digest(id, generation) => (RENEW_DIGEST, id.0, generation),
        };
        let changed = transaction.prepare_cached(sql)?.execute(params![id, generation as i64, until])?;
        held.extend((changed == 1).then_some(claim));
    }
    Ok(held)
}

const RENEW_DELIVERY: &str = "UPDATE delivery SET due = ?3
    WHERE id = ?1 AND generation = ?2 AND state = 'waiting' AND claimed_due IS NOT NULL";
const RENEW_DIGEST: &str = "UPDATE digest SET due = ?3
    WHERE id = ?1 AND generation = ?2 AND state = 'closed' AND claimed_due IS NOT NULL";

/// Ends all leases: whoever held them belonged to a process that is gone.
pub(in super::super) fn release(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(
        "UPDATE delivery SET due = claimed_due, claimed_due = NULL, generation = generation + 1
         WHERE state = 'waiting' AND state <> 'delivered' AND claimed_due IS NOT NULL;
         UPDATE digest SET due = claimed_due, claimed_due = NULL, generation = generation + 1
         WHERE state = 'closed' AND claimed_due IS NOT NULL;",
    )
}

/// Notes an outcome if the lease is still the caller's.
pub(in super::super) fn record(
    transaction: &Transaction<'_>,
    id: DeliveryId,
    generation: u64,
    outcome: &Outcome,
    now: Timestamp,
) -> rusqlite::Result<Recorded> {
    let (state, until, cause, uncounted) = effect(outcome);
    let settled = (*outcome == Outcome::Delivered).then(|| now.as_millisecond());
    let changed = transaction
        .prepare_cached(
            "UPDATE delivery SET state = ?3, due = coalesce(?4, due), claimed_due = NULL, cause = ?5,
                                 attempts = max(0, attempts - ?6), settled = ?7, generation = generation + 1
             WHERE id = ?1 AND generation = ?2 AND state = 'waiting'",
        )?
        .execute(params![id.0, generation as i64, state, until, cause, uncounted, settled])?;
    Ok(if changed == 1 { Recorded::Noted } else { Recorded::Stale })
}

/// The earliest due time of what waits.
pub(in super::super) fn next_due(connection: &Connection) -> rusqlite::Result<Option<Timestamp>> {
    let first = |sql: &str| connection.prepare_cached(sql)?.query_row([], |row| instant(row, 0)).optional();
    let delivery = first(
        "SELECT due FROM delivery WHERE state = 'waiting' AND state <> 'delivered' ORDER BY due LIMIT 1",
    )?;
    let digest = first("SELECT due FROM digest WHERE state IN ('open', 'closed') ORDER BY due LIMIT 1")?;
    Ok(delivery.into_iter().chain(digest).min())
}

/// Mails to an address, alone or as digests.
pub(in super::super) fn sent_between(
    connection: &Connection,
    address: &str,
    from: Timestamp,
    to: Timestamp,
) -> rusqlite::Result<u64> {
    let count: i64 = connection
        .prepare_cached(
            "SELECT (SELECT count(*) FROM delivery
                     WHERE address = ?1 AND settled IS NOT NULL AND settled BETWEEN ?2 AND ?3 AND digest IS NULL)
                  + (SELECT count(*) FROM digest
                     WHERE address = ?1 AND settled IS NOT NULL AND settled BETWEEN ?2 AND ?3)",
        )?
        .query_row(params![address, from.as_millisecond(), to.as_millisecond()], |row| row.get(0))?;
    Ok(count.unsigned_abs())
}

/// Whether something that is done once every `every` is to be done now.
pub(in super::super) fn take_turn(
    transaction: &Transaction<'_>,
    what: &str,
    now: Timestamp,
    every: Duration,
) -> rusqlite::Result<bool> {
    let now = now.as_millisecond();
    let every = i64::try_from(every.as_millis()).unwrap_or(i64::MAX);
    let changed = transaction
        .prepare_cached(
            "INSERT INTO turn (what, taken) VALUES (?1, ?2)
             ON CONFLICT (what) DO UPDATE SET taken = ?2 WHERE taken NOT BETWEEN ?2 - ?3 + 1 AND ?2 + ?3",
        )?
        .execute(params![what, now, every])?;
    Ok(changed == 1)
}

/// Forgets when something was done last.
pub(in super::super) fn give_turn_back(transaction: &Transaction<'_>, what: &str) -> rusqlite::Result<()> {
    transaction.prepare_cached("DELETE FROM turn WHERE what = ?1")?.execute([what])?;
    Ok(())
}
