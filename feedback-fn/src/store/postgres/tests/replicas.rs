//! Several programs that work with one database.

use super::*;
use crate::store::DeliveryState;
use crate::store::conformance::{MINUTE, at, entry, recipient, to_one};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;

#[expect(clippy::disallowed_methods, reason = "leases end by the database's clock, which is the computer's")]
fn now() -> Timestamp {
    Timestamp::now()
}

fn stores<const N: usize>(database: &Database<'_>) -> [PostgresStore; N] {
    std::array::from_fn(|_| PostgresStore::open(&database.options()).unwrap())
}

/// Due by now: the tests' time is ahead of it.
fn due(number: u64) -> Entry {
    let mut entry = to_one(number);
    entry.suggestion.received = Timestamp::UNIX_EPOCH;
    entry
}

async fn accept_all(store: &PostgresStore, numbers: std::ops::Range<u64>) {
    let answers: Vec<_> = numbers.map(|number| store.accept(due(number))).collect();
    for answer in answers {
        answer.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn replicas_that_claim_at_once_never_get_the_same_delivery() {
    let database = Cluster::shared().database();
    let replicas: [PostgresStore; 3] = stores(&database);
    accept_all(&replicas[0], 0..600).await;
    let workers = replicas.into_iter().map(|store| {
        tokio::spawn(async move {
            let mut got = Vec::new();
            loop {
                let claimed = store.claim_due(now(), 7, 30 * MINUTE).await.unwrap();
                if claimed.is_empty() && store.next_due().await.unwrap().is_none_or(|due| due > now()) {
                    return got;
                }
                for delivery in claimed {
                    assert_eq!((delivery.generation, delivery.attempts), (1, 1));
                    got.push(delivery.id);
                    // Some are noted at once and some stay leased: both are in nobody's way.
                    if delivery.id.0 % 2 == 0 {
                        let noted =
                            store.record(delivery.id, delivery.generation, Outcome::Delivered, now()).await;
                        assert_eq!(noted.unwrap(), Recorded::Noted);
                    }
                }
            }
        })
    });
    let workers: Vec<_> = workers.collect();
    let mut got = Vec::new();
    for worker in workers {
        got.extend(worker.await.unwrap());
    }
    let different: BTreeSet<_> = got.iter().collect();
    assert_eq!((got.len(), different.len()), (600, 600));
}

#[tokio::test]
async fn lease_is_not_handed_out_again_to_a_replica_whose_clock_is_wrong() {
    let database = Cluster::shared().database();
    let [first, second] = stores(&database);
    accept_all(&first, 0..2).await;
    for wrong in
        [SignedDuration::from_mins(10), SignedDuration::from_hours(24), -SignedDuration::from_mins(10)]
    {
        let wrong = now() + wrong;
        assert!(first.claim_due(wrong, 10, 3 * MINUTE).await.unwrap().len() <= 2);
        let again = second.claim_due(wrong, 10, 3 * MINUTE).await.unwrap();
        assert_eq!(again, [], "leased for three minutes, of which none has passed");
        // By the clock of who asks: it sleeps until then, and does not ask again and again.
        let due = second.next_due().await.unwrap().unwrap();
        let wait = due.duration_since(wrong);
        assert!(wait > SignedDuration::from_secs(120) && wait <= SignedDuration::from_secs(180), "{wait:?}");
    }
}

#[tokio::test]
async fn lease_that_is_over_goes_to_another_and_the_late_note_is_stale() {
    let database = Cluster::shared().database();
    let [zombie, second] = stores(&database);
    accept_all(&zombie, 0..1).await;
    let asleep = zombie.claim_due(now(), 10, Duration::ZERO).await.unwrap().remove(0);
    let taken = second.claim_due(now(), 10, 30 * MINUTE).await.unwrap().remove(0);
    assert_eq!((taken.id, taken.generation), (asleep.id, asleep.generation + 1));
    for outcome in [Outcome::Delivered, Outcome::Held { cause: "550".into() }] {
        let late = zombie.record(asleep.id, asleep.generation, outcome, now()).await.unwrap();
        assert_eq!(late, Recorded::Stale);
    }
    assert_eq!(zombie.postpone(asleep.id, asleep.generation, now(), now()).await.unwrap(), Recorded::Stale);
    let noted = second.record(taken.id, taken.generation, Outcome::Delivered, now()).await.unwrap();
    assert_eq!(noted, Recorded::Noted);
}

#[tokio::test]
async fn leases_of_a_running_replica_survive_the_start_of_another() {
    let database = Cluster::shared().database();
    let [first] = stores(&database);
    accept_all(&first, 0..1).await;
    let claimed = first.claim_due(now(), 10, 30 * MINUTE).await.unwrap().remove(0);
    let [second] = stores(&database);
    assert_eq!(second.claim_due(now(), 10, MINUTE).await.unwrap(), []);
    let noted = first.record(claimed.id, claimed.generation, Outcome::Delivered, now()).await.unwrap();
    assert_eq!(noted, Recorded::Noted);
}

#[tokio::test(flavor = "multi_thread")]
async fn same_form_sent_to_all_replicas_is_stored_once() {
    let database = Cluster::shared().database();
    let replicas: [PostgresStore; 3] = stores(&database);
    for number in 0..40 {
        let answers: Vec<_> = replicas
            .iter()
            .zip(0_u64..)
            .map(|(store, replica)| {
                // Each replica draws its own reference for the nonce of the token.
                let drawn = entry(1000 + number * 10 + replica).suggestion.reference;
                let mut entry = entry(number);
                entry.suggestion.reference = drawn;
                entry.confirm = Some("x@y.example".into());
                store.accept(entry)
            })
            .collect();
        let mut accepted = Vec::new();
        for answer in answers {
            accepted.push(answer.await.unwrap());
        }
        let stored = accepted.iter().filter(|accepted| matches!(accepted, Accepted::Stored(_))).count();
        let references: BTreeSet<_> = accepted.iter().map(Accepted::reference).collect();
        assert_eq!((stored, references.len()), (1, 1), "{accepted:?}");
    }
    assert_eq!(replicas[0].stats().await.unwrap().suggestions, 40);
    let confirmations = database.psql("SELECT count(*) FROM delivery WHERE number = 0");
    assert_eq!(confirmations, "1", "one a day to one address, whichever replica it is");
}

/// Numbers are given before COMMIT: without order between replicas a reader would pass over the one that came later.
#[tokio::test(flavor = "multi_thread")]
async fn reader_of_pages_passes_nothing_over_while_replicas_write() {
    let database = Cluster::shared().database();
    let replicas: [PostgresStore; 2] = stores(&database);
    let [reader] = stores(&database);
    let writers = replicas.into_iter().zip([0, 1000]).map(|(store, first)| {
        tokio::spawn(async move {
            for burst in 0..30 {
                accept_all(&store, first + burst * 5..first + burst * 5 + 5).await;
            }
        })
    });
    let writers: Vec<_> = writers.collect();
    let mut seen = BTreeSet::new();
    let mut after = Position::default();
    loop {
        let done = writers.iter().all(tokio::task::JoinHandle::is_finished);
        let page = reader.page(after, 50).await.unwrap();
        if let Some(last) = page.last() {
            after = last.position;
        } else if done {
            break;
        }
        seen.extend(page.into_iter().map(|listed| listed.suggestion.reference));
    }
    assert_eq!(seen.len(), 300);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_between_a_digest_that_goes_and_one_that_comes() {
    let database = Cluster::shared().database();
    let [first, second] = stores(&database);
    accept_all(&first, 0..200).await;
    let bundler = tokio::spawn(async move {
        loop {
            let claimed = first.claim_due(now(), 3, 30 * MINUTE).await.unwrap();
            if claimed.is_empty() {
                return first;
            }
            for delivery in claimed {
                // Due at once: the other replica sends it while more is put in.
                let postponed = first.postpone(delivery.id, delivery.generation, now(), now()).await;
                assert_eq!(postponed.unwrap(), Recorded::Noted);
            }
        }
    });
    let mut mailed = Vec::new();
    loop {
        let is_last = bundler.is_finished();
        match second.claim_digest(now(), 30 * MINUTE).await.unwrap() {
            Some(digest) => {
                mailed.extend(digest.suggestions.into_iter().map(|suggestion| suggestion.reference));
                second.record_digest(digest.id, digest.generation, Outcome::Delivered, now()).await.unwrap();
            }
            None if is_last => break,
            None => {}
        }
    }
    bundler.await.unwrap();
    let different: BTreeSet<_> = mailed.iter().collect();
    assert_eq!((mailed.len(), different.len()), (200, 200));
    let stats = second.stats().await.unwrap();
    assert_eq!((stats.delivered, stats.bundled, stats.waiting), (200, 0, 0));
}

/// All that stand in each other's way, at once: PostgreSQL undoes some, which are then done again.
#[tokio::test(flavor = "multi_thread")]
async fn operator_and_workers_in_each_others_way_do_no_harm() {
    let database = Cluster::shared().database();
    let replicas: [PostgresStore; 2] = stores(&database);
    let [operator] = stores(&database);
    accept_all(&operator, 0..60).await;
    let workers: Vec<_> = replicas
        .into_iter()
        .map(|store| {
            tokio::spawn(async move {
                for turn in 0..60_i64 {
                    for delivery in store.claim_due(now(), 4, MINUTE).await.unwrap() {
                        let now = now();
                        if turn % 3 == 0 {
                            store.postpone(delivery.id, delivery.generation, now, now).await.unwrap();
                        } else {
                            let again = Outcome::Deferred { until: now, cause: "450".into() };
                            store.record(delivery.id, delivery.generation, again, now).await.unwrap();
                        }
                    }
                    if let Some(digest) = store.claim_digest(now(), MINUTE).await.unwrap() {
                        let again = Outcome::Deferred { until: now(), cause: "450".into() };
                        store.record_digest(digest.id, digest.generation, again, now()).await.unwrap();
                    }
                }
            })
        })
        .collect();
    while !workers.iter().all(tokio::task::JoinHandle::is_finished) {
        operator.change(Amount::All, Change::Hold { cause: "by hand".into() }, now()).await.unwrap();
        operator.change(Amount::All, Change::Retry, now()).await.unwrap();
    }
    for worker in workers {
        worker.await.unwrap();
    }
    let stats = operator.stats().await.unwrap();
    assert_eq!(stats.waiting + stats.bundled + stats.held, 60, "{stats:?}");
    assert_eq!(operator.list(Which::With(DeliveryState::Delivered), 10).await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn turn_is_taken_by_one_replica_whatever_their_clocks_show() {
    let database = Cluster::shared().database();
    let replicas: [PostgresStore; 4] = stores(&database);
    let answers: Vec<_> = replicas
        .iter()
        .zip([0, 10, -10, 60 * 24])
        .map(|(store, wrong)| {
            store.take_turn("self-test", now() + SignedDuration::from_mins(wrong), 60 * MINUTE)
        })
        .collect();
    let mut taken = 0;
    for answer in answers {
        taken += u32::from(answer.await.unwrap());
    }
    assert_eq!(taken, 1);
}

#[tokio::test]
async fn replicas_that_start_at_once_make_the_tables_once() {
    let database = Cluster::shared().database();
    std::thread::scope(|scope| {
        let starts: Vec<_> =
            (0..4).map(|_| scope.spawn(|| PostgresStore::open(&database.options()))).collect();
        for start in starts {
            start.join().unwrap().unwrap();
        }
    });
    assert_eq!(database.psql("SELECT string_agg(version::text, ',') FROM feedback_version"), "1,2");
}

/// It did not note whether a digest may have arrived, and an operator's retry forgot its attempts.
#[tokio::test]
async fn digest_that_an_older_program_tried_may_have_arrived() {
    let database = Cluster::shared().database();
    let [store] = stores(&database);
    accept_all(&store, 1..3).await;
    for delivery in store.claim_due(now(), 10, MINUTE).await.unwrap() {
        store.postpone(delivery.id, delivery.generation, now(), now()).await.unwrap();
    }
    let tried = store.claim_digest(now(), Duration::ZERO).await.unwrap().unwrap();
    let untried = Outcome::Untried { until: now(), cause: "down".into() };
    store.record_digest(tried.id, tried.generation, untried, now()).await.unwrap();
    drop(store);
    database.psql("ALTER TABLE digest DROP COLUMN refuted; DELETE FROM feedback_version WHERE version = 2");
    let error = PostgresStore::open_beside(&database.options()).err().unwrap();
    assert!(format!("{error:#}").contains("has version 1"), "{error:#}");
    let [store] = stores(&database);
    let one = Amount::Of(entry(1).suggestion.reference);
    let hold = Change::Hold { cause: "by hand".into() };
    assert_eq!(store.change(one.clone(), hold, now()).await.unwrap(), 2);
    assert_eq!(store.change(one, Change::Retry, now()).await.unwrap(), 2);
    let again = store.claim_digest(now(), MINUTE).await.unwrap().unwrap();
    assert_eq!((again.id, again.suggestions), (tried.id, tried.suggestions));
}

#[tokio::test]
async fn one_suggestion_that_cannot_be_stored_does_not_harm_its_neighbors() {
    let database = Cluster::shared().database();
    let [store] = stores(&database);
    let mut impossible = to_one(2);
    impossible.suggestion.text = "PostgreSQL has no NUL: \0".into();
    let answers = [store.accept(to_one(1)), store.accept(impossible), store.accept(to_one(3))];
    let mut results = Vec::new();
    for answer in answers {
        results.push(answer.await);
    }
    assert!(matches!(results[0], Ok(Accepted::Stored(_))), "{results:?}");
    assert!(matches!(results[1], Err(StoreError::Failed(_))), "{results:?}");
    assert!(matches!(results[2], Ok(Accepted::Stored(_))), "{results:?}");
    assert_eq!(
        store.sent_between(recipient("a").address, at(0), at(1)).await.unwrap(),
        0,
        "and the store works on"
    );
}
