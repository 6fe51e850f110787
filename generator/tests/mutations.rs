//! Sites with random damage: whatever stands in the files, a build ends with diagnostics, each at a place
//! that exists, and never with a panic.

use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::sync::Arc;

use auslage::diagnostic::report::{Format, render};
use auslage::pipeline::{Destination, Options, Outcome, build};
use auslage::world::{MemoryWorld, World};

const FILES: [(&str, &str); 9] = [
    (
        "zola.toml",
        "base_url = 'https://ä.example'\ntitle = \"Straße\"\ndefault_language = 'de'\ncompile_sass = true\n\
         taxonomies = [{ name = 'orte', paginate_by = 1 }]\n[markdown]\nbottom_footnotes = true\n\
         [languages.en]\ntitle = 'Street'\n[extra.auslage]\n\
         recipients = { default = [{ name = 'A', address = 'a@stadt.example' }] }\n\
         round = { number = 1, title = 'Erste', opens = '2026-11-02', closes = '2027-01-31T18:00', answers_by = '2027-03-31' }\n",
    ),
    ("content/_index.md", "+++\ntitle = \"Über uns\"\npaginate_by = 2\n+++\nHallo [x](@/müll.md#über).\n"),
    (
        "content/thema/_index.md",
        "+++\ntitle = \"Öffentliches\"\n[extra]\nkind = \"theme\"\n+++\nEin Ziel – für alle.\n",
    ),
    (
        "content/thema/projekt.md",
        "+++\ntitle = \"Größe\"\ndate = 2026-03-07\naliases = [\"alt/ß\"]\n[taxonomies]\norte = [\"Löffingen\"]\n[extra]\nkind = \"project\"\nstatus = \"ongoing\"\n\
         timeframe = { from = \"2020-Q1\", to = \"open\", note = \"ä\" }\nparticipants = [{ who = \"stadt\", role = \"lead\" }]\n\
         milestones = [{ date = \"2021-03~\", text = \"Ü\" }]\n+++\nErster *Absatz*[^ä].\n\n## Größe\n\n- ä\n- ö\n\n<!-- more -->\n\n{% set x = get_page(path=\"müll.md\") %}{{ x.title | upper }}\n\n[^ä]: Ö.\n",
    ),
    (
        "content/müll.md",
        "---\ntitle: \"Müll: ö\"\ndate: 2026-1-2\nextra:\n  liste: [1, ä, {b: c}]\n---\n# Über\n\n| ä | ö |\n| - | - |\n| ß | … |\n\n![Bild](ä.png) <b id='über'>x</b>\n",
    ),
    ("content/beteiligte/stadt.md", "+++\ntitle = \"Stadt\"\n[extra]\nkind = \"participant\"\n+++\nText.\n"),
    ("content/müll.en.md", "+++\ntitle = \"Waste\"\n+++\n[back](@/müll.md)\n"),
    (
        "templates/page.html",
        "{% extends \"basis.html\" %}{% block b %}<h1>{{ page.title | default(value=\"ä\") }}</h1>{% for p in page.review.blocks | default(value=[]) %}{{ p.html | safe }}{% endfor %}{% endblock b %}",
    ),
    (
        "templates/basis.html",
        "<html lang=\"{{ lang }}\">{# ä #}{% block b %}{{ config.title }}{% endblock b %}</html>{% component kasten(a: string) %}ö{{ a }}{% endcomponent kasten %}",
    ),
];

/// Templates that are only there.
const TEMPLATES: [&str; 15] = [
    "function/check.html",
    "function/again.html",
    "function/receipt.html",
    "function/error.html",
    "function/mail_subject.txt",
    "function/mail_body.txt",
    "function/digest_subject.txt",
    "function/digest_body.txt",
    "function/confirmation_subject.txt",
    "function/confirmation_body.txt",
    "review/form.html",
    "review/forms.html",
    "index.html",
    "section.html",
    "orte/single.html",
];

/// Pieces that parsers stumble over.
const PIECES: [&str; 24] = [
    "{{",
    "}}",
    "{%",
    "%}",
    "{#",
    "ä",
    "\u{feff}",
    "…",
    "\u{301}",
    "\"",
    "'",
    "+++\n",
    "---\n",
    "\n",
    "\r\n",
    "\t",
    "[",
    "](",
    "@/",
    "#",
    "=",
    "<",
    "99999999999999999999",
    "\0",
];

/// A sequence that is the same in every run (Knuth's linear congruence).
struct Sequence(u64);

impl Sequence {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits fit") % limit.max(1)
    }
}

fn sound() -> MemoryWorld {
    let world = MemoryWorld::new(jiff::civil::date(2026, 11, 23)).with("s/templates/orte/list.html", "ä");
    let world = TEMPLATES
        .into_iter()
        .fold(world, |world, name| world.with(format!("s/templates/{name}"), "ä{{ lang }}"));
    FILES.into_iter().fold(world, |world, (path, text)| world.with(format!("s/{path}"), text))
}

/// One file with a piece put in, cut out, or everything behind a place lost.
fn damaged(sequence: &mut Sequence) -> MemoryWorld {
    let chosen = sequence.below(FILES.len());
    let (path, text) = FILES[chosen];
    let mut text = text.to_owned();
    let at = text.floor_char_boundary(sequence.below(text.len()));
    match sequence.below(4) {
        0 => text.truncate(at),
        1 => {
            let end = text.ceil_char_boundary((at + 1 + sequence.below(12)).min(text.len()));
            text.replace_range(at..end, "");
        }
        _ => text.insert_str(at, PIECES[sequence.below(PIECES.len())]),
    }
    sound().with(format!("s/{path}"), text)
}

fn built(world: &Arc<dyn World>) -> Outcome {
    let options = Options { root: "s".into(), destination: Destination::Memory, ..Options::default() };
    build(world, &options).expect("memory never fails")
}

#[test]
fn the_site_that_is_damaged_was_sound() {
    let world: Arc<dyn World> = Arc::new(sound());
    let report = render(&built(&world).diagnostics, world.as_ref(), Path::new("s"), Format::Short);
    assert_eq!(report, "");
}

#[test]
fn damaged_sites_are_reported_and_never_a_panic() {
    for seed in 0..400 {
        let world: Arc<dyn World> = Arc::new(damaged(&mut Sequence(seed)));
        let outcome = std::panic::catch_unwind(AssertUnwindSafe(|| built(&world)));
        let outcome = outcome.unwrap_or_else(|_| panic!("seed {seed} panics"));
        let report = render(&outcome.diagnostics, world.as_ref(), Path::new("s"), Format::Human);
        assert_eq!(report.is_empty(), outcome.diagnostics.is_empty(), "seed {seed}");
        for diagnostic in outcome.diagnostics.iter() {
            assert!(diagnostic.hint.is_some(), "seed {seed}: {}", diagnostic.message);
            let Some(span) = &diagnostic.span else { continue };
            let text = world.read_text(&span.path).unwrap_or_default();
            assert!(
                span.range == (0..0) || text.get(span.range.clone()).is_some(),
                "seed {seed}: {diagnostic:?}"
            );
        }
    }
}
