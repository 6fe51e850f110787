//! Where events go: to stderr, one line each; for people at a terminal, as JSON otherwise.
//!
//! `RUST_LOG` decides how much. No event of this program holds a resident's text, name or address.

use std::io::IsTerminal;
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
