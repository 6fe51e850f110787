//! What is left of what was erased.

#![expect(clippy::disallowed_methods, reason = "what stands in the server's files is the question")]

use super::*;
use crate::store::conformance::{at, entry, to_one, try_all};
use std::path::Path;

/// Everything that stands in the files below a folder.
fn bytes(folder: &Path) -> String {
    let mut all = String::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.is_dir() {
            all.push_str(&bytes(&path));
        // A file may be removed in between: then nothing stands in it.
        } else if let Ok(bytes) = std::fs::read(&path) {
            all.push_str(&String::from_utf8_lossy(&bytes));
        }
    }
    all
}

/// Of so many pieces that it is kept outside its row; a piece is long enough not to be compressed away.
fn canary(number: u64, pieces: u64) -> String {
    (0..pieces)
        .map(|piece| format!("canary-{number:03}-{:016x} ", (piece + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)))
        .collect()
}

/// A suggestion of which every part that a resident wrote is a canary, and so is their address in the confirmation.
fn with_canaries(number: u64) -> Entry {
    let word = format!("canary-{number:03}");
    let mut entry = to_one(number);
    entry.suggestion.text = canary(number, [1, 40, 400][number as usize % 3]);
    entry.suggestion.rewording = Some(canary(number, 20));
    entry.suggestion.name = Some(word.clone());
    entry.suggestion.email = Some(format!("{word}@example.org"));
    entry.confirm = Some(format!("{word}@example.org"));
    entry
}

/// What the handbook says is to be set at the server is set by `Cluster` (`wal_recycle = off`).
fn checkpoints(cluster: &Cluster) {
    for _ in 0..3 {
        cluster.psql("postgres", "SELECT pg_switch_wal()");
        cluster.psql("postgres", "CHECKPOINT");
    }
}

#[tokio::test]
async fn erased_suggestion_is_in_no_file_of_the_cluster_any_more() {
    let cluster = Cluster::own("");
    let database = cluster.database();
    let store = PostgresStore::open(&database.options()).unwrap();
    for number in 0..12 {
        store.accept(with_canaries(number)).await.unwrap();
    }
    try_all(&store, at(1), |_| Outcome::Delivered).await;
    // Samples for the planner, as autovacuum takes them.
    database.psql("ANALYZE; CHECKPOINT");
    let files = bytes(&cluster.data());
    assert!((0..12).all(|number| files.contains(&format!("canary-{number:03}"))));
    for number in (0..12).filter(|number| number % 5 != 0) {
        assert!(store.erase(entry(number).suggestion.reference).await.unwrap());
    }
    checkpoints(&cluster);
    let files = bytes(&cluster.data());
    for number in 0..12 {
        let stays = number % 5 == 0;
        assert_eq!(files.contains(&format!("canary-{number:03}")), stays, "suggestion {number}");
        assert_eq!(files.contains(entry(number).suggestion.reference.as_str()), stays, "reference {number}");
    }
    assert_eq!(store.list(Which::All, 100).await.unwrap().len(), 3);
}

#[tokio::test]
async fn erasing_has_not_succeeded_while_somebody_reads() {
    let cluster = Cluster::own("");
    let database = cluster.database();
    let store = PostgresStore::open(&database.options()).unwrap();
    store.accept(with_canaries(1)).await.unwrap();
    for (reader, part) in [
        // As pg_dump does.
        ("SELECT count(*) FROM suggestion", "another program is reading"),
        // Has read nothing of ours yet, and could.
        ("SELECT 1", "a transaction that began earlier"),
    ] {
        store.accept(with_canaries(2)).await.unwrap();
        let (end, held) = link::hold(&database.options(), reader).await;
        let error = store.erase(entry(2).suggestion.reference).await.unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
        store.accept(to_one(3)).await.unwrap();
        drop(end);
        held.await.unwrap();
        assert!(!store.erase(entry(2).suggestion.reference).await.unwrap(), "it is gone, and now for good");
        checkpoints(&cluster);
        assert!(!bytes(&cluster.data()).contains("canary-002"));
    }
    assert!(store.show(entry(1).suggestion.reference).await.unwrap().is_some());
}

#[tokio::test]
async fn room_of_what_retention_erased_is_used_again() {
    let cluster = Cluster::own("");
    let database = cluster.database();
    let store = PostgresStore::open(&database.options()).unwrap();
    let size = || database.psql("SELECT pg_total_relation_size('suggestion')").parse::<u64>().unwrap();
    let mut sizes = Vec::new();
    for round in 0..6 {
        for number in 0..60 {
            let mut entry = with_canaries(round * 60 + number);
            entry.confirm = None;
            store.accept(entry).await.unwrap();
        }
        try_all(&store, at(1), |_| Outcome::Delivered).await;
        let mut erased = Vec::new();
        while erased.last().is_none_or(|last| *last == 30) {
            erased.push(store.purge(at(2), 30).await.unwrap().suggestions);
        }
        assert_eq!(erased, [30, 30, 0]);
        sizes.push(size());
    }
    assert!(sizes[5] <= sizes[1] + 64 * 1024, "{sizes:?}");
    assert_eq!(database.psql("SELECT n_dead_tup FROM pg_stat_user_tables WHERE relname = 'suggestion'"), "0");
}
