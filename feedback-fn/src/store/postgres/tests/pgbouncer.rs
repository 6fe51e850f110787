//! pgbouncer in between, which gives each transaction to any connection of few.

#![expect(clippy::disallowed_methods, reason = "the files of a server that the test starts")]

use super::cluster::{USER, command, folder};
use super::*;
use crate::store::conformance::{plays_like_the_model, to_one};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use tempfile::TempDir;

/// As for the server itself: it ends with the test.
const HOLD: &str = r#""$0" "$@" </dev/null & pooler=$!; read -r _; kill -INT "$pooler"; wait "$pooler""#;

struct Pooler {
    child: Child,
    folder: TempDir,
}

impl Pooler {
    /// With two connections to the database for all that ask.
    fn start(database: &Database<'_>) -> Pooler {
        let program = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/usr/local/bin/pgbouncer"]
            .map(PathBuf::from)
            .into_iter()
            .find(|path| path.exists())
            .expect(
                "pgbouncer is not installed, and this test needs it: `cargo xtask test` installs it where it can; \
                 Debian: `apt install pgbouncer`",
            );
        let folder = folder();
        let path = folder.path().display();
        let settings = format!(
            "[databases]\n{name} = host={host} dbname={name} pool_size=2\n\
             [pgbouncer]\npool_mode = transaction\nauth_type = trust\nauth_file = {path}/users\n\
             unix_socket_dir = {path}\nlisten_port = 6432\nlogfile = {path}/log\n",
            name = database.name,
            host = database.cluster.socket().display(),
        );
        std::fs::write(folder.path().join("settings"), settings).unwrap();
        std::fs::write(folder.path().join("users"), format!("\"{USER}\" \"\"\n")).unwrap();
        let child = command(Path::new("/bin/sh"))
            .args(["-c", HOLD])
            .arg(program)
            .arg("-q")
            .arg(folder.path().join("settings"))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .unwrap();
        let socket = folder.path().join(".s.PGSQL.6432");
        let patience = std::time::Instant::now();
        while std::os::unix::net::UnixStream::connect(&socket).is_err() {
            let log = || std::fs::read_to_string(folder.path().join("log")).unwrap_or_default();
            assert!(patience.elapsed().as_secs() < 60, "pgbouncer does not start: {}", log());
            std::thread::sleep(Duration::from_millis(10));
        }
        Pooler { child, folder }
    }

    fn options(&self, database: &Database<'_>) -> PostgresOptions {
        let host = self.folder.path().display().to_string();
        PostgresConfig { host, port: 6432, ..database.config() }.options(Path::new("")).unwrap()
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn works_through_pgbouncer_in_transaction_mode() {
    let database = Cluster::shared().database();
    let pooler = Pooler::start(&database);
    let store = by_callers_clock(&pooler.options(&database));
    plays_like_the_model(&store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_that_ask_at_once_share_the_few_connections_of_pgbouncer() {
    let database = Cluster::shared().database();
    let pooler = Pooler::start(&database);
    let options = pooler.options(&database);
    let replicas: Vec<_> = (0..4).map(|_| Arc::new(PostgresStore::open(&options).unwrap())).collect();
    let mut tasks = Vec::new();
    for (store, first) in replicas.into_iter().zip([0_u64, 1000, 2000, 3000]) {
        for burst in 0..6 {
            let store = store.clone();
            tasks.push(tokio::spawn(async move {
                for number in 0..10 {
                    let entry = to_one(first + burst * 10 + number);
                    let (nonce, reference) = (entry.nonce, entry.suggestion.reference.clone());
                    store.accept(entry).await.unwrap();
                    assert_eq!(store.find(nonce).await.unwrap(), Some(reference.clone()));
                    let hold = Change::Hold { cause: "by hand".into() };
                    assert_eq!(store.change(Amount::Of(reference), hold, Timestamp::MIN).await.unwrap(), 1);
                }
            }));
        }
    }
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(database.psql("SELECT count(*) FROM delivery WHERE state = 'held'"), "240");
    let connections =
        "SELECT count(*) FROM pg_stat_activity WHERE usename = 'feedback' AND datname = current_database()";
    assert!(database.psql(connections).parse::<u32>().unwrap() <= 2);
}
