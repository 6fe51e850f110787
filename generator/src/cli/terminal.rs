//! The only place of the generator that prints.

use std::io::{IsTerminal, Write};

use crate::diagnostic::report::{Color, Format};

/// Tells the person something.
pub fn say(line: &str) {
    let mut out = std::io::stderr().lock();
    // Nobody to tell it to when standard error is closed.
    let _ = writeln!(out, "{line}");
}

/// Shows a report: for machines on standard output, otherwise on standard error.
pub fn report(text: &str, format: Format) {
    // As above.
    let _ = match format {
        Format::Json => std::io::stdout().lock().write_all(text.as_bytes()),
        Format::Human | Format::Short => std::io::stderr().lock().write_all(text.as_bytes()),
    };
}

/// Whether to color, by <https://no-color.org> and <https://bixense.com/clicolors>.
pub fn color() -> Color {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0");
    let is_off = std::env::var_os("CLICOLOR").is_some_and(|value| value == "0");
    let wanted = is_set("CLICOLOR_FORCE") || (!is_off && std::io::stderr().is_terminal());
    if wanted && !is_set("NO_COLOR") { Color::Always } else { Color::Never }
}
