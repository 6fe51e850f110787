//! What happens to a site's files while it is served, one mishap at a time.

use auslage::cli::site_builder::{SiteBuilder, SiteOptions, configured_output};

use super::program::{Program, site};
use super::scene::{CONFIG, Scene, files, page, replace};
use super::write;

#[track_caller]
fn check(story: &str, happens: impl FnOnce(&Scene)) {
    let mut scene = Scene::new(&files());
    happens(&scene);
    scene.settle(story);
}

#[test]
fn pages_come_change_and_go() {
    check("new page", |scene| scene.write("content/news/c.md", &page("C")));
    check("changed title", |scene| scene.write("content/news/a.md", &page("Changed")));
    check("removed page", |scene| std::fs::remove_file(scene.root().join("content/news/a.md")).unwrap());
    check("replaced by rename", |scene| replace(&scene.root().join("content/news/a.md"), &page("Replaced")));
}

#[test]
fn files_in_the_root_that_templates_ask_for_are_watched() {
    check("data", |scene| {
        let template = "{% set all = load_data(path='data.json', required=false) %}{{ all }}";
        scene.after(|scene| scene.write("templates/index.html", template));
        scene.after(|scene| scene.write("data.json", "[1]"));
        scene.after(|scene| scene.write("data.json", "[1, 2]"));
        assert!(scene.get("/").text().contains("[1, 2]"));
    });
}

#[test]
fn what_a_build_reads_outside_of_the_sites_folders_is_watched() {
    check("import of a style sheet", |scene| {
        scene.after(|scene| scene.write("sass/site.scss", "@import '../shared/colors'; a { color: $color }"));
        scene.after(|scene| scene.write("shared/_colors.scss", "$color: red;"));
        scene.after(|scene| scene.write("shared/_colors.scss", "$color: blue;"));
        assert!(scene.without_report("/site.css").text().contains("blue"));
    });
    check("theme of code", |scene| {
        let theme = |color: &str| {
            format!(
                r#"{{"name":"own","type":"dark","colors":{{"editor.foreground":"{color}","editor.background":"{color}"}},"tokenColors":[]}}"#
            )
        };
        let highlighting = "[markdown.highlighting]\ntheme = 'own'\nextra_themes = ['code/own.json']\n";
        scene.after(|scene| scene.write("zola.toml", &format!("{CONFIG}{highlighting}")));
        scene.after(|scene| scene.write("code/own.json", &theme("#111111")));
        scene.after(|scene| scene.write("content/b.md", &format!("{}```toml\na = 1\n```\n", page("B"))));
        scene.after(|scene| scene.write("code/own.json", &theme("#222222")));
        assert!(scene.without_report("/b/").text().contains("#222222"));
    });
}

#[test]
fn what_lies_outside_and_stays_as_it_was_is_read_once() {
    let site = site();
    write(site.path(), "zola.toml", "base_url = 'https://site.example'\ncompile_sass = true\n");
    write(site.path(), "sass/look.scss", "@import '../packages/colors'; a { color: $color }");
    write(site.path(), "packages/_colors.scss", "$color: red;");
    let package = std::fs::File::open(site.path().join("packages/_colors.scss")).unwrap();
    package.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
    let program = Program::serve(site.path(), &[]);
    write(site.path(), "content/a.md", page("A"));
    assert_eq!(program.wait_for("changed:"), "changed: content/a.md");
    write(site.path(), "packages/_colors.scss", "$color: blue;");
    assert_eq!(program.wait_for("changed:"), "changed: packages/_colors.scss");
}

#[test]
fn a_file_may_be_named_like_what_editors_leave_behind() {
    check("temporary by name", |scene| {
        scene.after(|scene| scene.write("static/data.tmp", "1"));
        scene.after(|scene| scene.write("static/data.tmp", "2"));
        assert_eq!(scene.get("/data.tmp").text(), "2");
    });
}

#[test]
fn a_renamed_section_is_found_under_its_new_name() {
    check("renamed section", |scene| {
        let content = scene.root().join("content");
        std::fs::rename(content.join("news"), content.join("old")).unwrap();
        scene.after(|_| std::fs::write(content.join("old/c.md"), page("C")).unwrap());
        std::fs::rename(content.join("old"), content.join("news")).unwrap();
    });
}

#[test]
fn a_folder_that_is_made_and_filled_at_once_is_seen_whole() {
    check("new folder", |scene| {
        for number in 0..50 {
            scene.write(&format!("content/new/deep/{number}/_index.md"), &page(&format!("Section {number}")));
            scene.write(&format!("content/new/deep/{number}/a/b.md"), &page(&format!("Page {number}")));
        }
    });
}

#[test]
fn folders_that_are_deleted_may_come_back() {
    check("content", |scene| {
        scene.after(|scene| std::fs::remove_dir_all(scene.root().join("content")).unwrap());
        scene.after(|scene| scene.write("content/_index.md", &page("Front")));
        scene.write("content/again/a.md", &page("Again"));
    });
    check("the whole site", |scene| {
        scene.after(|scene| std::fs::remove_dir_all(scene.root()).unwrap());
        assert!(scene.get("/news/").text().contains("News"), "the last good page is kept");
        scene.after(|scene| scene.write("zola.toml", CONFIG));
        for (path, text) in files() {
            scene.write(path, text);
        }
    });
}

#[test]
fn a_mistake_shows_the_last_good_page_under_the_report() {
    check("half-written page", |scene| {
        scene.after(|scene| scene.write("content/news/a.md", "+++\ntitle = \"A"));
        let shown = scene.get("/news/a/").text();
        assert!(shown.contains("Text."), "{shown}");
        scene.after(|scene| scene.write("content/news/a.md", &page("Whole")));
    });
    check("broken configuration", |scene| {
        scene.after(|scene| scene.write("zola.toml", "base_url = "));
        assert!(scene.get("/news/a/").text().contains("Text."));
        scene.after(|scene| scene.write("content/c.md", &page("C")));
        scene.after(|scene| scene.write("zola.toml", &CONFIG.replace("\"Site\"", "\"Mended\"")));
    });
}

#[test]
fn another_theme_is_watched_from_then_on() {
    check("theme", |scene| {
        scene.after(|scene| scene.write("zola.toml", &CONFIG.replace("\"one\"", "\"two\"")));
        scene.write("themes/two/templates/page.html", "<body>new {{ page.title }}</body>");
    });
    check("theme that comes later", |scene| {
        scene.after(|scene| scene.write("zola.toml", &CONFIG.replace("\"one\"", "\"three\"")));
        scene.after(|scene| scene.write("themes/three/theme.toml", ""));
        scene.write("themes/three/templates/page.html", "<body>three {{ page.title }}</body>");
    });
}

#[test]
fn what_changes_during_a_build_is_built_afterwards() {
    check("meanwhile", |scene| {
        let root = scene.root();
        scene.meanwhile(
            |scene| scene.write("content/c.md", &page("C")),
            move || {
                std::fs::write(root.join("content/news/a.md"), page("Meanwhile")).unwrap();
                std::fs::create_dir(root.join("content/new")).unwrap();
                std::fs::write(root.join("content/new/d.md"), page("D")).unwrap();
            },
        );
    });
}

#[test]
fn a_thousand_files_may_change_at_once() {
    check("checkout", |scene| {
        for number in 0..1000 {
            scene
                .write(&format!("content/many{}/{number}.md", number % 10), &page(&format!("Page {number}")));
        }
    });
}

#[cfg(unix)]
#[test]
fn folders_behind_symbolic_links_are_watched() {
    use std::os::unix::fs::symlink;
    check("link to a folder", |scene| {
        super::write(&scene.outside(), "texts/_index.md", page("Texts"));
        symlink("../../outside/texts", scene.root().join("content/link")).unwrap();
        scene.after(|scene| super::write(&scene.outside(), "texts/a.md", page("A")));
        scene.after(|scene| super::write(&scene.outside(), "texts/deep/b.md", page("B")));
        scene.after(|scene| std::fs::remove_dir_all(scene.outside()).unwrap());
        scene.after(|scene| super::write(&scene.outside(), "texts/deep/c.md", page("C")));
        super::write(&scene.outside(), "texts/deep/c.md", page("Changed"));
    });
    check("link to a file", |scene| {
        super::write(&scene.outside(), "a.md", page("Linked"));
        scene.after(|scene| symlink("../../outside/a.md", scene.root().join("content/linked.md")).unwrap());
        replace(&scene.outside().join("a.md"), &page("Changed"));
    });
    check("lock of an editor", |scene| {
        symlink("me@machine.1:2", scene.root().join("content/.#a.md")).unwrap();
        scene.write("content/news/a.md", &page("Changed"));
    });
}

#[test]
fn a_site_with_a_broken_configuration_in_the_folder_above_is_watched_where_it_lies() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("site");
    for (path, text) in files() {
        super::write(&root, path, text);
    }
    super::write(&root, "zola.toml", "base_url = ");
    let options = SiteOptions { root: root.join("content"), ..SiteOptions::default() };
    assert_eq!(configured_output(&options), root.join("public"));
    let places = SiteBuilder::new(options, |_| {}).places();
    for place in ["zola.toml", "content", "templates", "static", "sass", "themes"] {
        assert!(places.contains(&root.join(place)), "{place}: {places:?}");
    }
}
