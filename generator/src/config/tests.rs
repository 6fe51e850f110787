//! What a configuration file is understood as, and what is said about its mistakes.

use std::path::Path;

use super::*;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::report::{Format, render};
use crate::world::MemoryWorld;

fn world(toml: &str) -> MemoryWorld {
    MemoryWorld::new(jiff::civil::date(2026, 11, 2)).with("site/zola.toml", toml)
}

fn read(world: &MemoryWorld, overrides: &Overrides) -> (Option<Config>, String) {
    let mut diagnostics = Diagnostics::default();
    let config = load(world, Path::new("site"), None, overrides, &mut diagnostics);
    (config, render(&diagnostics, world, Path::new("site"), Format::Short))
}

fn clean(toml: &str) -> Config {
    let (config, report) = read(&world(toml), &Overrides::default());
    assert_eq!(report, "");
    config.expect("a clean configuration")
}

/// Checks all that is said about a file, each line without its place's file.
#[track_caller]
fn check(toml: &str, expected: &[&str]) {
    let (_, report) = read(&world(toml), &Overrides::default());
    let found: Vec<&str> =
        report.lines().map(|line| line.strip_prefix("site/zola.toml:").unwrap_or(line)).collect();
    assert_eq!(found, expected, "{toml}");
}

#[test]
fn defaults_are_zolas() {
    let config = clean("base_url = \"https://gemeinde.example/\"");
    assert_eq!(
        (config.base_url.as_str(), config.default_language.as_str()),
        ("https://gemeinde.example", "en")
    );
    assert_eq!(config.base_url_as_written, "https://gemeinde.example/");
    assert!(config.markdown.external_links_external && config.generate_sitemap && config.generate_robots_txt);
    assert!(!config.compile_sass && !config.is_multilingual());
    assert_eq!(config.language("en").feed_filenames, ["atom.xml"]);
    assert_eq!(config.language("en").search, Search::default());
    assert_eq!(config.places.output, Path::new("site/public"));
    assert_eq!(config.places.content, Path::new("site/content"));
}

#[test]
fn config_toml_is_read_where_there_is_no_zola_toml() {
    let empty = MemoryWorld::new(jiff::civil::date(2026, 11, 2));
    let world = empty.clone().with("site/config.toml", "base_url = '/'");
    let (config, report) = read(&world, &Overrides::default());
    assert_eq!(
        (config.map(|config| config.places.config_file), report.as_str()),
        (Some("site/config.toml".into()), "")
    );
    let (config, report) = read(&empty, &Overrides::default());
    assert!(config.is_none());
    assert!(report.starts_with("error: there is no `zola.toml` in `site`"), "{report}");
}

#[test]
fn permalinks_end_as_zolas_do() {
    let config = clean("base_url = 'https://a.example/b/'\nfeed_filenames = ['rss.xml']");
    for (path, expected) in [
        ("/", "https://a.example/b/"),
        ("/x", "https://a.example/b/x/"),
        ("x/", "https://a.example/b/x/"),
        ("/x/rss.xml", "https://a.example/b/x/rss.xml"),
        ("/x#y", "https://a.example/b/x#y"),
    ] {
        assert_eq!(config.permalink(path), expected, "{path}");
    }
}

#[test]
fn all_mistakes_are_reported_with_place_and_advice() {
    check(
        "base_url = 'https://a.example'\ntitel = 'x'\ncompile_sass = 'ja'\nfeed_limit = -1\n\
         [markdown]\nsmart_punctation = true\ninsert_anchor_links = 'links'\n[languages.de]\nweight = 1\n\
         [slugify]\npath = 'on'\n",
        &[
            "2:1: error: unknown key `titel` (did you mean `title`? settings of your own belong under `[extra]`)",
            "3:16: error: `compile_sass` must be `true` or `false`, but it is text (write `true` or `false` without quotes)",
            "4:14: error: `feed_limit` must be a whole number, 0 or more, but it is a number below 0 (write a number such as `10` without quotes)",
            "6:1: error: unknown key `markdown.smart_punctation` (did you mean `smart_punctuation`? settings of your own belong under `[extra]`)",
            "7:23: error: `markdown.insert_anchor_links` cannot be `links` (possible are `none`, `left`, `right`, `heading`)",
            "9:1: error: unknown key `languages.de.weight` (remove it; settings of your own belong under `[extra]`)",
            "11:1: warning: unknown key `slugify.path` is ignored (did you mean `paths`?)",
        ],
    );
}

#[test]
fn what_older_zolas_called_otherwise_is_explained() {
    check(
        "base_url = '/'\ngenerate_feed = true\n[markdown]\nhighlight_code = true\n",
        &[
            "2:1: error: `generate_feed` is a key of older Zola versions (it is called `generate_feeds` now)",
            "4:1: error: `markdown.highlight_code` is a key of older Zola versions (since Zola 0.22 code is highlighted where there is a table `[markdown.highlighting]` with `theme = \"github-dark\"`, and not where there is none)",
        ],
    );
}

#[test]
fn search_settings_are_read() {
    let config = clean(
        "base_url = '/'\nbuild_search_index = true\n[search]\ninclude_title = false\ninclude_description = true\n\
         include_date = true\ninclude_path = true\ninclude_content = false\ntruncate_content_length = 9\n\
         index_format = 'fuse_json'\n",
    );
    let expected = Search {
        include_title: false,
        include_description: true,
        include_date: true,
        include_path: true,
        include_content: false,
        truncate_content_length: Some(9),
        index_format: IndexFormat::FuseJson,
    };
    assert_eq!(config.search("en"), &expected);
    assert_eq!(config.searched_languages().collect::<Vec<_>>(), ["en"]);
}

#[test]
fn search_settings_of_the_default_language_may_stand_in_either_place() {
    let own = "[languages.en]\nbuild_search_index = true\n[languages.en.search]\ninclude_path = true\n";
    for top in ["", "[search]\ninclude_path = true\n", "[search]\ninclude_path = false\n"] {
        let config = clean(&format!("base_url = '/'\n{top}{own}"));
        assert!(config.search("en").include_path, "{top}");
        assert_eq!(config.searched_languages().collect::<Vec<_>>(), ["en"]);
    }
    check(
        &format!("base_url = '/'\n[search]\ninclude_content = false\n{own}"),
        &[
            "6:1: error: `search` of the default language `en` is set twice (keep it either at the top or in `[languages.en]`)",
        ],
    );
}

#[test]
fn what_a_search_index_cannot_be_is_said() {
    check(
        "base_url = '/'\n[search]\nindex_format = 'lunr'\ninclude_contents = true\ntruncate_content_length = -1\n",
        &[
            "3:16: error: `search.index_format` cannot be `lunr` (possible are `elasticlunr_javascript`, `elasticlunr_json`, `fuse_javascript`, `fuse_json`)",
            "4:1: warning: unknown key `search.include_contents` is ignored (did you mean `include_content`?)",
            "5:27: error: `search.truncate_content_length` must be a whole number, 0 or more, but it is a number below 0 (write a number such as `10` without quotes)",
        ],
    );
    let known = "set `index_format = \"fuse_json\"` in `[search]`, which works in every language, or `build_search_index = false`; elasticlunr knows da, de, du, en, es, fi, fr, hu, it, ko, no, pt, ro, ru, sv, tr";
    check(
        "base_url = '/'\ndefault_language = 'sl'\nbuild_search_index = true\n[languages.zh]\nbuild_search_index = true\n[languages.ja]\n",
        &[
            &format!("3:22: error: there is no search index for elasticlunr in the language `sl` ({known})"),
            &format!("5:22: error: there is no search index for elasticlunr in the language `zh` ({known})"),
        ],
    );
    clean(
        "base_url = '/'\ndefault_language = 'sl'\nbuild_search_index = true\nsearch.index_format = 'fuse_json'\n",
    );
}

#[test]
fn search_settings_of_a_language_that_have_no_effect_are_named() {
    let german = |top: &str, own: &str| {
        format!(
            "base_url = '/'\nbuild_search_index = true\n[search]\nindex_format = '{top}'\n[languages.de]\nbuild_search_index = true\n[languages.de.search]\n{own}\n"
        )
    };
    clean(&german("elasticlunr_json", "include_path = true"));
    clean(&german("fuse_json", "index_format = 'fuse_json'"));
    check(
        &german("elasticlunr_json", "index_format = 'fuse_json'"),
        &[
            "7:1: warning: `index_format` of the language `de` has no effect: all indexes are `elasticlunr_json` (set `index_format` for all languages in `[search]` at the top)",
        ],
    );
    check(
        &german("fuse_json", "include_path = true"),
        &[
            "7:1: warning: the search settings of the language `de` have no effect: all indexes for Fuse hold the same (set what all indexes hold in `[search]` at the top, or use `elasticlunr_json`)",
        ],
    );
}

#[test]
fn values_that_cannot_be_are_refused() {
    let head = "base_url = '/'\n";
    for (toml, expected) in [
        (
            "default_language = 'd'",
            "2:20: error: `d` is not a language code (use a code such as `de`, `sl` or `en-GB`)",
        ),
        (
            "ignored_content = ['a[']",
            "2:20: error: `a[` is not a file pattern: unclosed character class; missing ']' (write patterns such as `*.psd` or `**/internal/**`)",
        ),
        (
            "taxonomies = [{ slug = 'a' }]",
            "2:15: error: this taxonomy has no `name` (write `{ name = \"tags\" }`)",
        ),
        (
            "theme = 'x'",
            "2:9: error: the theme `x` has no `site/themes/x/theme.toml` (put the theme into `themes/x/`)",
        ),
    ] {
        let (_, report) = read(&world(&format!("{head}{toml}")), &Overrides::default());
        assert!(report.contains(expected), "{toml}: {report}");
    }
    let (_, report) = read(&world("title = 'x'"), &Overrides::default());
    assert!(report.starts_with("site/zola.toml: error: `base_url` is missing (add the address"), "{report}");
}

#[test]
fn syntax_errors_are_reported_where_they_are() {
    let (config, report) = read(&world("base_url = 'x\ntitle = \n"), &Overrides::default());
    assert!(config.is_none());
    let places: Vec<&str> = report.lines().filter_map(|line| line.split(": error").next()).collect();
    assert_eq!(places, ["site/zola.toml:1:14", "site/zola.toml:2:9"], "{report}");
}

#[test]
fn settings_of_the_default_language_may_stand_in_either_place() {
    let config = clean(
        "base_url = '/'\ndefault_language = 'de'\ntitle = 'A'\n[languages.de]\ndescription = 'B'\n[languages.sl]\ntitle = 'C'\n",
    );
    let title = |code: &str| config.language(code).title.clone();
    assert_eq!((title("de"), title("sl")), (Some("A".into()), Some("C".into())));
    assert_eq!(config.language("de").description.as_deref(), Some("B"));
    assert_eq!(config.other_languages().collect::<Vec<_>>(), ["sl"]);
    check(
        "base_url = '/'\ntitle = 'A'\n[languages.en]\ntitle = 'B'\n",
        &[
            "4:9: error: `title` of the default language `en` is set twice (keep it either at the top or in `[languages.en]`)",
        ],
    );
}

#[test]
fn the_themes_extra_lies_under_the_sites() {
    let theme =
        "[extra]\nfarbe = 'blau'\nschrift = 'serif'\n[extra.tief]\na = 1\nb = 2\n[extra.streit]\nx = 1\n";
    let site = "base_url = '/'\ntheme = 't'\n[extra]\nfarbe = 'rot'\nstreit = 3\n[extra.tief]\na = 9\n";
    let world = world(site).with("site/themes/t/theme.toml", theme);
    let (config, report) = read(&world, &Overrides::default());
    let expected = serde_json::json!({
        "farbe": "rot", "streit": 3, "tief": { "a": 9, "b": 2 }, "schrift": "serif"
    });
    assert_eq!(serde_json::Value::Object(config.unwrap().extra), expected);
    assert!(report.starts_with("site/zola.toml:5:10: error: `extra.streit` is a table in one"), "{report}");
}

#[test]
fn our_own_table_keeps_the_place_of_each_key() {
    let toml = "base_url = '/'\n[extra.auslage]\ncontent = '../content'\n[extra.auslage.round]\nopens = \"2026-11-02\"\n";
    let config = clean(toml);
    let auslage = config.auslage.expect("the table is there");
    assert_eq!(&toml[auslage.spans["round.opens"].clone()], "\"2026-11-02\"");
    assert_eq!(auslage.table["round"]["opens"], "2026-11-02");
    assert_eq!(config.places.content, Path::new("content"));
}

#[test]
fn our_own_table_must_be_one() {
    check(
        "base_url = '/'\n[extra]\nauslage = 3\n",
        &[
            "3:11: error: `extra.auslage` must be a table, but it is a whole number (write the keys below it, or `{ key = \"value\" }`)",
        ],
    );
    check(
        "base_url = '/'\n[extra.auslage]\ncontent = 3\n",
        &[
            "3:11: error: `extra.auslage.content` must be text, but it is a whole number (put the value in quotes)",
        ],
    );
}

#[test]
fn the_command_line_wins() {
    let overrides = Overrides {
        base_url: Some("http://127.0.0.1:1111".into()),
        output_dir: Some("out".into()),
        content: Some("./other/../text".into()),
        ..Overrides::default()
    };
    let (config, _) = read(&world("base_url = 'https://a.example'"), &overrides);
    let config = config.unwrap();
    assert_eq!(config.base_url, "http://127.0.0.1:1111");
    assert_eq!(config.places.output, Path::new("out"));
    assert_eq!(config.places.content, Path::new("text"));
}
