//! What several tests share: the workspace's folders and its sources, the cases of `tests/broken`,
//! and the real site, built.

#![allow(clippy::disallowed_methods, reason = "tests read the repository itself")]

pub mod broken;
pub mod surface;
pub mod town;

use std::path::{Path, PathBuf};

/// The folder of the workspace.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .canonicalize()
        .expect("the workspace is where cargo built it")
}

/// Every file below `folders` (relative to the workspace) with the given ending, by path relative to the workspace.
pub fn files(folders: &[&str], ending: &str) -> Vec<(String, String)> {
    let root = root();
    let mut found = Vec::new();
    for folder in folders {
        let pattern = root.join(folder).join(format!("**/*.{ending}"));
        for path in glob::glob(&pattern.to_string_lossy()).expect("the pattern is well formed").flatten() {
            let relative = path
                .strip_prefix(&root)
                .expect("globbed below the root")
                .to_string_lossy()
                .replace('\\', "/");
            if relative
                .split('/')
                .any(|part| matches!(part, "target" | "node_modules" | "zola-cases" | "public"))
            {
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("sources are UTF-8");
            found.push((relative, text));
        }
    }
    assert!(!found.is_empty(), "no *.{ending} below {folders:?}");
    found
}

/// All Rust sources of the workspace.
pub fn rust_sources() -> Vec<(String, String)> {
    files(&["generator", "feedback-fn", "tests", "xtask"], "rs")
}
