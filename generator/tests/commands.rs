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
    check(site.path(), &["build"], 0, "-> Creating 1 pages (0 orphan) and 0 sections");
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

/// Runs a command without `--root`, in a folder of its own.
fn in_folder(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_auslage"));
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "RUST_LOG"] {
        command.env_remove(name);
    }
    command.envs(environment.iter().copied()).current_dir(folder).args(arguments);
    command.stdin(std::process::Stdio::null()).output().unwrap()
}

#[track_caller]
fn check_in(folder: &Path, arguments: &[&str], code: i32, stdout: &str, stderr: &str) {
    let output = in_folder(folder, arguments, &[]);
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {out}{err}");
    assert!(out.contains(stdout), "{arguments:?}: {out}");
    assert!(err.contains(stderr), "{arguments:?}: {err}");
}

#[test]
fn a_new_site_builds_at_once_without_a_word() {
    let folder = tempfile::tempdir().unwrap();
    check_in(folder.path(), &["init", "mine"], 0, "", "Not at a terminal");
    let site = folder.path().join("mine");
    for name in ["content", "templates", "static", "themes", "sass"] {
        assert!(site.join(name).is_dir(), "{name}");
    }
    let output = in_folder(&site, &["build", "--strict"], &[]);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    assert!(!stderr.contains("warning"), "{stderr}");
    assert!(site.join("public/index.html").is_file());
    check_in(&site, &["check"], 0, "", "");
}

#[test]
fn a_new_site_never_takes_the_place_of_something() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join(".git")).unwrap();
    check_in(folder.path(), &["init"], 0, "", "");
    check_in(folder.path(), &["init"], 2, "", "--force");
    check_in(folder.path(), &["init", "--force"], 2, "", "zola.toml");
    std::fs::remove_file(folder.path().join("zola.toml")).unwrap();
    check_in(folder.path(), &["init", ".", "-f"], 0, "", "");
    std::fs::write(folder.path().join("letter"), "dear").unwrap();
    check_in(folder.path(), &["init", "letter"], 2, "", "letter");
}

#[test]
fn shells_and_man_know_the_commands() {
    let folder = tempfile::tempdir().unwrap();
    for (shell, holds) in [
        ("bash", "_auslage()"),
        ("elvish", "set edit:completion:arg-completer[auslage]"),
        ("fish", "complete -c auslage"),
        ("powershell", "Register-ArgumentCompleter"),
        ("zsh", "#compdef auslage"),
    ] {
        check_in(folder.path(), &["completion", shell], 0, holds, "");
    }
    check_in(folder.path(), &["completion", "tcsh"], 2, "", "tcsh");
    check_in(folder.path(), &["man", "pages/man1"], 0, "", "pages/man1");
    let page = std::fs::read_to_string(folder.path().join("pages/man1/auslage-serve.1")).unwrap();
    assert!(page.contains("store\\-html"), "{page}");
    assert!(folder.path().join("pages/man1/auslage.1").is_file());
}

#[test]
fn the_configuration_is_found_in_the_folders_above() {
    let site = site(CONFIG, PAGE);
    let deep = site.path().join("content/deep/deeper");
    std::fs::create_dir_all(&deep).unwrap();
    check_in(&deep, &["build"], 0, "", "1 pages");
    // `zola.toml` goes before `config.toml`, however near.
    std::fs::write(deep.join("config.toml"), "base_url = 'https://near.example'").unwrap();
    check_in(&deep, &["build"], 0, "", "1 pages");
    std::fs::rename(site.path().join("zola.toml"), site.path().join("mine.toml")).unwrap();
    check_in(&deep, &["--config", "mine.toml", "build"], 0, "", "1 pages");
    check_in(&deep, &["--config", "gone.toml", "build"], 1, "", "gone.toml");
    check_in(&deep, &["build", "--config", "mine.toml"], 2, "", "--config");
}

#[test]
fn strict_makes_warnings_errors_and_leaves_the_output_alone() {
    let site = site(CONFIG, PAGE);
    check(site.path(), &["build", "--strict"], 0, "Done in");
    std::fs::write(site.path().join("content/a.md"), "+++\ntitle = \"A\"\nwieght = 1\n+++\n\nNew.\n")
        .unwrap();
    check(site.path(), &["build", "--strict"], 1, "error[");
    let kept = std::fs::read_to_string(site.path().join("public/a/index.html")).unwrap();
    assert!(kept.contains("A page."), "{kept}");
    check(site.path(), &["check", "--strict"], 1, "wieght");
    check(site.path(), &["check"], 0, "wieght");
    check(site.path(), &["build"], 0, "warning[");
}

#[test]
fn the_output_folder_is_replaced_only_when_asked() {
    let site = site(CONFIG, PAGE);
    let output = site.path().join("mine");
    let arguments = ["build", "--output-dir", output.to_str().unwrap()];
    check(site.path(), &arguments, 0, "Done in");
    check(site.path(), &arguments, 1, "--force");
    std::fs::write(output.join("old.html"), "old").unwrap();
    check(site.path(), &[&arguments[..], &["--force"]].concat(), 0, "1 removed");
    assert!(!output.join("old.html").exists());
    // The configuration's own folder needs no asking.
    check(site.path(), &["build"], 0, "Done in");
    check(site.path(), &["build"], 0, "0 files written");
}

#[test]
fn color_follows_the_environment() {
    let site = site(CONFIG, "+++\ntitle = \"A\"\nwieght = 1\n+++\n");
    for (environment, has_color) in [
        (vec![], false),
        (vec![("CLICOLOR_FORCE", "1")], true),
        (vec![("CLICOLOR_FORCE", "0")], false),
        (vec![("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], false),
        (vec![("CLICOLOR_FORCE", "1"), ("NO_COLOR", "0")], false),
        (vec![("CLICOLOR_FORCE", "1"), ("NO_COLOR", "")], true),
        (vec![("CLICOLOR_FORCE", "1"), ("CLICOLOR", "0")], true),
    ] {
        let output = in_folder(site.path(), &["check"], &environment);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(stderr.contains('\u{1b}'), has_color, "{environment:?}: {stderr}");
    }
}

#[test]
fn the_log_tells_the_stages_and_their_times() {
    let site = site(CONFIG, PAGE);
    let stderr = |environment: &[(&str, &str)]| {
        String::from_utf8(in_folder(site.path(), &["build"], environment).stderr).unwrap()
    };
    let log = stderr(&[("RUST_LOG", "debug")]);
    for stage in ["discover", "parse", "resolve", "compose", "interpret", "check", "render", "commit"] {
        let told = log.lines().any(|line| line.contains(stage) && line.contains("time.busy="));
        assert!(told, "{stage}: {log}");
    }
    assert!(!stderr(&[]).contains("time.busy"), "nothing is told unasked");
    assert!(stderr(&[("RUST_LOG", "a=b=c")]).contains("RUST_LOG"));
}

#[test]
fn a_full_temporary_folder_is_not_blamed_on_the_site() {
    let config = format!("{CONFIG}[markdown.highlighting]\ntheme = 'own'\nextra_themes = ['own.json']\n");
    let site = site(&config, PAGE);
    std::fs::write(
        site.path().join("own.json"),
        r#"{"name":"own","type":"dark","colors":{},"tokenColors":[]}"#,
    )
    .unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_auslage"));
    command.env("TMPDIR", site.path().join("nowhere")).arg("--root").arg(site.path()).arg("build");
    let stderr = String::from_utf8(command.output().unwrap().stderr).unwrap();
    assert!(stderr.contains("cannot make a temporary file of"), "{stderr}");
    assert!(!stderr.contains("unusable-file") && !stderr.contains("hint:"), "{stderr}");
}

/// Everything that lies in a folder.
fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        files.push(path.clone());
        files.extend(if path.is_dir() && !path.is_symlink() { self::files(&path) } else { Vec::new() });
    }
    files.sort();
    files
}

/// Whatever the output folder is called, the site is not written over its own sources.
#[track_caller]
fn check_sources_stay(folder: &Path, arguments: &[&str]) {
    let before = files(folder);
    let arguments = [arguments, &["--force"]].concat();
    let (code, _, stderr) = ended(folder, &arguments);
    assert_eq!(code, Some(1), "{stderr}");
    assert!(stderr.contains("sources"), "{stderr}");
    assert_eq!(files(folder), before, "{arguments:?}");
}

fn ended(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = in_folder(folder, arguments, &[]);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn sources_of_the_site_are_never_taken_for_the_last_output() {
    let site = site(CONFIG, PAGE);
    let root = site.path().canonicalize().unwrap();
    let name = root.file_name().unwrap().to_str().unwrap();
    let beside = format!("../{name}");
    let detour = root.join("content/..");
    for output in [".", "./", beside.as_str(), "content", "content/../templates/", detour.to_str().unwrap()] {
        check_sources_stay(&root, &["build", "-o", output]);
    }
    check_sources_stay(&root, &["--content", "content/../content", "build", "-o", "content"]);
    check_sources_stay(&root.join("content"), &["--root", "..", "build", "-o", "../templates"]);
}

#[cfg(unix)]
#[test]
fn sources_of_the_site_are_found_behind_links() {
    let site = site(CONFIG, PAGE);
    std::os::unix::fs::symlink(".", site.path().join("link")).unwrap();
    check_sources_stay(site.path(), &["build", "-o", "link"]);
    check_sources_stay(site.path(), &["build", "-o", "link/content"]);
}

/// Answers everything on this machine with 404; its address.
fn nothing_there() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            // Whoever asks says so in one piece.
            let _ = std::io::Read::read(&mut stream, &mut [0; 4096]);
            let answer = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            let _ = std::io::Write::write_all(&mut stream, answer);
        }
    });
    format!("http://{address}/x")
}

#[test]
fn only_what_was_named_is_asked_however_it_is_named() {
    let site = site(CONFIG, &format!("+++\n+++\n[x]({})\n", nothing_there()));
    let root = site.path();
    for (content, only, said) in [
        (None, "content/a.md", "1 address asked"),
        (None, "content", "1 address asked"),
        (None, ".", "1 address asked"),
        (None, "templates", "0 addresses asked"),
        (Some("content"), "content/a.md", "1 address asked"),
        (Some("./templates/../content"), "content/", "1 address asked"),
    ] {
        let content = content.map_or(vec![], |content| vec!["--content", content]);
        let code = i32::from(said.starts_with('1'));
        check_in(root, &[&content[..], &["check", "--only", only]].concat(), code, "", said);
    }
    check_in(root, &["check", "--only", "content/b.md"], 2, "", "there is no `content/b.md`");
}
