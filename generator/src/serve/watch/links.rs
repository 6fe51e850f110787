//! Symbolic links among the watched places: the system tells of a change under one path only, but a
//! file behind a link has several.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::world::tidy;

/// Links that lead over more links than these lead nowhere on Linux as well.
const MOST_HOPS: usize = 40;

/// Links and what they lead to, both ways.
#[derive(Debug, Default)]
pub(super) struct Links {
    by_target: BTreeMap<PathBuf, BTreeSet<PathBuf>>,
    by_link: BTreeMap<PathBuf, BTreeSet<PathBuf>>,
}

impl Links {
    /// All links among the places and below them, those that lead nowhere yet as well.
    pub(super) fn find(places: &[PathBuf]) -> Self {
        let mut links = Self::default();
        for place in places {
            for link in place.ancestors().chain(links_below(place).iter().map(PathBuf::as_path)) {
                if link.is_symlink() {
                    links.add(link);
                }
            }
        }
        links
    }

    /// What the links lead to.
    pub(super) fn targets(&self) -> impl Iterator<Item = &Path> {
        self.by_target.keys().map(PathBuf::as_path)
    }

    /// All paths under which the site may know a file.
    pub(super) fn names(&self, path: PathBuf) -> BTreeSet<PathBuf> {
        let mut names = BTreeSet::from([path]);
        if self.by_target.is_empty() {
            return names;
        }
        // A folder on the way to what a link leads to came or went, and that with it.
        let above: Vec<PathBuf> = names.iter().flat_map(|path| self.leading_below(path)).cloned().collect();
        names.extend(above);
        // To where the file really is, and from there to every link.
        for ways in [&self.by_link, &self.by_target] {
            for name in names.clone() {
                names.extend(led_on(&name, ways));
            }
        }
        names
    }

    /// Links that lead to something below a folder.
    fn leading_below(&self, folder: &Path) -> impl Iterator<Item = &PathBuf> {
        let below = self.by_target.range(folder.to_path_buf()..);
        below.take_while(move |(target, _)| target.starts_with(folder)).flat_map(|(_, links)| links)
    }

    fn add(&mut self, link: &Path) {
        for target in hops(link) {
            self.by_target.entry(target.clone()).or_default().insert(link.to_path_buf());
            self.by_link.entry(link.to_path_buf()).or_default().insert(target);
        }
    }
}

/// Links below a folder, at any depth; links that lead nowhere come as errors.
fn links_below(place: &Path) -> Vec<PathBuf> {
    WalkDir::new(place)
        .follow_links(true)
        .into_iter()
        .filter_map(|entry| match entry {
            Ok(entry) => entry.path_is_symlink().then(|| entry.into_path()),
            Err(error) => error.path().map(Path::to_path_buf),
        })
        .collect()
}

/// What a link leads to, step by step, whether there is something or not.
fn hops(link: &Path) -> BTreeSet<PathBuf> {
    let mut hops = BTreeSet::new();
    let mut at = link.to_path_buf();
    while hops.len() < MOST_HOPS
        && let Ok(next) = at.read_link()
    {
        at = tidy(&at.parent().unwrap_or(Path::new("/")).join(next));
        if !hops.insert(at.clone()) {
            break;
        }
    }
    hops.extend(link.canonicalize());
    hops
}

/// The path with a part at its start put in the place of another.
fn led_on(path: &Path, ways: &BTreeMap<PathBuf, BTreeSet<PathBuf>>) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for start in path.ancestors() {
        let Some(others) = ways.get(start) else { continue };
        let Ok(rest) = path.strip_prefix(start) else { continue };
        found.extend(
            others.iter().map(
                |other| {
                    if rest.as_os_str().is_empty() { other.clone() } else { other.join(rest) }
                },
            ),
        );
    }
    found
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "the test makes the files that are watched")]
mod tests {
    use super::Links;
    use std::os::unix::fs::symlink;

    #[test]
    fn a_file_is_known_by_every_way_to_it() {
        let folder = tempfile::tempdir().unwrap();
        let at = |path: &str| folder.path().canonicalize().unwrap().join(path);
        std::fs::create_dir_all(at("content")).unwrap();
        std::fs::create_dir_all(at("texts/a")).unwrap();
        symlink("../texts", at("content/one")).unwrap();
        symlink(at("content/one"), at("content/two")).unwrap();
        symlink("../later", at("content/nowhere")).unwrap();
        let links = Links::find(&[at("content")]);
        let ways = ["content/one/a/b.md", "content/two/a/b.md", "texts/a/b.md"].map(at);
        for way in &ways {
            let names = links.names(way.clone());
            assert!(ways.iter().all(|way| names.contains(way)), "{way:?}: {names:?}");
        }
        assert!(links.names(at("later/x.md")).contains(&at("content/nowhere/x.md")));
        assert!(links.names(at("texts")).contains(&at("content/two")));
        let folder = folder.path().canonicalize().unwrap();
        assert!(links.names(folder).contains(&at("content/nowhere")), "a folder on the way");
        assert_eq!(links.names(at("content/c.md")).len(), 1);
    }
}
