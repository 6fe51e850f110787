//! Files that templates name: where they are looked for, and that none outside the site is found.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tera::{Error, TeraResult};

use crate::config::Places;
use crate::world::World;

/// The files a template may read.
pub struct Files {
    world: Arc<dyn World>,
    places: Places,
    made: BTreeMap<String, Arc<[u8]>>,
}

impl Files {
    /// The site's files, and those this build has made already (style sheets), by their paths below the
    /// output. The output of the last build is not looked at: what is in it must not change this one.
    pub fn new(world: Arc<dyn World>, places: Places, made: BTreeMap<String, Arc<[u8]>>) -> Self {
        Self { world, places, made }
    }

    /// The outside.
    pub fn world(&self) -> &dyn World {
        self.world.as_ref()
    }

    /// A file: in the site's root, then `static/`, `content/`, among the files made, in the theme's
    /// `static/`. `@/` stands for `content/`. `None` if there is none.
    ///
    /// # Errors
    /// For a path that leads out of the site.
    pub fn find(&self, path: &str) -> TeraResult<Option<Arc<[u8]>>> {
        let outside = || Error::message(format!("`{path}` is outside of the site"));
        let named = match path.strip_prefix("@/") {
            Some(below) => format!("content/{below}"),
            None => path.trim_start_matches('/').to_owned(),
        };
        let clean = normalized(&named).ok_or_else(outside)?;
        for candidate in self.candidates(&clean) {
            if self.world.is_file(&candidate) {
                let read = self.world.read(&candidate);
                return read.map(Some).map_err(|error| Error::chain(format!("cannot read `{path}`"), error));
            }
        }
        Ok(self.made.get(clean.as_str()).cloned())
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
    use super::Files;
    use crate::config::Places;
    use crate::world::MemoryWorld;
    use std::collections::BTreeMap;
    use std::sync::Arc;

    fn files() -> Files {
        let world = MemoryWorld::new(jiff::civil::date(2026, 11, 23))
            .with("/site/data.toml", "root")
            .with("/site/static/a/b.txt", "static")
            .with("/texts/c.txt", "content")
            .with("/secret.txt", "secret");
        let places = Places {
            root: "/site".into(),
            statics: "/site/static".into(),
            content: "/texts".into(),
            ..Places::default()
        };
        let made = BTreeMap::from([("main.css".to_owned(), Arc::from(b"made".as_slice()))]);
        Files::new(Arc::new(world), places, made)
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
}
