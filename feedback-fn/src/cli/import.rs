//! `feedback-fn import TABLE --to FOLDER`: drafts of the town's answers, from a filled-in synopsis.
//!
//! First everything is read and weighed; then all is written, or nothing.

use super::beside::ask;
use super::log;
use super::pages::{self, Filed};
use super::paths::Paths;
use super::terminal::{counted, escaped, remark, say};
use crate::config::Config;
use crate::reference::Reference;
use crate::responses::{self, Answering, Draft, Fate, Mistake, Read, Response, weigh};
use anyhow::{Context, anyhow, bail, ensure};
use clap::Args;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The section above the drafts.
const OVERVIEW: &str = "_index.md";

/// What is read, and where drafts go.
#[derive(Debug, Args)]
pub(super) struct Wish {
    /// The synopsis as CSV
    table: PathBuf,
    /// The folder for the drafts, in the site's content
    #[arg(long)]
    to: PathBuf,
    /// Only say what would be written
    #[arg(long)]
    dry_run: bool,
}

/// What is to be done about one answer.
struct Step {
    path: PathBuf,
    fate: Fate,
    /// What is to be written.
    text: String,
}

type Pages = BTreeMap<Reference, Filed>;

/// Writes a draft for each answer, or nothing if the table has a mistake.
#[expect(clippy::disallowed_methods, reason = "commands are an edge")]
pub(super) fn run(config: &Config, wish: &Wish) -> anyhow::Result<()> {
    log::start_for_command();
    let Wish { table, to: folder, dry_run } = wish;
    let bytes = std::fs::read(table)
        .map_err(advised)
        .with_context(|| format!("cannot read `{}`", table.display()))?;
    let read = responses::read(&bytes).or_else(|mistakes| refuse(table, &mistakes))?;
    ensure_in_content(folder)?;
    let pages = if folder.exists() { pages::read(folder)? } else { Pages::new() };
    let read = followed(read, &pages).or_else(|mistakes| refuse(table, &mistakes))?;
    let steps = steps(config, &read.responses, &pages, folder)?;
    let steps = steps.or_else(|mistakes| refuse(table, &mistakes))?;
    read.unfinished.iter().for_each(|waiting| remark(&told(table, waiting)));
    match dry_run {
        true => steps.iter().for_each(foretell),
        false => {
            write(folder, &steps)?;
            tracing::info!(event = "operator.imported", responses = steps.len());
        }
    }
    steps.iter().filter(|step| step.fate == Fate::Kept).for_each(|step| {
        let path = step.path.display();
        say(&format!("kept `{path}`: a person has changed it, and the row says what it said before"));
    });
    say(&summary(folder, &steps));
    if read.empty + read.unfinished.len() > 0 {
        say(&format!("{} without an answer", counted((read.empty + read.unfinished.len()) as u64, "row")));
    }
    if *dry_run {
        say("nothing was written (`--dry-run`)");
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

/// The table with references for the numbers of rows.
fn followed(read: Read, pages: &Pages) -> Result<Read, Vec<Mistake>> {
    let answering: Answering<'_> =
        pages.iter().map(|(reference, filed)| (reference, filed.page.says.as_ref().ok())).collect();
    read.followed(&answering)
}

/// What is to be done about every answer, or which rows forbid it.
fn steps(
    config: &Config,
    responses: &[Response],
    pages: &Pages,
    folder: &Path,
) -> anyhow::Result<Result<Vec<Step>, Vec<Mistake>>> {
    let paths = Paths::of(folder, responses, pages)?;
    ask(config, async |store| {
        let (mut steps, mut mistakes) = (Vec::new(), Vec::new());
        for response in responses {
            let listed = store.show(response.reference.clone()).await?;
            let draft = listed.map(|listed| Draft::new(response, &listed.suggestion, &|to| paths.to(to)));
            match step(response, pages.get(&response.reference), draft, folder) {
                Ok(step) => steps.push(step),
                Err(what) => mistakes.push(Mistake { place: response.place.clone(), what }),
            }
        }
        Ok(if mistakes.is_empty() { Ok(steps) } else { Err(mistakes) })
    })
}

/// What is to be done about an answer, or why it cannot be done.
fn step(
    response: &Response,
    filed: Option<&Filed>,
    draft: Option<Draft>,
    folder: &Path,
) -> Result<Step, String> {
    let reference = &response.reference;
    let fate = weigh(response, filed.map(|filed| &filed.page), draft.as_ref());
    let path = match (filed, &draft) {
        (Some(filed), _) => filed.path.clone(),
        (None, Some(draft)) => folder.join(&draft.name),
        (None, None) => return Err(format!("there is no suggestion `{reference}`: it was erased")),
    };
    let shown = path.display();
    match fate {
        Fate::New if path.exists() => Err(format!(
            "`{shown}` is there and has no `reference = \"{reference}\"`: rename the file, or add that"
        )),
        Fate::Disputed => Err(format!(
            "a person has changed `{shown}`, and the row says something else: make the file say what counts, then the \
             row as well (`export --answers` does)"
        )),
        Fate::Orphaned => Err(format!(
            "there is no suggestion `{reference}`: it was erased; change the answer in `{shown}`"
        )),
        Fate::New | Fate::Updated | Fate::Unchanged | Fate::Kept => {
            Ok(Step { path, fate, text: draft.map(|draft| draft.text).unwrap_or_default() })
        }
    }
}

/// What would be written.
fn foretell(step: &Step) {
    let path = step.path.display();
    match step.fate {
        Fate::New => say(&format!("new `{path}`")),
        Fate::Updated => say(&format!("updated `{path}`")),
        _ => {}
    }
}

fn summary(folder: &Path, steps: &[Step]) -> String {
    let count = |fate| steps.iter().filter(|step| step.fate == fate).count();
    format!(
        "{} in `{}`: {} new, {} updated, {} unchanged, {} kept",
        counted(steps.len() as u64, "answer"),
        folder.display(),
        count(Fate::New),
        count(Fate::Updated),
        count(Fate::Unchanged),
        count(Fate::Kept)
    )
}

fn ensure_in_content(folder: &Path) -> anyhow::Result<()> {
    let context = || format!("cannot write to `{}`", folder.display());
    let parent = folder.parent().filter(|parent| *parent != Path::new(""));
    let above = parent.map_or(Ok(true), Path::try_exists).map_err(advised).with_context(context)?;
    ensure!(above, "{}: the folder above does not exist; give a folder in the site's `content`", context());
    Ok(())
}

/// Makes the folder, and the section in it, if they are missing; then writes the drafts.
fn write(folder: &Path, steps: &[Step]) -> anyhow::Result<()> {
    let context = || format!("cannot write to `{}`", folder.display());
    if !folder.exists() {
        std::fs::DirBuilder::new().create(folder).map_err(advised).with_context(context)?;
    }
    let overview = folder.join(OVERVIEW);
    if !overview.exists() {
        put(&overview, &responses::overview()).map_err(advised).with_context(context)?;
    }
    for Step { path, text, .. } in steps.iter().filter(|step| matches!(step.fate, Fate::New | Fate::Updated))
    {
        put(path, text).map_err(advised).with_context(|| format!("cannot write `{}`", path.display()))?;
    }
    Ok(())
}

/// Puts a whole file in its place: one that is cut off would look as if a person had changed it.
#[expect(clippy::disallowed_methods, reason = "commands are an edge")]
fn put(path: &Path, text: &str) -> std::io::Result<()> {
    let part = path.with_extension("part");
    let mut file = File::create(&part)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(part, path)
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
