//! Every command of the handbook, run as it is written there; and no page of it that nobody finds.

use crate::installation::{Installation, PROGRAM, Ran, ran, reference, suggestion};
use clap::CommandFactory;
use feedback_fn::cli::Cli;
use feedback_fn::store::Standing;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The number that the handbook uses.
const NUMBER: &str = "LOE-7KQ2-M9X7";

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Files of a folder and those below it, with one of these endings.
fn files(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, endings));
        } else if endings.iter().any(|ending| path.to_string_lossy().ends_with(ending)) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The first page, and all behind it.
fn pages() -> Vec<PathBuf> {
    let docs = repository().join("docs");
    [docs.join("operating.md")].into_iter().chain(files(&docs.join("operating"), &[".md"])).collect()
}

/// What the links of a document lead to: a file, and a heading in it.
fn links(document: &Path) -> Vec<(PathBuf, Option<String>)> {
    let text = std::fs::read_to_string(document).unwrap();
    let links = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let links = links.filter(|link| !link.contains("://") && !link.starts_with('@') && !link.contains(' '));
    let places = links.map(|link| {
        let (file, heading) =
            link.split_once('#').map_or((link, None), |(file, heading)| (file, Some(heading)));
        let file = if file.is_empty() { document.to_owned() } else { document.with_file_name(file) };
        (file, heading.map(str::to_owned))
    });
    places.collect()
}

/// The anchors of a page, as GitHub makes them of its headings.
fn anchors(page: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(page).unwrap();
    let headings = text.lines().filter(|line| line.starts_with('#'));
    let anchor = |heading: &str| {
        let heading = heading.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
        heading.chars().filter(|letter| letter.is_alphanumeric() || "-_".contains(*letter)).collect()
    };
    headings.map(anchor).collect()
}

/// The lines of the handbook that call the program, without remarks.
fn commands() -> Vec<String> {
    let pages = pages().into_iter().map(|path| std::fs::read_to_string(path).unwrap());
    let handbook = pages.collect::<Vec<_>>().join("\n");
    let blocks = handbook.split("```sh\n").skip(1).map(|block| block.split("\n```").next().unwrap());
    let lines = blocks.flat_map(|block| block.lines().map(|line| line.split(" #").next().unwrap().trim()));
    // Tests run as who they are.
    let lines = lines.map(|line| line.trim_start_matches("sudo -u feedback-fn "));
    lines.filter(|line| called(line).is_some()).map(str::to_owned).collect()
}

/// The command that a line calls.
fn called(line: &str) -> Option<&str> {
    let mut words = line.split_whitespace();
    words.next().filter(|word| word.rsplit('/').next() == Some("feedback-fn"))?;
    words.find(|word| !word.starts_with('-'))
}

/// What the handbook assumes: suggestions in a state that the command is for, a folder for answers, and a table that is filled in.
fn installation(line: &str) -> Installation {
    let installation = Installation::new();
    installation.keep(&[suggestion(1, "Mehr Bänke"), suggestion(2, "Weniger Lärm")], Standing::Accepted);
    std::fs::create_dir_all(installation.path("content/rueckmeldungen")).unwrap();
    let number = reference(1);
    let table = format!("Vorgangsnummer,Antwort,Entscheidung\r\n{number},Gern.,Übernommen\r\n");
    // What is exported would not replace it.
    if called(line) == Some("import") {
        std::fs::write(installation.path("synopse.csv"), table).unwrap();
    }
    installation
}

/// The line with the places of the installation.
fn here(line: &str) -> String {
    let line = line.split("feedback-fn").skip(1).collect::<Vec<_>>().join("feedback-fn");
    format!("feedback-fn{line}")
        .replace("/etc/feedback-fn/feedback.toml", "feedback.toml")
        .replace("/var/lib/feedback-fn", "data")
        .replace(NUMBER, reference(1).as_str())
}

fn execute(line: &str, installation: &Installation) -> Ran {
    let path =
        format!("{}:{}", Path::new(PROGRAM).parent().unwrap().display(), std::env::var("PATH").unwrap());
    let mut command = Command::new("sh");
    // In the shell's place, so that what is killed is the program.
    command.args(["-c", &format!("exec {}", here(line))]).env("PATH", path).stdin(Stdio::null());
    command.current_dir(installation.folder.path());
    if called(line) != Some("serve") {
        return ran(&mut command);
    }
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let mut first = String::new();
    BufReader::new(child.stderr.take().unwrap()).read_line(&mut first).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    Ran { code: Some(i32::from(!first.contains("server.listening"))), stdout: first, stderr: String::new() }
}

#[test]
fn every_command_of_the_handbook_does_what_it_says() {
    let lines = commands();
    assert!(lines.len() >= 18, "{lines:#?}");
    for line in &lines {
        let ran = execute(line, &installation(line));
        assert_eq!(ran.code, Some(0), "`{line}`: {ran:#?}");
    }
}

#[test]
fn handbook_has_an_example_of_every_command() {
    let lines = commands();
    let shown: BTreeSet<&str> = lines.iter().filter_map(|line| called(line)).collect();
    for command in Cli::command().get_subcommands() {
        let name = command.get_name();
        // The service is started by systemd.
        assert!(shown.contains(name) || name == "serve", "`{name}` has no example in the handbook");
    }
}

#[test]
fn first_page_of_the_handbook_begins_with_what_to_do_and_leads_to_every_other() {
    let first = repository().join("docs/operating.md");
    let text = std::fs::read_to_string(&first).unwrap();
    let table = text.find("| what you see |").unwrap();
    assert!(table < text.find("| you want to |").unwrap() && !text[..table].contains("```"), "{text}");
    let linked: BTreeSet<PathBuf> = links(&first).into_iter().map(|(file, _)| file).collect();
    let missing: Vec<PathBuf> = pages().into_iter().skip(1).filter(|page| !linked.contains(page)).collect();
    assert!(pages().len() > 4 && missing.is_empty(), "{missing:?}");
}

#[test]
fn every_link_of_the_documents_leads_to_a_heading_that_is_there() {
    let root = repository();
    // The list of messages quotes content.
    let mut documents = files(&root.join("docs"), &[".md"]);
    documents.retain(|document| !document.ends_with("messages.md"));
    documents.extend(
        ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "ARCHITECTURE.md"].map(|name| root.join(name)),
    );
    let mut headings = 0;
    for document in documents {
        for (file, heading) in links(&document) {
            let told = || format!("{}: {} {heading:?}", document.display(), file.display());
            assert!(file.exists(), "{}", told());
            if let Some(heading) = &heading {
                headings += 1;
                assert!(anchors(&file).contains(heading), "{}", told());
            }
        }
    }
    assert!(headings > 30, "{headings}");
}

#[test]
fn documents_that_the_program_and_its_package_name_are_there() {
    let root = repository();
    let mut naming = files(&root.join("feedback-fn/src"), &[".rs"]);
    naming.extend(files(&root.join("feedback-fn/packaging"), &[""]));
    naming.extend(["feedback.example.toml", "Cargo.toml"].map(|name| root.join("feedback-fn").join(name)));
    let mut named = 0;
    for file in naming {
        let text = std::fs::read_to_string(&file).unwrap();
        for (folder, start) in [("docs", "docs/"), ("docs", "/usr/share/doc/feedback-fn/")] {
            for rest in text.split(start).skip(1) {
                let mut name =
                    rest.split(|letter: char| !letter.is_ascii_alphanumeric() && !"/-._".contains(letter));
                let Some(name) = name.next().and_then(|name| name.strip_suffix(".md")) else { continue };
                named += 1;
                let page = root.join(folder).join(format!("{name}.md"));
                assert!(page.exists(), "{} names {}", file.display(), page.display());
            }
        }
    }
    assert!(named >= 5, "{named}");
    let package = std::fs::read_to_string(root.join("feedback-fn/Cargo.toml")).unwrap();
    for asset in
        ["\"../docs/operating.md\"", "\"../docs/operating/*.md\", \"usr/share/doc/feedback-fn/operating/\""]
    {
        assert!(package.contains(asset), "{asset}");
    }
}
