//! Every command of the handbook, run as it is written there.

use crate::installation::{Installation, PROGRAM, Ran, ran, reference, suggestion};
use clap::CommandFactory;
use feedback_fn::cli::Cli;
use feedback_fn::store::Standing;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

/// The number that the handbook uses.
const NUMBER: &str = "LOE-7KQ2-M9X7";

/// The lines of the handbook that call the program, without remarks.
fn commands() -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/operating.md");
    let handbook = std::fs::read_to_string(path).unwrap();
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
