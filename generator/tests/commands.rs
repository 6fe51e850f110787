//! The program `auslage` as a person or a script calls it: exit codes, channels, formats.
#![expect(clippy::disallowed_methods, reason = "the tests make the sites that the program reads")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::Path;
use std::process::{Command, Output};

const CONFIG: &str = "base_url = \"https://site.example\"\n";
const PAGE: &str = "+++\ntitle = \"A\"\n+++\n\nA page.\n";

/// A site of one page.
fn site(config: &str, page: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in
        [("zola.toml", config), ("content/a.md", page), ("templates/page.html", "{{ page.content | safe }}")]
    {
        let file = folder.path().join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
    folder
}

fn auslage(root: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_auslage"));
    command.env("NO_COLOR", "1").arg("--root").arg(root).args(arguments).output().unwrap()
}

#[track_caller]
fn check(root: &Path, arguments: &[&str], code: i32, said: &str) {
    let output = auslage(root, arguments);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{stderr}");
    assert!(stderr.contains(said), "{stderr}");
}

#[test]
fn sound_site_ends_with_0() {
    let site = site(CONFIG, PAGE);
    check(site.path(), &["build"], 0, "-> 1 pages (0 orphan) and 1 sections");
    assert!(site.path().join("public/a/index.html").is_file());
    check(site.path(), &["check"], 0, "No problems");
}

#[test]
fn problems_in_the_content_end_with_1() {
    let site = site(CONFIG, "+++\ntitle = \"A\"\n+++\n\n[x](@/gone.md)\n");
    check(site.path(), &["build"], 1, "a.md:5:");
    assert!(!site.path().join("public").exists(), "nothing is written");
    check(site.path(), &["check"], 1, "1 problem.");
}

#[test]
fn wrong_calls_end_with_2() {
    let site = site(CONFIG, PAGE);
    check(&site.path().join("nowhere"), &["build"], 2, "--root");
    check(tempfile::tempdir().unwrap().path(), &["build"], 2, "zola.toml");
    check(site.path(), &["buld"], 2, "build");
    check(site.path(), &["--today", "31.12.2026", "build"], 2, "--today");
}

#[test]
fn a_folder_that_exists_is_not_overwritten_unasked() {
    let site = site(CONFIG, PAGE);
    let output = site.path().join("mine");
    std::fs::create_dir(&output).unwrap();
    std::fs::write(output.join("letter.txt"), "dear").unwrap();
    check(site.path(), &["build", "--output-dir", output.to_str().unwrap()], 1, "--force");
    assert!(output.join("letter.txt").is_file());
}

#[test]
fn json_goes_to_standard_output_line_by_line() {
    let site = site(CONFIG, "+++\ntitle = \"A\"\nwieght = 1\n+++\n");
    let output = auslage(site.path(), &["--format", "json", "build"]);
    assert_eq!(output.status.code(), Some(0));
    let lines: Vec<serde_json::Value> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 1);
    assert_eq!(
        (&lines[0]["severity"], &lines[0]["place"]["line"]),
        (&"warning".into(), &3.into()),
        "{}",
        lines[0]
    );
}
