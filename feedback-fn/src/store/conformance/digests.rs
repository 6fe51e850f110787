//! What is put together into one mail.

use super::cases::{held, states};
use super::{MINUTE, at, entry, to_one};
use crate::store::{Amount, Change, DeliveryState, Digest, Outcome, Recorded, Store};

fn hold() -> Change {
    Change::Hold { cause: "by hand".into() }
}

fn of(number: u64) -> Amount {
    Amount::Of(entry(number).suggestion.reference)
}

fn deferred() -> Outcome {
    Outcome::Deferred { until: at(2000), cause: "450".into() }
}

fn unanswered(minute: Option<i64>) -> Outcome {
    Outcome::Unanswered { until: minute.map(at), cause: "perhaps delivered".into() }
}

/// A digest of suggestions 1 to `last`, claimed in minute 5 for a minute.
async fn claimed_digest(store: &dyn Store, last: u64) -> Digest {
    for number in 1..=last {
        store.accept(to_one(number)).await.unwrap();
    }
    for delivery in store.claim_due(at(0), 10, MINUTE).await.unwrap() {
        store.postpone(delivery.id, delivery.generation, at(5), at(0)).await.unwrap();
    }
    store.claim_digest(at(5), MINUTE).await.unwrap().unwrap()
}

async fn note(store: &dyn Store, digest: &Digest, outcome: Outcome, minute: i64) {
    let noted = store.record_digest(digest.id, digest.generation, outcome, at(minute)).await.unwrap();
    assert_eq!(noted, Recorded::Noted);
}

pub(crate) async fn digest_that_may_have_arrived_is_the_same_mail_whatever_an_operator_decides(
    store: &dyn Store,
) {
    let first = claimed_digest(store, 3).await;
    let untried = Outcome::Untried { until: at(2000), cause: "down".into() };
    let outcomes = [unanswered(Some(2000)), deferred(), held(), untried, unanswered(None)];
    let mut last = first.clone();
    for (outcome, minute) in outcomes.into_iter().zip((10..).step_by(10)) {
        let told = format!("{outcome:?}");
        let is_held = matches!(outcome, Outcome::Held { .. } | Outcome::Unanswered { until: None, .. });
        note(store, &last, outcome, minute).await;
        let concerned = store.change(of(1), hold(), at(minute)).await.unwrap();
        assert_eq!(concerned, if is_held { 0 } else { 3 }, "{told}");
        for number in 1..=3 {
            assert_eq!(states(store, number).await, [DeliveryState::Held], "{told}");
        }
        assert_eq!(store.claim_digest(at(2000), MINUTE).await.unwrap(), None, "{told}");
        let amount = if is_held { Amount::All } else { of(2) };
        assert_eq!(store.change(amount, Change::Retry, at(minute)).await.unwrap(), 3, "{told}");
        assert_eq!(store.change(of(2), Change::Retry, at(minute)).await.unwrap(), 1, "it waits: {told}");
        assert_eq!(store.claim_due(at(2000), 10, MINUTE).await.unwrap(), [], "{told}");
        last = store.claim_digest(at(minute), MINUTE).await.unwrap().unwrap();
        let again = Digest { generation: first.generation, ..last.clone() };
        assert_eq!(again, first, "{told}");
        assert_eq!(store.change(Amount::All, hold(), at(minute)).await.unwrap(), 0, "it is being tried");
    }
    assert!(store.erase(entry(2).suggestion.reference).await.unwrap());
    let without = store.claim_digest(at(60), MINUTE).await.unwrap().unwrap();
    assert_eq!((without.id, without.opened), (first.id, first.opened));
    assert_eq!(without.suggestions, [1, 3].map(|number| entry(number).suggestion), "never what was erased");
    note(store, &without, Outcome::Delivered, 60).await;
    assert_eq!(store.change(Amount::All, Change::Retry, at(61)).await.unwrap(), 0);
    assert_eq!(store.next_due().await.unwrap(), None);
}

pub(crate) async fn digest_whose_attempt_nobody_noted_may_have_arrived(store: &dyn Store) {
    let first = claimed_digest(store, 2).await;
    let second = store.claim_digest(at(7), MINUTE).await.unwrap().unwrap();
    let late = store.record_digest(first.id, first.generation, deferred(), at(7)).await.unwrap();
    assert_eq!(late, Recorded::Stale);
    note(store, &second, held(), 7).await;
    assert_eq!(store.change(of(1), Change::Retry, at(8)).await.unwrap(), 2);
    let third = store.claim_digest(at(8), MINUTE).await.unwrap().unwrap();
    assert_eq!((third.id, third.suggestions), (first.id, first.suggestions));
}

pub(crate) async fn digest_that_was_refused_can_be_taken_apart(store: &dyn Store) {
    let first = claimed_digest(store, 3).await;
    note(store, &first, deferred(), 5).await;
    assert_eq!(store.change(of(1), Change::Retry, at(6)).await.unwrap(), 1);
    let second = store.claim_digest(at(6), MINUTE).await.unwrap().unwrap();
    note(store, &second, deferred(), 6).await;
    assert_eq!(store.change(of(1), hold(), at(7)).await.unwrap(), 1);
    assert_eq!(store.change(of(1), Change::Retry, at(7)).await.unwrap(), 1);
    let alone = store.claim_due(at(7), 10, MINUTE).await.unwrap();
    assert_eq!(alone.iter().map(|d| &d.suggestion).collect::<Vec<_>>(), [&entry(1).suggestion]);
    let rest = store.claim_digest(at(2000), MINUTE).await.unwrap().unwrap();
    assert_eq!(rest.suggestions, [2, 3].map(|number| entry(number).suggestion));
    note(store, &rest, held(), 2000).await;
    assert_eq!(store.change(of(3), Change::Retry, at(2000)).await.unwrap(), 1);
    assert_eq!(store.claim_due(at(2000), 10, MINUTE).await.unwrap().len(), 2, "the lease of 1 is over, too");
}

pub(crate) async fn postponed_deliveries_become_one_digest_that_is_not_added_to_any_more(store: &dyn Store) {
    for number in [1, 2] {
        store.accept(entry(number)).await.unwrap();
    }
    for delivery in store.claim_due(at(0), 10, MINUTE).await.unwrap() {
        // The second due time does not count: the digest is open already.
        let due = if delivery.suggestion.reference == entry(1).suggestion.reference { at(5) } else { at(9) };
        let noted = store.postpone(delivery.id, delivery.generation, due, at(1)).await.unwrap();
        assert_eq!(noted, Recorded::Noted);
    }
    assert_eq!(states(store, 1).await, [DeliveryState::Bundled; 2]);
    assert_eq!(store.next_due().await.unwrap(), Some(at(5)));
    assert!(store.claim_due(at(99), 10, MINUTE).await.unwrap().is_empty());
    assert!(store.claim_digest(at(4), MINUTE).await.unwrap().is_none());

    let first = store.claim_digest(at(5), MINUTE).await.unwrap().unwrap();
    let second = store.claim_digest(at(5), MINUTE).await.unwrap().unwrap();
    let mut addresses = [&first, &second].map(|digest| digest.recipient.address.as_str());
    addresses.sort_unstable();
    assert_eq!(addresses, ["a@stadt.example", "b@stadt.example"]);
    assert_eq!((first.opened, first.attempts, first.generation), (at(1), 1, 1));
    let both = [1, 2].map(|number| entry(number).suggestion);
    assert_eq!(first.suggestions, both);
    assert!(store.claim_digest(at(5), MINUTE).await.unwrap().is_none(), "leased");

    store.record_digest(second.id, second.generation, Outcome::Delivered, at(5)).await.unwrap();
    let until = at(7);
    let deferred = Outcome::Deferred { until, cause: "450".into() };
    store.record_digest(first.id, first.generation, deferred, at(5)).await.unwrap();
    let mut third = to_one(3);
    third.recipients = vec![first.recipient.clone()];
    store.accept(third).await.unwrap();
    let late = &store.claim_due(at(6), 10, MINUTE).await.unwrap()[0];
    store.postpone(late.id, late.generation, at(30), at(6)).await.unwrap();
    let again = store.claim_digest(at(7), MINUTE).await.unwrap().unwrap();
    assert_eq!((again.id, again.attempts, &again.suggestions[..]), (first.id, 2, &both[..]));
    let stale = store.record_digest(first.id, first.generation, Outcome::Delivered, at(7)).await.unwrap();
    assert_eq!(stale, Recorded::Stale);
    store.record_digest(again.id, again.generation, Outcome::Delivered, at(7)).await.unwrap();
    assert_eq!(states(store, 3).await, [DeliveryState::Bundled], "it waits for the next one");
}

pub(crate) async fn digest_passes_its_outcome_on(store: &dyn Store) {
    for (number, outcome, state) in
        [(1, Outcome::Delivered, DeliveryState::Delivered), (2, held(), DeliveryState::Held)]
    {
        store.accept(to_one(number)).await.unwrap();
        let claimed = &store.claim_due(at(0), 10, MINUTE).await.unwrap()[0];
        store.postpone(claimed.id, claimed.generation, at(5), at(0)).await.unwrap();
        let digest = store.claim_digest(at(5), MINUTE).await.unwrap().unwrap();
        store.record_digest(digest.id, digest.generation, outcome, at(6)).await.unwrap();
        assert_eq!(states(store, number).await, [state]);
        assert_eq!(store.next_due().await.unwrap(), None);
    }
    let concerned = store.change(Amount::All, Change::Retry, at(8)).await.unwrap();
    assert_eq!(concerned, 1, "what was held in a digest goes out alone");
    let alone = store.claim_due(at(8), 10, MINUTE).await.unwrap();
    assert_eq!(alone[0].suggestion, to_one(2).suggestion);
    assert_eq!(alone[0].attempts, 1);
}

pub(crate) async fn full_digest_is_followed_by_another(store: &dyn Store) {
    let all = Digest::MOST as u64 + 1;
    // Asked for at once, so that a store that groups what it writes can do so.
    let accepted: Vec<_> = (0..all).map(|number| store.accept(to_one(number))).collect();
    for accepted in accepted {
        accepted.await.unwrap();
    }
    let claimed = store.claim_due(at(0), all as usize, MINUTE).await.unwrap();
    assert_eq!(claimed.len() as u64, all);
    let due = |at_first| if at_first { at(5) } else { at(7) };
    let postponed: Vec<_> = claimed
        .iter()
        .enumerate()
        .map(|(nth, delivery)| store.postpone(delivery.id, delivery.generation, due(nth == 0), at(1)))
        .collect();
    for postponed in postponed {
        assert_eq!(postponed.await.unwrap(), Recorded::Noted);
    }
    let first = store.claim_digest(at(5), MINUTE).await.unwrap().unwrap();
    assert_eq!(first.suggestions.len(), Digest::MOST);
    assert_eq!(store.claim_digest(at(5), MINUTE).await.unwrap(), None);
    store.record_digest(first.id, first.generation, Outcome::Delivered, at(5)).await.unwrap();
    let second = store.claim_digest(at(7), MINUTE).await.unwrap().unwrap();
    assert_eq!(second.suggestions.len(), 1);
    assert!(!first.suggestions.contains(&second.suggestions[0]), "each is in one of them");
}
