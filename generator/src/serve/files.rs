//! What is served for an address: a file of the output and nothing else.
//!
//! Nothing outside the output can be fetched: addresses are decoded once, `..` and absolute parts are
//! refused, and what symbolic links lead to is looked at before it is read.

use std::path::{Path, PathBuf};

use percent_encoding::percent_decode_str;

/// The file for an address, or `None` where there is none.
pub fn file_for(output: &Path, address: &str) -> Option<PathBuf> {
    let file = output.join(relative(address)?);
    let file = if file.is_dir() { file.join("index.html") } else { file };
    let real = file.canonicalize().ok()?;
    (real.is_file() && real.starts_with(output.canonicalize().ok()?)).then_some(real)
}

/// The path below the output that an address means.
fn relative(address: &str) -> Option<PathBuf> {
    let decoded = percent_decode_str(address.strip_prefix('/')?).decode_utf8().ok()?;
    let parts = decoded.strip_suffix('/').unwrap_or(&decoded);
    if parts.is_empty() {
        return Some(PathBuf::new());
    }
    // An empty part would make the rest absolute; a colon names drives and streams on Windows.
    let is_odd = |part: &str| {
        matches!(part, "" | "." | "..")
            || part.contains(['\0', '\\'])
            || (cfg!(windows) && part.contains(':'))
    };
    // Where a build keeps what is not finished.
    let is_unfinished = parts.starts_with(".auslage-");
    let is_refused = is_unfinished || parts.split('/').any(is_odd);
    (!is_refused).then(|| PathBuf::from(parts))
}

/// Whether an address without a slash at its end is a folder, so that relative links in it need the slash.
pub fn needs_slash(output: &Path, address: &str) -> bool {
    !address.ends_with('/')
        && relative(address).is_some_and(|path| output.join(path).is_dir())
        && file_for(output, address).is_some()
}

/// Its media type, with the character set for text.
pub fn media_type(file: &Path) -> String {
    let guess = mime_guess::from_path(file).first_or_octet_stream();
    let is_text =
        guess.type_() == "text" || matches!(guess.subtype().as_str(), "javascript" | "json" | "xml");
    if is_text { format!("{guess}; charset=utf-8") } else { guess.to_string() }
}

/// A range of bytes that a browser asks for (RFC 9110, section 14), of a file with `len` bytes:
/// `bytes=0-99`, `bytes=100-`, `bytes=-100`. `None` for none, several or malformed ranges, which
/// are answered with the whole file; `Err` for one that lies outside the file.
pub fn byte_range(header: Option<&str>, len: u64) -> Result<Option<std::ops::Range<u64>>, OutsideFile> {
    let Some((first, last)) =
        header.and_then(|value| value.strip_prefix("bytes=")).and_then(|range| range.split_once('-'))
    else {
        return Ok(None);
    };
    let range = match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), Ok(last)) if first <= last => first..last.saturating_add(1).min(len),
        (Ok(first), Err(_)) if last.is_empty() => first..len,
        (Err(_), Ok(count)) if first.is_empty() && count > 0 => len.saturating_sub(count)..len,
        _ => return Ok(None),
    };
    if range.start >= len { Err(OutsideFile) } else { Ok(Some(range)) }
}

/// A range that begins after the end of the file: status 416.
#[derive(Debug, PartialEq, Eq)]
pub struct OutsideFile;

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "the test makes the files that are served")]
mod tests {
    use super::{OutsideFile, byte_range, file_for, media_type, needs_slash};
    use std::path::Path;

    #[test]
    fn only_files_of_the_output_are_served() {
        let folder = tempfile::tempdir().unwrap();
        let output = folder.path().join("public");
        std::fs::create_dir_all(output.join("a b")).unwrap();
        std::fs::write(output.join("a b/index.html"), "x").unwrap();
        std::fs::write(folder.path().join("secret"), "x").unwrap();
        std::os::unix::fs::symlink(folder.path().join("secret"), output.join("link")).unwrap();
        assert!(file_for(&output, "/a%20b/").is_some());
        assert!(file_for(&output, "/a%20b").is_some());
        assert!(needs_slash(&output, "/a%20b") && !needs_slash(&output, "/a%20b/"));
        for outside in [
            "/../secret",
            "/%2e%2e/secret",
            "/a%20b/../../secret",
            "//etc/passwd",
            "/link",
            "/%00",
            "/..%5csecret",
            "/%252e%252e/secret",
            "/a%20b//index.html",
            "/./a%20b/index.html",
            "",
            "secret",
        ] {
            assert_eq!(file_for(&output, outside), None, "{outside}");
        }
        assert_eq!(file_for(&output, &format!("/{}", "a/".repeat(40_000))), None, "too long for any system");
    }

    #[test]
    fn what_is_not_finished_is_not_served() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join(".auslage-staging")).unwrap();
        std::fs::write(folder.path().join(".auslage-staging/0"), "x").unwrap();
        std::fs::create_dir_all(folder.path().join(".well-known")).unwrap();
        std::fs::write(folder.path().join(".well-known/security.txt"), "x").unwrap();
        assert_eq!(file_for(folder.path(), "/.auslage-staging/0"), None);
        assert_eq!(file_for(folder.path(), "/%2eauslage-staging/0"), None);
        assert!(file_for(folder.path(), "/.well-known/security.txt").is_some());
    }

    /// Numbers that look random and are the same in every run (SplitMix64).
    fn numbers(mut seed: u64) -> impl FnMut(usize) -> usize {
        move |below| {
            seed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mixed = (seed ^ (seed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            ((mixed ^ (mixed >> 31)) % below as u64) as usize
        }
    }

    #[test]
    fn no_address_leads_out_of_the_output() {
        const PARTS: [&str; 24] = [
            "/",
            "//",
            "..",
            ".",
            "%2e",
            "%2E%2e",
            "%252e",
            "%2f",
            "%5c",
            "\\",
            "%00",
            "\0",
            "a",
            "secret",
            "public",
            "link",
            "folder-link",
            "index.html",
            "%c0%ae",
            "C:",
            "~",
            "%",
            "etc/passwd",
            "?",
        ];
        let folder = tempfile::tempdir().unwrap();
        let output = folder.path().join("public");
        std::fs::create_dir_all(output.join("a")).unwrap();
        std::fs::write(output.join("a/index.html"), "x").unwrap();
        std::fs::write(output.join("index.html"), "x").unwrap();
        std::fs::write(folder.path().join("secret"), "x").unwrap();
        std::os::unix::fs::symlink("../secret", output.join("link")).unwrap();
        std::os::unix::fs::symlink("..", output.join("folder-link")).unwrap();
        let inside = [output.join("a/index.html"), output.join("index.html")];
        let inside = inside.map(|file| file.canonicalize().unwrap());
        let mut number = numbers(2026);
        let mut found = 0;
        for _ in 0..200_000 {
            let mut address = String::from("/");
            for _ in 0..number(8) {
                address.push_str(PARTS[number(PARTS.len())]);
            }
            if let Some(file) = file_for(&output, &address) {
                assert!(inside.contains(&file), "{address} leads to {file:?}");
                found += 1;
            }
        }
        assert!(found > 100, "only {found} addresses led anywhere");
    }

    #[test]
    fn ranges_are_those_of_rfc_9110() {
        assert_eq!(byte_range(Some("bytes=0-3"), 10), Ok(Some(0..4)));
        assert_eq!(byte_range(Some("bytes=4-"), 10), Ok(Some(4..10)));
        assert_eq!(byte_range(Some("bytes=-3"), 10), Ok(Some(7..10)));
        assert_eq!(byte_range(Some("bytes=4-900"), 10), Ok(Some(4..10)));
        assert_eq!(byte_range(Some("bytes=10-"), 10), Err(OutsideFile));
        for whole in [None, Some("bytes=5-2"), Some("bytes=0-1,4-5"), Some("lines=1-2"), Some("bytes=-0")] {
            assert_eq!(byte_range(whole, 10), Ok(None), "{whole:?}");
        }
    }

    #[test]
    fn text_says_its_character_set() {
        assert_eq!(media_type(Path::new("index.html")), "text/html; charset=utf-8");
        assert_eq!(media_type(Path::new("a.woff2")), "font/woff2");
        assert_eq!(media_type(Path::new("a.svg")), "image/svg+xml");
    }
}
