//! What a person finds in the output folder.

use std::path::Path;
use std::sync::Arc;

use tempfile::TempDir;

use super::{Artifact, ArtifactContent, Changes, Dotfiles, Folder, Need, Sink};
use crate::world::{DiskWorld, World};

fn put_all(folder: &Folder, files: &[(&str, &str)]) {
    for (path, text) in files {
        let content = ArtifactContent::Bytes(text.as_bytes().to_vec());
        folder.put(Artifact { path: (*path).to_owned(), content }).unwrap();
    }
}

fn emit(output: &Path, dotfiles: Dotfiles, files: &[(&str, &str)]) -> Changes {
    let folder = Folder::new(Arc::new(DiskWorld::default()), output.to_owned());
    put_all(&folder, files);
    folder.commit(dotfiles).unwrap()
}

#[track_caller]
fn check(output: &Path, expected: &[(&str, &str)]) {
    let world = DiskWorld::default();
    let found: Vec<(String, String)> = world
        .walk(output)
        .unwrap()
        .into_iter()
        .map(|file| {
            let path = file.path.strip_prefix(output).unwrap().to_str().unwrap().to_owned();
            (path, world.read_text(&file.path).unwrap())
        })
        .collect();
    let found: Vec<(&str, &str)> = found.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    assert_eq!(found, expected);
}

#[test]
fn only_what_differs_is_written_and_what_is_stale_goes() {
    let folder = TempDir::new().unwrap();
    let output = folder.path().join("public");
    emit(&output, Dotfiles::Remove, &[("a/index.html", "a"), ("b/index.html", "b"), ("c.txt", "c")]);
    let changes =
        emit(&output, Dotfiles::Remove, &[("a/index.html", "a"), ("c.txt", "C"), ("d/index.html", "d")]);
    check(&output, &[("a/index.html", "a"), ("c.txt", "C"), ("d/index.html", "d")]);
    assert_eq!(changes.written, ["c.txt", "d/index.html"]);
    assert_eq!(changes.removed, ["b/index.html"]);
    assert_eq!(changes.unchanged, 1);
    assert!(!output.join("b").exists(), "empty folders go as well");
}

#[test]
fn a_site_that_is_not_committed_leaves_the_last_one() {
    let folder = TempDir::new().unwrap();
    let output = folder.path().join("public");
    emit(&output, Dotfiles::Remove, &[("index.html", "good")]);
    let broken = Folder::new(Arc::new(DiskWorld::default()), output.clone());
    put_all(&broken, &[("index.html", "bad"), ("more.html", "bad")]);
    drop(broken);
    check(&output, &[("index.html", "good")]);
}

#[test]
fn a_file_becomes_a_folder_and_back() {
    let folder = TempDir::new().unwrap();
    emit(folder.path(), Dotfiles::Remove, &[("a", "file")]);
    emit(folder.path(), Dotfiles::Remove, &[("a/index.html", "folder")]);
    check(folder.path(), &[("a/index.html", "folder")]);
    emit(folder.path(), Dotfiles::Remove, &[("a", "file")]);
    check(folder.path(), &[("a", "file")]);
}

#[test]
fn dotfiles_at_the_root_can_be_kept() {
    let folder = TempDir::new().unwrap();
    emit(folder.path(), Dotfiles::Remove, &[(".git/config", "git"), ("b/.old", "old"), ("c", "c")]);
    emit(folder.path(), Dotfiles::Keep, &[("c", "c")]);
    check(folder.path(), &[(".git/config", "git"), ("c", "c")]);
    emit(folder.path(), Dotfiles::Remove, &[("c", "c")]);
    check(folder.path(), &[("c", "c")]);
}

#[cfg(unix)]
#[test]
fn nothing_is_written_or_removed_behind_a_link() {
    let folder = TempDir::new().unwrap();
    let (output, elsewhere) = (folder.path().join("public"), folder.path().join("elsewhere"));
    emit(&elsewhere, Dotfiles::Remove, &[("mine.txt", "mine")]);
    emit(&output, Dotfiles::Remove, &[]);
    std::os::unix::fs::symlink(&elsewhere, output.join("a")).unwrap();
    emit(&output, Dotfiles::Remove, &[("a/index.html", "a")]);
    check(&elsewhere, &[("mine.txt", "mine")]);
    check(&output, &[("a/index.html", "a")]);
}

#[test]
fn a_file_whose_name_says_what_is_in_it_stays_as_it_is() {
    let folder = TempDir::new().unwrap();
    emit(folder.path(), Dotfiles::Remove, &[("a/1.png", "1"), ("a/2.png", ""), ("a/3.png", "3")]);
    let output = Folder::new(Arc::new(DiskWorld::default()), folder.path().to_owned());
    for (path, need) in [
        ("a/1.png", Need::Nothing),
        ("a/2.png", Need::Bytes),
        ("a/4.png", Need::Bytes),
        ("a", Need::Bytes),
        ("../a/1.png", Need::Bytes),
    ] {
        assert_eq!(output.need(path), need, "{path}");
    }
    let changes = output.commit(Dotfiles::Remove).unwrap();
    check(folder.path(), &[("a/1.png", "1")]);
    assert_eq!((changes.unchanged, changes.written), (1, Vec::new()));
}

#[cfg(unix)]
#[test]
fn a_file_behind_a_link_is_not_there() {
    let folder = TempDir::new().unwrap();
    let (output, elsewhere) = (folder.path().join("public"), folder.path().join("elsewhere"));
    emit(&elsewhere, Dotfiles::Remove, &[("1.png", "1")]);
    emit(&output, Dotfiles::Remove, &[]);
    std::os::unix::fs::symlink(&elsewhere, output.join("a")).unwrap();
    let output = Folder::new(Arc::new(DiskWorld::default()), output);
    assert_eq!(output.need("a/1.png"), Need::Bytes);
}

#[test]
fn a_path_that_leads_out_is_refused() {
    let folder = TempDir::new().unwrap();
    let output = Folder::new(Arc::new(DiskWorld::default()), folder.path().join("public"));
    for path in ["../a", "a/../../b", "/a", "", "a//b", "a\\..\\b"] {
        let content = ArtifactContent::Bytes(Vec::new());
        assert!(output.put(Artifact { path: path.to_owned(), content }).is_err(), "{path}");
    }
}
