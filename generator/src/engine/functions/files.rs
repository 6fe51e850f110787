//! Files that templates name: where they are looked for, and that none outside the site is found.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tera::{Error, TeraResult};

use super::digest::{Digest, Digests, Kind};
use crate::config::Places;
use crate::diagnostic::catalog::images::sentence;
use crate::diagnostic::{Diagnostic, nearest};
use crate::images::{Images, Wanted};
use crate::network::Network;
use crate::world::World;

/// The files a template may read.
pub struct Files {
    world: Arc<dyn World>,
    places: Places,
    made: BTreeMap<String, Arc<[u8]>>,
    /// What was made once bodies were known.
    made_later: OnceLock<BTreeMap<String, Arc<[u8]>>>,
    images: Images,
    /// Paths a template could have meant, listed when first one is missing.
    names: OnceLock<Vec<String>>,
    network: Network,
    digests: Digests,
    mistakes: Mutex<BTreeMap<String, Diagnostic>>,
}

/// Where a file that a template names comes from.
pub enum Found {
    /// The world.
    File(PathBuf),
    /// This build, which has its bytes: its path below the output, and these.
    Made(String, Arc<[u8]>),
    /// This build, which will make it.
    Processed(Arc<Wanted>),
}

impl Files {
    /// The site's files, and those this build has made already (style sheets), by their paths below the
    /// output. The output of the last build is not looked at: what is in it must not change this one.
    pub fn new(world: Arc<dyn World>, places: Places, made: BTreeMap<String, Arc<[u8]>>) -> Self {
        let images = Images::new(Arc::clone(&world), places.output.clone());
        Self {
            world,
            places,
            made,
            made_later: OnceLock::new(),
            images,
            names: OnceLock::new(),
            network: Network::default(),
            digests: Digests::default(),
            mistakes: Mutex::default(),
        }
    }

    /// Adds what was made once bodies were known (search indexes). Only the first call adds something: one
    /// build makes them once.
    pub fn add_made(&self, made: BTreeMap<String, Arc<[u8]>>) {
        self.made_later.get_or_init(|| made);
    }

    /// The same, with what lies on other sites.
    #[must_use]
    pub fn with_network(self, network: Network) -> Self {
        Self { network, ..self }
    }

    /// Other sites.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// Notes what is wrong in a file that a template reads. The engine hands on no more of a function's
    /// failure than its message, so the message is what the mistake is found by.
    pub fn note_mistake(&self, message: String, mistake: Diagnostic) {
        self.mistakes.lock().unwrap_or_else(PoisonError::into_inner).insert(message, mistake);
    }

    /// What was noted under a message.
    pub fn mistake(&self, message: &str) -> Option<Diagnostic> {
        self.mistakes.lock().unwrap_or_else(PoisonError::into_inner).get(message).cloned()
    }

    /// The outside.
    pub fn world(&self) -> &dyn World {
        self.world.as_ref()
    }

    /// The images that templates look at and want.
    pub fn images(&self) -> &Images {
        &self.images
    }

    /// The bytes of a file; where it is looked for, [`Self::locate`] says.
    ///
    /// # Errors
    /// For a path that leads out of the site, and for a file that cannot be read or made.
    pub fn find(&self, path: &str) -> TeraResult<Option<Arc<[u8]>>> {
        self.locate(path)?.map(|found| self.read(path, &found)).transpose()
    }

    /// The digest of a file. That of one which lies in the site is kept for the build.
    ///
    /// # Errors
    /// As those of [`Self::find`].
    pub(super) fn digest(&self, path: &str, kind: Kind) -> TeraResult<Option<Digest>> {
        let Some(found) = self.locate(path)? else { return Ok(None) };
        match &found {
            Found::File(file) => self.digests.get(file, kind, || self.read(path, &found)).map(Some),
            _ => Ok(Some(kind.of(&self.read(path, &found)?))),
        }
    }

    fn read(&self, path: &str, found: &Found) -> TeraResult<Arc<[u8]>> {
        match found {
            Found::Made(_, bytes) => Ok(Arc::clone(bytes)),
            Found::File(file) => {
                let read = self.world.read(file);
                read.map_err(|error| Error::chain(format!("cannot read `{path}`"), error))
            }
            Found::Processed(wanted) => {
                let made = self.images.bytes(wanted);
                made.map_err(|problem| Error::message(sentence(&wanted.origin.name(), &problem)))
            }
        }
    }

    /// A file: in the site's root, then `static/`, `content/`, the theme's `static/`, among the files made.
    /// `@/` stands for `content/`. A processed image is found below the output and, because Zola puts it
    /// there, below `static/`. `None` if there is none.
    ///
    /// # Errors
    /// For a path that leads out of the site.
    pub fn locate(&self, path: &str) -> TeraResult<Option<Found>> {
        let outside = || Error::message(format!("`{path}` is outside of the site"));
        let named = match path.strip_prefix("@/") {
            Some(below) => format!("content/{below}"),
            None => path.trim_start_matches('/').to_owned(),
        };
        let clean = normalized(&named).ok_or_else(outside)?;
        for candidate in self.candidates(&clean) {
            if self.world.is_file(&candidate) {
                return Ok(Some(Found::File(candidate)));
            }
        }
        if let Some(wanted) = self.images.wanted_at(clean.strip_prefix("static/").unwrap_or(&clean)) {
            return Ok(Some(Found::Processed(wanted)));
        }
        let later = || self.made_later.get().and_then(|made| made.get(clean.as_str()));
        let made = self.made.get(clean.as_str()).or_else(later);
        Ok(made.map(|bytes| Found::Made(clean.clone(), Arc::clone(bytes))))
    }

    /// What is said of a file that is not there.
    pub fn missing(&self, path: &str) -> Error {
        let names = self.names.get_or_init(|| self.list());
        let near = nearest(path.trim_start_matches('/'), names.iter().map(String::as_str));
        let near = near.map(|near| format!(", the nearest is `{near}`")).unwrap_or_default();
        Error::message(format!("there is no file `{path}`{near}"))
    }

    fn list(&self) -> Vec<String> {
        let places = &self.places;
        let theme = places.theme.as_ref().map(|theme| theme.join("static"));
        let folders: [(Option<&Path>, &[&str]); 3] = [
            (Some(&places.statics), &["", "static/"]),
            (Some(&places.content), &["", "content/", "@/"]),
            (theme.as_deref(), &[""]),
        ];
        let mut names = Vec::new();
        for (folder, prefixes) in folders {
            let Some(folder) = folder else { continue };
            // Only a hint: what cannot be listed is not suggested.
            for file in self.world.walk(folder).unwrap_or_default() {
                let Some(below) = file.path.strip_prefix(folder).ok().and_then(Path::to_str) else {
                    continue;
                };
                let below = below.replace('\\', "/");
                names.extend(prefixes.iter().map(|prefix| format!("{prefix}{below}")));
            }
        }
        names
    }

    fn candidates(&self, clean: &str) -> Vec<PathBuf> {
        let places = &self.places;
        let mut candidates: Vec<PathBuf> = Vec::new();
        // The content may lie elsewhere than in `root/content`.
        candidates.extend(clean.strip_prefix("content/").map(|below| places.content.join(below)));
        let theme = places.theme.as_ref().map(|theme| theme.join("static"));
        let folders = [Some(&places.root), Some(&places.statics), Some(&places.content), theme.as_ref()];
        candidates.extend(folders.into_iter().flatten().map(|folder: &PathBuf| folder.join(clean)));
        candidates
    }
}

/// The path without `.` and `..`; `None` if it leads above where it starts.
fn normalized(path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    let clean = parts.join("/");
    // A drive letter would make it absolute.
    Path::new(&clean).is_relative().then_some(clean)
}

#[cfg(test)]
mod tests {
    use super::{Files, Kind};
    use crate::config::Places;
    use crate::world::{FileEntry, MemoryWorld, World};
    use std::collections::BTreeMap;
    use std::io;
    use std::path::Path;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn files() -> Files {
        files_of(Arc::new(world()))
    }

    fn world() -> MemoryWorld {
        MemoryWorld::new(jiff::civil::date(2026, 11, 23))
            .with("/site/data.toml", "root")
            .with("/site/static/a/b.txt", "static")
            .with("/texts/c.txt", "content")
            .with("/secret.txt", "secret")
    }

    fn files_of(world: Arc<dyn World>) -> Files {
        let places = Places {
            root: "/site".into(),
            statics: "/site/static".into(),
            content: "/texts".into(),
            ..Places::default()
        };
        let made = BTreeMap::from([("main.css".to_owned(), Arc::from(b"made".as_slice()))]);
        Files::new(world, places, made)
    }

    #[track_caller]
    fn check(path: &str, expected: Option<&str>) {
        let found = files().find(path).unwrap();
        assert_eq!(found.as_deref(), expected.map(str::as_bytes));
    }

    #[test]
    fn files_are_found_where_zola_looks_for_them() {
        check("data.toml", Some("root"));
        check("/a/b.txt", Some("static"));
        check("static/a/../a/b.txt", Some("static"));
        check("@/c.txt", Some("content"));
        check("content/c.txt", Some("content"));
        check("c.txt", Some("content"));
        check("main.css", Some("made"));
        check("missing.txt", None);
    }

    #[test]
    fn nothing_outside_of_the_site_is_read() {
        for path in ["../secret.txt", "@/../../secret.txt", "a/../../secret.txt", "..\\secret.txt"] {
            assert!(files().find(path).is_err(), "{path}");
        }
        check("/secret.txt", None);
    }

    /// Counts what is read.
    struct Counting(MemoryWorld, AtomicUsize);

    impl World for Counting {
        fn today(&self) -> jiff::civil::Date {
            self.0.today()
        }

        fn read(&self, path: &Path) -> io::Result<Arc<[u8]>> {
            self.1.fetch_add(1, Ordering::SeqCst);
            self.0.read(path)
        }

        fn walk(&self, folder: &Path) -> io::Result<Vec<FileEntry>> {
            self.0.walk(folder)
        }

        fn is_file(&self, path: &Path) -> bool {
            self.0.is_file(path)
        }

        fn is_folder(&self, path: &Path) -> bool {
            self.0.is_folder(path)
        }
    }

    #[test]
    fn a_file_is_read_once_for_each_kind_of_digest() {
        let world = Arc::new(Counting(world(), AtomicUsize::new(0)));
        let files = files_of(Arc::clone(&world) as Arc<dyn World>);
        for _ in 0..10 {
            for path in ["a/b.txt", "/static/a/b.txt"] {
                let digest = |kind| files.digest(path, kind).unwrap().unwrap();
                assert_eq!(digest(Kind::Sha256), Kind::Sha256.of(b"static"));
                assert_eq!(digest(Kind::Sha512), Kind::Sha512.of(b"static"));
            }
            assert_eq!(files.digest("main.css", Kind::Sha384).unwrap(), Some(Kind::Sha384.of(b"made")));
        }
        assert_eq!(world.1.load(Ordering::SeqCst), 2);
    }
}
