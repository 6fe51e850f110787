//! What the store promises, against a real file.

use super::*;
use crate::store::conformance::{MINUTE, at, entry, to_one, try_all};

fn options(folder: &tempfile::TempDir) -> SqliteOptions {
    SqliteOptions { path: folder.path().join("feedback.sqlite"), reserve: 0 }
}

crate::store::conformance::conformance_tests!({
    let folder = tempfile::tempdir().unwrap();
    (SqliteStore::open(&options(&folder)).unwrap(), folder)
});

#[tokio::test]
async fn accepted_suggestion_is_there_after_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&options(&folder)).unwrap();
    let accepted = store.accept(entry(1)).await.unwrap();
    assert_eq!(accepted, Accepted::Stored(entry(1).suggestion.reference));
    drop(store);
    let listed = SqliteStore::open(&options(&folder)).unwrap().list(Which::All, 10).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].suggestion, entry(1).suggestion);
    let addresses: Vec<_> = listed[0].deliveries.iter().map(|d| d.recipient.address.as_str()).collect();
    assert_eq!(addresses, ["a@stadt.example", "b@stadt.example"]);
}

#[tokio::test]
async fn delivery_claimed_by_a_killed_process_is_due_again_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&options(&folder)).unwrap();
    store.accept(entry(1)).await.unwrap();
    let claimed = store.claim_due(at(0), 10, 30 * MINUTE).await.unwrap();
    store.record(claimed[0].id, claimed[0].generation, Outcome::Delivered, at(0)).await.unwrap();
    drop(store);
    let store = SqliteStore::open(&options(&folder)).unwrap();
    let again = store.claim_due(at(1), 10, MINUTE).await.unwrap();
    assert_eq!(again.iter().map(|delivery| delivery.id).collect::<Vec<_>>(), [claimed[1].id]);
    let late = store.record(claimed[1].id, claimed[1].generation, Outcome::Delivered, at(0)).await.unwrap();
    assert_eq!(late, Recorded::Stale);
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
    let noted = store.record(claimed[0].id, claimed[0].generation, Outcome::Delivered, at(0)).await.unwrap();
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
        let work = move |transaction: &Transaction<'_>, shortage: Option<&str>| {
            accept(transaction, &entry, shortage)
        };
        jobs.try_send(writer::job(reply, Afterwards::Answer, work)).ok().unwrap();
        answers.push(answer);
    }
    drop(jobs);
    writer::run(connection, &Log::open(&options.path).unwrap(), waiting, &Answers::here(), &disk);
    for answer in answers {
        let answer = answer.await.unwrap();
        assert!(matches!(answer, Err(StoreError::Full(_))), "{answer:?}");
    }
    let reader = open::read_only(&options.path).unwrap();
    assert_eq!(rows::list(&reader, Which::All, 10).unwrap().len(), 0, "whoever was refused is not stored");
}

/// Everything that stands in the store's files.
#[expect(clippy::disallowed_methods, reason = "what stands in the files is the question")]
fn bytes(folder: &tempfile::TempDir) -> String {
    let files = std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().path());
    files.map(|file| String::from_utf8_lossy(&std::fs::read(file).unwrap()).into_owned()).collect()
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
    assert_eq!(store.list(Which::All, 1000).await.unwrap().len(), 20);
    assert_eq!(std::fs::metadata(folder.path().join("feedback.sqlite-wal")).unwrap().len(), 0);
}

#[tokio::test]
async fn log_stays_short_while_suggestions_keep_coming() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&options(&folder)).unwrap();
    let longest = log::TOO_LONG as u64 * 4096;
    let text = canary(0, 10_000);
    let count = 3 * longest / text.len() as u64;
    let path = folder.path().join("feedback.sqlite-wal");
    let mut length = 0;
    for number in 0..count {
        let mut entry = entry(number);
        entry.suggestion.text.clone_from(&text);
        store.accept(entry).await.unwrap();
        length = length.max(std::fs::metadata(&path).unwrap().len());
    }
    assert!(length > 0 && length < longest + longest / 10, "{length} bytes");
    assert_eq!(store.list(Which::All, 10_000).await.unwrap().len() as u64, count);
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

#[tokio::test]
async fn database_of_an_older_program_is_upgraded_with_everything_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let options = options(&folder);
    let mut old = Connection::open(&options.path).unwrap();
    schema::create_at(&mut old, 3).unwrap();
    let target = serde_json::to_string(&entry(1).suggestion.target).unwrap();
    for (number, state, suspicious) in [(1, "delivered", 0), (2, "held", 1), (3, "waiting", 0)] {
        let suggestion = entry(number).suggestion;
        old.execute(
            "INSERT INTO suggestion (reference, nonce, received, round, target, digest_sent, text, name, publish,
                                     suspicious) VALUES (?1, ?2, ?3, 1, ?4, '00', ?5, 'Ä', 1, ?6)",
            rusqlite::params![
                suggestion.reference.as_str(),
                entry(number).nonce.as_slice(),
                suggestion.received.as_millisecond(),
                target,
                suggestion.text,
                suspicious,
            ],
        )
        .unwrap();
        old.execute(
            "INSERT INTO delivery (id, suggestion, number, name, address, state, due, attempts)
             VALUES (?1, ?2, 1, 'a', 'a@stadt.example', ?3, ?4, 7)",
            rusqlite::params![
                number as i64 * 100,
                number as i64,
                state,
                suggestion.received.as_millisecond()
            ],
        )
        .unwrap();
    }
    // The highest number was given once, and must not be given again.
    old.execute("DELETE FROM delivery WHERE id = 300", []).unwrap();
    drop(old);

    let error = SqliteStore::open_beside(&options).err().unwrap();
    assert!(format!("{error:#}").contains("has version 3"), "{error:#}");
    let store = SqliteStore::open(&options).unwrap();
    let listed = store.list(Which::All, 10).await.unwrap();
    assert_eq!(listed[2].suggestion, entry(1).suggestion);
    assert!(listed[1].suggestion.marks.contains(crate::suggestion::Mark::Honeypot));
    let held = &listed[1].deliveries[0];
    assert_eq!((held.state.as_str(), held.attempts), ("held", 7));
    store.accept(to_one(4)).await.unwrap();
    let claimed = store.claim_due(at(0), 10, MINUTE).await.unwrap();
    assert_eq!(claimed.iter().map(|delivery| delivery.id.0).collect::<Vec<_>>(), [301]);
}

/// It did not note whether a digest may have arrived, and an operator's retry forgot its attempts.
#[tokio::test]
async fn digest_that_an_older_program_tried_may_have_arrived() {
    let folder = tempfile::tempdir().unwrap();
    let options = options(&folder);
    let store = SqliteStore::open(&options).unwrap();
    for number in 1..=2 {
        store.accept(to_one(number)).await.unwrap();
    }
    for delivery in store.claim_due(at(0), 10, MINUTE).await.unwrap() {
        store.postpone(delivery.id, delivery.generation, at(5), at(0)).await.unwrap();
    }
    let tried = store.claim_digest(at(5), MINUTE).await.unwrap().unwrap();
    drop(store);
    let old = Connection::open(&options.path).unwrap();
    old.execute_batch(
        "ALTER TABLE digest DROP COLUMN refuted; UPDATE digest SET attempts = 0; PRAGMA user_version = 5",
    )
    .unwrap();
    drop(old);
    let store = SqliteStore::open(&options).unwrap();
    let one = Amount::Of(entry(1).suggestion.reference);
    let hold = Change::Hold { cause: "by hand".into() };
    assert_eq!(store.change(one.clone(), hold, at(6)).await.unwrap(), 2);
    assert_eq!(store.change(one, Change::Retry, at(7)).await.unwrap(), 2);
    let again = store.claim_digest(at(7), MINUTE).await.unwrap().unwrap();
    assert_eq!((again.id, again.suggestions), (tried.id, tried.suggestions));
}

#[tokio::test]
async fn command_beside_the_service_leaves_its_leases_alone() {
    let folder = tempfile::tempdir().unwrap();
    let service = SqliteStore::open(&options(&folder)).unwrap();
    service.accept(to_one(1)).await.unwrap();
    let claimed = service.claim_due(at(0), 10, MINUTE).await.unwrap();
    let command = SqliteStore::open_beside(&options(&folder)).unwrap();
    assert_eq!(command.change(Amount::All, Change::Retry, at(0)).await.unwrap(), 0);
    assert!(command.show(entry(1).suggestion.reference).await.unwrap().is_some());
    let noted = service.record(claimed[0].id, claimed[0].generation, Outcome::Delivered, at(0)).await;
    assert_eq!(noted.unwrap(), Recorded::Noted);
    assert!(command.erase(entry(1).suggestion.reference).await.unwrap());
    assert!(!bytes(&folder).contains("Öfter, bitte"));
    assert_eq!(service.list(Which::All, 10).await.unwrap(), []);
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
