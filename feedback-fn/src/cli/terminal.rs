//! What commands print, and how they ask: what was asked for to stdout, remarks to stderr.
//!
//! Nothing that a resident wrote, or a server answered, reaches a terminal as it came.

pub(super) use crate::export::escaped;
use anyhow::{Context, bail, ensure};
use clap::Args;
use std::io::{BufRead, IsTerminal, Write};

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
        let mut typed = String::new();
        std::io::stdin().lock().read_line(&mut typed).context("cannot read the answer")?;
        match typed.trim().eq_ignore_ascii_case(word) {
            true => Ok(()),
            false => bail!("not confirmed, nothing was changed"),
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

/// `1 mail`, `2 mails`.
pub(super) fn counted(number: u64, what: &str) -> String {
    match number {
        1 => format!("1 {what}"),
        _ => format!("{number} {what}s"),
    }
}
