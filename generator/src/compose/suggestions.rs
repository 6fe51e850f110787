//! Paths that were meant by links that lead nowhere.
//!
//! To find one, a path is compared with those of all documents, which is nothing for one link and minutes
//! for the thousands that a renamed folder leaves behind. So each path is looked up once, however many links
//! name it, and only so many of them. Which these are must not depend on who came first: while bodies are
//! composed it is only noted what is missing, and the bodies concerned are composed again with the answers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, OnceLock, PoisonError};

use rayon::prelude::*;

use crate::diagnostic::nearest;
use crate::site::Site;

/// How many paths are looked up; nobody mends more links by hand before the next build.
pub(super) const MOST: usize = 300;

/// Questions first, answers later.
#[derive(Default)]
pub(super) struct Suggestions {
    missing: Mutex<BTreeSet<String>>,
    found: OnceLock<BTreeMap<String, String>>,
}

impl Suggestions {
    /// The document that was meant by a path, as far as it is known by now.
    pub(super) fn of(&self, path: &str) -> Option<String> {
        match self.found.get() {
            Some(found) => found.get(path).cloned(),
            None => {
                self.missing.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned());
                None
            }
        }
    }

    /// Looks up the first of those that were asked for, by name; whether there is anything to suggest.
    pub(super) fn look_up(&self, site: &Site) -> bool {
        let missing = self.missing.lock().unwrap_or_else(PoisonError::into_inner);
        let paths: Vec<&String> = missing.iter().take(MOST).collect();
        let found = paths.into_par_iter().filter_map(|path| Some((path.clone(), meant(site, path)?)));
        !self.found.get_or_init(|| found.collect()).is_empty()
    }
}

/// A document that moved keeps its name, so the same name in another folder comes first.
fn meant(site: &Site, path: &str) -> Option<String> {
    let name = file_name(path);
    let mut moved = site.by_path.keys().filter(|other| file_name(other) == name);
    match (moved.next(), moved.next()) {
        (Some(only), None) => Some(only.clone()),
        _ => nearest(path, site.by_path.keys().map(String::as_str)).map(str::to_owned),
    }
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
