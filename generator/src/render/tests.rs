//! What an editor is told about broken templates.

use std::path::Path;
use std::sync::Arc;

use crate::diagnostic::report::{Format, render};
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
