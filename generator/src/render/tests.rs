//! What templates see, and what an editor is told about broken ones.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::diagnostic::report::{Format, render};
use crate::guard;
use crate::pipeline::{Destination, Options, build};
use crate::world::{MemoryWorld, World};

/// Builds a site of templates and pages; all messages, one a line.
#[track_caller]
fn check(files: &[(&str, &str)], expected: &[&str]) {
    let mut world = MemoryWorld::new(jiff::civil::date(2026, 11, 23))
        .with("/s/zola.toml", "base_url = 'https://a.example'")
        .with("/s/content/_index.md", "+++\n+++\n");
    for (path, text) in files {
        world = world.with(format!("/s/{path}"), text);
    }
    let world: Arc<dyn World> = Arc::new(world);
    let options = Options { root: "/s".into(), destination: Destination::Memory, ..Options::default() };
    let outcome = build(&world, &options).unwrap();
    let text = render(&outcome.diagnostics, world.as_ref(), Path::new("/s"), Format::Short);
    let lines: Vec<&str> =
        text.lines().map(|line| line.strip_prefix("s/templates/").unwrap_or(line)).collect();
    assert_eq!(lines, expected);
}

/// Builds a site in German and English and compares one of its files.
#[track_caller]
fn check_file(files: &[(&str, &str)], path: &str, expected: &str) {
    let config = "base_url = 'https://a.example'\ndefault_language = 'de'\n[languages.en]\n[languages.fr]";
    let world = MemoryWorld::new(jiff::civil::date(2026, 11, 23)).with("/s/zola.toml", config);
    let world = ["index", "section", "page"]
        .iter()
        .fold(world, |world, name| world.with(format!("/s/templates/{name}.html"), "-"));
    let world = files.iter().fold(world, |world, (path, text)| world.with(format!("/s/{path}"), text));
    let world: Arc<dyn World> = Arc::new(world);
    let options = Options { root: "/s".into(), destination: Destination::Memory, ..Options::default() };
    let outcome = build(&world, &options).unwrap();
    assert_eq!(render(&outcome.diagnostics, world.as_ref(), Path::new("/s"), Format::Short), "");
    assert_eq!(String::from_utf8_lossy(&outcome.files[path]), expected);
}

/// What `templates/index.html` makes of `{{ expression }}` in German.
#[track_caller]
fn check_value(expression: &str, expected: &str) {
    let template = format!("{{% if lang == 'de' %}}{{{{ {expression} }}}}{{% endif %}}");
    let files = [
        ("templates/index.html", template.as_str()),
        ("content/n/a.md", "+++\ntitle = 'A'\n+++\n"),
        ("content/n/a.en.md", "+++\ntitle = 'A in English'\nrender = false\n+++\n"),
        ("content/mit abstand.md", "+++\n+++\n"),
        ("static/x.css", ""),
    ];
    check_file(&files, "index.html", expected);
}

#[test]
fn a_language_is_put_before_a_path_unless_the_path_has_it() {
    check_value("get_url(path='x.css', lang='en')", "https://a.example/en/x.css");
    check_value("get_url(path='energie/', lang='en')", "https://a.example/en/energie");
    check_value("get_url(path='/en/x.css', lang='en')", "https://a.example/en/x.css");
    check_value("get_url(path='x.css', lang='de')", "https://a.example/x.css");
}

#[test]
fn the_path_of_a_document_may_be_percent_encoded() {
    let url = "https://a.example/mit-abstand/#da";
    check_value("get_url(path='@/mit%20abstand.md#da')", url);
    check_value("get_url(path='@/mit abstand.md#da')", url);
}

#[test]
fn a_document_is_found_by_every_spelling_of_its_path() {
    check_value("get_page(path='./n//a.md') | get(key='title')", "A");
    check_value("get_page(path='/n/a.md', allow_missing=true) is none", "true");
    check_value("get_page(path='n/a.md', lang='en') | get(key='title')", "A in English");
    check_value("get_page(path='n/a.en.md') | get(key='title')", "A");
    check_value("get_section(path='_index.md', lang='fr') | get(key='relative_path')", "_index.fr.md");
}

#[test]
fn arguments_that_are_text_take_any_value() {
    let digest = "6b51d431df5d7f141cbececcf79edf3dd861c3b4069f0b11661a3eefacbba918";
    check_value("get_hash(literal=12, sha_type=256, base64=false)", digest);
    check_value("get_url(path=12)", "https://a.example/12");
}

#[test]
fn a_root_without_a_file_has_no_text_to_count() {
    check_value("section.word_count is none and section.reading_time is none", "true");
}

#[test]
fn a_body_does_not_see_translations() {
    let body = "+++\n+++\n{{ page.translations | length }} {{ page.lang }}";
    let files = [
        ("content/a.md", body),
        ("content/a.en.md", "+++\n+++\n"),
        ("templates/page.html", "{{ page.content | safe }}{{ page.translations | length }}"),
    ];
    check_file(&files, "a/index.html", "<p>0 de</p>\n2");
}

#[test]
fn a_sitemap_has_no_language() {
    let template = "{{ lang is defined }} {{ config.default_language }} {{ entries | length }}";
    check_file(&[("templates/sitemap.xml", template)], "sitemap.xml", "false de 3");
}

#[test]
fn later_pagers_of_a_root_leave_their_language_out_of_the_current_path() {
    let root = "+++\npaginate_by = 1\nsort_by = 'slug'\n+++\n";
    let files = [
        ("content/_index.en.md", root),
        ("content/a.en.md", "+++\n+++\n"),
        ("content/b.en.md", "+++\n+++\n"),
        ("templates/index.html", "{{ current_path }} {{ current_url }} {{ lang }}"),
    ];
    check_file(&files, "en/index.html", "/en/ https://a.example/en/ en");
    check_file(&files, "en/page/2/index.html", "/page/2/ https://a.example/en/page/2/ en");
}

#[test]
fn every_broken_template_is_reported_and_only_those() {
    check(
        &[
            ("templates/a.html", "{{ x | uper }}\n{{ y | concat(with=1) }}"),
            ("templates/b.html", "{% if x %}"),
            ("templates/c.html", "{% extends \"b.html\" %}"),
            ("templates/d.html", "{% extends \"bass.html\" %}"),
            ("templates/base.html", "{{ get_pagee() }}"),
            ("templates/index.html", "ok"),
        ],
        &[
            "a.html:1:8: error: unknown filter `uper` (did you mean `upper`?)",
            "a.html:2:8: error: the filter `concat` is Tera 1, templates are Tera 2 (write the list `[...y, ...1]`, or `[...y, 1]` where `1` is no list)",
            "b.html:1:1: error: this `{% if … %}` is not closed (put `{% endif %}` where it ends)",
            "base.html:1:4: error: unknown function `get_pagee` (did you mean `get_page`?)",
            "d.html:1:13: error: there is no template `bass.html` (did you mean `base.html`?)",
        ],
    );
}

#[test]
fn a_broken_template_hides_no_mistake_in_the_content() {
    check(
        &[
            ("templates/index.html", "{% if x %}"),
            ("templates/page.html", "ok"),
            ("content/a.md", "+++\n+++\n[x](@/b.md#fort) [y](@/c.md#egal)"),
            ("content/b.md", "+++\n+++\n[x](@/fort.md)"),
            ("content/c.md", "+++\n+++\n{{ <vielleicht_dort /> }}"),
        ],
        &[
            "s/content/a.md:3:5: error: there is no heading or id `fort` in `b.md` (give the heading in `b.md` that id: `## Title {#fort}`)",
            "s/content/b.md:3:5: error: the link `@/fort.md` leads to no page or section (behind `@/` stands the path of a Markdown file below `content/`, with its ending and, for a translation, its language: `@/folder/page.en.md`)",
            "index.html:1:1: error: this `{% if … %}` is not closed (put `{% endif %}` where it ends)",
        ],
    );
}

#[test]
fn tera_1_is_named_with_what_replaces_it() {
    check(
        &[
            ("templates/index.html", "{% import \"m.html\" as m %}\n"),
            ("templates/m.html", "{% macro a() %}x{% endmacro a %}\n{% macro b() %}y{% endmacro b %}"),
        ],
        &[
            "index.html:1:1: error: `{% import %}` is Tera 1, templates are Tera 2 (leave it out: components are known everywhere, called with `{{ <name title=\"…\" /> }}`)",
            "m.html:1:1: error: `{% macro %}` is Tera 1, templates are Tera 2 (write a component: `{% component a() %} … {% endcomponent a %}`; it sees its arguments only, so give it whatever it needs)",
            "m.html:2:1: error: `{% macro %}` is Tera 1, templates are Tera 2 (write a component: `{% component b() %} … {% endcomponent b %}`; it sees its arguments only, so give it whatever it needs)",
        ],
    );
}

#[test]
fn one_mistake_on_many_pages_is_one_message() {
    check(
        &[
            ("templates/index.html", "ok"),
            ("templates/page.html", "{{ page.titel }}"),
            ("content/a.md", "+++\n+++\n"),
            ("content/b.md", "+++\n+++\n"),
        ],
        &["page.html:1:9: error: field `titel` is not defined (did you mean `title`?)"],
    );
}

#[test]
fn nothing_leaves_the_site() {
    check(
        &[
            ("templates/index.html", "ok"),
            ("templates/page.html", "ok"),
            ("content/a.md", "+++\naliases = [\"../../b\"]\n+++\n"),
        ],
        &[
            "s/content/a.md:2:11: error: `../../b/index.html` leads out of the site (leave out `..`, empty parts and backslashes: paths start at the site's root)",
        ],
    );
}

/// Each page asks for the bytes, so that all but one wait for the one that makes them; on several threads,
/// however many the machine has.
#[test]
fn an_image_in_avif_whose_bytes_many_pages_want_does_not_stop_the_build() {
    let mut png = std::io::Cursor::new(Vec::new());
    image::RgbaImage::from_pixel(64, 64, image::Rgba([20, 80, 160, 90]))
        .write_to(&mut png, image::ImageFormat::Png)
        .unwrap();
    let template = "{% set made = resize_image(path='a.png', width=48, op='fit_width', format='avif') %}\
        {{ get_hash(path=made.static_path) }}";
    let mut world = MemoryWorld::new(jiff::civil::date(2026, 11, 23))
        .with("/s/zola.toml", "base_url = 'https://a.example'")
        .with("/s/content/_index.md", "+++\n+++\n")
        .with("/s/templates/index.html", template)
        .with("/s/templates/page.html", template)
        .with("/s/static/a.png", png.into_inner());
    for number in 0..40 {
        world = world.with(format!("/s/content/{number}.md"), "+++\n+++\n");
    }
    let world: Arc<dyn World> = Arc::new(world);
    let options = Options { root: "/s".into(), destination: Destination::Memory, ..Options::default() };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(4).build().unwrap();
    // A build that stands still is left behind.
    let outcome = guard::run(Duration::from_secs(100), move || pool.install(|| build(&world, &options)));
    let outcome = outcome.expect("the build comes to an end").unwrap();
    assert_eq!(outcome.diagnostics.iter().count(), 0);
    assert_eq!(outcome.files["0/index.html"], outcome.files["index.html"]);
    assert_eq!(outcome.files["index.html"].len(), 64, "a digest in base64");
}
