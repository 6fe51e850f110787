//! What the documents say is what the programs do: examples build, words are complete, commands exist.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests make real files and stop at the first surprise"
)]

use std::path::Path;
use std::sync::Arc;

use auslage::pipeline::{self, Destination, Options};
use auslage::strategy::vocabulary::{Language, RelationKind, Role, Status, Word};
use auslage::world::{DiskWorld, World};
use auslage_tests::{files, root, town};
use clap::Parser;

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap()
}

/// Code blocks of a document in one language.
fn blocks(document: &str, language: &str) -> Vec<String> {
    let opening = format!("```{language}\n");
    let parts = document.split(&opening).skip(1);
    parts.map(|part| part.split("\n```").next().unwrap().to_owned()).collect()
}

#[test]
fn example_of_a_project_is_taken_as_it_stands() {
    let example =
        blocks(&read("docs/redaktion.md"), "toml").into_iter().find(|block| block.starts_with("+++"));
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files(&["content"], "md").into_iter().chain(files(&["content"], "toml")) {
        write(&folder.path().join(path), &text);
    }
    let content = folder.path().join("content");
    write(&content.join("themen/mobilitaet/mitfahrbank.md"), &example.expect("there is an example"));
    let mut options =
        Options { root: root().join("site"), destination: Destination::Nowhere, ..Options::default() };
    options.overrides.content = Some(content);
    let world: Arc<dyn World> = Arc::new(DiskWorld::new(Some(town::DAY)));
    let outcome = pipeline::build(&world, &options).unwrap();
    assert!(outcome.diagnostics.is_empty(), "{:#?}", outcome.diagnostics.sorted());
}

fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

#[test]
fn guide_for_editors_lists_every_word_with_its_label() {
    let guide = read("docs/redaktion.md");
    check_words::<Status>(&guide);
    check_words::<Role>(&guide);
    check_words::<RelationKind>(&guide);
}

#[track_caller]
fn check_words<W: Word>(guide: &str) {
    for (key, word) in W::ALL {
        let row = format!("| `{key}` | {} |", word.label(Language::De));
        assert!(guide.contains(&row), "the guide lacks the row {row}");
    }
}

#[test]
fn guide_for_editors_shows_dates_as_the_site_does() {
    let guide = read("docs/redaktion.md");
    let table = guide.split("### Daten").nth(1).unwrap().split("###").next().unwrap();
    let rows: Vec<(&str, &str)> = table
        .lines()
        .filter_map(|row| row.strip_prefix("| `")?.strip_suffix(" |")?.split_once("` | "))
        .collect();
    assert!(rows.len() >= 7, "{rows:?}");
    for (written, said) in rows {
        assert_eq!(Language::De.date(&written.parse().unwrap()), said, "{written}");
    }
}

#[test]
fn commands_in_the_documents_exist() {
    let mut seen = 0;
    for document in with_handbook(&["README.md", "docs/redaktion.md", "feedback-fn/feedback.example.toml"]) {
        for line in read(&document).lines() {
            seen += usize::from(check_command(&document, line));
        }
    }
    assert!(seen >= 6, "only {seen} commands were found");
}

/// These documents, and the pages of the operator's handbook.
fn with_handbook(documents: &[&str]) -> Vec<String> {
    let pages = files(&["docs/operating"], "md").into_iter().map(|(path, _)| path);
    let named = documents.iter().chain(&["docs/operating.md"]).map(|path| (*path).to_owned());
    named.chain(pages).collect()
}

/// Whether the line calls one of the programs; then its options must be known.
#[track_caller]
fn check_command(document: &str, line: &str) -> bool {
    let line = line.trim_start_matches("# `").split('#').next().unwrap().split('`').next().unwrap();
    let words: Vec<&str> = line.split_whitespace().collect();
    let call = |name: &str| words.iter().position(|word| word.rsplit('/').next() == Some(name));
    if line.starts_with("cargo build") || line.contains("=/") && !line.starts_with("ExecStart=") {
        return false;
    }
    let parsed = match (call("auslage"), call("feedback-fn")) {
        (Some(at), _) if line.starts_with("cargo run") || at == 0 => {
            let arguments = words[at + 1..].iter().filter(|word| **word != "--");
            auslage::cli::arguments::Arguments::try_parse_from(["auslage"].iter().chain(arguments)).map(drop)
        }
        (_, Some(at)) if at == 0 => {
            let arguments = words[at + 1..].iter();
            feedback_fn::cli::Cli::try_parse_from(["feedback-fn"].iter().chain(arguments)).map(drop)
        }
        _ => return false,
    };
    assert!(parsed.is_ok(), "{document}: `{line}`: {}", parsed.unwrap_err());
    true
}

#[test]
fn files_that_documents_link_to_exist() {
    let link = regex::Regex::new(r"\]\(([^)#:@]+)\)").unwrap();
    for document in with_handbook(&["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "docs/redaktion.md"]) {
        let folder = root().join(&document).parent().unwrap().to_owned();
        for captures in link.captures_iter(&read(&document)) {
            assert!(folder.join(&captures[1]).exists(), "{document} links to `{}`", &captures[1]);
        }
    }
}
