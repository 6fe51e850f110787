//! What commands print, and how they ask: what was asked for to stdout, remarks to stderr.
//!
//! Nothing that a resident wrote, or a server answered, reaches a terminal as it came.

pub(super) use crate::export::escaped;
use crate::mail::text::BodyText;
use anyhow::{Context, bail, ensure};
use clap::Args;
use std::io::{self, BufRead, ErrorKind, IsTerminal, StdoutLock, Write};

/// The answer to the question before something that cannot be undone.
#[derive(Debug, Clone, Copy, Args)]
pub(super) struct Consent {
    /// Do not ask; needed where nobody sits at a terminal
    #[arg(long)]
    yes: bool,
}

impl Consent {
    /// Asks for `word` at the terminal, unless the command line has consented. `what` says what will be done.
    pub(super) fn obtain(self, what: &str, word: &str) -> anyhow::Result<()> {
        if self.yes {
            return Ok(());
        }
        ensure!(std::io::stdin().is_terminal(), "{what}: this cannot be undone\nhint: add `--yes`");
        remark(&format!("{what}: this cannot be undone. Type `{word}` to go on:"));
        typed(&mut std::io::stdin().lock(), word)
    }
}

/// Reads a line, which must be `word`.
fn typed(answer: &mut dyn BufRead, word: &str) -> anyhow::Result<()> {
    let mut line = String::new();
    answer.read_line(&mut line).context("cannot read the answer")?;
    match line.trim().eq_ignore_ascii_case(word) {
        true => Ok(()),
        false => bail!("not confirmed, nothing was changed"),
    }
}

/// Where data goes. Who reads may stop reading (`| head`): no reason to fail.
pub(super) struct Output(pub(super) StdoutLock<'static>);

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.write(bytes) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(bytes.len()),
            written => written,
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self.0.flush() {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            flushed => flushed,
        }
    }
}

/// Prints a line that was asked for. Who reads may stop reading (`| head`): no reason to fail.
pub(super) fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// Prints a line about the work.
pub(super) fn remark(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// `1 mail`, `2 mails`, `3 pieces of the text`: the first word is what is counted.
pub(super) fn counted(number: u64, what: &str) -> String {
    let (word, rest) = what.split_at(what.find(' ').unwrap_or(what.len()));
    match number {
        1 => format!("1 {what}"),
        _ => format!("{number} {word}s{rest}"),
    }
}

/// Each line after a bar: what a resident wrote cannot look like a line of this program.
pub(super) fn quoted(text: &str) -> Vec<String> {
    BodyText::new(text).as_str().lines().map(|line| format!("  | {line}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_has_its_plural() {
        for (number, what, told) in [
            (0, "mail", "0 mails"),
            (1, "mail", "1 mail"),
            (1, "piece of the text", "1 piece of the text"),
            (12, "piece of the text", "12 pieces of the text"),
        ] {
            assert_eq!(counted(number, what), told);
        }
    }

    #[test]
    fn only_the_word_itself_confirms() {
        for (line, confirms) in [
            ("LOE-0000-0104\n", true),
            (" loe-0000-0104 \r\n", true),
            ("LOE-0000-0104", true),
            ("yes\n", false),
            ("\nLOE-0000-0104\n", false),
            ("", false),
        ] {
            assert_eq!(typed(&mut line.as_bytes(), "LOE-0000-0104").is_ok(), confirms, "{line:?}");
        }
    }
}
