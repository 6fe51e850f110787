//! Where events go: to stderr, one line each; for people at a terminal, as JSON otherwise. What an operator decides
//! goes to the system's log as well.
//!
//! `RUST_LOG` decides how much. No event of this program holds a resident's text, name or address; nor does
//! the report of a panic, whose payload could quote any of them. What libraries would say is not written, however
//! much is asked for: that of PostgreSQL quotes the values of each statement.

use super::journal::{self, Journal};
use std::io::{IsTerminal, Write};
use std::panic::{self, PanicHookInfo};
use std::path::Path;
use std::sync::Arc;
use tracing_subscriber::filter::{FilterFn, LevelFilter, Targets};
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Starts writing events of the service, whose stderr is kept by what runs it. Call once.
pub(super) fn start() {
    begin(None);
}

/// Starts writing events of a command. Call once.
pub(super) fn start_for_command() {
    // systemd sets it where stderr is the system's log already.
    let is_kept = std::env::var_os("JOURNAL_STREAM").is_some();
    begin(if is_kept { None } else { Journal::at(Path::new(journal::SYSTEM)) });
}

fn begin(journal: Option<Journal>) {
    let journal = journal.map(|journal| {
        fmt::layer().json().flatten_event(true).with_target(false).with_writer(Arc::new(journal))
    });
    let lines = fmt::layer().with_target(false).with_writer(std::io::stderr);
    let wanted = wanted(std::env::var("RUST_LOG").ok().as_deref());
    let events = tracing_subscriber::registry().with(wanted).with(own()).with(journal);
    match std::io::stderr().is_terminal() {
        true => events.with(lines).init(),
        false => events.with(lines.json().flatten_event(true)).init(),
    }
}

/// `debug`, or `info,feedback_fn::outbox=trace`. Not by `EnvFilter`, whose regular expressions were a thirtieth of
/// the program's memory: there are no spans to filter by.
fn wanted(said: Option<&str>) -> Targets {
    let said = said.filter(|said| !said.trim().is_empty());
    said.and_then(|said| said.parse().ok()).unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO))
}

/// Lets only this program's own events through.
fn own() -> FilterFn {
    FilterFn::new(|event| event.target().split("::").next() == Some(env!("CARGO_CRATE_NAME")))
}

/// From now on a panic tells its place and nothing else.
pub(super) fn tell_only_the_place_of_panics() {
    panic::set_hook(Box::new(report));
}

fn report(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    match tracing::dispatcher::has_been_set() {
        true => tracing::error!(event = "program.panicked", place),
        // `check` and `list` write no events.
        false => drop(writeln!(std::io::stderr(), "error: the program panicked at {place}: a defect")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;
    use tracing::Level;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_libraries_say_is_not_written() {
        let lines = Lines::default();
        let writer = lines.clone();
        let layer = fmt::layer().with_writer(move || writer.clone());
        let events = tracing_subscriber::registry().with(wanted(Some("trace"))).with(own()).with(layer);
        tracing::subscriber::with_default(events, || {
            tracing::debug!(target: "tokio_postgres::query", "canary");
            tracing::debug!(target: "feedback_fnord", "canary");
            tracing::debug!(event = "contract.reloaded");
        });
        let log = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        assert!(log.contains("contract.reloaded") && !log.contains("canary"), "{log}");
    }

    #[test]
    fn variable_decides_how_much_is_written() {
        #[track_caller]
        fn check(said: Option<&str>, target: &str, most: Level) {
            let levels = [Level::ERROR, Level::WARN, Level::INFO, Level::DEBUG, Level::TRACE];
            let written = levels.into_iter().filter(|level| wanted(said).would_enable(target, level));
            assert_eq!(written.max(), Some(most), "{said:?}");
        }
        check(None, "feedback_fn::http", Level::INFO);
        check(Some(" "), "feedback_fn::http", Level::INFO);
        check(Some("debug"), "feedback_fn::http", Level::DEBUG);
        check(Some("warn,feedback_fn::outbox=trace"), "feedback_fn::http", Level::WARN);
        check(Some("warn,feedback_fn::outbox=trace"), "feedback_fn::outbox", Level::TRACE);
        check(Some("=nothing="), "feedback_fn::http", Level::INFO);
    }

    #[test]
    fn panic_tells_its_place_and_nothing_a_resident_wrote() {
        let lines = Lines::default();
        let writer = lines.clone();
        let subscriber = tracing_subscriber::fmt().with_writer(move || writer.clone()).finish();
        let before = panic::take_hook();
        tell_only_the_place_of_panics();
        tracing::subscriber::with_default(subscriber, || {
            assert!(panic::catch_unwind(|| panic!("{}", "canary")).is_err());
        });
        panic::set_hook(before);
        let log = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        assert!(log.contains("program.panicked") && log.contains("log.rs:"), "{log}");
        assert!(!log.contains("canary"), "{log}");
    }
}
