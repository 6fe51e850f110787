//! Which files are found, and under which names.

use std::path::Path;

use super::*;
use crate::config::{Overrides, load};
use crate::diagnostic::report::{Format, render};
use crate::world::MemoryWorld;

fn found(config: &str, files: &[&str]) -> (Inventory, String) {
    let world = MemoryWorld::new(jiff::civil::date(2026, 11, 2))
        .with("site/zola.toml", format!("base_url = '/'\n{config}"))
        .with("site/themes/t/theme.toml", "");
    let world = files.iter().fold(world, |world, file| world.with(format!("site/{file}"), ""));
    let mut diagnostics = Diagnostics::default();
    let config = load(&world, Path::new("site"), None, &Overrides::default(), &mut diagnostics).unwrap();
    let inventory = discover(&world, &config, &mut diagnostics).unwrap();
    (inventory, render(&diagnostics, &world, Path::new("site"), Format::Short))
}

#[test]
fn content_is_parted_into_documents_and_assets() {
    let files = [
        "templates/page.html",
        "content/a.md",
        "content/.hidden.md",
        "content/b.markdown",
        "content/weg.md",
        "content/x/Plan.pdf",
        "content/x/bild.svg",
        "content/x/.versteckt.txt",
        "content/x/ohneendung",
        "content/x/a.txt~",
        "content/x/.a.txt.swp",
        "content/x/alt.bck",
    ];
    let (inventory, report) = found("ignored_content = ['**/weg.*']", &files);
    assert_eq!(report, "");
    let names = |files: &[ContentFile]| files.iter().map(|file| file.relative.clone()).collect::<Vec<_>>();
    assert_eq!(names(&inventory.documents), ["a.md"]);
    assert_eq!(names(&inventory.assets), ["b.markdown", "x/.versteckt.txt", "x/bild.svg", "x/Plan.pdf"]);
}

#[test]
fn sections_are_ignored_by_their_folders() {
    let files = [
        "templates/a.html",
        "content/a/_index.md",
        "content/a/b.md",
        "content/c/_index.md",
        "content/c/d.md",
    ];
    let (inventory, _) = found("ignored_content = ['**/a/*', '**/c']", &files);
    let names: Vec<&str> = inventory.documents.iter().map(|file| file.relative.as_str()).collect();
    assert_eq!(names, ["a/_index.md", "c/d.md"]);
}

#[test]
fn the_theme_comes_before_the_site() {
    let files = [
        "templates/a/page.html",
        "templates/a/page.css",
        "themes/t/templates/page.html",
        "themes/t/static/stil.css",
        "themes/t/static/weg.psd",
        "themes/t/sass/thema.scss",
        "static/stil.css",
        "static/weg.psd",
        "static/.htaccess",
        "sass/_teil.scss",
        "sass/_teile/x.scss",
        "sass/unter/seite.sass",
    ];
    let (inventory, report) = found("theme = 't'\ncompile_sass = true\nignored_static = ['*.psd']", &files);
    assert_eq!(report, "");
    let templates: Vec<_> = inventory.templates.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(templates, ["t/templates/page.html", "a/page.html"]);
    let paths = |files: &[StaticFile]| {
        files.iter().map(|file| format!("{} -> {}", file.path.display(), file.relative)).collect::<Vec<_>>()
    };
    assert_eq!(
        paths(&inventory.statics),
        [
            "site/themes/t/static/stil.css -> stil.css",
            "site/themes/t/static/weg.psd -> weg.psd",
            "site/static/.htaccess -> .htaccess",
            "site/static/stil.css -> stil.css",
        ]
    );
    assert_eq!(
        paths(&inventory.sass),
        ["site/themes/t/sass/thema.scss -> thema.css", "site/sass/unter/seite.sass -> unter/seite.css"]
    );
}

#[test]
fn own_sass_is_found_only_where_it_is_compiled() {
    let (inventory, _) = found("", &["templates/a.html", "sass/a.scss"]);
    assert_eq!(inventory.sass, []);
    let (_, report) = found("compile_sass = true", &["templates/a.html", "sass/a.scss", "sass/a.sass"]);
    assert_eq!(
        report,
        "site/sass/a.scss: error: two files become the style sheet `a.css` (rename or remove one of them)\n"
    );
}

#[test]
fn a_site_needs_templates() {
    let (_, report) = found("", &["content/a.md"]);
    assert!(report.contains("neither a `templates` folder nor a theme"), "{report}");
    let (_, report) = found("theme = 't'", &["templates/a.html"]);
    assert!(report.contains("the theme `t` has no `templates` folder"), "{report}");
}
