//! Names and addresses that may be anything: nothing leads out of its folder.

#![no_main]

use auslage::emit::stays_inside;
use auslage::serve::files::file_for;
use libfuzzer_sys::fuzz_target;
use std::path::{Component, Path, PathBuf};
use std::sync::OnceLock;

static OUTPUT: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();

fuzz_target!(|path: &str| {
    if stays_inside(path) {
        assert!(Path::new(path).components().all(|part| matches!(part, Component::Normal(_))), "{path}");
    }
    let (_, output) = OUTPUT.get_or_init(output);
    if let Some(file) = file_for(output, path) {
        assert!(file.starts_with(output), "{path} → {}", file.display());
    }
});

#[allow(clippy::disallowed_methods, reason = "the target makes the files that are served")]
fn output() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let real = folder.path().canonicalize().expect("it exists");
    let output = real.join("public");
    std::fs::create_dir_all(output.join("a/b")).expect("a folder can be made");
    std::fs::write(output.join("a/b/index.html"), "x").expect("a file can be written");
    std::fs::write(real.join("geheim"), "x").expect("a file can be written");
    std::os::unix::fs::symlink(real.join("geheim"), output.join("l")).expect("a link can be made");
    std::os::unix::fs::symlink(&real, output.join("o")).expect("a link can be made");
    (folder, output)
}
