//! What an operator asks: looking things up. For deciding about mails: `decide`.

use super::read::{self, AFTER, SUGGESTION, instant};
use crate::reference::Reference;
use crate::store::{DeliveryState, Listed, Position, Stats, Which};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Params, params};

/// The newest suggestions with their deliveries.
pub(in super::super) fn list(
    connection: &Connection,
    which: Which,
    limit: usize,
) -> rusqlite::Result<Vec<Listed>> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    match which {
        Which::All => listed(connection, "ORDER BY s.id DESC LIMIT ?1", [limit]),
        Which::With(state) => listed(
            connection,
            "WHERE s.id IN (SELECT suggestion FROM delivery WHERE state = ?2) ORDER BY s.id DESC LIMIT ?1",
            params![limit, state.as_str()],
        ),
    }
}

/// How many suggestions there are.
pub(in super::super) fn count(connection: &Connection, which: Which) -> rusqlite::Result<u64> {
    let all = "SELECT count(*) FROM suggestion";
    let with = "SELECT count(DISTINCT suggestion) FROM delivery WHERE state = ?1";
    let count: i64 = match which {
        Which::All => connection.prepare_cached(all)?.query_row([], |row| row.get(0))?,
        Which::With(state) => {
            connection.prepare_cached(with)?.query_row([state.as_str()], |row| row.get(0))?
        }
    };
    Ok(count.unsigned_abs())
}

/// One suggestion with its deliveries.
pub(in super::super) fn show(
    connection: &Connection,
    reference: &Reference,
) -> rusqlite::Result<Option<Listed>> {
    Ok(listed(connection, "WHERE s.reference = ?1", [reference.as_str()])?.pop())
}

/// Suggestions after a position, with their deliveries.
pub(in super::super) fn page(
    connection: &Connection,
    after: Position,
    limit: usize,
) -> rusqlite::Result<Vec<Listed>> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    listed(connection, "WHERE s.id > ?1 ORDER BY s.id LIMIT ?2", [after.0, limit])
}

fn listed(connection: &Connection, rest: &str, values: impl Params) -> rusqlite::Result<Vec<Listed>> {
    let mut select =
        connection.prepare_cached(&format!("SELECT {SUGGESTION}, s.id FROM suggestion s {rest}"))?;
    let mut deliveries = connection.prepare_cached(
        "SELECT d.number, d.name, d.address, d.state, d.attempts, coalesce(g.due, d.due), coalesce(d.cause, g.cause),
                coalesce(g.claimed_due, d.claimed_due) IS NOT NULL
         FROM delivery d LEFT JOIN digest g ON g.id = d.digest AND d.state = 'bundled'
         WHERE d.suggestion = ?1 ORDER BY d.number",
    )?;
    let rows = select.query_map(values, |row| Ok((read::suggestion(row)?, row.get::<_, i64>(AFTER)?)))?;
    rows.map(|row| {
        let (suggestion, id) = row?;
        let deliveries = deliveries.query_map([id], read::listed)?.collect::<rusqlite::Result<_>>()?;
        Ok(Listed { position: Position(id), suggestion, deliveries })
    })
    .collect()
}

/// Counts.
pub(in super::super) fn stats(connection: &Connection) -> rusqlite::Result<Stats> {
    let count =
        |sql: &str| connection.prepare_cached(sql)?.query_row([], |row| row.get(0)).map(i64::unsigned_abs);
    let mut stats = Stats { suggestions: count("SELECT count(*) FROM suggestion")?, ..Stats::default() };
    let mut states = connection.prepare_cached(
        "SELECT state, count(*) FROM delivery WHERE state <> 'delivered' AND number > 0 GROUP BY state",
    )?;
    let rows = states.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)))?;
    for row in rows {
        let (word, number) = row?;
        if let Some(state) = DeliveryState::from_word(&word) {
            stats.count(state, number.unsigned_abs());
        }
    }
    let all = count("SELECT count(*) FROM delivery WHERE number > 0")?;
    let others = stats.waiting + stats.bundled + stats.held + stats.quarantined;
    stats.delivered = all.saturating_sub(others);
    stats.oldest_waiting = oldest(connection, "('waiting', 'bundled')")?;
    stats.oldest_quarantined = oldest(connection, "('quarantined')")?;
    Ok(stats)
}

/// When the oldest suggestion was received of which a delivery is in one of these states.
fn oldest(connection: &Connection, states: &str) -> rusqlite::Result<Option<Timestamp>> {
    // Without `<> 'delivered'` SQLite would not see that the index of what is left to do serves.
    let sql = format!(
        "SELECT min(s.received) FROM delivery d JOIN suggestion s ON s.id = d.suggestion
         WHERE d.state <> 'delivered' AND d.state IN {states} AND d.number > 0
         HAVING min(s.received) IS NOT NULL"
    );
    connection.prepare_cached(&sql)?.query_row([], |row| instant(row, 0)).optional()
}
