//! Colors of the terminal. The text reads the same without them.

use super::super::Severity;

/// Whether there is color.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Color {
    /// Plain text.
    #[default]
    Never,
    /// With escape sequences (ECMA-48).
    Always,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Paint(pub Color);

impl Paint {
    pub fn severity(self, severity: Severity, text: &str) -> String {
        self.with(if severity == Severity::Error { "1;31" } else { "1;33" }, text)
    }

    pub fn strong(self, text: &str) -> String {
        self.with("1", text)
    }

    pub fn label(self, text: &str) -> String {
        self.with("1;34", text)
    }

    fn with(self, code: &str, text: &str) -> String {
        match self.0 {
            Color::Never => text.to_owned(),
            Color::Always => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
        }
    }
}
