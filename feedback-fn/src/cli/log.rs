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
use tracing_subscriber::filter::FilterFn;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, fmt};

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
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = fmt::layer().with_target(false).with_writer(std::io::stderr);
    let events = tracing_subscriber::registry().with(filter).with(own()).with(journal);
    match std::io::stderr().is_terminal() {
        true => events.with(lines).init(),
        false => events.with(lines.json().flatten_event(true)).init(),
    }
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
        let events = tracing_subscriber::registry().with(EnvFilter::new("trace")).with(own()).with(layer);
        tracing::subscriber::with_default(events, || {
            tracing::debug!(target: "tokio_postgres::query", "canary");
            tracing::debug!(target: "feedback_fnord", "canary");
            tracing::debug!(event = "contract.reloaded");
        });
        let log = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        assert!(log.contains("contract.reloaded") && !log.contains("canary"), "{log}");
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
