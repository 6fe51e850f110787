//! What is never logged, at any level.

use crate::support::Function;
use std::io;
use std::sync::{Arc, Mutex};
use tracing_subscriber::fmt::MakeWriter;

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Lines;

    fn make_writer(&'a self) -> Lines {
        self.clone()
    }
}

/// Also catches what other tests of this process log: the canaries stand here only.
#[tokio::test]
async fn nothing_a_resident_wrote_and_no_address_is_logged() {
    let lines = Lines::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(lines.clone())
        .finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();

    let function = Function::start_with("guard = { burst = 6, trusted_proxies = [\"127.0.0.1\"] }").await;
    let fields = [
        ("target", "6.1.1"),
        ("suggestion", "canary-text"),
        ("rewording", "canary-rewording"),
        ("name", "canary-name"),
        ("email", "canary-mail@example.org"),
    ];
    let reference = function.suggest(&fields).await.reference();
    let unknown = [("target", "canary-target"), ("suggestion", "canary-text"), ("canary-field", "x")];
    for _ in 0..9 {
        function.post("check", &unknown).await;
        function.post("send", &fields).await;
    }
    function.get("/rueckmeldung/canary-path?canary-query=1").await;
    function.app.run_outbox(function.delivered()).await.unwrap();

    let log = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains(&reference), "the log was caught: {log}");
    assert!(log.contains("too-many-requests"), "{log}");
    for secret in ["canary", "127.0.0.1"] {
        let line = log.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "`{secret}` is logged");
    }
}

/// Every line of the log can be looked for by its event.
#[test]
fn every_event_has_a_name() {
    let mut unnamed = Vec::new();
    let mut found = 0;
    for file in sources(std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))) {
        let source = std::fs::read_to_string(&file).unwrap();
        let source = source.split("#[cfg(test)]\nmod tests {").next().unwrap();
        for level in ["info", "warn", "error", "debug", "trace"] {
            for (at, call) in source.match_indices(&format!("tracing::{level}!(")) {
                found += 1;
                if !source[at + call.len()..].trim_start().starts_with("event") {
                    unnamed.push(format!("{}: {:.80}", file.display(), &source[at..]));
                }
            }
        }
    }
    assert!(found > 30, "{found} events");
    assert_eq!(unnamed, [] as [String; 0]);
}

fn sources(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let entries = entries.filter(|path| !path.ends_with("tests"));
    entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] }).collect()
}
