//! The page of messages: what it quotes is what the programs say, and sound sites hear nothing.
//!
//! `docs/messages.md` names a case of `tests/broken` for each mistake. Our words are compared on every run;
//! `BLESS=1` writes them anew. Zola's are compared where `ZOLA` names its program:
//! `ZOLA=/path/to/zola cargo nextest run -p auslage-tests --test messages --run-ignored all`

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests make real files and stop at the first surprise"
)]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, LazyLock};

use auslage::diagnostic::Severity;
use auslage::diagnostic::report::{Format, render};
use auslage::pipeline::{self, Destination, Options};
use auslage::world::{DiskWorld, MemoryWorld, World};
use auslage_tests::broken::{Case, areas, cases};
use auslage_tests::root;
use jiff::civil::date;
use regex::Regex;

const PAGE: &str = "docs/messages.md";

/// A mistake: the name of its case, what Zola says, what we say.
static MISTAKE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?s)\(\.\./tests/broken/(?P<case>[^)]+)\.txt\).*?Zola:\n\n```text\n(?P<zola>.*?)```\n\nAuslage:\n\n```text\n(?P<ours>.*?)```\n",
    )
    .unwrap()
});

#[test]
fn our_words_on_the_page_are_what_the_program_says() {
    let cases = all_cases();
    compare("ours", |name| ours(&cases[name]));
}

/// Zola's program is not part of a clone, so that this runs only where it is asked for.
#[test]
#[ignore = "needs Zola's program: set ZOLA"]
fn zolas_words_on_the_page_are_what_its_program_says() {
    let program = std::env::var("ZOLA").expect("ZOLA names Zola's program");
    let cases = all_cases();
    compare("zola", |name| zolas(&program, &cases[name]));
}

#[test]
fn the_page_has_thirty_mistakes() {
    let page = std::fs::read_to_string(root().join(PAGE)).unwrap();
    let headings = page.lines().filter(|line| line.starts_with("## ")).count();
    assert_eq!(MISTAKE.find_iter(&page).count(), headings, "each mistake has a case and two answers");
    assert!(headings >= 30, "only {headings} mistakes");
}

/// Compares one answer of every mistake with what `answer` gives for its case.
#[track_caller]
fn compare(part: &str, answer: impl Fn(&str) -> String) {
    let page = std::fs::read_to_string(root().join(PAGE)).unwrap();
    let mut fresh = String::new();
    let mut from = 0;
    let mut wrong = Vec::new();
    for captures in MISTAKE.captures_iter(&page) {
        let (place, name) = (captures.name(part).unwrap(), &captures["case"]);
        let said = answer(name);
        if said != place.as_str() {
            wrong.push(format!("== {name}\n{said}-- but the page says --\n{}", place.as_str()));
        }
        fresh.push_str(&page[from..place.start()]);
        fresh.push_str(&said);
        from = place.end();
    }
    fresh.push_str(&page[from..]);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(root().join(PAGE), fresh).unwrap();
        return;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn all_cases() -> BTreeMap<String, Case> {
    let all = areas().into_iter().flat_map(|area| cases(&area));
    all.map(|case| (case.name.clone(), case)).collect()
}

fn ours(case: &Case) -> String {
    let files = case.files.iter();
    let world =
        files.fold(MemoryWorld::new(date(2026, 11, 23)), |world, (path, text)| world.with(path, text));
    let world: Arc<dyn World> = Arc::new(world);
    let options = Options { destination: Destination::Nowhere, ..Options::default() };
    let outcome = pipeline::build(&world, &options).unwrap();
    render(&outcome.diagnostics, world.as_ref(), Path::new(""), Format::Human).trim_end().to_owned() + "\n"
}

/// What it prints, without the folder, the time it took, and color; an answer of several lines as it is.
fn zolas(program: &str, case: &Case) -> String {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().canonicalize().unwrap();
    for (path, text) in &case.files {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let output =
        Command::new(program).arg("build").current_dir(&folder).env("NO_COLOR", "1").output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).replace(&format!("{}/", folder.display()), "");
    let lines = said.lines().map(str::trim_end).filter(|line| !line.is_empty() && !is_progress(line));
    let said: String = lines.map(|line| format!("{}\n", line.trim_start_matches("ERROR "))).collect();
    match (said.is_empty(), output.status.success()) {
        (false, _) => said,
        (true, true) => "(nothing; the site is built)\n".to_owned(),
        (true, false) => "(nothing; exit code 1)\n".to_owned(),
    }
}

fn is_progress(line: &str) -> bool {
    line.starts_with("Building site") || line.starts_with("Done in") || line.starts_with("-> Creating")
}

/// Warnings that sites of `zola-cases` deserve, as `case: file code`.
const DESERVED: &[&str] = &[
    "anchors-by-section: content/h/_index.en.md ignored-file",
    "colocated-assets: content/amt/unter/nicht.txt lost-file",
    "colocated-assets: content/bauplatz/index.md link-to-markdown-file",
    "config-keys: content/a.md missing-link-target",
    "fail-page-at-home: zola.toml overwritten",
    "feeds-variables: content/n/og.md no-sort-key",
    "front-matter-toml: content/alles.md unknown-key",
    "front-matter-toml: content/alles.md unknown-key",
    "front-matter-yaml: content/a.md idle-key",
    "front-matter-yaml: content/a.md unknown-key",
    "functions-arguments: content/blog/eins.md idle-key",
    "highlight-fences: content/_index.md fence-option",
    "highlight-fences: content/_index.md fence-option",
    "highlight-fences: content/_index.md fence-option",
    "highlight-fences: content/_index.md unknown-code-language",
    "highlight-inline: content/code.md unknown-code-language",
    "ignored-files: content/b.markdown lost-file",
    "markdown-corners: content/s00.md link-to-markdown-file",
    "markdown-corners: content/s00.md link-to-markdown-file",
    "markdown-corners-options: content/s00.md link-to-markdown-file",
    "markdown-corners-options: content/s00.md link-to-markdown-file",
    "paths-and-aliases: content/f.md idle-key",
    "search-sections: content/offen/ohne-datum.md no-sort-key",
    "section-features: content/mit/unter/tief.txt lost-file",
    "sections-sort-dates: content/datum/e.md no-sort-key",
    "sections-sort-other: content/gewicht/v.md no-sort-key",
    "sections-sort-titles: content/titel/h.md no-sort-key",
    "slug-path-alias: content/amt/pfad2.md idle-key",
    "taxonomies: content/a.md two-spellings",
    "taxonomies-languages: content/p2.md two-spellings",
    "taxonomies-languages: content/p3.md two-spellings",
    "taxonomies-languages: content/p5.md two-spellings",
    "yaml-scalars: content/b.md idle-key",
];

/// Whoever builds a sound site is not bothered: the sites of `zola-cases` are warned only of what is wrong
/// with them.
#[test]
fn sound_sites_hear_no_warning() {
    let folder = root().join("tests/zola-cases/cases");
    let mut names: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    let world: Arc<dyn World> = Arc::new(DiskWorld::new(Some(date(2026, 11, 23))));
    let mut heard = Vec::new();
    for case in names {
        let root = case.join("site");
        let options = Options { root: root.clone(), destination: Destination::Nowhere, ..Options::default() };
        let Ok(outcome) = pipeline::build(&world, &options) else { continue };
        for diagnostic in outcome.diagnostics.sorted() {
            if diagnostic.severity == Severity::Warning {
                let place =
                    diagnostic.span.as_ref().map(|span| span.path.strip_prefix(&root).unwrap().display());
                let name = case.file_name().unwrap().to_string_lossy();
                heard.push(format!("{name}: {} {}", place.unwrap(), diagnostic.code));
            }
        }
    }
    assert_eq!(heard, DESERVED);
}
