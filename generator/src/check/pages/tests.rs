//! Whole sites, checked: what is told of the links of their pages.

use std::path::Path;
use std::sync::Arc;

use crate::config::{Mode, Overrides};
use crate::diagnostic::report::{Format, render};
use crate::pipeline::{Destination, Options, Outcome, build};
use crate::world::{MemoryWorld, World};

const CONFIG: &str = "base_url = 'https://stadt.example'\n";

fn checked(files: &[(&str, &str)]) -> (Outcome, Arc<dyn World>) {
    let mut world = MemoryWorld::new(jiff::civil::date(2026, 11, 24)).with("zola.toml", CONFIG);
    for (path, text) in files {
        world = world.with(*path, *text);
    }
    let world: Arc<dyn World> = Arc::new(world);
    let options = Options {
        overrides: Overrides { mode: Mode::Check, ..Overrides::default() },
        destination: Destination::Nowhere,
        ..Options::default()
    };
    (build(&world, &options).unwrap(), world)
}

/// The site's report has these lines.
#[track_caller]
fn check(files: &[(&str, &str)], expected: &[&str]) {
    let (outcome, world) = checked(files);
    let report = render(&outcome.diagnostics, world.as_ref(), Path::new(""), Format::Short);
    let lines: Vec<&str> = report.lines().collect();
    assert_eq!(lines.len(), expected.len(), "{report}");
    for (line, expected) in lines.iter().zip(expected) {
        assert!(line.starts_with(expected), "{report}\nexpected: {expected}");
    }
}

fn page(body: &str) -> String {
    format!("+++\ntitle = 'x'\n+++\n{body}\n")
}

const PAGE: (&str, &str) = ("templates/page.html", "{{ page.content | safe }}");

#[test]
fn sound_site_is_silent() {
    let body = page(
        "[a](@/b.md) [b](/b/) [c](/b) [d](https://stadt.example/b/#titel) [e](#oben) ![f](/bild.png?h=1)\n\
         [g](mailto:a@stadt.example) [h](/) [i](/b/#) [j](/b/#:~:text=x) [k](tel:1)\n\n# Oben\n\
         <img src='/bild.png' srcset='/bild.png 1x, bild2.png 2x'><a href='../b/'>x</a>",
    );
    check(
        &[
            ("content/a/index.md", &body),
            ("content/a/bild2.png", "x"),
            ("content/b.md", &page("# Titel")),
            ("static/bild.png", "x"),
            PAGE,
            ("templates/index.html", "<a href='/a/'>a</a><link rel=stylesheet href='/sitemap.xml'>"),
        ],
        &[],
    );
}

#[test]
fn dead_links_of_markdown_are_told_at_their_place() {
    let body = page("Text [a](/gibt/es/nicht/) und\n![b](fehlt.png) und <a href='../weg/'>c</a> [d](/b.pdf)");
    check(
        &[("content/a.md", &body), PAGE],
        &[
            "content/a.md:4:10: warning: the link `/gibt/es/nicht/` leads to nothing on this site",
            "content/a.md:5:6: warning: the image `https://stadt.example/a/fehlt.png` leads to nothing",
            "content/a.md:5:30: warning: the link `../weg/` leads to nothing on this site",
            "content/a.md:5:49: warning: the link `/b.pdf` leads to nothing on this site",
        ],
    );
}

#[test]
fn link_that_was_told_of_already_is_not_told_twice() {
    check(
        &[("content/a.md", &page("[a](b.md)\n\n[b](ohne.md)")), ("content/b.md", &page("")), PAGE],
        &[
            "content/a.md:4:5: warning: the link `b.md` names a Markdown file",
            "content/a.md:6:5: warning: the link `ohne.md` names a Markdown file",
        ],
    );
    check(
        &[("content/a.md", &page("[a](@/b.md#x)")), ("content/b.md", &page("")), PAGE],
        &["content/a.md:4:5: error: there is no heading or id `x`"],
    );
}

#[test]
fn anchors_are_looked_for_in_the_finished_page() {
    let template = ("templates/page.html", "<main id='inhalt'>{{ page.content | safe }}</main>");
    check(
        &[
            ("content/a.md", &page("[a](/b/#inhalt) [b](/b/#inhlat) [c](/b/#%C3%BCber)\n")),
            ("content/b.md", &page("<i id='über'></i>")),
            template,
        ],
        &[
            "content/a.md:4:21: warning: `/b/#inhlat` leads to `#inhlat`, which `b/index.html` does not have (did you mean `#inhalt`?)",
        ],
    );
}

#[test]
fn link_of_a_template_is_told_once_where_it_stands() {
    let (outcome, world) = checked(&[
        ("content/a.md", &page("")),
        ("content/b.md", &page("")),
        ("content/c.md", &page("")),
        ("templates/page.html", "<p>\n<a href=\"/impresum/\">Impressum</a>"),
        ("templates/index.html", "x"),
    ]);
    let report = render(&outcome.diagnostics, world.as_ref(), Path::new(""), Format::Human);
    assert_eq!(outcome.diagnostics.len(), 1, "{report}");
    assert!(report.contains("templates/page.html:2:10"), "{report}");
    assert!(report.contains("in the page `a/index.html` and 2 more pages"), "{report}");
}

#[test]
fn link_that_a_template_makes_is_told_at_the_page() {
    let (outcome, world) = checked(&[
        ("content/a.md", &page("")),
        ("templates/page.html", "<a href='/{{ page.slug }}/mehr/'>x</a>"),
        ("templates/index.html", "x"),
    ]);
    let report = render(&outcome.diagnostics, world.as_ref(), Path::new(""), Format::Human);
    assert_eq!(outcome.diagnostics.len(), 1, "{report}");
    assert!(report.contains("--> content/a.md\n"), "{report}");
    assert!(report.contains("in the page `a/index.html`\n"), "{report}");
}

#[test]
fn link_of_front_matter_or_configuration_is_told_there() {
    let front = "+++\ntitle = 'x'\n[extra]\nmehr = '/mehr/'\n+++\n";
    check(
        &[("content/a.md", front), ("templates/page.html", "<a href='{{ page.extra.mehr }}'>x</a>")],
        &["content/a.md:4:9: warning: the link `/mehr/` leads to nothing"],
    );
    let config = format!("{CONFIG}[extra]\nmenu = ['/da/']\n");
    check(
        &[
            ("zola.toml", &config),
            ("content/a.md", &page("")),
            ("templates/page.html", "{% for x in config.extra.menu %}<a href='{{ x }}'>x</a>{% endfor %}"),
        ],
        &["zola.toml:3:10: warning: the link `/da/` leads to nothing"],
    );
}

#[test]
fn page_shown_on_another_is_told_at_its_own_file() {
    check(
        &[
            ("content/a.md", &page("[x](/weg/)")),
            PAGE,
            ("templates/index.html", "{% for p in section.pages %}{{ p.content | safe }}{% endfor %}"),
        ],
        &["content/a.md:4:5: warning: the link `/weg/` leads to nothing"],
    );
}

#[test]
fn pager_belongs_to_its_section() {
    check(
        &[
            ("content/n/_index.md", "+++\npaginate_by = 1\nsort_by = 'title'\n+++\n"),
            ("content/n/a.md", &page("")),
            ("content/n/b.md", &page("")),
            ("templates/section.html", "<a href='/n/{{ paginator.current_index }}.html'>x</a>"),
            PAGE,
        ],
        &[
            "content/n/_index.md: warning: the link `/n/1.html`",
            "content/n/_index.md: warning: the link `/n/2.html`",
        ],
    );
}

#[test]
fn duplicate_ids_are_told() {
    check(
        &[("content/a.md", &page("<p id='x'></p>\n\n<p id='x'></p>")), PAGE],
        &["content/a.md:4:8: warning: the id `x` stands more than once"],
    );
}

#[test]
fn site_below_a_path_is_told_of_links_that_forget_it() {
    let config = "base_url = 'https://stadt.example/plan'\n";
    check(
        &[
            ("zola.toml", config),
            ("content/a.md", &page("[a](/b/) [b](/plan/b/) [c](/anderes/) [d](/)")),
            ("content/b.md", &page("")),
            PAGE,
        ],
        &["content/a.md:4:5: warning: `/b/` leads out of the site, which lies at `/plan/` (write `/plan/b/`"],
    );
}

#[test]
fn at_links_outside_of_markdown_links_are_told() {
    check(
        &[("content/a.md", &page("<a href='@/b.md'>x</a>")), ("content/b.md", &page("")), PAGE],
        &["content/a.md:4:10: warning: `@/b.md` stands in the page as it is"],
    );
}

#[test]
fn redirects_lead_somewhere() {
    check(
        &[("content/n/_index.md", "+++\nredirect_to = 'weg/'\n+++\n"), ("templates/section.html", "x")],
        &["content/n/_index.md"],
    );
    check(
        &[
            ("content/n/_index.md", "+++\nredirect_to = 'a/'\n+++\n"),
            ("content/a.md", "+++\naliases = ['alt/']\n+++\n"),
            ("templates/section.html", "x"),
            PAGE,
        ],
        &[],
    );
}

#[test]
fn links_are_counted_and_those_to_other_sites_listed_once() {
    let (outcome, _) = checked(&[
        ("content/a.md", &page("[a](https://land.example/x#y) [b](/b/)\n\n[c](https://land.example/x#y)")),
        ("content/b.md", &page("[a](https://Land.example) [b](https://land.example/ )")),
        ("content/c.md", "+++\nrender = false\n+++\n[d](https://nur-hier.example/)\n"),
        ("templates/page.html", "{{ page.content | safe }}<script src='https://cdn.example/a.js'></script>"),
        ("templates/index.html", "x"),
    ]);
    let links = outcome.links.unwrap();
    let urls: Vec<(&str, usize)> =
        links.external.iter().map(|link| (link.url.as_str(), link.written.in_content.len())).collect();
    assert_eq!(
        urls,
        [
            ("https://cdn.example/a.js", 0),
            ("https://land.example/", 2),
            ("https://land.example/x#y", 2),
            ("https://nur-hier.example/", 1),
        ]
    );
    // The other internal one is that of `404.html`.
    assert_eq!((links.internal, outcome.orphans.len()), (2, 0));
}

#[test]
fn only_check_looks_at_pages() {
    let world = MemoryWorld::new(jiff::civil::date(2026, 11, 24))
        .with("zola.toml", CONFIG)
        .with("content/a.md", page("[a](/weg/)"))
        .with("templates/page.html", "{{ page.content | safe }}");
    let options = Options { destination: Destination::Memory, ..Options::default() };
    let world: Arc<dyn World> = Arc::new(world);
    let outcome = build(&world, &options).unwrap();
    assert!(outcome.diagnostics.is_empty() && outcome.links.is_none());
}
