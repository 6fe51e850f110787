//! What is told, and what is not; with the system's watches and without.
#![expect(clippy::disallowed_methods, reason = "the tests make the files that are watched")]

use super::*;

fn quiet() -> Duration {
    Duration::from_millis(20)
}

struct Scene {
    folder: tempfile::TempDir,
    watch: Watch,
}

impl Scene {
    /// A folder `content` with a page in it, watched.
    fn new(polls: Option<Duration>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("content")).unwrap();
        std::fs::write(folder.path().join("content/a.md"), "a").unwrap();
        let mut watch = Watch::new(quiet(), folder.path().join("public"), Arc::new(|_: &str| {}));
        if let Some(interval) = polls {
            watch.source = Source::Polling(Poll::start(interval, watch.sender.clone()));
        }
        watch.follow(vec![folder.path().join("content")]);
        Self { folder, watch }
    }

    fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// What a build says that saw these places, and of some the state.
    fn built(&self, places: &[&str], read: &[&str]) -> Built {
        let stamped = |path: &&str| Some((self.at(path), Stamp::of(&self.at(path))?));
        Built {
            watched: places.iter().map(|path| self.at(path)).collect(),
            read: read.iter().filter_map(stamped).collect(),
            ..Built::default()
        }
    }

    /// The paths that were told so far.
    fn told(&mut self) -> BTreeSet<PathBuf> {
        let mut told = BTreeSet::new();
        while let Ok(Signal::Path(path)) = self.watch.signals.try_recv() {
            told.insert(path);
        }
        told
    }

    /// Waits until a change of `path`, or of a folder around it below the root, was told.
    #[track_caller]
    fn expect(&mut self, runtime: &tokio::runtime::Runtime, path: &str) {
        let path = self.at(path);
        let content = self.at("content");
        let mut told = BTreeSet::new();
        let waiting = async {
            loop {
                let changed = self.watch.changes().await;
                self.watch.renew(&changed);
                told.extend(changed);
                if path.ancestors().any(|above| above.starts_with(&content) && told.contains(above)) {
                    return;
                }
            }
        };
        let limit = Duration::from_secs(20);
        let result = runtime.block_on(async { tokio::time::timeout(limit, waiting).await });
        assert!(result.is_ok(), "{path:?} is not among {told:?}");
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

fn check_changes(polls: Option<Duration>) {
    let runtime = runtime();
    let mut scene = Scene::new(polls);
    std::fs::write(scene.at("content/a.md"), "b").unwrap();
    scene.expect(&runtime, "content/a.md");
    std::fs::create_dir_all(scene.at("content/new/deep")).unwrap();
    std::fs::write(scene.at("content/new/deep/b.md"), "b").unwrap();
    scene.expect(&runtime, "content/new/deep/b.md");
    std::fs::write(scene.at("content/new/deep/b.md"), "c").unwrap();
    scene.expect(&runtime, "content/new/deep/b.md");
    std::fs::remove_dir_all(scene.at("content")).unwrap();
    scene.expect(&runtime, "content/a.md");
    std::fs::create_dir_all(scene.at("content")).unwrap();
    std::fs::write(scene.at("content/c.md"), "c").unwrap();
    scene.expect(&runtime, "content/c.md");
    std::fs::write(scene.at("content/c.md"), "d").unwrap();
    scene.expect(&runtime, "content/c.md");
}

#[test]
fn the_system_tells_of_changes_in_folders_that_come_and_go() {
    check_changes(None);
}

#[test]
fn looking_again_and_again_finds_the_same_changes() {
    check_changes(Some(Duration::from_millis(20)));
}

#[cfg(unix)]
#[test]
fn what_a_link_leads_to_is_watched_also_if_it_comes_later() {
    let runtime = runtime();
    let mut scene = Scene::new(None);
    std::os::unix::fs::symlink("../later", scene.at("content/link")).unwrap();
    scene.expect(&runtime, "content/link");
    std::fs::create_dir_all(scene.at("later")).unwrap();
    std::fs::write(scene.at("later/b.md"), "b").unwrap();
    scene.expect(&runtime, "content/link/b.md");
    std::fs::write(scene.at("later/b.md"), "c").unwrap();
    scene.expect(&runtime, "content/link/b.md");
}

#[test]
fn lost_and_refused_watches_concern_everything() {
    let mut scene = Scene::new(None);
    let lost = Ok(notify::Event::new(EventKind::Other).set_flag(notify::event::Flag::Rescan));
    assert_eq!(meaning(lost), [Signal::Everything]);
    let refused = Err(notify::Error::new(ErrorKind::MaxFilesWatch));
    assert_eq!(meaning(refused), [Signal::Exhausted]);
    let content = BTreeSet::from([scene.at("content")]);
    assert_eq!(scene.watch.concerned(Signal::Everything), content);
    assert_eq!(scene.watch.concerned(Signal::Exhausted), content);
    assert!(matches!(scene.watch.source, Source::Polling(_)));
}

#[test]
fn exhausted_watches_come_with_advice() {
    let said = advice(&notify::Error::new(ErrorKind::MaxFilesWatch));
    assert!(said.contains("fs.inotify.max_user_watches"), "{said}");
    let said = advice(&notify::Error::io(std::io::Error::from_raw_os_error(24)));
    assert!(said.contains("fs.inotify.max_user_instances"), "{said}");
}

#[test]
fn only_changes_of_the_input_start_a_build() {
    let places = [PathBuf::from("/s/content"), PathBuf::from("/s/zola.toml")];
    let output = Path::new("/s/content/public");
    for path in
        ["/s/content/a.md", "/s/zola.toml", "/s/content", "/s", "/s/content/data.tmp", "/s/content/a~"]
    {
        assert!(concerns(Path::new(path), &places, output), "{path}");
    }
    for path in ["/s/other.toml", "/s/content/public/index.html"] {
        assert!(!concerns(Path::new(path), &places, output), "{path}");
    }
}

#[test]
fn places_in_a_folder_that_was_watched_are_no_change() {
    let mut scene = Scene::new(None);
    std::fs::write(scene.at("data.toml"), "").unwrap();
    scene.watch = Watch::new(quiet(), scene.at("public"), Arc::new(|_: &str| {}));
    scene.watch.follow(vec![scene.at("content")]);
    scene.watch.follow_and_tell(&scene.built(&["content", "data.toml", "blog", "deep/x"], &[]));
    assert_eq!(scene.told(), BTreeSet::from([scene.at("deep/x")]));
}

#[test]
fn places_that_are_as_they_were_when_they_were_read_are_no_change() {
    let mut scene = Scene::new(None);
    for path in ["deep/a/same", "deep/a/longer", "deep/a/gone"] {
        std::fs::create_dir_all(scene.at("deep/a")).unwrap();
        std::fs::write(scene.at(path), "").unwrap();
    }
    let places = ["content", "deep/a/same", "deep/a/longer", "deep/a/gone", "deep/b", "deep/c", "deep/d"];
    // Another watch, which has not seen the files being made.
    scene.watch = Watch::new(quiet(), scene.at("public"), Arc::new(|_: &str| {}));
    scene.watch.follow(vec![scene.at("content")]);
    // Of the last one nobody can tell.
    let built = scene.built(&places, &places[..6]);
    std::fs::write(scene.at("deep/a/longer"), "longer").unwrap();
    std::fs::remove_file(scene.at("deep/a/gone")).unwrap();
    std::fs::write(scene.at("deep/c"), "new").unwrap();
    scene.watch.follow_and_tell(&built);
    let expected = ["deep/a/longer", "deep/a/gone", "deep/c", "deep/d"].map(|path| scene.at(path));
    assert_eq!(scene.told(), BTreeSet::from(expected));
}
