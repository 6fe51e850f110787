//! `feedback-fn export`: all that is stored, for other programs, spreadsheets and the council.

use super::beside::ask;
use super::log;
use super::pages::{self, Filed};
use super::terminal::{Output, counted, remark};
use crate::config::Config;
use crate::contract::{self, Review};
use crate::export::{self, Answers, Audience, Dialect, Filter, Format, Written};
use anyhow::{Context, anyhow, ensure};
use clap::Args;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// What is written, and how.
#[derive(Debug, Args)]
pub(super) struct Wish {
    /// How
    #[arg(long, value_enum, default_value_t = Format::Jsonl)]
    format: Format,
    /// Write to this file instead of the terminal; it is replaced whole, or not at all
    #[arg(long, short)]
    output: Option<PathBuf>,
    /// Replace a synopsis that is there already, with the answers that somebody may have written into it
    #[arg(long)]
    force: bool,
    /// Fill in the answers of this folder of the site's content, of a synopsis
    #[arg(long, value_name = "FOLDER")]
    answers: Option<PathBuf>,
    /// Only suggestions of this round
    #[arg(long)]
    round: Option<u32>,
    /// Only suggestions about this target, such as 6.1.3
    #[arg(long)]
    target: Option<String>,
    /// Only suggestions about this theme
    #[arg(long)]
    theme: Option<String>,
    /// A synopsis with names, addresses, and the texts that may not be published
    #[arg(long)]
    internal: bool,
    /// Begin CSV with a byte order mark
    #[arg(long)]
    bom: bool,
    /// Write CSV as Excel opens it by itself in German: semicolons, byte order mark
    #[arg(long)]
    excel: bool,
}

impl Wish {
    fn wish(&self) -> anyhow::Result<export::Wish> {
        let filter = Filter { round: self.round, target: self.target.clone(), theme: self.theme.clone() };
        let dialect = match (self.excel, self.bom) {
            (true, _) => Dialect::Excel,
            (false, true) => Dialect::Marked,
            (false, false) => Dialect::Plain,
        };
        let audience = if self.internal { Audience::Internal } else { Audience::Public };
        let answers = self.answers.as_deref().map_or(Ok(Answers::new()), |folder| self.answers_in(folder))?;
        Ok(export::Wish { format: self.format, filter, audience, dialect, answers })
    }

    /// What the pages of a folder answer. What is still a draft is in the table in which it is worked on, and in a
    /// document only if that is internal.
    fn answers_in(&self, folder: &Path) -> anyhow::Result<Answers> {
        ensure!(
            self.format.is_synopsis(),
            "only a synopsis has answers\nhint: add `--format synopsis`, or leave `--answers` out"
        );
        let takes_drafts = self.internal || self.format == Format::Synopsis;
        let (mut answers, mut drafts) = (Answers::new(), 0);
        for (reference, Filed { path, page }) in pages::read(folder)? {
            match page.says {
                Ok(_) if page.is_draft && !takes_drafts => drafts += 1,
                Ok(says) => match says.row() {
                    None => drop(answers.insert(reference, says.cells())),
                    Some(row) => remark(&left_out(&path, row)),
                },
                Err(why) => remark(&format!("`{}` is left out: {why}", path.display())),
            }
        }
        if drafts > 0 {
            remark(&format!(
                "{} left out: still drafts (`--internal` shows them)",
                counted(drafts, "answer")
            ));
        }
        Ok(answers)
    }
}

/// In another table another row has that number.
fn left_out(path: &Path, row: &str) -> String {
    format!(
        "`{}` is left out: it says `{}`, a number of one table only; write the reference there, or `Ziffer` if no row \
         is meant",
        path.display(),
        export::escaped(row)
    )
}

pub(super) fn run(config: &Config, wish: &Wish) -> anyhow::Result<()> {
    log::start_for_command();
    if let Some(path) = wish.output.as_deref().filter(|path| path.exists()) {
        ensure!(
            wish.format != Format::Synopsis || wish.force,
            "`{}` is there already, and somebody may have written answers into it\nhint: choose another name, or \
             add `--force`",
            path.display()
        );
    }
    let (output, wish) = (wish.output.as_deref(), wish.wish()?);
    let contract = contract(config);
    ask(config, async |store| export::ensure_known(&wish.filter, contract.as_ref(), &*store).await)?;
    let written = match output {
        Some(path) => to_file(config, &wish, path)?,
        None => to(config, &wish, &mut Output(std::io::stdout().lock()))?,
    };
    tracing::info!(event = "operator.exported", suggestions = written.suggestions);
    tell(written);
    if wish.format.is_synopsis() && !wish.answers.is_empty() {
        remark(&format!("{} filled in", counted(written.answered, "answer")));
    }
    Ok(())
}

fn to(config: &Config, wish: &export::Wish, out: &mut dyn Write) -> anyhow::Result<Written> {
    ask(config, async |store| export::write(&*store, wish, out).await)
}

/// Without a contract the store alone says what there is: no reason to export nothing.
#[expect(clippy::disallowed_methods, reason = "commands are an edge")]
fn contract(config: &Config) -> Option<Review> {
    contract::parse(&std::fs::read(&config.contract).ok()?).ok()
}

/// Beside the file, for its owner only; then in its place.
#[expect(clippy::disallowed_methods, reason = "commands are an edge")]
fn to_file(config: &Config, wish: &export::Wish, path: &Path) -> anyhow::Result<Written> {
    let context = || format!("cannot write `{}`", path.display());
    let name = path.file_name().with_context(context)?;
    ensure!(!path.is_dir(), "{}: it is a folder", context());
    let part = path.with_file_name(format!(".{}.part", name.to_string_lossy()));
    let file = create(&part).map_err(advised).with_context(context)?;
    let mut out = BufWriter::new(file);
    let written = to(config, wish, &mut out).and_then(|written| {
        out.into_inner().map_err(|error| error.into_error()).and_then(|file| file.sync_all())?;
        std::fs::rename(&part, path)?;
        Ok(written)
    });
    if written.is_err() {
        let _ = std::fs::remove_file(&part);
    }
    written.with_context(context)
}

/// The user of the service may write in few places.
fn advised(error: io::Error) -> anyhow::Error {
    match error.kind() {
        io::ErrorKind::PermissionDenied => anyhow!(
            "{error}\nhint: leave `--output` out and let your shell write: `(umask 077; sudo -u … feedback-fn export … > FILE)`"
        ),
        _ => error.into(),
    }
}

fn create(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)
}

fn tell(written: Written) {
    remark(&format!("{} written", counted(written.suggestions, "suggestion")));
    if written.withheld > 0 {
        remark(&format!(
            "{} without text: publishing it was not allowed (`--internal` shows it)",
            counted(written.withheld, "suggestion")
        ));
    }
    if written.quarantined > 0 {
        remark(&format!(
            "{} left out: quarantined; `feedback-fn list --state quarantined` shows them, then `release` or `erase`",
            counted(written.quarantined, "suggestion")
        ));
    }
}
