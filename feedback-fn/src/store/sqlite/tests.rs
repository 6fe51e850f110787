//! What the store promises, against a real file.

use super::*;
use crate::contract::{Recipient, Target, TargetKind};
use crate::reference::{Prefix, Reference};
use crate::store::DeliveryState;
use crate::suggestion::Suggestion;

const MINUTE: Duration = Duration::from_secs(60);

fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + minute * 60).unwrap()
}

fn options(folder: &tempfile::TempDir) -> SqliteOptions {
    SqliteOptions { path: folder.path().join("feedback.sqlite"), reserve: 0 }
}

fn entry(number: u64) -> Entry {
    let prefix = Prefix::try_from("LOE".to_owned()).unwrap();
    let target = Target {
        id: "6.1.1".into(),
        kind: TargetKind::Passage,
        title: "FahrPraxis".into(),
        number: Some("6.1.1".into()),
        path: "/fahrpraxis/#absatz-6.1.1".into(),
        form: "/vorschlag/6.1.1/".into(),
        theme: Some("mobilitaet".into()),
        text: Some("Der Bus fährt.".into()),
        digest: Some("00".into()),
    };
    let suggestion = Suggestion {
        reference: Reference::from_bits(&prefix, number),
        received: at(0),
        round: 1,
        target,
        digest_sent: Some("00".into()),
        text: "Öfter, bitte\u{0}!".into(),
        rewording: None,
        name: Some("Ä".into()),
        email: None,
        publish: true,
        suspicious: false,
    };
    let mut nonce = [0; 16];
    nonce[..8].copy_from_slice(&number.to_le_bytes());
    let recipient = |name: &str| Recipient { name: name.into(), address: format!("{name}@stadt.example") };
    Entry { nonce, suggestion, recipients: vec![recipient("a"), recipient("b")] }
}

#[tokio::test]
async fn accepted_suggestion_is_there_after_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&options(&folder)).unwrap();
    let accepted = store.accept(entry(1)).await.unwrap();
    assert_eq!(accepted, Accepted::Stored(entry(1).suggestion.reference));
    drop(store);
    let listed = SqliteStore::open(&options(&folder)).unwrap().list(10).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].suggestion, entry(1).suggestion);
    let addresses: Vec<_> = listed[0].deliveries.iter().map(|d| d.recipient.address.as_str()).collect();
    assert_eq!(addresses, ["a@stadt.example", "b@stadt.example"]);
}

#[tokio::test]
async fn same_nonce_is_stored_once_and_gets_the_first_reference() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&options(&folder)).unwrap();
    let again = Entry { nonce: entry(1).nonce, ..entry(2) };
    let (first, second) = tokio::join!(store.accept(entry(1)), store.accept(again));
    assert_eq!(first.unwrap(), Accepted::Stored(entry(1).suggestion.reference));
    assert_eq!(second.unwrap(), Accepted::Known(entry(1).suggestion.reference));
    assert_eq!(store.list(10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn taken_reference_is_refused_without_harm_to_others() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&options(&folder)).unwrap();
    let clash = Entry { nonce: [9; 16], ..entry(1) };
    let (first, second, third) =
        tokio::join!(store.accept(entry(1)), store.accept(clash), store.accept(entry(3)));
    assert!(matches!(first, Ok(Accepted::Stored(_))));
    assert!(matches!(second, Err(StoreError::ReferenceTaken)));
    assert!(matches!(third, Ok(Accepted::Stored(_))));
}

#[tokio::test]
async fn claimed_delivery_is_nobody_elses_until_the_lease_ends() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&options(&folder)).unwrap();
    store.accept(entry(1)).await.unwrap();
    assert_eq!(store.next_due().await.unwrap(), Some(at(0)));

    let first = store.claim_due(at(0), 10, 10 * MINUTE).await.unwrap();
    assert_eq!(
        first.iter().map(|d| (d.number, d.attempts, d.generation)).collect::<Vec<_>>(),
        [(1, 1, 1), (2, 1, 1)]
    );
    assert!(store.claim_due(at(9), 10, 10 * MINUTE).await.unwrap().is_empty());
    assert_eq!(store.next_due().await.unwrap(), Some(at(10)));

    let second = store.claim_due(at(10), 1, 10 * MINUTE).await.unwrap();
    assert_eq!((second.len(), second[0].attempts), (1, 2));
    let late = store.record(first[0].id, first[0].generation, Outcome::Delivered).await.unwrap();
    assert_eq!(late, Recorded::Stale, "the first worker's lease is over");
    let noted = store.record(second[0].id, second[0].generation, Outcome::Delivered).await.unwrap();
    assert_eq!(noted, Recorded::Noted);
}

#[tokio::test]
async fn delivery_claimed_by_a_killed_process_is_due_again_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&options(&folder)).unwrap();
    store.accept(entry(1)).await.unwrap();
    let claimed = store.claim_due(at(0), 10, 30 * MINUTE).await.unwrap();
    store.record(claimed[0].id, claimed[0].generation, Outcome::Delivered).await.unwrap();
    drop(store);
    let store = SqliteStore::open(&options(&folder)).unwrap();
    let again = store.claim_due(at(1), 10, MINUTE).await.unwrap();
    assert_eq!(again.iter().map(|delivery| delivery.id).collect::<Vec<_>>(), [claimed[1].id]);
    let late = store.record(claimed[1].id, claimed[1].generation, Outcome::Delivered).await.unwrap();
    assert_eq!(late, Recorded::Stale);
}

#[tokio::test]
async fn outcome_decides_when_a_delivery_is_tried_again() {
    let cases = [
        (Outcome::Delivered, DeliveryState::Delivered, 1, None),
        (Outcome::Deferred { until: at(5), cause: "450".into() }, DeliveryState::Waiting, 1, Some(at(5))),
        (Outcome::Untried { until: at(3), cause: "down".into() }, DeliveryState::Waiting, 0, Some(at(3))),
        (Outcome::Held { cause: "550".into() }, DeliveryState::Held, 1, None),
    ];
    for (outcome, state, attempts, due) in cases {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&options(&folder)).unwrap();
        let mut entry = entry(1);
        entry.recipients.truncate(1);
        store.accept(entry).await.unwrap();
        let claimed = store.claim_due(at(0), 10, MINUTE).await.unwrap();
        store.record(claimed[0].id, claimed[0].generation, outcome.clone()).await.unwrap();
        let listed = &store.list(1).await.unwrap()[0].deliveries[0];
        assert_eq!((listed.state, listed.attempts), (state, attempts), "{outcome:?}");
        assert_eq!(store.next_due().await.unwrap(), due, "{outcome:?}");
    }
}

#[tokio::test]
async fn nothing_is_accepted_on_a_full_disk_but_mail_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&options(&folder)).unwrap();
    store.accept(entry(1)).await.unwrap();
    drop(store);
    let full = SqliteOptions { reserve: u64::MAX, ..options(&folder) };
    let store = SqliteStore::open(&full).unwrap();
    assert!(matches!(store.accept(entry(2)).await, Err(StoreError::Full(_))));
    let claimed = store.claim_due(at(0), 10, MINUTE).await.unwrap();
    let noted = store.record(claimed[0].id, claimed[0].generation, Outcome::Delivered).await.unwrap();
    assert_eq!(noted, Recorded::Noted);
}

/// As a quota does: the file system says that there is room, and there is none.
#[tokio::test]
async fn disk_that_fills_up_while_writing_is_full_and_not_broken() {
    let folder = tempfile::tempdir().unwrap();
    let options = options(&folder);
    let connection = open::read_write(&options.path).unwrap();
    let pages: u32 = connection.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
    connection.pragma_update(None, "max_page_count", pages + 2).unwrap();
    let (jobs, waiting) = sync_channel(QUEUE);
    let disk = writer::Disk { folder: folder.path().to_owned(), reserve: 0 };
    let mut answers = Vec::new();
    for (number, text) in [(1, "a".repeat(100_000)), (2, "Mehr".to_owned())] {
        let mut entry = entry(number);
        entry.suggestion.text = text;
        let (reply, answer) = oneshot::channel();
        jobs.try_send(Job::Accept(Box::new(entry), reply)).ok().unwrap();
        answers.push(answer);
    }
    drop(jobs);
    writer::run(connection, waiting, &disk);
    for answer in answers {
        let answer = answer.await.unwrap();
        assert!(matches!(answer, Err(StoreError::Full(_))), "{answer:?}");
    }
    let reader = open::read_only(&options.path).unwrap();
    assert_eq!(rows::list(&reader, 10).unwrap().len(), 0, "whoever was refused is not stored");
}

/// Everything that stands in the store's files.
#[expect(clippy::disallowed_methods, reason = "what stands in the files is the question")]
fn bytes(folder: &tempfile::TempDir) -> String {
    let files = std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().path());
    files.map(|file| String::from_utf8_lossy(&std::fs::read(file).unwrap()).into_owned()).collect()
}

/// Tries everything that is due once; `outcome` decides what came of it.
async fn try_all(store: &SqliteStore, now: Timestamp, outcome: impl Fn(&Delivery) -> Outcome) {
    loop {
        let claimed = store.claim_due(now, 16, MINUTE).await.unwrap();
        if claimed.is_empty() {
            return;
        }
        for delivery in claimed {
            let outcome = outcome(&delivery);
            store.record(delivery.id, delivery.generation, outcome).await.unwrap();
        }
    }
}

/// A text of `repeats` pieces, none of which is in another one's.
fn canary(number: u64, repeats: usize) -> String {
    format!("canary-{number:04};").repeat(repeats)
}

#[tokio::test]
async fn erased_suggestion_is_in_no_file_any_more() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&options(&folder)).unwrap();
    // From a line to many pages, the old among the new, and rows that grow by what is noted in them.
    for number in 0..60 {
        let mut entry = entry(number);
        entry.recipients.truncate(1);
        entry.suggestion.text = canary(number, (number * number % 700 + 1) as usize);
        entry.suggestion.name = Some(canary(number, 1));
        entry.suggestion.email = Some(format!("canary-{number:04}@example.org"));
        entry.suggestion.rewording = Some(canary(number, 30));
        entry.suggestion.received = if number % 3 == 0 { at(10) } else { at(0) };
        store.accept(entry).await.unwrap();
    }
    let cause = "the server is busy ".repeat(9);
    try_all(&store, at(10), |_| Outcome::Deferred { until: at(11), cause: cause.clone() }).await;
    try_all(&store, at(11), |_| Outcome::Delivered).await;
    let is_there = |files: &str, number| files.contains(&format!("canary-{number:04}"));
    let files = bytes(&folder);
    assert!((0..60).all(|number| is_there(&files, number)));

    let mut erased = Vec::new();
    while erased.last() != Some(&0) {
        erased.push(store.purge(at(10), 15).await.unwrap().suggestions);
    }
    assert_eq!(erased, [15, 15, 10, 0]);
    let files = bytes(&folder);
    for number in 0..60 {
        let stays = number % 3 == 0;
        assert_eq!(is_there(&files, number), stays, "suggestion {number}");
        assert_eq!(files.contains(entry(number).suggestion.reference.as_str()), stays, "reference {number}");
    }
    assert_eq!(store.list(1000).await.unwrap().len(), 20);
    assert_eq!(std::fs::metadata(folder.path().join("feedback.sqlite-wal")).unwrap().len(), 0);
}

#[tokio::test]
async fn suggestion_stays_until_every_mail_is_delivered() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&options(&folder)).unwrap();
    let purged = async || {
        let purged = store.purge(at(100), 10).await.unwrap();
        (purged.suggestions, purged.overdue)
    };
    for number in [1, 2, 3] {
        store.accept(entry(number)).await.unwrap();
    }
    assert_eq!(purged().await, (0, 3), "they wait");
    let is = |delivery: &Delivery, number| delivery.suggestion == entry(number).suggestion;
    try_all(&store, at(0), |delivery| match delivery.number {
        1 => Outcome::Delivered,
        _ if is(delivery, 1) => Outcome::Delivered,
        _ if is(delivery, 2) => Outcome::Held { cause: "550".into() },
        _ => Outcome::Deferred { until: at(50), cause: "450".into() },
    })
    .await;
    assert_eq!(purged().await, (1, 2), "one is held, one waits");
    let claimed = store.claim_due(at(50), 10, 60 * MINUTE).await.unwrap();
    assert_eq!(purged().await, (0, 2), "being mailed is waiting");
    store.record(claimed[0].id, claimed[0].generation, Outcome::Delivered).await.unwrap();
    assert_eq!(purged().await, (1, 1));
    assert_eq!(store.list(10).await.unwrap()[0].suggestion, entry(2).suggestion);
}

#[tokio::test]
async fn only_what_is_older_is_erased() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&options(&folder)).unwrap();
    store.accept(entry(1)).await.unwrap();
    try_all(&store, at(0), |_| Outcome::Delivered).await;
    assert_eq!(store.purge(at(0), 10).await.unwrap(), Purged { suggestions: 0, overdue: 0 });
    let later = Timestamp::from_millisecond(at(0).as_millisecond() + 1).unwrap();
    assert_eq!(store.purge(later, 10).await.unwrap(), Purged { suggestions: 1, overdue: 0 });
}

#[tokio::test]
async fn erasing_has_not_succeeded_while_somebody_reads_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&options(&folder)).unwrap();
    store.accept(Entry { nonce: [7; 16], ..entry(1) }).await.unwrap();
    try_all(&store, at(0), |_| Outcome::Delivered).await;
    let other = open::read_only(&options(&folder).path).unwrap();
    other.execute_batch("BEGIN; SELECT count(*) FROM suggestion;").unwrap();
    let error = store.purge(at(1), 10).await.unwrap_err().to_string();
    assert!(error.contains("still in the write-ahead log"), "{error}");
    assert!(bytes(&folder).contains("Öfter, bitte"));
    other.execute_batch("COMMIT").unwrap();
    assert_eq!(store.purge(at(1), 10).await.unwrap().suggestions, 0);
    assert!(!bytes(&folder).contains("Öfter, bitte"), "asked again, the log is emptied all the same");
}

#[test]
fn database_of_a_newer_program_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    drop(SqliteStore::open(&options(&folder)).unwrap());
    let connection = Connection::open(options(&folder).path).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    let error = SqliteStore::open(&options(&folder)).err().unwrap();
    assert!(format!("{error:#}").contains("version 99"), "{error:#}");
}

#[test]
fn database_is_readable_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    drop(SqliteStore::open(&options(&folder)).unwrap());
    let mode = options(&folder).path.metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn store_belongs_to_one_process_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&options(&folder)).unwrap();
    let error = SqliteStore::open(&options(&folder)).err().unwrap();
    assert!(error.to_string().contains("another feedback-fn uses this store"), "{error:#}");
    drop(store);
    assert!(SqliteStore::open(&options(&folder)).is_ok());
}
