//! The tables, and what each question does with them.

use super::super::{
    Accepted, Amount, Change, Claim, Delivery, DeliveryId, DeliveryState, Digest, DigestId, Entry, FURTHEST,
    Listed, ListedDelivery, Outcome, Position, Purged, Recorded, Standing, Stats, StoreError, Which,
};
use super::deliveries::Deliveries;
use super::rows::{DigestRow, Lease, Row, kind};
use crate::clock::later;
use crate::contract::Recipient;
use crate::reference::Reference;
use crate::suggestion::Suggestion;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

#[derive(Debug, Default)]
pub(super) struct Tables {
    pub(super) suggestions: BTreeMap<i64, ([u8; 16], Suggestion)>,
    references: HashMap<Reference, i64>,
    nonces: HashMap<[u8; 16], i64>,
    rows: Deliveries,
    digests: BTreeMap<i64, DigestRow>,
    /// The digests of an address.
    digests_of: HashMap<String, BTreeSet<i64>>,
    turns: BTreeMap<&'static str, Timestamp>,
    last_suggestion: i64,
    last_row: i64,
    last_digest: i64,
}

impl Tables {
    pub(super) fn accept(&mut self, entry: Entry) -> Result<Accepted, StoreError> {
        if let Some(known) = self.find(&entry.nonce) {
            return Ok(Accepted::Known(known));
        }
        if self.id_of(&entry.suggestion.reference).is_some() {
            return Err(StoreError::ReferenceTaken);
        }
        let received = entry.suggestion.received;
        let state = match entry.standing {
            Standing::Accepted => DeliveryState::Waiting,
            Standing::Quarantined => DeliveryState::Quarantined,
        };
        let confirm = entry.confirm.filter(|address| !self.confirmed_lately(address, received));
        let resident = confirm.map(|address| (0, Recipient { name: String::new(), address })).into_iter();
        self.last_suggestion += 1;
        for (number, recipient) in (1..).zip(entry.recipients).chain(resident) {
            self.last_row += 1;
            self.rows.insert(Row {
                id: self.last_row,
                suggestion: self.last_suggestion,
                number,
                recipient,
                state,
                lease: Lease::new(received),
                cause: None,
                digest: None,
                settled: None,
            });
        }
        let reference = entry.suggestion.reference.clone();
        self.references.insert(reference.clone(), self.last_suggestion);
        self.nonces.insert(entry.nonce, self.last_suggestion);
        self.suggestions.insert(self.last_suggestion, (entry.nonce, entry.suggestion));
        Ok(Accepted::Stored(reference))
    }

    fn confirmed_lately(&self, address: &str, now: Timestamp) -> bool {
        let received = |row: &Row| self.suggestions[&row.suggestion].1.received;
        let is_lately = |row: &Row| now.duration_since(received(row)).abs() < SignedDuration::from_hours(24);
        self.rows.confirmations(address).any(is_lately)
    }

    pub(super) fn id_of(&self, reference: &Reference) -> Option<i64> {
        self.references.get(reference).copied()
    }

    pub(super) fn find(&self, nonce: &[u8; 16]) -> Option<Reference> {
        self.nonces.get(nonce).map(|id| self.suggestions[id].1.reference.clone())
    }

    fn delivery(&self, row: &Row) -> Delivery {
        Delivery {
            id: DeliveryId(row.id),
            kind: kind(row.number),
            number: row.number,
            generation: row.lease.generation,
            attempts: row.lease.attempts,
            recipient: row.recipient.clone(),
            suggestion: self.suggestions[&row.suggestion].1.clone(),
        }
    }

    pub(super) fn claim_due(&mut self, now: Timestamp, limit: usize, until: Timestamp) -> Vec<Delivery> {
        for id in self.rows.due_after(later(now, FURTHEST)) {
            self.rows.change(id, |row| row.lease.due = now);
        }
        let due = self.rows.due(now, limit);
        due.iter().for_each(|id| self.rows.change(*id, |row| row.lease.claim(until)));
        due.into_iter().filter_map(|id| self.rows.get(id)).map(|row| self.delivery(row)).collect()
    }

    /// The row under this lease.
    fn leased(&self, id: DeliveryId, generation: u64) -> Option<&Row> {
        let row = self.rows.get(id.0);
        row.filter(|row| row.lease.generation == generation && row.state == DeliveryState::Waiting)
    }

    pub(super) fn record(
        &mut self,
        id: DeliveryId,
        generation: u64,
        outcome: &Outcome,
        now: Timestamp,
    ) -> Recorded {
        if self.leased(id, generation).is_none() {
            return Recorded::Stale;
        }
        self.rows.change(id.0, |row| {
            (row.state, row.cause) = row.lease.end(outcome);
            row.settled = (row.state == DeliveryState::Delivered).then_some(now);
        });
        Recorded::Noted
    }

    pub(super) fn renew(&mut self, claim: Claim, until: Timestamp) -> bool {
        match claim {
            Claim::Delivery(id, generation) => {
                let is_held = self.leased(id, generation).is_some_and(|row| row.lease.is_claimed);
                if is_held {
                    self.rows.change(id.0, |row| row.lease.due = until);
                }
                is_held
            }
            Claim::Digest(id, generation) => {
                let digest = self.leased_digest(id, generation).filter(|digest| digest.lease.is_claimed);
                digest.map(|digest| digest.lease.due = until).is_some()
            }
        }
    }

    pub(super) fn postpone(
        &mut self,
        id: DeliveryId,
        generation: u64,
        due: Timestamp,
        now: Timestamp,
    ) -> Recorded {
        let Some(row) = self.leased(id, generation) else { return Recorded::Stale };
        let digest = self.open_digest(&row.recipient.clone(), due, now);
        self.rows.change(id.0, |row| {
            row.state = DeliveryState::Bundled;
            row.digest = Some(digest);
            row.cause = None;
            row.lease.is_claimed = false;
            row.lease.attempts = row.lease.attempts.saturating_sub(1);
            row.lease.generation += 1;
        });
        Recorded::Noted
    }

    /// The digest for a recipient that has room, opened if there is none.
    fn open_digest(&mut self, recipient: &Recipient, due: Timestamp, now: Timestamp) -> i64 {
        let own = self.digests_of.entry(recipient.address.clone()).or_default();
        // The newest: when it was opened, no other was.
        if let Some(id) = own.last()
            && let Some(digest) = self.digests.get_mut(id).filter(|digest| digest.is_open())
        {
            digest.is_closed = self.rows.number_in(*id) >= Digest::MOST;
            if !digest.is_closed {
                return *id;
            }
        }
        self.last_digest += 1;
        own.insert(self.last_digest);
        self.digests.insert(self.last_digest, DigestRow::new(recipient.clone(), due, now));
        self.last_digest
    }

    pub(super) fn claim_digest(&mut self, now: Timestamp, until: Timestamp) -> Option<Digest> {
        let far = self.digests.values_mut().filter(|digest| digest.lease.due > later(now, FURTHEST));
        far.filter(|digest| digest.state == DeliveryState::Waiting).for_each(|digest| digest.lease.due = now);
        let due = self
            .digests
            .iter_mut()
            .filter(|(_, digest)| digest.state == DeliveryState::Waiting && digest.lease.due <= now);
        let (id, digest) = due.min_by_key(|(id, digest)| (digest.lease.due, **id))?;
        digest.is_closed = true;
        digest.lease.claim(until);
        let (id, digest) = (*id, digest.clone());
        let rows = self.rows.bundled_in(id).into_iter().filter_map(|id| self.rows.get(id));
        Some(Digest {
            id: DigestId(id),
            generation: digest.lease.generation,
            attempts: digest.lease.attempts,
            opened: digest.opened,
            recipient: digest.recipient,
            suggestions: rows.map(|row| self.suggestions[&row.suggestion].1.clone()).collect(),
        })
    }

    /// The digest under this lease.
    fn leased_digest(&mut self, id: DigestId, generation: u64) -> Option<&mut DigestRow> {
        self.digests.get_mut(&id.0).filter(|digest| {
            digest.lease.generation == generation
                && digest.state == DeliveryState::Waiting
                && digest.is_closed
        })
    }

    pub(super) fn record_digest(
        &mut self,
        id: DigestId,
        generation: u64,
        outcome: &Outcome,
        now: Timestamp,
    ) -> Recorded {
        let Some(digest) = self.leased_digest(id, generation) else { return Recorded::Stale };
        (digest.state, digest.cause) = digest.lease.end(outcome);
        digest.refuted += u64::from(outcome.refuted());
        digest.settled = (digest.state == DeliveryState::Delivered).then_some(now);
        let digest = digest.clone();
        if digest.state != DeliveryState::Waiting {
            for row in self.rows.bundled_in(id.0) {
                self.rows.change(row, |row| {
                    row.state = digest.state;
                    row.cause.clone_from(&digest.cause);
                    row.settled = digest.settled;
                });
            }
        }
        Recorded::Noted
    }

    pub(super) fn next_due(&self) -> Option<Timestamp> {
        let digests = self.digests.values().filter(|digest| digest.state == DeliveryState::Waiting);
        self.rows.next_due().into_iter().chain(digests.map(|digest| digest.lease.due)).min()
    }

    pub(super) fn sent_between(&self, address: &str, from: Timestamp, to: Timestamp) -> u64 {
        let lately =
            |settled: Option<Timestamp>| settled.is_some_and(|settled| (from..=to).contains(&settled));
        let own = self.digests_of.get(address).into_iter().flatten();
        let digests = own.filter(|id| lately(self.digests[id].settled));
        (self.rows.sent_alone_between(address, from, to) + digests.count()) as u64
    }

    pub(super) fn take_turn(&mut self, what: &'static str, now: Timestamp, every: Duration) -> bool {
        let is_due =
            self.turns.get(what).is_none_or(|last| later(*last, every) <= now || *last > later(now, every));
        if is_due {
            self.turns.insert(what, now);
        }
        is_due
    }

    pub(super) fn give_turn_back(&mut self, what: &'static str) {
        self.turns.remove(what);
    }

    fn is_undelivered(&self, suggestion: i64) -> bool {
        let mut rows = self.rows.of_suggestion(suggestion);
        rows.any(|row| row.number > 0 && row.state != DeliveryState::Delivered)
    }

    pub(super) fn purge(&mut self, before: Timestamp, limit: usize) -> Purged {
        let old = self.suggestions.iter().filter(|(_, (_, suggestion))| suggestion.received < before);
        let mut old: Vec<(Timestamp, i64)> =
            old.map(|(id, (_, suggestion))| (suggestion.received, *id)).collect();
        old.sort();
        let (undelivered, mut gone): (Vec<_>, Vec<_>) =
            old.into_iter().map(|(_, id)| id).partition(|id| self.is_undelivered(*id));
        gone.truncate(limit);
        for id in &gone {
            self.remove(*id);
        }
        let rows = &self.rows;
        self.digests.retain(|id, digest| {
            digest.state == DeliveryState::Waiting
                || digest.settled.unwrap_or(digest.opened) >= before
                || rows.is_named(*id)
        });
        let digests = &self.digests;
        self.digests_of.values_mut().for_each(|own| own.retain(|id| digests.contains_key(id)));
        Purged { suggestions: gone.len(), overdue: undelivered.len() }
    }

    pub(super) fn remove(&mut self, suggestion: i64) {
        if let Some((nonce, gone)) = self.suggestions.remove(&suggestion) {
            self.nonces.remove(&nonce);
            self.references.remove(&gone.reference);
        }
        let rows: Vec<i64> = self.rows.of_suggestion(suggestion).map(|row| row.id).collect();
        rows.into_iter().for_each(|id| self.rows.remove(id));
    }

    pub(super) fn listed(&self, id: i64) -> Listed {
        let mut rows: Vec<&Row> = self.rows.of_suggestion(id).collect();
        rows.sort_by_key(|row| row.number);
        let deliveries = rows.into_iter().map(|row| {
            let bundled = row.digest.filter(|_| row.state == DeliveryState::Bundled);
            let digest = bundled.map(|digest| &self.digests[&digest]);
            ListedDelivery {
                kind: kind(row.number),
                recipient: row.recipient.clone(),
                state: row.state,
                attempts: row.lease.attempts,
                due: digest.map_or(row.lease.due, |digest| digest.lease.due),
                is_leased: digest.map_or(row.lease.is_claimed, |digest| digest.lease.is_claimed),
                cause: row.cause.clone().or_else(|| digest.and_then(|digest| digest.cause.clone())),
            }
        });
        let deliveries = deliveries.collect();
        Listed { position: Position(id), suggestion: self.suggestions[&id].1.clone(), deliveries }
    }

    pub(super) fn list(&self, which: Which, limit: usize) -> Vec<Listed> {
        let all = self.suggestions.keys().rev().map(|id| self.listed(*id));
        let wanted = all.filter(|listed| match which {
            Which::All => true,
            Which::With(state) => listed.deliveries.iter().any(|delivery| delivery.state == state),
        });
        wanted.take(limit).collect()
    }

    pub(super) fn change(&mut self, of: &Amount, change: &Change, now: Timestamp) -> u64 {
        let only = match of {
            Amount::All => None,
            Amount::Of(reference) => Some(self.id_of(reference).unwrap_or(0)),
        };
        let rows: Vec<i64> = match only {
            Some(only) => self.rows.of_suggestion(only).map(|row| row.id).collect(),
            None => self.rows.ids(),
        };
        let (within, alone): (Vec<i64>, Vec<i64>) =
            rows.into_iter().partition(|id| self.digest_of(*id, change).is_some());
        let as_one: BTreeSet<i64> = within.into_iter().filter_map(|id| self.digest_of(id, change)).collect();
        let mut concerned = as_one.into_iter().map(|id| self.change_digest(id, change, now)).sum();
        for id in alone {
            let digests = &mut self.digests;
            concerned += u64::from(self.rows.change(id, |row| {
                let digest = row.digest.filter(|_| row.state == DeliveryState::Bundled);
                row.change(digest.and_then(|id| digests.get_mut(&id)), change, now)
            }));
        }
        concerned
    }

    /// The digest with which a delivery shares what the operator decided.
    fn digest_of(&self, row: i64, change: &Change) -> Option<i64> {
        let row = self.rows.get(row).filter(|row| row.state != DeliveryState::Delivered);
        row?.digest.filter(|id| self.digests[id].changes_as_one(change))
    }

    fn change_digest(&mut self, id: i64, change: &Change, now: Timestamp) -> u64 {
        let digest = self.digests.get_mut(&id).expect("the caller has just found it");
        digest.change(change, now);
        let digest = digest.clone();
        let rows = self.rows.all_in(id);
        rows.iter().for_each(|row| self.rows.change(*row, |row| row.follow(&digest)));
        rows.len() as u64
    }

    pub(super) fn stats(&self) -> Stats {
        let mut stats = Stats { suggestions: self.suggestions.len() as u64, ..Stats::default() };
        let to_authors = || self.rows.iter().filter(|row| row.number > 0);
        to_authors().for_each(|row| stats.count(row.state, 1));
        let oldest = |states: &[DeliveryState]| {
            let rows = to_authors().filter(|row| states.contains(&row.state));
            rows.map(|row| self.suggestions[&row.suggestion].1.received).min()
        };
        stats.oldest_waiting = oldest(&[DeliveryState::Waiting, DeliveryState::Bundled]);
        stats.oldest_quarantined = oldest(&[DeliveryState::Quarantined]);
        stats
    }
}
