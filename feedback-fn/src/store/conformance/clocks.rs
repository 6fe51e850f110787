//! The computer's clock was ahead and has been set back: nothing waits until it gets there once more.

use super::{MINUTE, at, recipient, to_one};
use crate::store::{Delivery, Kind, Outcome, Store};

/// Minutes.
const HOUR: i64 = 60;
const YEAR: i64 = 365 * 24 * HOUR;

pub(crate) async fn what_waits_under_a_clock_that_was_ahead_is_due_when_it_is_set_back(store: &dyn Store) {
    let claimed_in_a_year = async |number| {
        store.accept(to_one(number)).await.unwrap();
        store.claim_due(at(YEAR), 1, MINUTE).await.unwrap().remove(0)
    };
    let Delivery { id, generation, .. } = claimed_in_a_year(1).await;
    let deferred = Outcome::Deferred { until: at(YEAR + HOUR), cause: "451".into() };
    store.record(id, generation, deferred, at(YEAR)).await.unwrap();
    let Delivery { id, generation, .. } = claimed_in_a_year(2).await;
    store.postpone(id, generation, at(YEAR + HOUR), at(YEAR)).await.unwrap();
    claimed_in_a_year(3).await;
    let mut received_in_a_year = to_one(4);
    received_in_a_year.suggestion.received = at(YEAR);
    store.accept(received_in_a_year).await.unwrap();

    let (mut digests, mut claimed) = (Vec::new(), Vec::new());
    for _ in 0..2 {
        digests.extend(store.claim_digest(at(0), MINUTE).await.unwrap());
        claimed.extend(store.claim_due(at(0), 10, MINUTE).await.unwrap());
    }
    assert_eq!(digests.len(), 1);
    assert_eq!(digests[0].suggestions, [to_one(2).suggestion]);
    let mut references: Vec<_> = claimed.into_iter().map(|claimed| claimed.suggestion.reference).collect();
    references.sort();
    assert_eq!(references, [1, 3, 4].map(|number| to_one(number).suggestion.reference));
    assert_eq!(store.next_due().await.unwrap(), Some(at(1)), "the leases");
}

pub(crate) async fn what_waits_for_a_day_is_not_due_before(store: &dyn Store) {
    store.accept(to_one(1)).await.unwrap();
    let claimed = store.claim_due(at(0), 1, MINUTE).await.unwrap().remove(0);
    store.postpone(claimed.id, claimed.generation, at(25 * HOUR), at(0)).await.unwrap();
    assert_eq!(store.claim_digest(at(1), MINUTE).await.unwrap(), None);
    assert_eq!(store.next_due().await.unwrap(), Some(at(25 * HOUR)));
}

pub(crate) async fn mails_of_a_clock_that_was_ahead_do_not_fill_the_hour(store: &dyn Store) {
    store.accept(to_one(1)).await.unwrap();
    let claimed = store.claim_due(at(YEAR), 1, MINUTE).await.unwrap().remove(0);
    store.record(claimed.id, claimed.generation, Outcome::Delivered, at(YEAR)).await.unwrap();
    let sent = store.sent_between(recipient("a").address, at(-HOUR), at(HOUR)).await.unwrap();
    assert_eq!(sent, 0);
}

pub(crate) async fn turn_of_a_clock_that_was_ahead_is_over_when_it_is_set_back(store: &dyn Store) {
    let taken = async |minute| store.take_turn("self-test", at(minute), 10 * MINUTE).await.unwrap();
    assert!(taken(YEAR).await);
    assert!(taken(0).await && !taken(1).await);
    assert!(!taken(-9).await, "a clock that is set right by little takes no turn twice");
}

pub(crate) async fn confirmation_of_a_clock_that_was_ahead_keeps_none_back(store: &dyn Store) {
    for (number, minute) in [(1, YEAR), (2, 0)] {
        let mut entry = to_one(number);
        entry.confirm = Some("x@y.example".into());
        entry.suggestion.received = at(minute);
        store.accept(entry).await.unwrap();
    }
    let listed = store.show(to_one(2).suggestion.reference).await.unwrap().unwrap();
    assert!(listed.deliveries.iter().any(|delivery| delivery.kind == Kind::Confirmation));
}
