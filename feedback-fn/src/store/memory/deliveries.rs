//! All deliveries, findable by what the questions ask for. Without the orders kept here a test with 50 000
//! suggestions would look at each of them 50 000 times.

use super::super::DeliveryState;
use super::rows::Row;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Default)]
pub(super) struct Deliveries {
    all: BTreeMap<i64, Row>,
    /// (suggestion, id)
    of_suggestion: BTreeSet<(i64, i64)>,
    /// (address in lower case, id)
    confirmations: BTreeSet<(String, i64)>,
    orders: Orders,
}

/// By what changes in the life of a delivery.
#[derive(Debug, Default)]
struct Orders {
    /// (due, id) of what waits.
    waiting: BTreeSet<(Timestamp, i64)>,
    /// By digest, (suggestion, id) of what is in it while it waits.
    bundled: BTreeMap<i64, BTreeSet<(i64, i64)>>,
    /// (digest, id) of what is or was in one.
    of_digest: BTreeSet<(i64, i64)>,
    /// (address, instant, id) of what went out alone.
    sent_alone: BTreeSet<(String, Timestamp, i64)>,
}

impl Deliveries {
    pub(super) fn insert(&mut self, row: Row) {
        self.of_suggestion.insert((row.suggestion, row.id));
        if row.number == 0 {
            self.confirmations.insert((row.recipient.address.to_ascii_lowercase(), row.id));
        }
        self.orders.add(&row);
        self.all.insert(row.id, row);
    }

    pub(super) fn remove(&mut self, id: i64) {
        let Some(row) = self.all.remove(&id) else { return };
        self.of_suggestion.remove(&(row.suggestion, id));
        if row.number == 0 {
            self.confirmations.remove(&(row.recipient.address.to_ascii_lowercase(), id));
        }
        self.orders.take_away(&row);
    }

    /// Changes a row that there is.
    pub(super) fn change<T>(&mut self, id: i64, change: impl FnOnce(&mut Row) -> T) -> T {
        let row = self.all.get_mut(&id).expect("the caller has just found it");
        self.orders.take_away(row);
        let done = change(row);
        self.orders.add(row);
        done
    }

    pub(super) fn get(&self, id: i64) -> Option<&Row> {
        self.all.get(&id)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Row> {
        self.all.values()
    }

    pub(super) fn ids(&self) -> Vec<i64> {
        self.all.keys().copied().collect()
    }

    /// Those of a suggestion, in the order in which they were stored.
    pub(super) fn of_suggestion(&self, suggestion: i64) -> impl Iterator<Item = &Row> {
        let ids = self.of_suggestion.range((suggestion, i64::MIN)..=(suggestion, i64::MAX));
        ids.map(|(_, id)| &self.all[id])
    }

    /// What is due at `now`, the longest due first.
    pub(super) fn due(&self, now: Timestamp, limit: usize) -> Vec<i64> {
        self.orders.waiting.range(..=(now, i64::MAX)).take(limit).map(|(_, id)| *id).collect()
    }

    /// What is due later than `furthest`.
    pub(super) fn due_after(&self, furthest: Timestamp) -> Vec<i64> {
        self.orders.waiting.range((furthest, i64::MAX)..).map(|(_, id)| *id).collect()
    }

    pub(super) fn next_due(&self) -> Option<Timestamp> {
        self.orders.waiting.first().map(|(due, _)| *due)
    }

    /// What waits in a digest, in the order in which the suggestions were stored.
    pub(super) fn bundled_in(&self, digest: i64) -> Vec<i64> {
        self.orders.bundled.get(&digest).into_iter().flatten().map(|(_, id)| *id).collect()
    }

    /// What is or was in a digest.
    pub(super) fn all_in(&self, digest: i64) -> Vec<i64> {
        let ids = self.orders.of_digest.range((digest, i64::MIN)..=(digest, i64::MAX));
        ids.map(|(_, id)| *id).collect()
    }

    pub(super) fn number_in(&self, digest: i64) -> usize {
        self.orders.bundled.get(&digest).map_or(0, BTreeSet::len)
    }

    pub(super) fn is_named(&self, digest: i64) -> bool {
        self.orders.of_digest.range((digest, i64::MIN)..=(digest, i64::MAX)).next().is_some()
    }

    pub(super) fn sent_alone_between(&self, address: &str, from: Timestamp, to: Timestamp) -> usize {
        let between = (address.to_owned(), from, i64::MIN)..=(address.to_owned(), to, i64::MAX);
        self.orders.sent_alone.range(between).count()
    }

    /// The confirmations to an address, however it is spelt.
    pub(super) fn confirmations(&self, address: &str) -> impl Iterator<Item = &Row> {
        let address = address.to_ascii_lowercase();
        let ids = self.confirmations.range((address.clone(), i64::MIN)..=(address, i64::MAX));
        ids.map(|(_, id)| &self.all[id])
    }
}

impl Orders {
    fn add(&mut self, row: &Row) {
        if row.state == DeliveryState::Waiting {
            self.waiting.insert((row.lease.due, row.id));
        }
        match (row.digest, row.settled) {
            (Some(digest), _) => {
                self.of_digest.insert((digest, row.id));
                if row.state == DeliveryState::Bundled {
                    self.bundled.entry(digest).or_default().insert((row.suggestion, row.id));
                }
            }
            (None, Some(settled)) => {
                self.sent_alone.insert((row.recipient.address.clone(), settled, row.id));
            }
            (None, None) => {}
        }
    }

    fn take_away(&mut self, row: &Row) {
        if row.state == DeliveryState::Waiting {
            self.waiting.remove(&(row.lease.due, row.id));
        }
        match (row.digest, row.settled) {
            (Some(digest), _) => {
                self.of_digest.remove(&(digest, row.id));
                self.bundled.entry(digest).or_default().remove(&(row.suggestion, row.id));
            }
            (None, Some(settled)) => {
                self.sent_alone.remove(&(row.recipient.address.clone(), settled, row.id));
            }
            (None, None) => {}
        }
    }
}
