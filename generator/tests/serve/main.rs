//! `auslage serve` as browsers, editors and terminals meet it: real sockets, real files, real signals.
#![expect(clippy::disallowed_methods, reason = "the tests make and change the files that are served")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod answers;
mod client;
mod edits;
mod endings;
mod program;
mod reload;
mod robust;
mod scene;
mod streams;

use std::path::Path;

/// Writes a file and the folders above it.
fn write(root: &Path, path: &str, text: impl AsRef<[u8]>) {
    let file = root.join(path);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, text).unwrap();
}
