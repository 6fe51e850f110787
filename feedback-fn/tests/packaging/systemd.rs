//! The units, as systemd itself reads and judges them.

use crate::{packaged, program};
use std::path::Path;
use std::process::{Command, Output};

/// systemd's own measure from 0 (nothing is allowed) to 10 (everything is). What is left is the network.
const MOST_EXPOSED: &str = "20";

#[track_caller]
fn analyze(arguments: &[&str], folder: &tempfile::TempDir) -> Output {
    let output = Command::new(program("systemd-analyze"))
        .args(arguments)
        .current_dir(folder.path())
        .env("SYSTEMD_COLORS", "0")
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

/// The units beside each other, with a program that exists.
fn units() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for unit in ["feedback-fn.service", "feedback-fn.socket"] {
        let text = packaged(&format!("systemd/{unit}"));
        let text = text.replace("/usr/bin/feedback-fn", env!("CARGO_BIN_EXE_feedback-fn"));
        std::fs::write(folder.path().join(unit), text).unwrap();
    }
    folder
}

#[test]
fn systemd_understands_every_line() {
    let folder = units();
    let output = analyze(&["verify", "--man=no", "./feedback-fn.service", "./feedback-fn.socket"], &folder);
    let told = String::from_utf8_lossy(&output.stderr);
    let ours: Vec<&str> = told.lines().filter(|line| line.contains("feedback-fn.s")).collect();
    assert_eq!(ours, [] as [&str; 0]);
}

#[test]
fn unit_makes_the_folder_of_the_socket_that_the_documents_name() {
    let socket = "unix:/run/feedback-fn/http.sock";
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for document in ["feedback.example.toml", "../docs/operating/install.md"] {
        let text = std::fs::read_to_string(root.join(document)).unwrap();
        assert!(text.contains(socket), "{document} names `{socket}`");
    }
    let unit = packaged("systemd/feedback-fn.service");
    assert!(unit.contains("\nRuntimeDirectory=feedback-fn\nRuntimeDirectoryMode=0750\n"), "{unit}");
}

#[test]
fn service_may_do_little() {
    let folder = units();
    let threshold = format!("--threshold={MOST_EXPOSED}");
    analyze(&["security", "--offline=true", &threshold, "./feedback-fn.service"], &folder);
}
