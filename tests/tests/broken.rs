//! Broken inputs, as editors really write them: each must give exactly the diagnostics that its file in
//! `tests/broken` names, at the right line and column, with advice, and without a panic.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use auslage::config::{Mode, Overrides};
use auslage::diagnostic::{Diagnostic, Diagnostics, Severity, Span};
use auslage::pipeline::{self, Destination, Options};
use auslage::world::{MemoryWorld, World};
use auslage_tests::broken::{Case, Expected, areas, cases};
use jiff::civil::date;

const AREAS: [&str; 11] = [
    "config",
    "content",
    "dates",
    "files",
    "front-matter",
    "images",
    "links",
    "references",
    "review",
    "strategy",
    "templates",
];

#[test]
fn every_area_is_run() {
    assert_eq!(areas(), AREAS);
    let all: usize = AREAS.iter().map(|area| cases(area).len()).sum();
    assert!(all >= 100, "there are only {all} broken inputs");
}

#[test]
fn both_bases_are_sound() {
    for (base, area) in [("plain", "links"), ("strategy", "references")] {
        let mut case = cases(area).swap_remove(0);
        case.files = auslage_tests::broken::base(base);
        let diagnostics = build(&case);
        assert!(diagnostics.is_empty(), "{base}: {:#?}", diagnostics.sorted());
    }
}

#[test]
fn broken_configuration_is_reported() {
    check("config");
}

#[test]
fn broken_templates_in_content_are_reported() {
    check("content");
}

#[test]
fn wrong_dates_are_reported() {
    check("dates");
}

#[test]
fn broken_styles_and_data_are_reported() {
    check("files");
}

#[test]
fn broken_images_are_reported() {
    check("images");
}

#[test]
fn broken_front_matter_is_reported() {
    check("front-matter");
}

#[test]
fn links_to_nowhere_are_reported() {
    check("links");
}

#[test]
fn references_to_nothing_are_reported() {
    check("references");
}

#[test]
fn wrong_settings_of_the_review_are_reported() {
    check("review");
}

#[test]
fn contradictions_in_the_strategy_are_reported() {
    check("strategy");
}

#[test]
fn broken_templates_are_reported() {
    check("templates");
}

/// Whoever saves a file half written, or loses a character, gets messages with advice and no crash.
#[test]
fn damaged_files_never_make_the_program_panic() {
    let files = auslage_tests::broken::base("strategy");
    let mut failures = Vec::new();
    for (path, text) in &files {
        // A prime step: all kinds of places, in a few seconds.
        for (at, letter) in text.char_indices().step_by(7) {
            let (before, after) = (&text[..at], &text[at + letter.len_utf8()..]);
            for damaged in [before.to_owned(), format!("{before}{after}")] {
                let mut case = Case {
                    name: format!("{path}, byte {at}"),
                    files: files.clone(),
                    mode: Mode::Check,
                    expected: Vec::new(),
                };
                case.files.insert(path.clone(), damaged);
                failures.extend(harm(&case));
            }
        }
    }
    assert_eq!(failures, [] as [String; 0]);
}

/// Whether a case panics, or is told of without advice.
fn harm(case: &Case) -> Option<String> {
    let told = catch_unwind(AssertUnwindSafe(|| {
        let diagnostics = build(case);
        let all = diagnostics.sorted().into_iter().map(|diagnostic| Found::of(case, diagnostic));
        all.collect::<Vec<_>>()
    }));
    let Ok(told) = told else { return Some(format!("{}: panicked", case.name)) };
    let silent = told.iter().find(|found| found.hint.is_empty())?;
    Some(format!("{}: {}", case.name, silent.shown()))
}

#[track_caller]
fn check(area: &str) {
    let cases = cases(area);
    let failures: Vec<String> = cases.iter().filter_map(failure).collect();
    assert!(
        failures.is_empty(),
        "{} of {} cases of `{area}` fail\n\n{}",
        failures.len(),
        cases.len(),
        failures.join("\n")
    );
}

/// What is wrong with the diagnostics of a case, if anything.
fn failure(case: &Case) -> Option<String> {
    let found = match catch_unwind(AssertUnwindSafe(|| build(case))) {
        Ok(diagnostics) => diagnostics,
        Err(_) => return Some(format!("{}: panicked", case.name)),
    };
    let found: Vec<Found> =
        found.sorted().into_iter().map(|diagnostic| Found::of(case, diagnostic)).collect();
    let fits = found.len() == case.expected.len()
        && case.expected.iter().zip(&found).all(|(expected, found)| found.fits(expected));
    let told: String = found.iter().map(Found::shown).collect();
    (!fits).then(|| format!("== {}\n{}-- but the program says --\n{told}", case.name, shown(&case.expected)))
}

fn shown(expected: &[Expected]) -> String {
    let blocks = expected.iter().map(|block| {
        let messages: String = block.messages.iter().map(|part| format!("  message: {part}\n")).collect();
        let hints: String = block.hints.iter().map(|part| format!("  hint: {part}\n")).collect();
        format!("{}\n{messages}{hints}", block.head)
    });
    blocks.collect()
}

/// A diagnostic as `tests/broken` writes it.
struct Found {
    head: String,
    message: String,
    hint: String,
}

impl Found {
    fn of(case: &Case, diagnostic: &Diagnostic) -> Found {
        let severity = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let place = diagnostic.span.as_ref().map_or_else(|| "-".to_owned(), |span| place(case, span));
        Found {
            head: format!("{place} {severity} {}", diagnostic.code),
            message: diagnostic.message.clone(),
            hint: diagnostic.hint.clone().unwrap_or_default(),
        }
    }

    /// A diagnostic without advice fits nothing: `hint:` is part of every block.
    fn fits(&self, expected: &Expected) -> bool {
        self.head == expected.head
            && !self.hint.is_empty()
            && expected.messages.iter().all(|part| self.message.contains(part))
            && expected.hints.iter().all(|part| self.hint.contains(part))
    }

    fn shown(&self) -> String {
        format!("{}\n  message: {}\n  hint: {}\n", self.head, self.message, self.hint)
    }
}

/// `content/seite.md:3:10`, or the path alone for a file as such.
fn place(case: &Case, span: &Span) -> String {
    let path = span.path.to_string_lossy();
    if span.range == (0..0) {
        return path.into_owned();
    }
    let text = case.files.get(&*path).unwrap_or_else(|| panic!("a span in a file that is not there: {path}"));
    let before = &text[..span.range.start];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = before.matches('\n').count() + 1;
    format!("{path}:{line}:{}", before[line_start..].chars().count() + 1)
}

fn build(case: &Case) -> Diagnostics {
    let mut world = MemoryWorld::new(date(2026, 11, 23));
    for (path, text) in &case.files {
        world = world.with(path, text);
    }
    let world: Arc<dyn World> = Arc::new(world);
    let overrides = Overrides { mode: case.mode, ..Overrides::default() };
    let options = Options { overrides, destination: Destination::Nowhere, ..Options::default() };
    pipeline::build(&world, &options).expect("nothing but the input is wrong").diagnostics
}
