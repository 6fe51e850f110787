//! The manual pages of the package: made of the commands themselves, and kept so that `cargo deb` needs no other step.

use clap::CommandFactory;
use feedback_fn::cli::Cli;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Set, the test writes the pages anew instead of comparing them.
const RENEW: &str = "RENEW_MANUAL";

fn kept() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/debian/man")
}

fn pages(folder: &Path) -> BTreeMap<String, String> {
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    files
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read_to_string(&path).unwrap())
        })
        .collect()
}

#[test]
fn manual_says_what_the_commands_say() {
    let made = tempfile::tempdir().unwrap();
    clap_mangen::generate_to(Cli::command().disable_help_subcommand(true), made.path()).unwrap();
    if std::env::var_os(RENEW).is_some() {
        std::fs::remove_dir_all(kept()).unwrap();
        std::fs::create_dir(kept()).unwrap();
        for (name, page) in pages(made.path()) {
            std::fs::write(kept().join(name), page).unwrap();
        }
    }
    let (made, kept) = (pages(made.path()), pages(&kept()));
    assert!(made.contains_key("feedback-fn.1") && made.contains_key("feedback-fn-erase.1"));
    for name in made.keys().chain(kept.keys()) {
        assert_eq!(
            made.get(name),
            kept.get(name),
            "`{name}` is not of these commands: run this test with {RENEW}=1"
        );
    }
}
