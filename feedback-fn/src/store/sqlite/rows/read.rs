//! From rows to the store's types.

use crate::contract::Recipient;
use crate::reference::{Reference, ReferenceError};
use crate::store::{Delivery, DeliveryId, DeliveryState, Kind, ListedDelivery};
use crate::suggestion::{Marks, Suggestion};
use jiff::Timestamp;
use rusqlite::Row;
use rusqlite::types::Type;

/// In the order that [`suggestion`] reads: the first columns of a row.
pub(super) const SUGGESTION: &str = "s.reference, s.received, s.round, s.target, s.digest_sent, s.text, \
                                     s.rewording, s.name, s.email, s.publish, s.marks";
/// How many those are.
pub(super) const AFTER: usize = 11;

pub(super) fn suggestion(row: &Row<'_>) -> rusqlite::Result<Suggestion> {
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
        marks: Marks::from_bits(row.get(10)?),
    })
}

/// A delivery with one more attempt and the next lease, from `SUGGESTION` and
/// `d.id, d.number, d.generation, d.attempts, d.name, d.address`.
pub(super) fn claimed(row: &Row<'_>) -> rusqlite::Result<Delivery> {
    let number = row.get(AFTER + 1)?;
    Ok(Delivery {
        suggestion: suggestion(row)?,
        id: DeliveryId(row.get(AFTER)?),
        kind: kind(number),
        number,
        generation: row.get::<_, i64>(AFTER + 2)? as u64 + 1,
        attempts: row.get::<_, u32>(AFTER + 3)? + 1,
        recipient: Recipient { name: row.get(AFTER + 4)?, address: row.get(AFTER + 5)? },
    })
}

/// From `number, name, address, state, attempts, due, cause` and whether it is leased.
pub(super) fn listed(row: &Row<'_>) -> rusqlite::Result<ListedDelivery> {
    let word: String = row.get(3)?;
    let state = DeliveryState::from_word(&word);
    Ok(ListedDelivery {
        kind: kind(row.get(0)?),
        recipient: Recipient { name: row.get(1)?, address: row.get(2)? },
        state: state.ok_or_else(|| unreadable(3, Type::Text, UnknownState(word)))?,
        attempts: row.get(4)?,
        due: instant(row, 5)?,
        cause: row.get(6)?,
        is_leased: row.get(7)?,
    })
}

fn kind(number: u32) -> Kind {
    if number == 0 { Kind::Confirmation } else { Kind::Suggestion }
}

pub(super) fn parsed(row: &Row<'_>, at: usize) -> rusqlite::Result<Reference> {
    let text: String = row.get(at)?;
    text.parse().map_err(|error: ReferenceError| unreadable(at, Type::Text, error))
}

pub(super) fn instant(row: &Row<'_>, at: usize) -> rusqlite::Result<Timestamp> {
    Timestamp::from_millisecond(row.get(at)?).map_err(|error| unreadable(at, Type::Integer, error))
}

pub(super) fn unreadable(
    at: usize,
    kind: Type,
    error: impl std::error::Error + Send + Sync + 'static,
) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(at, kind, Box::new(error))
}

/// A state that this version of the program does not know.
#[derive(Debug)]
pub(super) struct UnknownState(pub(super) String);

impl std::fmt::Display for UnknownState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "unknown state `{}`", self.0)
    }
}

impl std::error::Error for UnknownState {}
