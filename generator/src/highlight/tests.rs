//! Colors, and what must not depend on them. The bytes are compared with Zola's in `tests/zola-cases`.

use std::path::Path;

use jiff::civil::date;

use super::*;
use crate::config::{self, InsertAnchor, LinkLevel, Overrides, SlugifyStrategy};
use crate::diagnostic::{Diagnostic, Span};
use crate::markup::{self, Block, Context, Links, Markup, Snippets};
use crate::world::MemoryWorld;

const ONE: &str = "theme = 'github-light'";
const PAIR: &str = "light_theme = 'vitesse-light'\ndark_theme = 'dracula'";
/// Names nothing twice, and has an expression that takes exponentially long.
const GRAMMAR: &str = r##"{"name":"Akte","scopeName":"source.akte","patterns":[
    {"match":"(?:u+u+)+!y","name":"string.akte"},
    {"begin":"<<","end":"(?:x+x+)+>>y","name":"string.akte"}]}"##;

struct Nothing;

impl Links for Nothing {
    fn permalink(&self, _: &str) -> Option<String> {
        None
    }

    fn nearest(&self, _: &str) -> Option<String> {
        None
    }
}

impl Snippets for Nothing {
    fn anchor_link(&self, _: &str, _: u8, _: &str) -> Result<String, Diagnostic> {
        Ok(String::new())
    }

    fn summary_cutoff(&self, _: &str, _: &str) -> Result<String, Diagnostic> {
        Ok(String::new())
    }
}

/// A highlighter with these settings; `akte.json` is there to be listed.
fn highlighter(settings: &str, mode: Mode) -> Highlighter {
    let toml = format!("base_url = '/'\n[markdown.highlighting]\n{settings}\n");
    let world = MemoryWorld::new(date(2026, 11, 2)).with("zola.toml", toml).with("akte.json", GRAMMAR);
    let mut diagnostics = Diagnostics::default();
    let overrides = Overrides { mode, ..Overrides::default() };
    let config = config::load(&world, Path::new(""), None, &overrides, &mut diagnostics).unwrap();
    let highlighter = load(&config, &world, &mut diagnostics).unwrap().unwrap();
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    highlighter
}

/// A block in colors, and the codes of what was said about it.
fn colored(settings: &str, info: &str, text: &str) -> (String, Vec<&'static str>) {
    let mut diagnostics = Diagnostics::default();
    let code = Code { info, text, place: Span::new("a.md", 10..10 + info.len()) };
    let html = highlighter(settings, Mode::Build).html(&code, &mut diagnostics);
    (html.unwrap(), diagnostics.iter().map(|diagnostic| diagnostic.code).collect())
}

fn markup(body: &str, code: Option<&dyn CodeBlocks>) -> Markup {
    let options = config::Markdown::default();
    let context = Context {
        options: &options,
        anchors: SlugifyStrategy::On,
        internal_links: LinkLevel::Error,
        insert_anchor: InsertAnchor::None,
        permalink: "/a/",
        relative: "a.md",
        language: "de",
        links: &Nothing,
        snippets: &Nothing,
        code,
        path: Path::new("a.md"),
        offset: Some(0),
    };
    markup::render(body, &context, &mut Diagnostics::default())
}

#[test]
fn colors_change_nothing_but_the_html_of_code() {
    let body = "# Eins\n\nText\n\n```rust,hide_lines=2\nlet a = \"<b>\";\nlet b = 2;\n```\n\n- Liste\n\n  ```\n  \
                plain\n  ```\n\n> ```toml\n> a = 1\n> ```\n\n    indented\n\nEnde[^1]\n\n[^1]: ```json\n    {}\n    ```\n";
    let highlighter = highlighter(ONE, Mode::Build);
    let (with, without) = (markup(body, Some(&highlighter)), markup(body, None));
    assert!(with.html.contains("class=\"giallo\"") && !without.html.contains("giallo"));
    // Passages are counted by kind, and digests made of the text.
    let known = |markup: &Markup| -> Vec<Block> {
        markup.blocks.iter().map(|block| Block { html: 0..0, ..block.clone() }).collect()
    };
    assert_eq!(known(&with), known(&without));
    assert!(with.blocks.iter().any(|block| block.text == "let a = \"<b>\";\nlet b = 2;"));
    for block in &with.blocks {
        assert_eq!(block.html, {
            let html = &with.html[block.html.clone()];
            let start = with.html.find(html).unwrap();
            start..start + html.len()
        });
    }
    assert_eq!((with.toc, with.anchors), (without.toc, without.anchors));
}

#[test]
fn attributes_cannot_be_left_early_and_numbers_are_bounded() {
    let (html, _) = colored(ONE, "toml,name=\"a\"", "a = 1\n");
    assert!(html.contains(" data-name=\"&quot;a&quot;\""), "{html}");
    let (html, _) = colored(ONE, "toml,linenos,linenostart=9223372036854775807", "a = 1\nb = 2\n");
    assert!(html.contains(">1000000000<") && html.contains(">1000000001<"), "{html}");
}

#[test]
fn code_that_is_too_large_stands_without_colors() {
    let line = format!("{}\n", "a = 1 ".repeat(4_000));
    for text in [line, "a = 1\n".repeat(200_000)] {
        let (html, said) = colored(ONE, "toml", &text);
        assert!(html.contains("data-lang=\"plain\"") && html.len() > text.len());
        assert_eq!(said, ["code-too-large"]);
        assert_eq!(colored(ONE, "text", &text).1, [""; 0]);
    }
}

#[test]
fn expressions_that_take_too_long_are_given_up() {
    let settings = format!("{ONE}\nextra_grammars = ['akte.json']");
    let (html, said) = colored(&settings, "AKTE", "uu!y\n");
    assert!(html.contains("data-lang=\"Akte\"") && html.contains("style=\"color: #032F62;\">uu!y"), "{html}");
    assert_eq!(said, [""; 0]);
    // At the first giallo says nothing, at the second it panics.
    assert_eq!(colored(&settings, "akte", &format!("{} !y\n", "u".repeat(60))).1, [""; 0]);
    let (html, said) = colored(&settings, "akte", &format!("<< {} >>y\n", "x".repeat(60)));
    assert!(html.contains("data-lang=\"plain\""), "{html}");
    assert_eq!(said, ["code-not-colored"]);
}

/// Each build has a highlighter of its own.
#[test]
fn block_that_was_late_in_one_build_is_not_tried_in_the_next() {
    let text = "{ \"late\": 1 }\n";
    assert_eq!(colored(ONE, "json", text).1, [""; 0]);
    late::Block { extras: &Extras::default(), language: "json", text }.note_late();
    let (html, said) = colored(ONE, "JSON", text);
    assert!(html.contains("data-lang=\"plain\""), "{html}");
    assert_eq!(said, ["colors-take-too-long"]);
    assert_eq!(colored(ONE, "json", "{ \"other\": 1 }\n").1, [""; 0]);
    let grammar = format!("{ONE}\nextra_grammars = ['akte.json']");
    assert_eq!(colored(&grammar, "json", text).1, [""; 0], "another grammar may come to an end");
}

#[test]
fn classes_of_a_pair_of_themes_have_rules() {
    let settings = format!("{PAIR}\nstyle = 'class'");
    let sheets = highlighter(&settings, Mode::Build).sheets();
    let (html, _) = colored(&settings, "rust,hl_lines=1", "let a = \"b\"; // c\n");
    for (name, prefix) in [("giallo-light.css", "z-l-"), ("giallo-dark.css", "z-d-")] {
        let sheet = String::from_utf8(sheets[name].to_vec()).unwrap();
        let classes = html.split(['"', ' ']).filter(|class| class.starts_with(prefix));
        // Not every theme has a color for marked lines.
        let classes: BTreeSet<&str> = classes.filter(|class| !class.ends_with("hl")).collect();
        assert!(classes.len() > 3, "{classes:?}");
        for class in classes {
            assert!(sheet.contains(&format!(".{class} {{")), "{class} {sheet}");
        }
    }
}

#[test]
fn style_sheets_are_made_for_classes_only() {
    assert!(highlighter(ONE, Mode::Build).sheets().is_empty());
    let sheets = highlighter(&format!("{ONE}\nstyle = 'class'"), Mode::Build).sheets();
    assert_eq!(sheets.keys().collect::<Vec<_>>(), ["giallo.css"]);
}

#[test]
fn checking_looks_at_languages_and_loads_nothing() {
    let highlighter = highlighter(ONE, Mode::Check);
    let mut diagnostics = Diagnostics::default();
    let code = Code { info: "rusd", text: "a\n", place: Span::file("a.md") };
    assert_eq!(highlighter.html(&code, &mut diagnostics), None);
    assert_eq!(
        diagnostics.iter().map(|diagnostic| diagnostic.code).collect::<Vec<_>>(),
        ["unknown-code-language"]
    );
    assert!(highlighter.palette.get().is_none());
}

#[test]
fn nothing_is_loaded_before_there_is_code() {
    let highlighter = highlighter(ONE, Mode::Build);
    markup("Text\n\n`code`\n", Some(&highlighter));
    assert!(highlighter.palette.get().is_none());
    markup("```toml\na = 1\n```\n", Some(&highlighter));
    assert!(highlighter.palette.get().is_some());
}

#[test]
fn the_lists_of_names_are_those_of_the_library() {
    let registry = registry::plain();
    for name in names::languages() {
        assert!(registry.contains_grammar(name), "{name}");
    }
    for name in names::themes() {
        assert!(registry.contains_theme(name), "{name}");
    }
    let (languages, themes) = (keys(&registry, "grammar_id_by_name: {"), keys(&registry, "themes: {"));
    let missing = languages.iter().filter(|name| !names::languages().any(|known| known == *name));
    assert_eq!(missing.collect::<Vec<_>>(), [""; 0]);
    assert_eq!(
        themes.iter().filter(|name| !names::themes().any(|known| known == *name)).collect::<Vec<_>>(),
        [""; 0]
    );
}

/// The library tells its names only where it shows itself whole.
fn keys(registry: &giallo::Registry, field: &str) -> Vec<String> {
    let shown = format!("{registry:?}");
    let table = &shown[shown.rfind(field).unwrap() + field.len()..];
    let (mut depth, mut keys, mut rest) = (0_i32, Vec::new(), table);
    while depth >= 0 {
        let at = rest.find(['"', '{', '}', '[', ']', '(', ')']).unwrap();
        let (sign, after) = (rest.as_bytes()[at], &rest[at + 1..]);
        rest = after;
        match sign {
            b'"' => {
                let end = rest.find('"').unwrap();
                if depth == 0 {
                    keys.push(rest[..end].to_owned());
                }
                rest = &rest[end + 1..];
            }
            b'{' | b'[' | b'(' => depth += 1,
            _ => depth -= 1,
        }
    }
    keys
}
