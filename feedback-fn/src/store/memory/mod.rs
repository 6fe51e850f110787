//! The store as it is meant, without a disk: the model that the real ones are held against, and what tests of
//! the outbox run on. Plain on purpose, and fast enough for 50 000 suggestions.

mod deliveries;
mod rows;
mod tables;

use super::{
    Accepted, Amount, Answer, Change, Claim, Delivery, DeliveryId, Digest, DigestId, Entry, Listed, Outcome,
    Position, Purged, Recorded, Stats, Store, StoreError, Which,
};
use crate::clock::later;
use crate::reference::Reference;
use jiff::Timestamp;
use std::sync::Mutex;
use std::time::Duration;
use tables::Tables;

/// A store in memory.
#[derive(Debug, Default)]
pub(crate) struct MemoryStore {
    tables: Mutex<Tables>,
    /// How many of the next notes fail.
    pub(crate) failing_notes: Mutex<u32>,
}

impl MemoryStore {
    fn with<T: Send + 'static>(&self, work: impl FnOnce(&mut Tables) -> T) -> Answer<'_, T> {
        let done = work(&mut self.tables.lock().unwrap());
        Box::pin(async { Ok(done) })
    }

    fn note(&self, work: impl FnOnce(&mut Tables) -> Recorded) -> Answer<'_, Recorded> {
        let mut failing = self.failing_notes.lock().unwrap();
        if *failing > 0 {
            *failing -= 1;
            return Box::pin(async { Err(StoreError::Failed(anyhow::anyhow!("the disk is full"))) });
        }
        self.with(work)
    }
}

impl Store for MemoryStore {
    fn accept(&self, entry: Entry) -> Answer<'_, Accepted> {
        let accepted = self.tables.lock().unwrap().accept(entry);
        Box::pin(async { accepted })
    }

    fn find(&self, nonce: [u8; 16]) -> Answer<'_, Option<Reference>> {
        self.with(|tables| tables.find(&nonce))
    }

    fn claim_due(&self, now: Timestamp, limit: usize, lease: Duration) -> Answer<'_, Vec<Delivery>> {
        self.with(|tables| tables.claim_due(now, limit, later(now, lease)))
    }

    fn record(
        &self,
        id: DeliveryId,
        generation: u64,
        outcome: Outcome,
        now: Timestamp,
    ) -> Answer<'_, Recorded> {
        self.note(|tables| tables.record(id, generation, &outcome, now))
    }

    fn renew(&self, claims: Vec<Claim>, now: Timestamp, lease: Duration) -> Answer<'_, Vec<Claim>> {
        self.with(|tables| {
            let until = later(now, lease);
            claims.into_iter().filter(|claim| tables.renew(*claim, until)).collect()
        })
    }

    fn postpone(
        &self,
        id: DeliveryId,
        generation: u64,
        due: Timestamp,
        now: Timestamp,
    ) -> Answer<'_, Recorded> {
        self.note(|tables| tables.postpone(id, generation, due, now))
    }

    fn claim_digest(&self, now: Timestamp, lease: Duration) -> Answer<'_, Option<Digest>> {
        self.with(|tables| tables.claim_digest(now, later(now, lease)))
    }

    fn record_digest(
        &self,
        id: DigestId,
        generation: u64,
        outcome: Outcome,
        now: Timestamp,
    ) -> Answer<'_, Recorded> {
        self.note(|tables| tables.record_digest(id, generation, &outcome, now))
    }

    fn next_due(&self) -> Answer<'_, Option<Timestamp>> {
        self.with(|tables| tables.next_due())
    }

    fn sent_between(&self, address: String, from: Timestamp, to: Timestamp) -> Answer<'_, u64> {
        self.with(|tables| tables.sent_between(&address, from, to))
    }

    fn take_turn(&self, what: &'static str, now: Timestamp, every: Duration) -> Answer<'_, bool> {
        self.with(|tables| tables.take_turn(what, now, every))
    }

    fn give_turn_back(&self, what: &'static str) -> Answer<'_, ()> {
        self.with(|tables| tables.give_turn_back(what))
    }

    fn purge(&self, before: Timestamp, limit: usize) -> Answer<'_, Purged> {
        self.with(|tables| tables.purge(before, limit))
    }

    fn erase(&self, reference: Reference) -> Answer<'_, bool> {
        self.with(|tables| {
            let id = tables.id_of(&reference);
            id.into_iter().for_each(|id| tables.remove(id));
            id.is_some()
        })
    }

    fn list(&self, which: Which, limit: usize) -> Answer<'_, Vec<Listed>> {
        self.with(|tables| tables.list(which, limit))
    }

    fn count(&self, which: Which) -> Answer<'_, u64> {
        self.with(|tables| tables.list(which, usize::MAX).len() as u64)
    }

    fn show(&self, reference: Reference) -> Answer<'_, Option<Listed>> {
        self.with(|tables| tables.id_of(&reference).map(|id| tables.listed(id)))
    }

    fn page(&self, after: Position, limit: usize) -> Answer<'_, Vec<Listed>> {
        self.with(|tables| {
            let later = tables.suggestions.range(after.0 + 1..);
            later.take(limit).map(|(id, _)| tables.listed(*id)).collect()
        })
    }

    fn change(&self, of: Amount, change: Change, now: Timestamp) -> Answer<'_, u64> {
        self.with(|tables| tables.change(&of, &change, now))
    }

    fn stats(&self) -> Answer<'_, Stats> {
        self.with(|tables| tables.stats())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    crate::store::conformance::conformance_tests!((MemoryStore::default(), ()));
}
