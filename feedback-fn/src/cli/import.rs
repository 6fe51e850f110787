//! `feedback-fn import TABLE --to FOLDER`: drafts of the town's answers, from a filled-in synopsis.

use super::beside::ask;
use super::log;
use super::terminal::{counted, escaped, remark, say};
use crate::config::Config;
use crate::responses::{self, Draft, Mistake, Response, is_as_imported};
use anyhow::{Context, anyhow, bail, ensure};
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

/// The section above the drafts.
const OVERVIEW: &str = "_index.md";

/// What became of a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    New,
    Updated,
    Unchanged,
    Kept,
}

/// Writes a draft for each answer, or nothing if the table has a mistake.
#[expect(clippy::disallowed_methods, reason = "commands are an edge")]
pub(super) fn run(config: &Config, table: &Path, folder: &Path) -> anyhow::Result<()> {
    log::start_for_command();
    let bytes = std::fs::read(table)
        .map_err(advised)
        .with_context(|| format!("cannot read `{}`", table.display()))?;
    let read = responses::read(&bytes).or_else(|mistakes| refuse(table, &mistakes))?;
    read.unfinished.iter().for_each(|waiting| remark(&told(table, waiting)));
    let drafts = drafts(config, &read.responses)?.or_else(|mistakes| refuse(table, &mistakes))?;
    prepare(folder)?;
    let mut fates = Vec::new();
    for draft in &drafts {
        let path = folder.join(&draft.name);
        let fate = keep(&path, draft)
            .map_err(advised)
            .with_context(|| format!("cannot write `{}`", path.display()))?;
        if fate == Fate::Kept {
            say(&format!("kept `{}`: a person has changed it", path.display()));
        }
        fates.push(fate);
    }
    tracing::info!(event = "operator.imported", responses = drafts.len());
    let count = |fate| fates.iter().filter(|one| **one == fate).count();
    say(&format!(
        "{} in `{}`: {} new, {} updated, {} unchanged, {} kept",
        counted(drafts.len() as u64, "answer"),
        folder.display(),
        count(Fate::New),
        count(Fate::Updated),
        count(Fate::Unchanged),
        count(Fate::Kept)
    ));
    if read.empty + read.unfinished.len() > 0 {
        say(&format!("{} without an answer", counted((read.empty + read.unfinished.len()) as u64, "row")));
    }
    Ok(())
}

fn refuse<T>(table: &Path, mistakes: &[Mistake]) -> anyhow::Result<T> {
    mistakes.iter().for_each(|mistake| remark(&told(table, mistake)));
    bail!("{} in `{}`; nothing was written", counted(mistakes.len() as u64, "mistake"), table.display())
}

fn told(table: &Path, mistake: &Mistake) -> String {
    escaped(&format!("{}: {mistake}", table.display()))
}

/// The drafts, or which rows no suggestion is stored for.
fn drafts(config: &Config, responses: &[Response]) -> anyhow::Result<Result<Vec<Draft>, Vec<Mistake>>> {
    ask(config, async |store| {
        let (mut drafts, mut mistakes) = (Vec::new(), Vec::new());
        for response in responses {
            match store.show(response.reference.clone()).await? {
                Some(listed) => drafts.push(Draft::new(response, &listed.suggestion)),
                None => mistakes.push(Mistake {
                    place: response.place.clone(),
                    what: format!("there is no suggestion `{}`: it was erased", response.reference),
                }),
            }
        }
        Ok(if mistakes.is_empty() { Ok(drafts) } else { Err(mistakes) })
    })
}

/// Makes the folder, and the section in it, if they are missing.
fn prepare(folder: &Path) -> anyhow::Result<()> {
    let context = || format!("cannot write to `{}`", folder.display());
    let parent = folder.parent().filter(|parent| *parent != Path::new(""));
    let above = parent.map_or(Ok(true), Path::try_exists).map_err(advised).with_context(context)?;
    ensure!(above, "{}: the folder above does not exist; give a folder in the site's `content`", context());
    if !folder.exists() {
        std::fs::DirBuilder::new().create(folder).map_err(advised).with_context(context)?;
    }
    let overview = folder.join(OVERVIEW);
    if !overview.exists() {
        create(&overview, &responses::overview()).map_err(advised).with_context(context)?;
    }
    Ok(())
}

/// The table and the folder belong to who answers, and the store to the user of the service: seldom the same.
fn advised(error: io::Error) -> anyhow::Error {
    match error.kind() {
        io::ErrorKind::PermissionDenied => anyhow!(
            "{error}\nhint: run `import` as a user who may, such as root: it changes nothing in the store"
        ),
        _ => error.into(),
    }
}

/// Writes a draft, unless a person has changed the file.
#[expect(clippy::disallowed_methods, reason = "commands are an edge")]
fn keep(path: &Path, draft: &Draft) -> std::io::Result<Fate> {
    if !path.exists() {
        create(path, &draft.text)?;
        return Ok(Fate::New);
    }
    let present = std::fs::read(path)?;
    let present = String::from_utf8_lossy(&present);
    if !is_as_imported(&present) {
        return Ok(Fate::Kept);
    }
    if present.replace("\r\n", "\n") == draft.text {
        return Ok(Fate::Unchanged);
    }
    let part = path.with_extension("part");
    create(&part, &draft.text)?;
    std::fs::rename(&part, path)?;
    Ok(Fate::Updated)
}

/// Never over something that is there.
fn create(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
