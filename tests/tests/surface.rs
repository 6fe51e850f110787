//! The list of what is supported is true: `docs/surface.md` is what the program says of itself, it has
//! nothing that Zola lacks except what is ours, and nothing that Zola has is missing.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests read the repository and stop at the first surprise"
)]

use std::collections::BTreeSet;
use std::sync::Arc;

use auslage::pipeline::{Destination, Options, build};
use auslage::world::{MemoryWorld, World};
use auslage_tests::root;
use auslage_tests::surface::Surface;
use regex::Regex;

/// What is ours, by area. Whoever adds to it extends Zola.
const OURS: &[(&str, &[&str])] = &[
    (
        "Command line",
        &[
            "--content",
            "--today",
            "--format",
            "--strict",
            "--offline",
            "--only",
            "--link-cache",
            "--link-cache-hours",
        ],
    ),
    ("Configuration", &["extra", "extra.auslage", "extra.auslage.content"]),
    ("Functions", &[]),
    ("Filters", &[]),
    ("Tests", &[]),
];

fn zola() -> String {
    std::fs::read_to_string(root().join("tests/zola-surface.md")).unwrap()
}

/// The text of a chapter (`## 2.`).
fn chapter(number: usize) -> String {
    let text = zola();
    let start = text.find(&format!("\n## {number}. ")).unwrap();
    let rest = &text[start + 1..];
    rest[..rest.find("\n## ").unwrap_or(rest.len())].to_owned()
}

fn words(text: &str) -> BTreeSet<String> {
    Regex::new(r"[A-Za-z_][A-Za-z0-9_-]*")
        .unwrap()
        .find_iter(text)
        .map(|word| word.as_str().to_owned())
        .collect()
}

#[test]
fn document_is_what_the_program_says_of_itself() {
    let file = root().join("docs/surface.md");
    let document = Surface::of_the_program().document();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&file, &document).unwrap();
    }
    let written = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(written == document, "docs/surface.md is out of date; write it with UPDATE_DOCS=1");
}

/// Every name of an area stands in Zola's list, or is ours.
#[track_caller]
fn check_known(area: &str, chapters: &[usize], parts: impl Fn(&str) -> Vec<String>) {
    let known = chapters.iter().flat_map(|number| words(&chapter(*number))).collect::<BTreeSet<_>>();
    let ours = OURS.iter().find(|(name, _)| *name == area).map_or(&[][..], |(_, names)| names);
    let surface = Surface::of_the_program();
    let strange: Vec<&String> = surface
        .area(area)
        .iter()
        .filter(|name| !ours.iter().any(|own| name.split(' ').any(|word| word == *own) || name == own))
        .filter(|name| parts(name).iter().any(|part| !known.contains(part)))
        .collect();
    assert!(strange.is_empty(), "`{area}` has what Zola lacks: {strange:?}");
}

/// Every name that Zola's list has in a passage is supported.
#[track_caller]
fn check_complete(area: &str, passage: &str, not_names: &[&str]) {
    let surface = Surface::of_the_program();
    let names: BTreeSet<&str> = surface
        .area(area)
        .iter()
        .flat_map(|name| name.split(['.', ' ']))
        .map(|part| part.trim_start_matches('-'))
        .collect();
    let missing: Vec<String> = words(passage)
        .into_iter()
        .filter(|word| !names.contains(word.as_str()) && !not_names.contains(&word.as_str()))
        .collect();
    assert!(missing.is_empty(), "`{area}` lacks what Zola has: {missing:?}");
}

/// The text without what stands in brackets.
fn without_remarks(text: &str) -> String {
    let mut text = text.to_owned();
    for pattern in [r"\([^()]*\)", r"\([^()]*\)", r"\{[^{}]*\}", r#""[^"]*""#] {
        text = Regex::new(pattern).unwrap().replace_all(&text, " ").into_owned();
    }
    text
}

/// The rest of the line that begins with `start`, in a chapter.
fn line(number: usize, start: &str) -> String {
    let text = chapter(number);
    let line = text.lines().find(|line| line.starts_with(start));
    line.unwrap_or_else(|| panic!("chapter {number} has no line `{start}`"))[start.len()..].to_owned()
}

fn dotted(name: &str) -> Vec<String> {
    name.split('.').filter(|part| !matches!(*part, "xx" | "0")).map(str::to_owned).collect()
}

#[test]
fn configuration_is_zolas() {
    check_known("Configuration", &[2], dotted);
    // First cells of the table, their defaults left out.
    let cells: String = chapter(2)
        .lines()
        .filter_map(|row| row.strip_prefix("| `")?.split(" | ").next())
        .filter(|cell| {
            !cell.starts_with("config` in templates") && !cell.contains("[languages.X.translations]")
        })
        .map(|cell| format!("{} ", without_remarks(cell).replace("[languages.X]", "")))
        .collect();
    check_complete("Configuration", &cells, &["deny", "unknown", "languages", "X"]);
    let items = chapter(2).lines().find(|row| row.starts_with("| `taxonomies`")).unwrap().to_owned();
    let items = items.split('{').nth(1).unwrap().split('}').next().unwrap().to_owned();
    // `lang` and `slug` are read by nobody in 0.23: a taxonomy's language is that of its table.
    check_complete("Configuration", &without_remarks(&items), &["slug", "lang"]);
}

#[test]
fn front_matter_is_zolas() {
    for area in ["Front matter of pages", "Front matter of sections"] {
        check_known(area, &[3], |name| vec![name.to_owned()]);
    }
    let text = chapter(3);
    let keys = |start: &str| {
        let at = text.find(start).unwrap() + start.len();
        text[at..].split(". ").next().unwrap().split(".\n").next().unwrap().to_owned()
    };
    let pages = keys("*unknown keys are silently ignored* (typos vanish!):\n");
    check_complete("Front matter of pages", &without_remarks(&pages), &["or"]);
    let sections = keys("*unknown keys are an error*:\n");
    check_complete("Front matter of sections", &without_remarks(&sections), &[]);
}

#[test]
fn functions_filters_and_tests_are_zolas() {
    for area in ["Functions", "Filters", "Tests"] {
        check_known(area, &[7, 8, 9], |name| vec![name.to_owned()]);
    }
    let functions: String = chapter(7)
        .lines()
        .filter_map(|row| row.strip_prefix("| `")?.split("` |").next())
        .collect::<Vec<_>>()
        .join(" ");
    // One row names several, and one names what Tera 2 has not any more.
    let functions = functions.replace("get_env", "");
    check_complete("Functions", &functions, &[]);
    check_complete("Filters", &without_remarks(&line(8, "Zola's own: ")), &[]);
    let filters = line(8, "Tera 2.4 builtins (23): ");
    let (filters, rest) = filters.split_once("; tests ").unwrap();
    check_complete("Filters", &without_remarks(filters), &[]);
    let (tests, contrib) = rest.split_once("; contrib: ").unwrap();
    check_complete("Tests", &without_remarks(tests), &[]);
    let registered = contrib.split("Registered names in Zola: ").nth(1).unwrap();
    for name in ["slugify", "filesizeformat", "date"] {
        assert!(registered.contains(name));
        check_complete("Filters", name, &[]);
    }
    check_complete("Tests", "matching before after", &[]);
}

#[test]
fn command_line_is_zolas() {
    let parts = |name: &str| name.split(' ').map(|word| word.trim_start_matches('-').to_owned()).collect();
    check_known("Command line", &[1], parts);
    let text = chapter(1);
    let options: String = Regex::new(r"--[a-z-]+")
        .unwrap()
        .find_iter(&text)
        .map(|option| format!("{} ", &option.as_str()[2..]))
        .collect();
    check_complete("Command line", &options, &[]);
    let commands = Regex::new(r"\| `(init|build|serve|check|completion)").unwrap();
    let commands: String = commands.captures_iter(&text).map(|found| format!("{} ", &found[1])).collect();
    check_complete("Command line", &commands, &[]);
}

#[test]
fn variables_are_zolas() {
    for area in ["page", "section", "paginator", "taxonomy", "term", "toc entry", "translation", "config"] {
        check_known(area, &[2, 3, 5, 6], |name| vec![name.to_owned()]);
    }
    let text = chapter(6);
    let after = |start: &str, end: &str| {
        let at = text.find(start).unwrap_or_else(|| panic!("{start}")) + start.len();
        without_remarks(text[at..].split(end).next().unwrap())
    };
    check_complete("page", &after("**page**: ", " |"), &[]);
    check_complete("section", &after("**section**: ", " |"), &[]);
    check_complete("paginator", &after("**paginator**: ", ";"), &[]);
}

/// Names that the program lists are names that templates can use.
#[test]
fn every_listed_name_is_known_to_the_engine() {
    let surface = Surface::of_the_program();
    let mut template = String::from("{% if false %}");
    for name in surface.area("Functions") {
        template.push_str(&format!("{{{{ {name}() }}}}"));
    }
    for name in surface.area("Filters") {
        template.push_str(&format!("{{{{ 1 | {name} }}}}"));
    }
    for name in surface.area("Tests") {
        template.push_str(&format!("{{{{ 1 is {name} }}}}"));
    }
    template.push_str("{% endif %}");
    let world = MemoryWorld::new(jiff::civil::date(2026, 11, 23))
        .with("zola.toml", "base_url = 'https://a.example'")
        .with("templates/index.html", template);
    let world: Arc<dyn World> = Arc::new(world);
    let options = Options { destination: Destination::Memory, ..Options::default() };
    let outcome = build(&world, &options).unwrap();
    assert!(outcome.diagnostics.is_empty(), "{:#?}", outcome.diagnostics.sorted());
}
