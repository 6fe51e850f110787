//! Reads `tests/broken`: broken inputs, each with the diagnostics that it must give.
//!
//! A case is one text file: a sentence, then sections `-- path --` with the files of a small site, then
//! `-- expect --` with a block per diagnostic:
//!
//! ```text
//! content/seite.md:3:10 error wrong-type
//!   message: a part of the message
//!   hint: a part of the hint
//! ```
//!
//! Line and column count from 1, in characters; a file as such has neither, a problem without a file is
//! at `-`. Files that a case does not give come from `plain.txt`, or from `strategy.txt` after the line
//! `# base: strategy`; `# without: path` takes one of them away. After the line `# command: check` the site is
//! checked instead of built, so that its finished pages are looked at as well.

use std::collections::BTreeMap;

use auslage::config::Mode;

/// One broken input.
#[derive(Debug, Clone)]
pub struct Case {
    /// `area/name`
    pub name: String,
    /// All files of the site, by path.
    pub files: BTreeMap<String, String>,
    /// What is done with them.
    pub mode: Mode,
    /// What must be said about them, in the order of the report.
    pub expected: Vec<Expected>,
}

/// One diagnostic that must be given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// `content/seite.md:3:10 error wrong-type`
    pub head: String,
    /// Parts of the message.
    pub messages: Vec<String>,
    /// Parts of the hint.
    pub hints: Vec<String>,
}

/// All cases of one area, by name.
pub fn cases(area: &str) -> Vec<Case> {
    let texts: BTreeMap<String, String> = super::files(&["tests/broken"], "txt").into_iter().collect();
    let folder = format!("tests/broken/{area}/");
    let of_area = texts.iter().filter(|(path, _)| path.starts_with(&folder));
    of_area.map(|(path, text)| case(path, text, &texts)).collect()
}

/// The folders of `tests/broken`.
pub fn areas() -> Vec<String> {
    let mut areas: Vec<String> = super::files(&["tests/broken"], "txt")
        .into_iter()
        .filter_map(|(path, _)| Some(path.strip_prefix("tests/broken/")?.split_once('/')?.0.to_owned()))
        .collect();
    areas.sort();
    areas.dedup();
    areas
}

/// The files of `plain.txt` or `strategy.txt`, by path.
pub fn base(name: &str) -> BTreeMap<String, String> {
    let path = format!("tests/broken/{name}.txt");
    let texts = super::files(&["tests/broken"], "txt");
    let text = texts.into_iter().find(|(other, _)| *other == path).expect("the base is there").1;
    sections(&text).1.into_iter().collect()
}

fn case(path: &str, text: &str, texts: &BTreeMap<String, String>) -> Case {
    let name = path.trim_start_matches("tests/broken/").trim_end_matches(".txt").to_owned();
    let (header, mut sections) = sections(text);
    let expect = sections.pop().filter(|(path, _)| path == "expect");
    let (_, expect) = expect.unwrap_or_else(|| panic!("{name}: `-- expect --` is not the last section"));
    let setting = |key: &str| header.lines().find_map(|line| line.strip_prefix(key)).map(str::trim);
    let base = format!("tests/broken/{}.txt", setting("# base:").unwrap_or("plain"));
    let base = texts.get(&base).unwrap_or_else(|| panic!("{name}: there is no `{base}`"));
    let mut files: BTreeMap<String, String> = self::sections(base).1.into_iter().collect();
    if let Some(path) = setting("# without:") {
        assert!(files.remove(path).is_some(), "{name}: `{path}` is not in the base");
    }
    files.extend(sections);
    let expected = expected(&name, &expect);
    assert!(!expected.is_empty(), "{name}: nothing is expected");
    let mode = match setting("# command:") {
        None => Mode::Build,
        Some("check") => Mode::Check,
        Some(other) => panic!("{name}: there is no command `{other}`"),
    };
    Case { name, files, mode, expected }
}

/// Text before the first section, and the sections by the name in their first line.
fn sections(text: &str) -> (String, Vec<(String, String)>) {
    let mut header = String::new();
    let mut sections: Vec<(String, String)> = Vec::new();
    for line in text.split_inclusive('\n') {
        let name = line.trim_end().strip_prefix("-- ").and_then(|rest| rest.strip_suffix(" --"));
        match (name, sections.last_mut()) {
            (Some(name), _) => sections.push((name.to_owned(), String::new())),
            (None, Some((_, body))) => body.push_str(line),
            (None, None) => header.push_str(line),
        }
    }
    (header, sections)
}

fn expected(name: &str, text: &str) -> Vec<Expected> {
    let mut expected: Vec<Expected> = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let last = expected.last_mut();
        match (line.strip_prefix("  message: "), line.strip_prefix("  hint: "), last) {
            (Some(part), _, Some(last)) => last.messages.push(part.to_owned()),
            (_, Some(part), Some(last)) => last.hints.push(part.to_owned()),
            (None, None, _) if !line.starts_with(' ') => {
                expected.push(Expected { head: line.to_owned(), messages: Vec::new(), hints: Vec::new() });
            }
            _ => panic!("{name}: this line of `-- expect --` cannot be read: {line}"),
        }
    }
    for block in &expected {
        assert!(!block.messages.is_empty(), "{name}: a block without `message:`");
        assert!(!block.hints.is_empty(), "{name}: a block without `hint:`");
    }
    expected
}
