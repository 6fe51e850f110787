//! What the stages do and how long they take, for those who ask with `RUST_LOG=debug`.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::{FmtSpan, Writer};
use tracing_subscriber::fmt::time::FormatTime;

use super::terminal;
use crate::diagnostic::report::Color;

/// Writes what `RUST_LOG` asks for to standard error; without it nothing is measured.
pub(super) fn start() {
    if std::env::var_os("RUST_LOG").is_none() {
        return;
    }
    match EnvFilter::try_from_default_env() {
        Ok(filter) => subscribe(filter),
        Err(error) => terminal::say(&format!("note: `RUST_LOG` is not understood: {error}")),
    }
}

/// How long a stage takes is of interest, not when; turning time off would turn off both.
struct NoTimeOfDay;

impl FormatTime for NoTimeOfDay {
    fn format_time(&self, _: &mut Writer<'_>) -> std::fmt::Result {
        Ok(())
    }
}

fn subscribe(filter: EnvFilter) {
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_span_events(FmtSpan::CLOSE)
        .with_ansi(terminal::color() == Color::Always)
        .with_timer(NoTimeOfDay)
        .with_writer(std::io::stderr);
    // Only a program that uses this library can have another one already.
    let _ = subscriber.try_init();
}
