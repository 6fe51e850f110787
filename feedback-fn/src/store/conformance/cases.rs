//! One property each.

use super::{MINUTE, at, entry, recipient, to_one, try_all};
use crate::store::{
    Accepted, Amount, Change, Claim, Delivery, DeliveryState, Entry, Kind, Outcome, Position, Purged,
    Recorded, Standing, Stats, Store, StoreError, Which,
};
use crate::suggestion::{Mark, Marks};
use jiff::Timestamp;

pub(super) fn held() -> Outcome {
    Outcome::Held { cause: "550".into() }
}

pub(super) async fn states(store: &dyn Store, number: u64) -> Vec<DeliveryState> {
    let listed = store.show(entry(number).suggestion.reference).await.unwrap().unwrap();
    listed.deliveries.iter().map(|delivery| delivery.state).collect()
}

pub(crate) async fn same_nonce_is_stored_once_and_gets_the_first_reference(store: &dyn Store) {
    let again = Entry { nonce: entry(1).nonce, ..entry(2) };
    let (first, second) = tokio::join!(store.accept(entry(1)), store.accept(again));
    assert_eq!(first.unwrap(), Accepted::Stored(entry(1).suggestion.reference));
    assert_eq!(second.unwrap(), Accepted::Known(entry(1).suggestion.reference));
    assert_eq!(store.list(Which::All, 10).await.unwrap().len(), 1);
    assert_eq!(store.find(entry(1).nonce).await.unwrap(), Some(entry(1).suggestion.reference));
    assert_eq!(store.find([9; 16]).await.unwrap(), None);
}

pub(crate) async fn taken_reference_is_refused_without_harm_to_others(store: &dyn Store) {
    let clash = Entry { nonce: [9; 16], ..entry(1) };
    let (first, second, third) =
        tokio::join!(store.accept(entry(1)), store.accept(clash), store.accept(entry(3)));
    assert!(matches!(first, Ok(Accepted::Stored(_))), "{first:?}");
    assert!(matches!(second, Err(StoreError::ReferenceTaken)), "{second:?}");
    assert!(matches!(third, Ok(Accepted::Stored(_))), "{third:?}");
}

pub(crate) async fn stored_texts_come_back_as_they_were(store: &dyn Store) {
    let mut odd = entry(1);
    odd.suggestion.text = "a\n\u{202e}b\u{fffd}'\"\\ \u{1f333}; DROP TABLE suggestion; --".repeat(300);
    odd.suggestion.rewording = Some("%s {{ x }} \u{feff}".into());
    odd.suggestion.name = Some("O'Neill\t\u{1}".into());
    odd.suggestion.email = Some("a@b.example".into());
    odd.suggestion.publish = false;
    odd.suggestion.marks = Marks::from_iter(Mark::ALL);
    store.accept(odd.clone()).await.unwrap();
    let listed = store.list(Which::All, 10).await.unwrap();
    assert_eq!(listed[0].suggestion, odd.suggestion);
    assert_eq!(store.show(odd.suggestion.reference.clone()).await.unwrap().unwrap(), listed[0]);
    let claimed = store.claim_due(at(0), 1, MINUTE).await.unwrap();
    assert_eq!((&claimed[0].suggestion, claimed[0].kind), (&odd.suggestion, Kind::Suggestion));
}

pub(crate) async fn claimed_delivery_is_nobody_elses_until_the_lease_ends(store: &dyn Store) {
    store.accept(entry(1)).await.unwrap();
    assert_eq!(store.next_due().await.unwrap(), Some(at(0)));
    let lease = 10 * MINUTE;
    let first = store.claim_due(at(0), 10, lease).await.unwrap();
    let got: Vec<_> = first.iter().map(|d| (d.number, d.attempts, d.generation)).collect();
    assert_eq!(got, [(1, 1, 1), (2, 1, 1)]);
    assert!(store.claim_due(at(9), 10, lease).await.unwrap().is_empty());
    let listed = store.show(entry(1).suggestion.reference).await.unwrap().unwrap();
    assert!(listed.deliveries.iter().all(|delivery| delivery.is_leased && delivery.due == at(10)));
    assert_eq!(store.next_due().await.unwrap(), Some(at(10)));

    let second = store.claim_due(at(10), 1, lease).await.unwrap();
    assert_eq!((second.len(), second[0].attempts), (1, 2));
    let late = store.record(first[0].id, first[0].generation, Outcome::Delivered, at(10)).await.unwrap();
    assert_eq!(late, Recorded::Stale, "the first worker's lease is over");
    let late = store.postpone(first[0].id, first[0].generation, at(20), at(10)).await.unwrap();
    assert_eq!(late, Recorded::Stale);
    let noted = store.record(second[0].id, second[0].generation, Outcome::Delivered, at(11)).await.unwrap();
    assert_eq!(noted, Recorded::Noted);
}

pub(crate) async fn renewed_lease_lasts_for_its_holder_only(store: &dyn Store) {
    store.accept(entry(1)).await.unwrap();
    let lease = 10 * MINUTE;
    let first = store.claim_due(at(0), 10, lease).await.unwrap();
    let claims: Vec<_> = first.iter().map(|d| Claim::Delivery(d.id, d.generation)).collect();
    assert_eq!(store.renew(claims.clone(), at(9), lease).await.unwrap(), claims);
    assert!(store.claim_due(at(18), 10, lease).await.unwrap().is_empty());
    assert_eq!(store.next_due().await.unwrap(), Some(at(19)));

    let second = store.claim_due(at(19), 1, lease).await.unwrap();
    assert_eq!((second[0].id, second[0].attempts), (first[0].id, 2), "renewing is no attempt");
    assert_eq!(store.renew(claims.clone(), at(19), lease).await.unwrap(), claims[1..], "one went to another");
    store.postpone(first[1].id, first[1].generation, at(20), at(19)).await.unwrap();
    assert_eq!(store.renew(claims, at(19), lease).await.unwrap(), [], "one was given away");

    let digest = store.claim_digest(at(20), lease).await.unwrap().unwrap();
    let claims = vec![Claim::Digest(digest.id, digest.generation)];
    assert_eq!(store.renew(claims.clone(), at(29), lease).await.unwrap(), claims);
    assert_eq!(store.claim_digest(at(38), lease).await.unwrap(), None);
    store.record_digest(digest.id, digest.generation, Outcome::Delivered, at(38)).await.unwrap();
    assert_eq!(store.renew(claims, at(38), lease).await.unwrap(), []);
}

pub(crate) async fn outcome_decides_when_a_delivery_is_tried_again(store: &dyn Store) {
    let cases = [
        (Outcome::Delivered, DeliveryState::Delivered, 1, None),
        (Outcome::Deferred { until: at(5), cause: "450".into() }, DeliveryState::Waiting, 1, Some(at(5))),
        (Outcome::Untried { until: at(3), cause: "down".into() }, DeliveryState::Waiting, 0, Some(at(3))),
        (held(), DeliveryState::Held, 1, None),
    ];
    for (number, (outcome, state, attempts, due)) in (1..).zip(cases) {
        store.accept(to_one(number)).await.unwrap();
        let claimed = store.claim_due(at(0), 10, MINUTE).await.unwrap();
        store.record(claimed[0].id, claimed[0].generation, outcome.clone(), at(0)).await.unwrap();
        let listed = store.show(to_one(number).suggestion.reference).await.unwrap().unwrap();
        let delivery = &listed.deliveries[0];
        assert_eq!((delivery.state, delivery.attempts), (state, attempts), "{outcome:?}");
        assert_eq!(store.next_due().await.unwrap(), due, "{outcome:?}");
        store.erase(to_one(number).suggestion.reference).await.unwrap();
    }
}

pub(crate) async fn longest_due_is_handed_out_first(store: &dyn Store) {
    for (number, minute) in [(1, 3), (2, 1), (3, 2), (4, 9)] {
        let mut entry = to_one(number);
        entry.suggestion.received = at(minute);
        store.accept(entry).await.unwrap();
    }
    let references = |claimed: Vec<Delivery>| -> Vec<_> {
        claimed.into_iter().map(|delivery| delivery.suggestion.reference).collect()
    };
    let claimed = store.claim_due(at(5), 2, MINUTE).await.unwrap();
    assert_eq!(references(claimed), [2, 3].map(|number| entry(number).suggestion.reference));
    let claimed = store.claim_due(at(5), 2, MINUTE).await.unwrap();
    assert_eq!(references(claimed), [1].map(|number| entry(number).suggestion.reference));
}

pub(crate) async fn mails_of_the_last_hour_are_counted_per_address(store: &dyn Store) {
    for number in 1..=3 {
        store.accept(entry(number)).await.unwrap();
    }
    let claimed = store.claim_due(at(0), 10, MINUTE).await.unwrap();
    for (minute, delivery) in (1..).zip(claimed) {
        if delivery.suggestion == entry(3).suggestion {
            store.postpone(delivery.id, delivery.generation, at(10), at(1)).await.unwrap();
        } else {
            let delivered = Outcome::Delivered;
            store.record(delivery.id, delivery.generation, delivered, at(minute)).await.unwrap();
        }
    }
    let sent = async |name: &str, minute| {
        store.sent_between(recipient(name).address, at(minute), at(60)).await.unwrap()
    };
    assert_eq!((sent("a", 0).await, sent("a", 2).await, sent("b", 2).await), (2, 1, 2));
    while let Some(digest) = store.claim_digest(at(10), MINUTE).await.unwrap() {
        store.record_digest(digest.id, digest.generation, Outcome::Delivered, at(11)).await.unwrap();
    }
    assert_eq!(
        (sent("a", 0).await, sent("a", 11).await, sent("c", 0).await),
        (3, 1, 0),
        "a digest is one mail"
    );
}

pub(crate) async fn confirmation_goes_to_one_address_once_a_day(store: &dyn Store) {
    let confirmed = async |number: u64, address: &str, hour: i64| {
        let mut entry = to_one(number);
        entry.confirm = Some(address.to_owned());
        entry.suggestion.received = at(hour * 60);
        store.accept(entry).await.unwrap();
        let listed = store.show(to_one(number).suggestion.reference).await.unwrap().unwrap();
        listed.deliveries.iter().filter(|delivery| delivery.kind == Kind::Confirmation).count()
    };
    assert_eq!(confirmed(1, "x@y.example", 0).await, 1);
    assert_eq!(confirmed(2, "X@y.example", 1).await, 0, "the same address, the same day");
    assert_eq!(confirmed(3, "z@y.example", 1).await, 1);
    assert_eq!(confirmed(4, "x@y.example", 24).await, 1);
    let claimed = store.claim_due(at(0), 10, MINUTE).await.unwrap();
    let kinds: Vec<_> = claimed.iter().map(|d| (d.kind, d.number, d.recipient.address.as_str())).collect();
    let (author, resident) = ("a@stadt.example", "x@y.example");
    let both = [(Kind::Suggestion, 1, author), (Kind::Confirmation, 0, resident)];
    assert!(kinds == both || kinds == [both[1], both[0]], "{kinds:?}");
}

pub(crate) async fn confirmation_is_no_delivery_to_worry_about(store: &dyn Store) {
    let confirmed = Entry { confirm: Some("x@y.example".into()), ..to_one(1) };
    store.accept(confirmed).await.unwrap();
    let waiting = Stats { suggestions: 1, waiting: 1, oldest_waiting: Some(at(0)), ..Stats::default() };
    assert_eq!(store.stats().await.unwrap(), waiting);
    let outcome = |delivery: &Delivery| match delivery.kind {
        Kind::Suggestion => Outcome::Delivered,
        Kind::Confirmation => held(),
    };
    try_all(store, at(0), outcome).await;
    assert_eq!(store.stats().await.unwrap(), Stats { suggestions: 1, delivered: 1, ..Stats::default() });
}

pub(crate) async fn quarantined_suggestion_waits_until_it_is_released(store: &dyn Store) {
    for number in [1, 2] {
        let quarantined = Entry { standing: Standing::Quarantined, ..to_one(number) };
        store.accept(quarantined).await.unwrap();
    }
    assert!(store.claim_due(at(9), 10, MINUTE).await.unwrap().is_empty());
    assert_eq!(store.next_due().await.unwrap(), None);
    let waiting = Which::With(DeliveryState::Quarantined);
    assert_eq!(store.list(waiting, 10).await.unwrap().len(), 2);
    let one = Amount::Of(entry(2).suggestion.reference);
    assert_eq!(store.change(one.clone(), Change::Retry, at(9)).await.unwrap(), 0);
    assert_eq!(store.change(one.clone(), Change::Release, at(9)).await.unwrap(), 1);
    assert_eq!(store.change(one, Change::Release, at(9)).await.unwrap(), 0, "once");
    let claimed = store.claim_due(at(9), 10, MINUTE).await.unwrap();
    assert_eq!(claimed.iter().map(|d| &d.suggestion).collect::<Vec<_>>(), [&entry(2).suggestion]);
    assert_eq!(store.list(waiting, 10).await.unwrap()[0].suggestion, entry(1).suggestion);
}

pub(crate) async fn held_mail_is_tried_again_when_an_operator_says_so(store: &dyn Store) {
    for number in [1, 2] {
        store.accept(to_one(number)).await.unwrap();
    }
    try_all(store, at(0), |_| held()).await;
    let unknown = Amount::Of(entry(9).suggestion.reference);
    assert_eq!(store.change(unknown, Change::Retry, at(5)).await.unwrap(), 0);
    let one = Amount::Of(entry(1).suggestion.reference);
    assert_eq!(store.change(one, Change::Retry, at(5)).await.unwrap(), 1);
    assert_eq!(store.change(Amount::All, Change::Retry, at(6)).await.unwrap(), 2);
    let claimed = store.claim_due(at(6), 10, MINUTE).await.unwrap();
    let attempts: Vec<_> = claimed.iter().map(|delivery| delivery.attempts).collect();
    assert_eq!(attempts, [2, 2], "the schedule begins anew, and what was tried may have arrived");
    assert_eq!(store.change(Amount::All, Change::Retry, at(6)).await.unwrap(), 0, "they are being tried");
}

/// What was tried once may have arrived: by its attempts the outbox knows that it must not go into a digest.
pub(crate) async fn retry_does_not_forget_that_a_mail_was_tried(store: &dyn Store) {
    for number in [1, 2] {
        store.accept(to_one(number)).await.unwrap();
    }
    let deferred = || Outcome::Deferred { until: at(99), cause: "perhaps delivered".into() };
    let claimed = store.claim_due(at(0), 1, MINUTE).await.unwrap();
    store.record(claimed[0].id, claimed[0].generation, deferred(), at(0)).await.unwrap();
    for minute in [1, 2] {
        let of = Amount::Of(claimed[0].suggestion.reference.clone());
        assert_eq!(
            store.change(of.clone(), Change::Hold { cause: "x".into() }, at(minute)).await.unwrap(),
            1
        );
        assert_eq!(store.change(of, Change::Retry, at(minute)).await.unwrap(), 1);
    }
    store.change(Amount::All, Change::Retry, at(3)).await.unwrap();
    let mut again = store.claim_due(at(3), 10, MINUTE).await.unwrap();
    again.sort_by_key(|delivery| delivery.suggestion != claimed[0].suggestion);
    let attempts: Vec<_> = again.iter().map(|delivery| delivery.attempts).collect();
    assert_eq!(attempts, [2, 1], "the other one was never tried");
}

pub(crate) async fn held_by_an_operator_it_waits_for_the_operator(store: &dyn Store) {
    for number in [1, 2, 3] {
        store.accept(to_one(number)).await.unwrap();
    }
    let hold = || Change::Hold { cause: "by hand".into() };
    let claimed = store.claim_due(at(0), 2, 10 * MINUTE).await.unwrap();
    store.postpone(claimed[0].id, claimed[0].generation, at(5), at(0)).await.unwrap();
    // One in a digest, one being tried, one waiting.
    assert_eq!(store.change(Amount::All, hold(), at(1)).await.unwrap(), 2);
    assert_eq!(states(store, 1).await, [DeliveryState::Held]);
    assert_eq!(states(store, 2).await, [DeliveryState::Waiting]);
    assert_eq!(states(store, 3).await, [DeliveryState::Held]);
    let digest = store.claim_digest(at(5), MINUTE).await.unwrap().unwrap();
    assert_eq!(digest.suggestions, [], "nothing is left in it");
    assert!(store.claim_due(at(9), 10, MINUTE).await.unwrap().is_empty());
}

pub(crate) async fn erased_suggestion_is_gone_with_everything_of_it(store: &dyn Store) {
    for number in [1, 2] {
        store.accept(to_one(number)).await.unwrap();
    }
    let claimed = store.claim_due(at(0), 10, MINUTE).await.unwrap();
    store.postpone(claimed[0].id, claimed[0].generation, at(5), at(0)).await.unwrap();
    assert!(store.erase(entry(1).suggestion.reference).await.unwrap());
    assert!(!store.erase(entry(1).suggestion.reference).await.unwrap(), "once");
    assert_eq!(store.show(entry(1).suggestion.reference).await.unwrap(), None);
    assert_eq!(store.find(entry(1).nonce).await.unwrap(), None);
    let digest = store.claim_digest(at(5), MINUTE).await.unwrap().unwrap();
    assert_eq!(digest.suggestions, []);
    assert!(store.erase(entry(2).suggestion.reference).await.unwrap(), "also while it is being tried");
    let late = store.record(claimed[1].id, claimed[1].generation, Outcome::Delivered, at(1)).await.unwrap();
    assert_eq!(late, Recorded::Stale);
    store.record_digest(digest.id, digest.generation, Outcome::Delivered, at(6)).await.unwrap();
    assert_eq!(store.stats().await.unwrap(), Stats::default());
}

pub(crate) async fn suggestion_stays_until_every_author_got_it(store: &dyn Store) {
    let purged = async || {
        let purged = store.purge(at(100), 10).await.unwrap();
        (purged.suggestions, purged.overdue)
    };
    for number in [1, 2, 3] {
        store.accept(entry(number)).await.unwrap();
    }
    assert_eq!(purged().await, (0, 3), "they wait");
    let is = |delivery: &Delivery, number| delivery.suggestion == entry(number).suggestion;
    try_all(store, at(0), |delivery| match delivery.number {
        1 => Outcome::Delivered,
        _ if is(delivery, 1) => Outcome::Delivered,
        _ if is(delivery, 2) => held(),
        _ => Outcome::Deferred { until: at(50), cause: "450".into() },
    })
    .await;
    assert_eq!(purged().await, (1, 2), "one is held, one waits");
    let claimed = store.claim_due(at(50), 10, 60 * MINUTE).await.unwrap();
    assert_eq!(purged().await, (0, 2), "being mailed is waiting");
    store.record(claimed[0].id, claimed[0].generation, Outcome::Delivered, at(51)).await.unwrap();
    assert_eq!(purged().await, (1, 1));
    assert_eq!(store.list(Which::All, 10).await.unwrap()[0].suggestion, entry(2).suggestion);

    let mut confirmed = to_one(4);
    confirmed.confirm = Some("x@y.example".into());
    store.accept(confirmed).await.unwrap();
    try_all(store, at(51), |delivery| match delivery.kind {
        Kind::Suggestion => Outcome::Delivered,
        Kind::Confirmation => held(),
    })
    .await;
    assert_eq!(purged().await, (1, 1), "a confirmation that nobody takes keeps nothing");
}

pub(crate) async fn only_what_is_older_is_purged(store: &dyn Store) {
    store.accept(entry(1)).await.unwrap();
    try_all(store, at(0), |_| Outcome::Delivered).await;
    assert_eq!(store.purge(at(0), 10).await.unwrap(), Purged { suggestions: 0, overdue: 0 });
    let later = Timestamp::from_millisecond(at(0).as_millisecond() + 1).unwrap();
    assert_eq!(store.purge(later, 10).await.unwrap(), Purged { suggestions: 1, overdue: 0 });
}

pub(crate) async fn pages_follow_each_other_without_gap(store: &dyn Store) {
    for number in 1..=5 {
        store.accept(to_one(number)).await.unwrap();
    }
    let mut references = Vec::new();
    let mut after = Position::default();
    loop {
        let page = store.page(after, 2).await.unwrap();
        let Some(last) = page.last() else { break };
        after = last.position;
        references.extend(page.into_iter().map(|listed| listed.suggestion.reference));
    }
    assert_eq!(references, [1, 2, 3, 4, 5].map(|number| entry(number).suggestion.reference));
    let newest: Vec<_> =
        store.list(Which::All, 2).await.unwrap().into_iter().map(|l| l.suggestion.reference).collect();
    assert_eq!(newest, [5, 4].map(|number| entry(number).suggestion.reference));
    let stats = Stats { suggestions: 5, waiting: 5, oldest_waiting: Some(at(0)), ..Stats::default() };
    assert_eq!(store.stats().await.unwrap(), stats);
}

pub(crate) async fn turn_is_taken_by_one(store: &dyn Store) {
    let taken = async |what, minute| store.take_turn(what, at(minute), 10 * MINUTE).await.unwrap();
    assert!(taken("self-test", 0).await);
    assert!(!taken("self-test", 0).await && !taken("self-test", 9).await);
    assert!(taken("another", 5).await);
    store.give_turn_back("another").await.unwrap();
    assert!(taken("another", 6).await && !taken("another", 6).await);
    assert!(taken("self-test", 10).await);
}
