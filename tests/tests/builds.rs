//! What a build writes: the same bytes for the same input, nothing but the output, and nothing at all
//! where the input is broken.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests make real files and stop at the first surprise"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use auslage::diagnostic::Diagnostic;
use auslage::pipeline::{self, Options, Outcome};
use auslage::world::{DiskWorld, World};
use auslage_tests::{broken, root, town};

#[test]
fn two_builds_give_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (folder.path().join("one"), folder.path().join("other"));
    let sources = [root().join("site"), root().join("content")];
    let before = sources.each_ref().map(|folder| times(folder));
    town::build_into(&one);
    town::build_into(&other);
    assert!(
        before == sources.each_ref().map(|folder| times(folder)),
        "a build writes into `site` or `content`"
    );
    let (one, other) = (tree(&one), tree(&other));
    assert!(one.contains_key(Path::new("index.html")), "there is no home page among {} files", one.len());
    assert_eq!(differences(&one, &other), [] as [PathBuf; 0]);
}

#[test]
fn second_build_into_the_same_folder_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let first = town::build_into(folder.path());
    let before = times(folder.path());
    let second = town::build_into(folder.path());
    assert!(first.changes.written.len() > 100, "the first build writes the site");
    assert_eq!((second.changes.written, second.changes.removed), (Vec::new(), Vec::new()));
    assert_eq!(times(folder.path()), before);
}

#[test]
fn nothing_outside_the_output_is_written() {
    let site = Site::new();
    let sources = tree(site.root());
    let outcome = site.build();
    assert!(!outcome.diagnostics.has_errors());
    let mut all = tree(site.root());
    all.retain(|path, _| !path.starts_with("public"));
    assert_eq!(differences(&sources, &all), [] as [PathBuf; 0]);
}

#[test]
fn build_with_an_error_leaves_the_last_good_output_as_it_was() {
    for (path, text) in [
        ("content/themen/leben/dorffunk.md", "+++\ntitle = \"DorfFunk\n+++\n"),
        ("content/themen/leben/dorffunk.md", "+++\ntitle = \"DorfFunk\"\n+++\n[x](@/nirgends.md)\n"),
        ("templates/page.html", "{% if page %}"),
        ("templates/page.html", "{{ page.titel }}"),
        ("zola.toml", "base_url = \n"),
    ] {
        let site = Site::new();
        assert!(!site.build().diagnostics.has_errors());
        let output = site.root().join("public");
        let good = (tree(&output), times(&output));
        site.write(path, text);
        assert!(site.build().diagnostics.has_errors(), "`{path}` is broken: {text}");
        assert!(
            (tree(&output), times(&output)) == good,
            "the output changed after an error in `{path}`: {text}"
        );
    }
}

#[test]
fn processed_images_are_made_once_and_nowhere_but_in_the_output() {
    let site = Site::of("plain");
    site.write("static/bild.ppm", "P3 2 2 255  255 0 0  0 255 0  0 0 255  9 9 9");
    site.write(
        "content/_index.md",
        "+++\n+++\n{% set bild = resize_image(path=\"bild.ppm\", width=1, op=\"fit_width\") %}{{ bild.url }}\n\
         {% set head = get_image_metadata(path=bild.static_path) %}\
         {{ get_hash(path=bild.static_path) }} {{ head.mime }} {{ head.width }}\n",
    );
    let sources = tree(site.root());
    let images = site.root().join("public/processed_images");
    assert_eq!(site.build().diagnostics.sorted(), [] as [&Diagnostic; 0]);
    let [image] = files(&images).try_into().expect("one image is made");
    let made = std::fs::read(&image).unwrap();
    assert!(made.starts_with(b"\x89PNG"));
    let mut all = tree(site.root());
    all.retain(|path, _| !path.starts_with("public"));
    assert_eq!(differences(&sources, &all), [] as [PathBuf; 0]);
    // Its name says what is in it, so it is not made again, not even to be compared.
    std::fs::write(&image, b"kept").unwrap();
    site.build();
    assert_eq!(std::fs::read(&image).unwrap(), b"kept");
    // Half written, or asked for no more.
    std::fs::write(&image, b"").unwrap();
    site.build();
    assert_eq!(std::fs::read(&image).unwrap(), made);
    site.write("static/bild.ppm", "P3 2 2 255  255 0 0  0 255 0  0 0 255  8 8 8");
    site.build();
    let [other] = files(&images).try_into().expect("the old one is gone");
    assert!(other != image);
}

/// The smallest strategy, as `tests/broken` has it, on a disk.
struct Site(tempfile::TempDir);

impl Site {
    fn new() -> Site {
        Site::of("strategy")
    }

    /// One of the bases of `tests/broken`.
    fn of(base: &str) -> Site {
        let site = Site(tempfile::tempdir().unwrap());
        for (path, text) in broken::base(base) {
            site.write(&path, &text);
        }
        site
    }

    fn root(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn build(&self) -> Outcome {
        let world: Arc<dyn World> = Arc::new(DiskWorld::new(Some(town::DAY)));
        let options = Options { root: self.root().to_owned(), ..Options::default() };
        pipeline::build(&world, &options).unwrap()
    }
}

fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    files(folder).into_iter().map(|path| (relative(folder, &path), std::fs::read(&path).unwrap())).collect()
}

/// When each file was last written.
fn times(folder: &Path) -> BTreeMap<PathBuf, std::time::SystemTime> {
    let modified = |path: &Path| path.metadata().unwrap().modified().unwrap();
    files(folder).into_iter().map(|path| (relative(folder, &path), modified(&path))).collect()
}

fn relative(folder: &Path, path: &Path) -> PathBuf {
    path.strip_prefix(folder).unwrap().to_owned()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found
}

/// Files that only one has, or that differ.
fn differences(one: &BTreeMap<PathBuf, Vec<u8>>, other: &BTreeMap<PathBuf, Vec<u8>>) -> Vec<PathBuf> {
    let names = one.keys().chain(other.keys());
    let mut different: Vec<PathBuf> =
        names.filter(|name| one.get(*name) != other.get(*name)).cloned().collect();
    different.sort();
    different.dedup();
    different
}
