//! The rules of the house: which room knows which, how long files are, who may touch files and clocks.
//! What each rule is good for stands in `ARCHITECTURE.md`.

use auslage_tests::rust_sources;
use regex::Regex;

/// A room, and the rooms it must know nothing of.
const ARROWS: &[(&str, &[&str])] = &[
    (
        "generator/src/world/",
        &["config", "parse", "site", "markup", "strategy", "review", "render", "emit", "serve", "cli"],
    ),
    (
        "generator/src/network/",
        &[
            "check",
            "cli",
            "compose",
            "config",
            "diagnostic",
            "discover",
            "emit",
            "engine",
            "markup",
            "parse",
            "pipeline",
            "render",
            "review",
            "serve",
            "site",
            "strategy",
            "values",
            "world",
        ],
    ),
    ("generator/src/check/", &["render", "serve", "cli"]),
    // The wording may ask the engine for the names of filters and functions, for "did you mean".
    ("generator/src/diagnostic/catalog/", &["render", "emit", "serve", "cli"]),
    (
        "generator/src/config/",
        &["site", "markup", "compose", "strategy", "review", "render", "emit", "serve", "cli"],
    ),
    (
        "generator/src/discover/",
        &["site", "markup", "compose", "strategy", "review", "render", "emit", "serve", "cli"],
    ),
    (
        "generator/src/parse/",
        &["site", "markup", "compose", "strategy", "review", "render", "emit", "serve", "cli"],
    ),
    (
        "generator/src/markup/",
        &["highlight", "parse", "site", "compose", "strategy", "review", "render", "emit", "serve", "cli"],
    ),
    (
        "generator/src/highlight/",
        &["parse", "site", "compose", "engine", "strategy", "review", "render", "emit", "serve", "cli"],
    ),
    (
        "generator/src/guard.rs",
        &[
            "config",
            "diagnostic",
            "world",
            "parse",
            "site",
            "markup",
            "highlight",
            "render",
            "emit",
            "serve",
            "cli",
        ],
    ),
    ("generator/src/site/", &["markup", "compose", "strategy", "review", "render", "emit", "serve", "cli"]),
    (
        "generator/src/bodies.rs",
        &["compose", "values", "engine", "strategy", "review", "render", "emit", "serve", "cli"],
    ),
    ("generator/src/values/", &["compose", "engine", "strategy", "review", "render", "emit", "serve", "cli"]),
    (
        "generator/src/images/",
        &[
            "config", "parse", "site", "markup", "compose", "values", "engine", "strategy", "review",
            "render", "emit", "serve", "cli",
        ],
    ),
    ("generator/src/engine/", &["compose", "strategy", "review", "render", "emit", "serve", "cli"]),
    ("generator/src/compose/", &["strategy", "review", "render", "emit", "serve", "cli"]),
    (
        "generator/src/search/",
        &["compose", "values", "engine", "strategy", "review", "render", "emit", "serve", "cli"],
    ),
    ("generator/src/strategy/", &["markup", "compose", "review", "render", "emit", "serve", "cli"]),
    ("generator/src/render/", &["strategy", "review", "serve", "cli"]),
    ("generator/src/review/", &["emit", "serve", "cli"]),
    ("generator/src/emit/", &["site", "images", "strategy", "review", "serve", "cli"]),
    (
        "generator/src/serve/",
        &["config", "parse", "site", "markup", "compose", "strategy", "review", "render", "emit", "cli"],
    ),
    ("feedback-fn/src/contract/", &["app", "cli", "form", "http", "mail", "outbox", "pages", "store"]),
    ("feedback-fn/src/form/", &["app", "cli", "http", "mail", "outbox", "pages", "store"]),
    ("feedback-fn/src/mail/", &["app", "cli", "form", "http", "outbox", "pages", "store"]),
    ("feedback-fn/src/store/", &["app", "cli", "form", "http", "mail", "outbox", "pages"]),
    ("feedback-fn/src/outbox/", &["app", "cli", "form", "http", "pages"]),
    ("feedback-fn/src/pages/", &["app", "cli", "http", "store"]),
    ("feedback-fn/src/retention.rs", &["app", "cli", "form", "http", "pages"]),
    ("feedback-fn/src/http/", &["admin", "cli", "export", "outbox", "responses"]),
    ("feedback-fn/src/export/", &["app", "cli", "form", "http", "outbox", "pages", "responses"]),
    ("feedback-fn/src/responses/", &["app", "cli", "form", "http", "outbox", "pages", "store"]),
    ("feedback-fn/src/markdown.rs", &["contract", "export", "mail", "responses", "store", "suggestion"]),
    ("feedback-fn/src/admin/", &["cli", "export", "form", "mail", "outbox", "pages", "responses"]),
    (
        "feedback-fn/src/metrics.rs",
        &["admin", "app", "cli", "form", "http", "mail", "outbox", "pages", "store"],
    ),
];

#[test]
fn arrows_point_one_way() {
    let mut broken = Vec::new();
    // What a room's own tests build is not what the room knows.
    let is_test = |path: &str| path.ends_with("/tests.rs") || path.ends_with("/testing.rs");
    for (path, text) in rust_sources().into_iter().filter(|(path, _)| !is_test(path)) {
        for (room, unknown) in ARROWS.iter().filter(|(room, _)| path.starts_with(room)) {
            for other in *unknown {
                let import = Regex::new(&format!(r"crate::(\{{[^}}]*\b)?{other}\b(::|\b)")).unwrap();
                for line in code_lines(&text).filter(|line| import.is_match(line)) {
                    broken.push(format!("{path}: {room} must not know `{other}`: {}", line.trim()));
                }
            }
        }
    }
    assert_eq!(broken, [] as [String; 0]);
}

#[test]
fn the_two_programs_share_only_the_contract() {
    let mut broken = Vec::new();
    for (path, text) in rust_sources() {
        let is_generator =
            path.starts_with("generator/") && code_lines(&text).any(|line| line.contains("feedback_fn::"));
        let is_function =
            path.starts_with("feedback-fn/") && code_lines(&text).any(|line| line.contains("auslage::"));
        if is_generator || is_function {
            broken.push(path);
        }
    }
    assert_eq!(broken, [] as [String; 0]);
}

#[test]
fn every_file_says_what_it_is_for() {
    let silent: Vec<String> = rust_sources()
        .into_iter()
        .filter(|(_, text)| !text.starts_with("//!"))
        .map(|(path, _)| path)
        .collect();
    assert_eq!(silent, [] as [String; 0]);
}

/// Logic ends at 400 lines, tables (the wording of diagnostics, vocabularies) at 600.
#[test]
fn files_are_short_enough_to_be_read() {
    let mut long = Vec::new();
    for (path, text) in rust_sources() {
        let is_table = path.contains("/catalog/") || path.contains("/vocabulary");
        let limit = if is_table { 600 } else { 400 };
        let lines = text.lines().count();
        if lines > limit {
            long.push(format!("{path}: {lines} lines, at most {limit}"));
        }
    }
    assert_eq!(long, [] as [String; 0]);
}

/// The lint `disallowed_methods` bans file system, clock and exit; only these places may lift it.
const EDGES: &[&str] = &[
    "generator/build.rs",
    "generator/src/world/disk.rs",
    "generator/src/network/system.rs",
    "generator/src/emit/",
    "generator/src/serve/",
    "generator/src/cli/",
    "generator/src/main.rs",
    "feedback-fn/src/main.rs",
    "feedback-fn/src/cli/",
    "feedback-fn/src/config/",
    "feedback-fn/src/contract/",
    "feedback-fn/src/clock.rs",
    // Whose a file is, for advice: it asks the system and changes nothing.
    "feedback-fn/src/rights.rs",
    "feedback-fn/src/token.rs",
    "feedback-fn/src/store/",
    "feedback-fn/src/mail/config.rs",
    "feedback-fn/src/mail/files.rs",
    "feedback-fn/src/mail/smtp/",
    // A benchmark is a program of its own, as `xtask` is.
    "feedback-fn/benches/",
    "xtask/",
];

#[test]
fn only_the_edges_touch_files_and_clocks() {
    let lifted = Regex::new(r"(expect|allow)\(\s*clippy::disallowed_methods").unwrap();
    let is_test =
        |path: &str| path.contains("/tests/") || path.starts_with("tests/") || path.ends_with("tests.rs");
    let mut broken = Vec::new();
    for (path, text) in rust_sources() {
        let production = text.split("#[cfg(test)]").next().unwrap_or_default();
        if lifted.is_match(production) && !is_test(&path) && !EDGES.iter().any(|edge| path.starts_with(edge))
        {
            broken.push(path);
        }
    }
    assert_eq!(broken, [] as [String; 0]);
}

#[test]
fn nothing_is_named_after_having_no_name() {
    let nameless = Regex::new(r"(^|/)(utils?|helpers?|common|misc)(\.rs|/)").unwrap();
    let broken: Vec<String> =
        rust_sources().into_iter().map(|(path, _)| path).filter(|path| nameless.is_match(path)).collect();
    assert_eq!(broken, [] as [String; 0]);
}

fn code_lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.trim_start().starts_with("//"))
}
