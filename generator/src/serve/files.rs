//! What is served for an address: a file of the output and nothing else.
//!
//! Nothing outside the output can be fetched: addresses are decoded once, `..` and absolute parts are
//! refused, and what symbolic links lead to is looked at before it is read.

use std::path::{Component, Path, PathBuf};

use percent_encoding::percent_decode_str;

/// The file for an address, or `None` where there is none.
pub fn file_for(output: &Path, address: &str) -> Option<PathBuf> {
    let decoded = percent_decode_str(address).decode_utf8().ok()?;
    if decoded.contains(['\0', '\\']) {
        return None;
    }
    let relative = Path::new(decoded.trim_start_matches('/'));
    if !relative.components().all(|component| matches!(component, Component::Normal(_))) {
        return None;
    }
    let file = output.join(relative);
    let file = if file.is_dir() { file.join("index.html") } else { file };
    let real = file.canonicalize().ok()?;
    (real.is_file() && real.starts_with(output.canonicalize().ok()?)).then_some(real)
}

/// Whether an address without a slash at its end is a folder, so that relative links in it need the slash.
pub fn needs_slash(output: &Path, address: &str) -> bool {
    !address.ends_with('/')
        && file_for(output, address).is_some_and(|file| file.ends_with("index.html"))
        && !address.ends_with("/index.html")
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
        ] {
            assert_eq!(file_for(&output, outside), None, "{outside}");
        }
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
