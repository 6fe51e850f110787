//! Where events go: to stderr, one line each; for people at a terminal, as JSON otherwise.
//!
//! `RUST_LOG` decides how much. No event of this program holds a resident's text, name or address; nor does
//! the report of a panic, whose payload could quote any of them.

use std::io::{IsTerminal, Write};
use std::panic::{self, PanicHookInfo};
use tracing_subscriber::EnvFilter;

/// Starts writing events. Call once.
pub(super) fn start() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let lines =
        tracing_subscriber::fmt().with_env_filter(filter).with_target(false).with_writer(std::io::stderr);
    match std::io::stderr().is_terminal() {
        true => lines.init(),
        false => lines.json().flatten_event(true).init(),
    }
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
    use std::sync::{Arc, Mutex};

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
