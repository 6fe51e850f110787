//! The files in which something could be left, read piece by piece.

use crate::reference::Reference;
use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use memchr::memmem;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

/// Bytes that are read at once.
const BLOCK: usize = 1024 * 1024;

/// A part of a file.
pub(super) type Window<'a> = &'a [u8];

/// All files in a folder, sorted by name.
#[expect(clippy::disallowed_methods, reason = "commands are an edge")]
pub(super) fn of_folder(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let context = || format!("cannot look into `{}`", folder.display());
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(context)? {
        let entry = entry.with_context(context)?;
        if entry.file_type().with_context(context)?.is_file() {
            files.push(entry.path());
        }
    }
    files.sort();
    Ok(files)
}

/// Shows a file in parts that overlap by `overlap` bytes.
#[expect(clippy::disallowed_methods, reason = "commands are an edge")]
pub(super) fn windows(path: &Path, overlap: usize, mut look: impl FnMut(Window<'_>)) -> anyhow::Result<()> {
    let context = || format!("cannot look into `{}`", path.display());
    let mut file = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        opened => opened.with_context(context)?,
    };
    let mut window = Vec::new();
    loop {
        let read = file.by_ref().take(BLOCK as u64).read_to_end(&mut window).with_context(context)?;
        if read == 0 {
            return Ok(());
        }
        look(&window);
        window.drain(..window.len().saturating_sub(overlap));
    }
}

/// Mails in a folder that name a suggestion: its own, and those about many.
#[expect(clippy::disallowed_methods, reason = "commands are an edge")]
pub(super) fn mails_about(folder: &Path, reference: &Reference) -> anyhow::Result<Vec<PathBuf>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut mails = Vec::new();
    for path in of_folder(folder)? {
        let bytes = std::fs::read(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
        if names(&bytes, reference.as_str().as_bytes()) {
            mails.push(path);
        }
    }
    Ok(mails)
}

/// Bodies are quoted-printable or base64: a reference may be broken by a soft line end, or encoded.
fn names(mail: &[u8], reference: &[u8]) -> bool {
    let text = String::from_utf8_lossy(mail);
    let unfolded = text.replace("=\r\n", "");
    let body = text.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    let decoded = STANDARD.decode(body.replace("\r\n", "")).unwrap_or_default();
    [unfolded.as_bytes(), &decoded].iter().any(|bytes| memmem::find(bytes, reference).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mail_that_names_the_reference_is_found_however_its_body_is_written() {
        for (mail, is_found) in [
            ("X-Auslage-Reference: LOE-0000-0104\r\n\r\nx", true),
            ("To: a\r\n\r\nzu LOE-00=\r\n00-0104 und\r\n", true),
            ("To: a\r\n\r\nenUgTE9FLTAwMDAtMDEwNCB1bmQgbm\r\n9jaA==\r\n", true),
            ("To: a\r\n\r\nzu LOE-0000-0208\r\n", false),
        ] {
            assert_eq!(names(mail.as_bytes(), b"LOE-0000-0104"), is_found, "{mail}");
        }
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the test makes a file")]
    fn what_lies_across_two_blocks_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        for at in [0, BLOCK - 8, BLOCK - 5, BLOCK - 1, BLOCK, 2 * BLOCK - 3] {
            let mut bytes = vec![b'.'; 2 * BLOCK + 100];
            bytes[at..at + 8].copy_from_slice(b"reminder");
            std::fs::write(&path, &bytes).unwrap();
            let mut seen = 0;
            windows(&path, 8, |window| seen += usize::from(memmem::find(window, b"reminder").is_some()))
                .unwrap();
            assert!(seen > 0, "at {at}");
        }
    }
}
