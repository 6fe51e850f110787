//! The only place of the generator that prints.

use std::io::{IsTerminal, Write};

use crate::diagnostic::report::{Color, Format};

/// Tells the person something.
pub fn say(line: &str) {
    let mut out = std::io::stderr().lock();
    // Nobody to tell it to when standard error is closed.
    let _ = writeln!(out, "{line}");
}

/// Asks, and leaves the cursor behind the question.
pub fn ask(question: &str) {
    let mut out = std::io::stderr().lock();
    // As above.
    let _ = write!(out, "{question} ").and_then(|()| out.flush());
}

/// Shows a report: for machines on standard output, otherwise on standard error.
pub fn report(text: &str, format: Format) {
    // As above.
    let _ = match format {
        Format::Json => std::io::stdout().lock().write_all(text.as_bytes()),
        Format::Human | Format::Short => std::io::stderr().lock().write_all(text.as_bytes()),
    };
}

/// Writes what was asked for to standard output.
pub fn data(bytes: &[u8]) {
    // As above.
    let _ = std::io::stdout().lock().write_all(bytes);
}

/// Whether to color, by <https://no-color.org> and <https://bixense.com/clicolors>.
pub fn color() -> Color {
    let is = |name: &str, holds: fn(&str) -> bool| std::env::var(name).is_ok_and(|value| holds(&value));
    // Any value but an empty one counts, `0` as well.
    if is("NO_COLOR", |value| !value.is_empty()) {
        return Color::Never;
    }
    if is("CLICOLOR_FORCE", |value| !value.is_empty() && value != "0") {
        return Color::Always;
    }
    let is_off = is("CLICOLOR", |value| value == "0") || is("TERM", |value| value == "dumb");
    if !is_off && std::io::stderr().is_terminal() { Color::Always } else { Color::Never }
}
