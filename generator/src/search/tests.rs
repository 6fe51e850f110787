//! What is in a search index, and which indexes there are.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::diagnostic::report::{Format, render};
use crate::pipeline::{Destination, Options, build};
use crate::world::{MemoryWorld, World};

/// Files of `content/` with front matter and body, without the `+++`.
type Content<'a> = &'a [(&'a str, &'a str, &'a str)];

/// Builds a site; its files.
#[track_caller]
fn files(config: &str, content: Content<'_>) -> BTreeMap<String, String> {
    let mut world = MemoryWorld::new(jiff::civil::date(2026, 11, 24))
        .with("zola.toml", format!("base_url = 'https://a.example'\n{config}"));
    for template in ["index", "section", "page"] {
        world = world.with(format!("templates/{template}.html"), "");
    }
    for (path, matter, body) in content {
        world = world.with(format!("content/{path}"), format!("+++\n{matter}\n+++\n{body}"));
    }
    let world: Arc<dyn World> = Arc::new(world);
    let options = Options { destination: Destination::Memory, ..Options::default() };
    let outcome = build(&world, &options).unwrap();
    let report = render(&outcome.diagnostics, world.as_ref(), Path::new(""), Format::Short);
    assert_eq!(report, "");
    outcome.files.into_iter().map(|(path, bytes)| (path, String::from_utf8(bytes).unwrap())).collect()
}

/// Paths of everything in the index for Fuse, in order.
#[track_caller]
fn check_found(content: Content<'_>, expected: &[&str]) {
    let files = files("build_search_index = true\n[search]\nindex_format = 'fuse_json'", content);
    let items: serde_json::Value = serde_json::from_str(&files["search_index.en.json"]).unwrap();
    let urls = items.as_array().unwrap().iter().map(|item| item["url"].as_str().unwrap());
    let paths: Vec<&str> = urls.map(|url| url.strip_prefix("https://a.example").unwrap()).collect();
    assert_eq!(paths, expected);
}

#[test]
fn sections_come_by_address_each_with_its_pages_in_order() {
    check_found(
        &[
            ("_index.md", "", ""),
            ("b/_index.md", "sort_by = 'weight'", ""),
            ("b/2/_index.md", "", ""),
            ("b/y.md", "weight = 1", ""),
            ("b/x.md", "weight = 2", ""),
            ("a/_index.md", "", ""),
            ("a/2.md", "", ""),
            ("a/1.md", "", ""),
            ("z.md", "", ""),
        ],
        &["/", "/z/", "/a/", "/a/1/", "/a/2/", "/b/", "/b/y/", "/b/x/", "/b/2/"],
    );
}

#[test]
fn what_is_kept_out_of_the_index_is_not_in_it() {
    check_found(
        &[
            ("_index.md", "", ""),
            ("seen.md", "", ""),
            ("hidden.md", "in_search_index = false", ""),
            ("draft.md", "draft = true", ""),
            ("orphans/x.md", "", ""),
            ("out/_index.md", "in_search_index = false", ""),
            ("out/x.md", "", ""),
            ("out/deep/_index.md", "", ""),
            ("away/_index.md", "redirect_to = '/'", ""),
            ("away/x.md", "", ""),
            // Zola indexes sections that are not rendered, but no such pages.
            ("silent/_index.md", "render = false", ""),
            ("silent/x.md", "render = false", ""),
        ],
        &["/", "/seen/", "/away/x/", "/out/deep/", "/silent/"],
    );
}

#[test]
fn a_page_of_a_transparent_section_is_there_once() {
    check_found(
        &[
            ("_index.md", "", ""),
            ("news/_index.md", "sort_by = 'title'", ""),
            ("news/2026/_index.md", "transparent = true\nsort_by = 'title'", ""),
            ("news/2026/x.md", "title = 'X'", ""),
            ("news/y.md", "title = 'Y'", ""),
        ],
        &["/", "/news/", "/news/2026/x/", "/news/y/", "/news/2026/"],
    );
}

#[test]
fn a_page_that_its_section_cannot_sort_is_not_found() {
    let config = "build_search_index = true\n[search]\nindex_format = 'fuse_json'";
    let world = MemoryWorld::new(jiff::civil::date(2026, 11, 24))
        .with("zola.toml", format!("base_url = 'https://a.example'\n{config}"))
        .with("templates/index.html", "")
        .with("templates/page.html", "")
        .with("content/_index.md", "+++\nsort_by = 'date'\n+++\n")
        .with("content/undated.md", "+++\n+++\n");
    let world: Arc<dyn World> = Arc::new(world);
    let options = Options { destination: Destination::Memory, ..Options::default() };
    let outcome = build(&world, &options).unwrap();
    let index = String::from_utf8_lossy(&outcome.files["search_index.en.json"]).into_owned();
    assert!(!index.contains("undated"), "{index}");
}

/// Names of everything that belongs to the search.
#[track_caller]
fn check_names(config: &str, expected: &[&str]) {
    let files = files(config, &[("_index.md", "", ""), ("_index.de.md", "", "")]);
    let names = files.keys().filter(|name| name.contains("search_index") || name.contains("lunr"));
    assert_eq!(names.collect::<Vec<_>>(), expected, "{config}");
}

#[test]
fn each_language_that_wants_one_has_an_index() {
    let two = |top: &str, german: &str| format!("{top}\n[languages.de]\n{german}");
    let on = "build_search_index = true";
    check_names(&two("", ""), &[]);
    check_names(&two(on, ""), &["elasticlunr.min.js", "search_index.en.js"]);
    check_names(&two("", on), &["elasticlunr.min.js", "search_index.de.js"]);
    check_names(&two(on, on), &["elasticlunr.min.js", "search_index.de.js", "search_index.en.js"]);
    check_names(
        &two(&format!("{on}\nsearch.index_format = 'fuse_javascript'"), on),
        &["search_index.de.js", "search_index.en.js"],
    );
    check_names(
        &two(&format!("{on}\nsearch.index_format = 'elasticlunr_json'"), ""),
        &["elasticlunr.min.js", "search_index.en.json"],
    );
}

/// A site in two languages whose search settings differ made Zola panic.
#[test]
fn each_language_has_its_own_fields() {
    let config = "build_search_index = true\n[search]\ninclude_content = false\n[languages.de]\n\
        build_search_index = true\n[languages.de.search]\ninclude_description = true\ninclude_date = true\n\
        include_path = true\ntruncate_content_length = 3";
    let files = files(
        config,
        &[
            ("_index.md", "", ""),
            ("a.md", "title = 'Roads'", "Long"),
            ("_index.de.md", "", ""),
            ("a.de.md", "title = 'Straßen'\ndate = 2026-01-02", "Lange Wege"),
        ],
    );
    let document = |language: &str, url: &str| {
        let text = &files[&format!("search_index.{language}.js")];
        let json = text.strip_prefix("window.searchIndex = ").unwrap();
        let index: serde_json::Value = serde_json::from_str(json).unwrap();
        index["documentStore"]["docs"][url].clone()
    };
    assert_eq!(
        document("en", "https://a.example/a/"),
        serde_json::json!({ "id": "https://a.example/a/", "title": "Roads" })
    );
    assert_eq!(
        document("de", "https://a.example/de/a/"),
        serde_json::json!({
            "id": "https://a.example/de/a/", "title": "Straßen", "description": "", "path": "/de/a/",
            "date": "2026-01-02T00:00:00Z", "body": "Lan"
        })
    );
}

#[test]
fn indexes_for_fuse_hold_what_the_site_says_in_every_language() {
    let config = "build_search_index = true\n[search]\nindex_format = 'fuse_javascript'\n\
        include_title = false\ninclude_description = true\ninclude_path = true\ninclude_date = true\n\
        [languages.de]\nbuild_search_index = true\n";
    let files = files(
        config,
        &[("_index.md", "", ""), ("_index.de.md", "description = 'Start'", "<b>Guten</b>  Tag &amp; *so*")],
    );
    assert_eq!(
        files["search_index.de.js"],
        "window.searchIndex = [{\"url\":\"https://a.example/de/\",\"description\":\"Start\",\
         \"body\":\"Guten Tag &amp; so\",\"path\":\"/de/\"}]"
    );
}

#[test]
fn the_library_is_what_its_makers_deliver() {
    let files = files("build_search_index = true", &[]);
    let library = &files[super::LIBRARY];
    assert!(library.contains("MIT Licensed") && library.contains("elasticlunr"), "{library:.200}");
}
