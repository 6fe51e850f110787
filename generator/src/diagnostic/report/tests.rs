//! What people, editors and machines are shown.

use super::*;
use crate::world::MemoryWorld;

const TEXT: &str = "+++\ntitle = \"Ä\"\n\tweigth = 2 # ö\n+++\r\nText\n";

fn world() -> MemoryWorld {
    MemoryWorld::new(jiff::civil::date(2026, 11, 2)).with("site/content/a.md", TEXT)
}

fn problem() -> Diagnostic {
    let start = TEXT.find("weigth").unwrap();
    let span = Span::new("site/content/a.md", start..start + "weigth".len());
    Diagnostic::warning("unknown-key", span, "unknown key `weigth` is ignored").hint("did you mean `weight`?")
}

fn one(diagnostic: Diagnostic, format: Format) -> String {
    let mut diagnostics = Diagnostics::default();
    diagnostics.push(diagnostic);
    render(&diagnostics, &world(), Path::new("site"), format)
}

#[test]
fn people_see_the_line_with_carets_and_what_to_do() {
    let expected = "\
warning[unknown-key]: unknown key `weigth` is ignored
 --> site/content/a.md:3:2
  |
3 |  weigth = 2 # ö
  |  ^^^^^^
  note: as in this file
 --> site/content/b.md
  hint: did you mean `weight`?

";
    let noted = problem().note("as in this file", Span::file("site/content/b.md"));
    assert_eq!(one(noted, Format::Human), expected);
}

#[test]
fn editors_get_one_line() {
    let expected =
        "site/content/a.md:3:2: warning: unknown key `weigth` is ignored (did you mean `weight`?)\n";
    assert_eq!(one(problem(), Format::Short), expected);
}

#[test]
fn machines_get_every_field() {
    let text = one(problem().note("why", None), Format::Json);
    let read: serde_json::Value = serde_json::from_str(&text).expect("one object per line");
    let expected = json!({
        "severity": "warning", "code": "unknown-key", "message": "unknown key `weigth` is ignored",
        "place": {
            "file": "site/content/a.md", "line": 3, "column": 2, "end_line": 3, "end_column": 8,
            "start": 18, "end": 24, "source": "\tweigth = 2 # ö"
        },
        "hint": "did you mean `weight`?", "notes": [{ "message": "why", "place": null }],
    });
    assert_eq!(read, expected);
}

#[test]
fn color_is_only_added() {
    let mut diagnostics = Diagnostics::default();
    diagnostics.push(problem());
    let root = Path::new("site");
    let colored = render_colored(&diagnostics, &world(), root, Format::Human, Color::Always);
    let mut plain = colored.clone();
    while let Some(start) = plain.find('\u{1b}') {
        let end = start + plain[start..].find('m').unwrap();
        plain.replace_range(start..=end, "");
    }
    assert_ne!(colored, plain);
    assert_eq!(plain, render(&diagnostics, &world(), root, Format::Human));
}

#[test]
fn problems_come_by_file_and_position() {
    let mut diagnostics = Diagnostics::default();
    for (path, start) in [("b.md", 5), ("a.md", 9), ("a.md", 2)] {
        diagnostics.push(Diagnostic::error("x", Span::new(path, start..start + 1), "m"));
    }
    diagnostics.push(Diagnostic::error("x", None, "no place"));
    let world = MemoryWorld::new(jiff::civil::date(2026, 11, 2)).with("a.md", TEXT).with("b.md", TEXT);
    let text = render(&diagnostics, &world, Path::new(""), Format::Short);
    assert_eq!(text, "error: no place\na.md:1:3: error: m\na.md:2:6: error: m\nb.md:2:2: error: m\n");
}

#[track_caller]
fn check_excerpt(text: &str, range: std::ops::Range<usize>, line: &str, indent: usize, carets: usize) {
    let place = Source::new(text.to_owned()).place(&range);
    assert_eq!((place.shown().as_str(), place.indent(), place.carets()), (line, indent, carets), "{range:?}");
}

#[test]
fn carets_stand_under_what_is_meant() {
    check_excerpt("äöü x\n", 7..8, "äöü x", 4, 1);
    check_excerpt("eins\nzwei\n", 2..7, "eins", 2, 2);
    check_excerpt("eins\r\nzwei", 6..10, "zwei", 0, 4);
    check_excerpt("eins", 4..4, "eins", 4, 1);
    check_excerpt("eins", 90..95, "eins", 4, 1);
    check_excerpt("\u{feff}eins", 3..7, "eins", 0, 4);
}

#[test]
fn a_long_line_is_cut_around_the_place() {
    let text = format!("{}HIER{}", "a".repeat(300), "b".repeat(300));
    let place = Source::new(text).place(&(300..304));
    let shown: Vec<char> = place.shown().chars().collect();
    assert_eq!(shown.len(), 122);
    let marked: String = shown[place.indent()..place.indent() + place.carets()].iter().collect();
    assert_eq!(marked, "HIER");
}
