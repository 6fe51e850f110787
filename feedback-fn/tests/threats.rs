//! `docs/threats.md` names tests: each must exist, and each threat must have one or a reason.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests read real files and stop at the first surprise"
)]

use std::path::{Path, PathBuf};

const THREATS: usize = 34;

fn sources(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(std::fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn every_threat_has_tests_that_exist_or_a_reason() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(root.join("../docs/threats.md")).unwrap();
    let mut texts = Vec::new();
    sources(&root.join("src"), &mut texts);
    sources(&root.join("tests"), &mut texts);
    let exists = |name: &str| texts.iter().any(|text| text.contains(&format!("fn {name}(")));
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| T")).collect();
    let numbers: Vec<&str> = rows.iter().filter_map(|row| row.split('|').nth(1)).map(str::trim).collect();
    let expected: Vec<String> = (1..=THREATS).map(|number| format!("T{number}")).collect();
    assert_eq!(numbers, expected);
    let mut missing = Vec::new();
    for row in rows {
        let proof = row.split('|').nth(4).unwrap();
        let quoted = proof.split('`').skip(1).step_by(2);
        let is_name =
            |name: &&str| name.contains('_') && name.bytes().all(|b| b == b'_' || b.is_ascii_alphanumeric());
        let names: Vec<&str> = quoted.filter(is_name).collect();
        assert!(!names.is_empty() || proof.contains("not covered: "), "{row}");
        missing.extend(names.into_iter().filter(|name| !exists(name)));
    }
    assert_eq!(missing, [] as [&str; 0], "these tests do not exist");
}
