//! Another world, with a note of every place that was asked about: what a build depends on, and so what
//! has to be watched while its site is served.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::Date;

use super::{FileEntry, Stamp, World, tidy};

/// A world that notes where it was looked at.
pub struct WatchingWorld {
    inner: Arc<dyn World>,
    /// What is not noted: places that are watched anyway.
    known: Vec<PathBuf>,
    seen: Mutex<BTreeMap<PathBuf, Option<Stamp>>>,
}

impl WatchingWorld {
    /// The same world; what lies in the `known` places, which are absolute, is not noted.
    pub fn new(inner: Arc<dyn World>, known: Vec<PathBuf>) -> Self {
        Self { inner, known, seen: Mutex::default() }
    }

    /// The places that were asked about, absolute: files that are there, folders that were walked, and for a
    /// file that is not there what has to appear before it can. So a thousand files in a folder that is not
    /// there are one place. With each the state it was in before it was read first, if it can be told.
    pub fn seen(&self) -> BTreeMap<PathBuf, Option<Stamp>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Folders are no files: whoever asks whether one is a file wants nothing of what is in it.
    fn note_file(&self, path: &Path) {
        self.note(path, |place| !self.inner.is_folder(place));
    }

    fn note(&self, path: &Path, is_wanted: impl FnOnce(&Path) -> bool) {
        let place = tidy(&std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf()));
        if self.known.iter().any(|known| place.starts_with(known)) || !is_wanted(&place) {
            return;
        }
        let place = self.to_appear(&place).to_path_buf();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.entry(place).or_insert_with_key(|place| self.inner.stamp(place));
    }

    /// The place, or the uppermost folder on the way to it that is not there.
    fn to_appear<'a>(&self, place: &'a Path) -> &'a Path {
        let above = place.ancestors().skip(1).take_while(|folder| !self.inner.is_folder(folder));
        above.last().filter(|above| above.file_name().is_some()).unwrap_or(place)
    }
}

impl World for WatchingWorld {
    fn today(&self) -> Date {
        self.inner.today()
    }

    fn read(&self, path: &Path) -> io::Result<Arc<[u8]>> {
        self.note_file(path);
        self.inner.read(path)
    }

    fn walk(&self, folder: &Path) -> io::Result<Vec<FileEntry>> {
        self.note(folder, |_| true);
        self.inner.walk(folder)
    }

    fn is_file(&self, path: &Path) -> bool {
        self.note_file(path);
        self.inner.is_file(path)
    }

    fn is_folder(&self, path: &Path) -> bool {
        self.inner.is_folder(path)
    }

    fn stamp(&self, path: &Path) -> Option<Stamp> {
        self.inner.stamp(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::MemoryWorld;

    #[track_caller]
    fn check(ask: impl FnOnce(&WatchingWorld), expected: &[&str]) {
        let world = MemoryWorld::new(jiff::civil::date(2026, 11, 25))
            .with("/s/content/a.md", "")
            .with("/s/data/b.json", "");
        let world = WatchingWorld::new(Arc::new(world), vec!["/s/content".into()]);
        ask(&world);
        assert_eq!(
            world.seen().into_keys().collect::<Vec<_>>(),
            expected.iter().map(PathBuf::from).collect::<Vec<_>>()
        );
    }

    #[test]
    fn what_is_read_is_noted_unless_it_is_watched_anyway() {
        check(|world| drop(world.read(Path::new("/s/data/b.json")).unwrap()), &["/s/data/b.json"]);
        check(|world| drop(world.read(Path::new("/s/x/../data/b.json"))), &["/s/data/b.json"]);
        check(|world| drop(world.read(Path::new("/s/content/a.md")).unwrap()), &[]);
        check(|world| drop(world.walk(Path::new("/s/data")).unwrap()), &["/s/data"]);
        check(|world| assert!(!world.is_file(Path::new("/s/data"))), &[]);
    }

    #[test]
    fn of_what_is_not_there_is_noted_what_has_to_appear_first() {
        check(|world| assert!(!world.is_file(Path::new("/s/data/c.json"))), &["/s/data/c.json"]);
        let many = |world: &WatchingWorld| {
            (0..1000).for_each(|number| assert!(!world.is_file(Path::new(&format!("/s/blog/{number}/x")))));
        };
        check(many, &["/s/blog"]);
    }
}
