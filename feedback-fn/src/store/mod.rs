//! What the program asks of its durable memory: suggestions and the outbox of their mails.
//!
//! [`Store::accept`] writes a suggestion together with one delivery per recipient in one transaction
//! and answers only when both are on the disk. The rest is the outbox (deliveries are claimed for a
//! limited time, a lease, and what came of a delivery is recorded only by the holder of the lease) and
//! what an operator may ask: list, show, retry, release, hold, erase.
//! Not for sending mail (`mail`) and not for deciding when to try again (`outbox`).
//!
//! Every store passes the same tests (`conformance`).

mod model;
mod options;
pub mod postgres;
pub mod sqlite;

#[cfg(test)]
pub(crate) mod conformance;
#[cfg(test)]
pub(crate) mod memory;

pub use model::{
    Accepted, Amount, Change, Claim, Delivery, DeliveryId, DeliveryState, Digest, DigestId, Entry, Kind,
    Listed, ListedDelivery, Outcome, Position, Purged, Recorded, Standing, Stats, StoreError, Which,
};
pub use options::StoreOptions;

use crate::reference::Reference;
use jiff::Timestamp;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// Nothing is put off for longer: daily digests collect for 25 hours at most, and two tries are 5 hours apart. What
/// is due later than this was noted under a clock that was ahead and has been set back since.
const FURTHEST: Duration = Duration::from_secs(48 * 60 * 60);

/// The answer of a store, in the future.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// The durable memory.
pub trait Store: Send + Sync + 'static {
    /// Keeps a suggestion and one delivery per recipient, due at once unless the suggestion is quarantined.
    /// Answers after both are durable. The same nonce twice is stored once.
    fn accept(&self, entry: Entry) -> Answer<'_, Accepted>;

    /// The reference that was given for this nonce, if the suggestion is stored.
    fn find(&self, nonce: [u8; 16]) -> Answer<'_, Option<Reference>>;

    /// Hands out deliveries that are due at `now`, at most `limit`, the longest due first.
    /// Until `now + lease` nobody else gets them. Counts as an attempt. What is due in more than two days is due
    /// now or, where that takes a second look, the next time: then the clock was set back.
    fn claim_due(&self, now: Timestamp, limit: usize, lease: Duration) -> Answer<'_, Vec<Delivery>>;

    /// Notes what came of a delivery at `now`. Only the holder of the present generation can.
    fn record(
        &self,
        id: DeliveryId,
        generation: u64,
        outcome: Outcome,
        now: Timestamp,
    ) -> Answer<'_, Recorded>;

    /// Extends leases to `now + lease`; says which of them are still the caller's. Others stay as they are.
    fn renew(&self, claims: Vec<Claim>, now: Timestamp, lease: Duration) -> Answer<'_, Vec<Claim>>;

    /// Gives a claimed delivery, untried, to the next digest for its recipient; if none is open, or if that one
    /// holds [`Digest::MOST`], one is opened at `now` that is due at `due`. Only the holder of the present
    /// generation can.
    fn postpone(
        &self,
        id: DeliveryId,
        generation: u64,
        due: Timestamp,
        now: Timestamp,
    ) -> Answer<'_, Recorded>;

    /// Hands out a digest that is due at `now`, the longest due first. From then on nothing is added to it, and
    /// nothing leaves it but what is erased, unless the outcome shows that it cannot have arrived: the same mail
    /// is sent however often it is tried. The same lease as for deliveries, and the same for a clock that was set
    /// back.
    fn claim_digest(&self, now: Timestamp, lease: Duration) -> Answer<'_, Option<Digest>>;

    /// Notes what came of a digest at `now`, and so of each delivery in it.
    fn record_digest(
        &self,
        id: DigestId,
        generation: u64,
        outcome: Outcome,
        now: Timestamp,
    ) -> Answer<'_, Recorded>;

    /// When the next delivery or digest becomes due or its lease ends; none if nothing waits.
    fn next_due(&self) -> Answer<'_, Option<Timestamp>>;

    /// How many mails, digests included, this address got from `from` to `to`.
    fn sent_between(&self, address: String, from: Timestamp, to: Timestamp) -> Answer<'_, u64>;

    /// Whether `what`, which is to be done once every `every` by one of all programs that share the store,
    /// is the caller's to do. Said once: then it counts as done at `now`. After the clock was set back, it is put
    /// off for twice as long at most.
    fn take_turn(&self, what: &'static str, now: Timestamp, every: Duration) -> Answer<'_, bool>;

    /// Says that `what` was not done after all: it is due again, for whoever asks first.
    fn give_turn_back(&self, what: &'static str) -> Answer<'_, ()>;

    /// Erases suggestions received before `before`, at most `limit`, the oldest first, with their deliveries
    /// and nonces. What has a mail to an author that has not been delivered stays. Answers after nothing of
    /// the erased is left in any file of the store; fails if that cannot be had just now, and may be asked
    /// again.
    fn purge(&self, before: Timestamp, limit: usize) -> Answer<'_, Purged>;

    /// Erases one suggestion, whatever became of its mails; says whether there was one. Answers as
    /// [`Store::purge`] does.
    fn erase(&self, reference: Reference) -> Answer<'_, bool>;

    /// Stored suggestions with their deliveries, the newest first, at most `limit`.
    fn list(&self, which: Which, limit: usize) -> Answer<'_, Vec<Listed>>;

    /// How many stored suggestions there are.
    fn count(&self, which: Which) -> Answer<'_, u64>;

    /// One stored suggestion.
    fn show(&self, reference: Reference) -> Answer<'_, Option<Listed>>;

    /// Stored suggestions after a position, in the order in which they were stored, at most `limit`.
    fn page(&self, after: Position, limit: usize) -> Answer<'_, Vec<Listed>>;

    /// Does to the mails of one suggestion, or of all of them, what an operator decided at `now`; says how
    /// many deliveries it concerned. Those of other suggestions are among them if a digest that may have arrived
    /// is held, or tried again after it was.
    fn change(&self, of: Amount, change: Change, now: Timestamp) -> Answer<'_, u64>;

    /// How much there is of what.
    fn stats(&self) -> Answer<'_, Stats>;
}
