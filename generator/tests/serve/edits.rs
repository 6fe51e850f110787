//! Random sequences of everything that happens to files: after each, what is served is what a clean build
//! gives, byte for byte. The sequences are the same in every run.

use super::scene::{CONFIG, Scene, files, page, replace};
use super::write;

/// Numbers that look random (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % limit as u64) as usize
    }
}

/// Sequences per run, and steps per sequence at most.
const SEQUENCES: usize = 12;
const STEPS: usize = 6;

fn check(seed: u64) {
    let mut numbers = Numbers(seed);
    let mut scene = Scene::new(&files());
    let mut story = Vec::new();
    for _ in 0..SEQUENCES {
        story.push("|".to_owned());
        for _ in 0..=numbers.below(STEPS) {
            story.push(step(&scene, &mut numbers));
        }
        scene.settle(&format!("seed {seed}: {}", story.join(", ")));
    }
}

#[test]
fn after_any_edits_what_is_served_is_a_clean_build() {
    check(1);
}

#[test]
fn after_other_edits_as_well() {
    check(2);
}

#[test]
fn and_after_yet_others() {
    check(3);
}

/// Does something to the site, which is sound afterwards; says what.
fn step(scene: &Scene, numbers: &mut Numbers) -> String {
    let content = scene.root().join("content");
    let number = numbers.below(5);
    let title = format!("Title {}", numbers.below(1000));
    match numbers.below(15) {
        0 | 1 => scene.write(&format!("content/news/{number}.md"), &page(&title)),
        2 => {
            scene.write("content/b.md", &page(&title));
            return format!("b becomes {title}");
        }
        3 => {
            let removed = std::fs::remove_file(content.join(format!("news/{number}.md")));
            return format!("remove news/{number}: {}", removed.is_ok());
        }
        4 => {
            replace(&content.join("b.md"), &page(&title));
            return "replace b".to_owned();
        }
        5 => {
            swap(&content.join("news"), &content.join("old-news"));
            return "rename the section".to_owned();
        }
        6 => {
            std::fs::remove_dir_all(&content).unwrap();
            fill(scene);
            return "content anew".to_owned();
        }
        7 => {
            std::fs::remove_dir_all(scene.root()).unwrap();
            fill(scene);
            return "site anew".to_owned();
        }
        8 => {
            scene.write("content/b.md", "+++\ntitle = \"half");
            if number < 3 {
                scene.after(|scene| scene.write("content/b.md", &page(&title)));
            } else {
                scene.write("content/b.md", &page(&title));
            }
            return "half-written b".to_owned();
        }
        9 => return link(scene, &title),
        10 => {
            for file in 0..100 {
                scene.write(&format!("content/many/{file}.md"), &page(&format!("{title} {file}")));
            }
            return "many".to_owned();
        }
        11 => {
            scene.write("zola.toml", "base_url = [");
            scene.write("zola.toml", &CONFIG.replace("\"Site\"", &format!("\"{title}\"")));
            return "configuration".to_owned();
        }
        12 => {
            let theme = if number < 3 { "\"two\"" } else { "\"one\"" };
            scene.write("zola.toml", &CONFIG.replace("\"one\"", theme));
            let template = format!("<body>{title} {{{{ page.title }}}}</body>");
            scene.write("themes/two/templates/page.html", &template);
            return format!("theme {theme}");
        }
        13 => {
            let root = scene.root();
            scene.meanwhile(
                |scene| scene.write("content/c.md", &page(&title)),
                move || write(&root, &format!("content/during/{number}/x.md"), page("Meanwhile")),
            );
            return "during a build".to_owned();
        }
        _ => {
            scene.write("sass/site.scss", &format!("$size: {number}px; body {{ width: $size }}"));
            scene.write("static/file.txt", &title);
            return "style".to_owned();
        }
    }
    format!("news/{number} becomes {title}")
}

/// Renames one to the other, whichever is there.
fn swap(one: &std::path::Path, other: &std::path::Path) {
    match (one.exists(), other.exists()) {
        (true, false) => std::fs::rename(one, other).unwrap(),
        (false, true) => std::fs::rename(other, one).unwrap(),
        _ => {}
    }
}

fn fill(scene: &Scene) {
    for (path, text) in files() {
        scene.write(path, text);
    }
}

/// A linked folder comes, changes where it really is, or goes.
fn link(scene: &Scene, title: &str) -> String {
    let link = scene.root().join("content/link");
    write(&scene.outside(), "texts/a.md", page(title));
    if link.is_symlink() && title.ends_with('7') {
        std::fs::remove_file(&link).unwrap();
        return "remove the link".to_owned();
    }
    if !link.is_symlink() {
        #[cfg(unix)]
        std::os::unix::fs::symlink(scene.outside().join("texts"), &link).unwrap();
    }
    write(&scene.outside(), "texts/deep/b.md", page(&format!("{title} deep")));
    "linked folder".to_owned()
}
