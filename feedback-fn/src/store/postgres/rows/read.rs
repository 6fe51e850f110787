//! From rows to the store's types.

use super::super::trouble::Trouble;
use crate::contract::Recipient;
use crate::reference::Reference;
use crate::store::{Delivery, DeliveryId, DeliveryState, Kind, ListedDelivery};
use crate::suggestion::{Marks, Suggestion};
use jiff::Timestamp;
use tokio_postgres::Row;

/// In the order that [`suggestion`] reads.
pub(super) const SUGGESTION: &str = "s.reference, s.received, s.round, s.target, s.digest_sent, s.text, \
                                     s.rewording, s.name, s.email, s.publish, s.marks";

/// The columns of `SUGGESTION`, from column `at`.
pub(super) fn suggestion(row: &Row, at: usize) -> Result<Suggestion, Trouble> {
    let target: &str = row.try_get(at + 3)?;
    Ok(Suggestion {
        reference: reference(row, at)?,
        received: instant(row, at + 1)?,
        round: count(row, at + 2)?,
        target: serde_json::from_str(target).map_err(Trouble::unreadable)?,
        digest_sent: row.try_get(at + 4)?,
        text: row.try_get(at + 5)?,
        rewording: row.try_get(at + 6)?,
        name: row.try_get(at + 7)?,
        email: row.try_get(at + 8)?,
        publish: row.try_get(at + 9)?,
        marks: Marks::from_bits(count(row, at + 10)?),
    })
}

/// A claimed delivery, from `id, number, generation, attempts, name, address` at `at`, then `SUGGESTION`.
pub(super) fn claimed(row: &Row, at: usize) -> Result<Delivery, Trouble> {
    let number = count(row, at + 1)?;
    Ok(Delivery {
        id: DeliveryId(row.try_get(at)?),
        kind: kind(number),
        number,
        generation: count(row, at + 2)?,
        attempts: count(row, at + 3)?,
        recipient: Recipient { name: row.try_get(at + 4)?, address: row.try_get(at + 5)? },
        suggestion: suggestion(row, at + 6)?,
    })
}

/// From `number, name, address, state, attempts, due, cause` and whether it is leased, at `at`.
pub(super) fn listed(row: &Row, at: usize) -> Result<ListedDelivery, Trouble> {
    let word: &str = row.try_get(at + 3)?;
    let state = DeliveryState::from_word(word);
    Ok(ListedDelivery {
        kind: kind(count(row, at)?),
        recipient: Recipient { name: row.try_get(at + 1)?, address: row.try_get(at + 2)? },
        state: state.ok_or_else(|| Trouble::unreadable(UnknownState(word.to_owned())))?,
        attempts: count(row, at + 4)?,
        due: instant(row, at + 5)?,
        cause: row.try_get(at + 6)?,
        is_leased: row.try_get(at + 7)?,
    })
}

fn kind(number: u32) -> Kind {
    if number == 0 { Kind::Confirmation } else { Kind::Suggestion }
}

pub(super) fn reference(row: &Row, at: usize) -> Result<Reference, Trouble> {
    Ok(row.try_get::<_, &str>(at)?.parse()?)
}

pub(super) fn instant(row: &Row, at: usize) -> Result<Timestamp, Trouble> {
    timestamp(row.try_get(at)?)
}

pub(super) fn timestamp(millisecond: i64) -> Result<Timestamp, Trouble> {
    Timestamp::from_millisecond(millisecond).map_err(Trouble::unreadable)
}

/// A number that is never below zero. PostgreSQL has no such type.
pub(super) fn count<N>(row: &Row, at: usize) -> Result<N, Trouble>
where
    N: TryFrom<i64, Error: std::error::Error + Send + Sync + 'static>,
{
    N::try_from(row.try_get::<_, i64>(at)?).map_err(Trouble::unreadable)
}

/// A state that this version of the program does not know.
#[derive(Debug)]
struct UnknownState(String);

impl std::fmt::Display for UnknownState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "unknown state `{}`", self.0)
    }
}

impl std::error::Error for UnknownState {}
