//! What two files are compared by: the rules of `zola-cases/README.md`, in Rust.
//!
//! Rule 3 is here as far as names go; what is in processed images is compared by bytes.

use std::sync::LazyLock;

use regex::Regex;
use serde::Deserialize;

/// Endings of files that are text.
const TEXTS: [&str; 11] = ["html", "xml", "txt", "json", "js", "css", "ics", "md", "svg", "csv", "toml"];

/// A page longer than this is no redirect, whatever is in its head.
const LONGEST_REDIRECT: usize = 1500;

static GENERATOR: LazyLock<Regex> = LazyLock::new(|| regex(r"<generator\b[^>]*>[^<]*</generator>"));
static META_GENERATOR: LazyLock<Regex> =
    LazyLock::new(|| regex(r#"(<meta name="generator" content=")[^"]*"#));
static REFRESH: LazyLock<Regex> = LazyLock::new(|| regex(r#"<meta\b[^>]*http-equiv=["']?refresh[^>]*>"#));
static TARGET: LazyLock<Regex> = LazyLock::new(|| regex(r#"url=([^"'>]+)"#));
static XML_TAG: LazyLock<Regex> = LazyLock::new(|| regex(r"\s*(<[^>]+>)\s*"));
static PROCESSED: LazyLock<Regex> =
    LazyLock::new(|| regex(r#"(processed_images/[^\s"'<>()]*?\.)[0-9a-f]{16}(\.[a-z]+)"#));

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the patterns here are sound")
}

/// The rules that a case adds.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Rules {
    unordered: Vec<String>,
    exists_only: Vec<String>,
    ignore: Vec<Ignore>,
    strict: bool,
}

#[derive(Debug, Deserialize)]
struct Ignore {
    path: String,
    pattern: String,
    #[serde(rename = "why")]
    _why: String,
}

/// A file as it is compared.
#[derive(Debug, PartialEq)]
pub enum Comparable {
    /// Text, normalized.
    Text(String),
    /// Bytes as they are.
    Bytes(Vec<u8>),
}

impl Comparable {
    /// The first line that differs, for the message.
    pub fn first_difference(&self, found: &Self) -> String {
        let (Self::Text(expected), Self::Text(found)) = (self, found) else {
            return "  (bytes)".to_owned();
        };
        let mut lines = expected.lines().zip(found.lines()).enumerate();
        match lines.find(|(_, (expected, found))| expected != found) {
            Some((number, (expected, found))) => {
                format!("  line {}\n  - {expected}\n  + {found}", number + 1)
            }
            None => format!("  {} lines expected, {} found", expected.lines().count(), found.lines().count()),
        }
    }
}

impl Rules {
    /// Path and content as they are compared.
    pub fn normalize(&self, path: &str, bytes: Vec<u8>, has_own_404: bool) -> (String, Comparable) {
        (PROCESSED.replace(path, "$1#$2").into_owned(), self.content(path, bytes, has_own_404))
    }

    fn content(&self, path: &str, bytes: Vec<u8>, has_own_404: bool) -> Comparable {
        let name = path.rsplit('/').next().unwrap_or(path);
        let is_built_in = path == "404.html" && !self.strict && !has_own_404;
        if is_built_in || name == "elasticlunr.min.js" || is_one_of(path, &self.exists_only) {
            return Comparable::Text("(only has to exist)".to_owned());
        }
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        if !ending.is_empty() && !TEXTS.contains(&ending) {
            return Comparable::Bytes(bytes);
        }
        match String::from_utf8(bytes) {
            Ok(text) => Comparable::Text(self.text(path, name, text)),
            Err(error) => Comparable::Bytes(error.into_bytes()),
        }
    }

    fn text(&self, path: &str, name: &str, text: String) -> String {
        let text = PROCESSED.replace_all(&text, "$1#$2");
        let text = GENERATOR.replace_all(&text, "<generator/>");
        let mut text = META_GENERATOR.replace_all(&text, "$1").into_owned();
        for rule in self.ignore.iter().filter(|rule| is_one_of(path, std::slice::from_ref(&rule.path))) {
            // The cases were made with Python's expressions, which can look around.
            let pattern = fancy_regex::Regex::new(&rule.pattern).expect("patterns of cases are sound");
            text = pattern.replace_all(&text, "").into_owned();
        }
        if !self.strict {
            text = loosely(name, text);
        }
        if name.starts_with("search_index.") {
            return search_index(&text, is_one_of(path, &self.unordered));
        }
        if is_one_of(path, &self.unordered) {
            let mut lines: Vec<&str> = text.split('\n').collect();
            lines.sort_unstable();
            return lines.join("\n");
        }
        text
    }
}

/// Redirects by their targets, XML without the blanks around tags.
fn loosely(name: &str, text: String) -> String {
    if name.ends_with(".html") {
        let target = REFRESH.find(&text).and_then(|tag| TARGET.captures(tag.as_str()));
        return match target {
            Some(target) if text.chars().count() < LONGEST_REDIRECT => {
                format!("(redirect to {})", target[1].trim())
            }
            _ => text,
        };
    }
    if name.ends_with(".xml") {
        return XML_TAG.replace_all(&text, "$1").trim().to_owned();
    }
    text
}

/// As a value: the order of keys is free, that of the items too where the case says so.
fn search_index(text: &str, is_unordered: bool) -> String {
    let body = text.strip_prefix("window.searchIndex = ").unwrap_or(text);
    let head = &text[..text.len() - body.len()];
    let Ok(mut value) = serde_json::from_str::<serde_json::Value>(body) else { return text.to_owned() };
    value.sort_all_objects();
    if let Some(items) = value.as_array_mut().filter(|_| is_unordered) {
        items.sort_by_cached_key(ToString::to_string);
    }
    format!("{head}{value:#}")
}

fn is_one_of(path: &str, patterns: &[String]) -> bool {
    patterns
        .iter()
        .any(|pattern| glob::Pattern::new(pattern).expect("globs of cases are sound").matches(path))
}
