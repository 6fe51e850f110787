//! How a server starts and ends: ports, folders, signals.

use std::process::Command;

use super::client::get;
use super::program::{Program, site};

#[track_caller]
fn check_end(signal: &str) {
    let site = site();
    let mut program = Program::serve(site.path(), &[]);
    assert_eq!(get(&program.address, "/").status, 200);
    assert_eq!(program.temporary_files(), 1, "the site is in a temporary folder");
    program.signal(signal);
    assert!(program.wait().success());
    assert_eq!(program.temporary_files(), 0, "the folder is removed after {signal}");
    assert!(!site.path().join("public").exists(), "nothing is left in the site");
}

#[test]
fn the_temporary_folder_goes_with_the_server() {
    check_end("INT");
    check_end("TERM");
}

#[test]
fn a_folder_that_was_asked_for_stays() {
    let site = site();
    let mut program = Program::serve(site.path(), &["--store-html"]);
    program.signal("TERM");
    assert!(program.wait().success());
    assert!(site.path().join("public/a/index.html").is_file());
    assert_eq!(program.temporary_files(), 0);
    let output = site.path().join("out");
    let mut program = Program::serve(site.path(), &["-o", output.to_str().unwrap(), "--fast"]);
    program.signal("INT");
    assert!(program.wait().success());
    let html = std::fs::read_to_string(output.join("a/index.html")).unwrap();
    assert!(!html.contains("livereload"), "files are as a build writes them: {html}");
}

#[test]
fn sources_of_the_site_are_never_taken_for_the_last_output() {
    let site = site();
    let detour = site.path().join("content/..");
    let mut program = Program::serve(site.path(), &["-o", detour.to_str().unwrap(), "--force"]);
    let page = get(&program.address, "/").body;
    assert!(String::from_utf8_lossy(&page).contains("sources"));
    program.signal("INT");
    assert!(program.wait().success());
    for source in ["zola.toml", "content", "templates"] {
        assert!(site.path().join(source).exists(), "{source}");
    }
}

#[test]
fn a_server_that_cannot_start_says_why() {
    let site = site();
    let program = Program::serve(site.path(), &[]);
    let port = program.address.rsplit_once(':').unwrap().1.to_owned();
    let folder = site.path().to_str().unwrap().to_owned();
    for (arguments, said) in [
        (vec!["--port", &port], "cannot listen on 127.0.0.1"),
        (vec!["--port", "0", "--output-dir", &folder], "--force"),
        (vec!["--debounce", "0"], "--debounce"),
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_auslage"));
        let output = command.arg("--root").arg(site.path()).arg("serve").args(&arguments).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(stderr.contains(said), "{stderr}");
    }
}

#[test]
fn strict_serves_no_site_with_warnings() {
    let site = site();
    super::write(site.path(), "content/a.md", "+++\ntitle = \"A\"\nwieght = 1\n+++\nA page.\n");
    let lax = Program::serve(site.path(), &[]);
    assert!(!get(&lax.address, "/a/").text().contains("<dialog"));
    let strict = Program::serve(site.path(), &["--strict"]);
    let page = get(&strict.address, "/a/");
    assert_eq!(page.status, 404, "nothing was built");
    assert!(page.text().contains("wieght"), "{}", page.text());
}
