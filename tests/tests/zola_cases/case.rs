//! One case: a site, what is expected of it, and the comparison.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use auslage::cli::arguments::{Arguments, Command};
use auslage::config::Overrides;
use auslage::diagnostic::report::{Format, render};
use auslage::pipeline::{Destination, Drafts, Options, Outcome, build};
use auslage::world::{DiskWorld, World};
use clap::Parser as _;
use serde::Deserialize;

use crate::normalize::{Comparable, Rules};

/// A folder of `cases/`.
pub struct Case {
    /// Its name.
    pub name: String,
    folder: PathBuf,
    about: About,
}

/// `case.toml`
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct About {
    about: String,
    covers: Vec<String>,
    args: Vec<String>,
    global: Vec<String>,
    fails: bool,
    stderr_contains: Vec<String>,
    #[serde(flatten)]
    rules: Rules,
}

impl Case {
    /// All cases, by name.
    pub fn all(folder: &Path) -> Vec<Self> {
        let pattern = folder.join("*/case.toml");
        let files = glob::glob(pattern.to_str().expect("the path is text")).expect("the pattern is sound");
        files.map(|file| Self::read(&file.expect("cases can be listed"))).collect()
    }

    fn read(file: &Path) -> Self {
        let folder = file.parent().expect("a file has a folder").to_owned();
        let name = folder.file_name().expect("cases have names").to_string_lossy().into_owned();
        let text = DiskWorld::default().read_text(file).expect("cases can be read");
        let about: About = toml::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(!about.about.is_empty() && !about.covers.is_empty(), "{name}: says nothing about itself");
        Self { name, folder, about }
    }

    /// Builds and compares.
    pub fn check(&self) -> Result<(), String> {
        let site = self.folder.join("site");
        let world: Arc<dyn World> = Arc::new(DiskWorld::default());
        let outcome = self.build(&world, &site)?;
        let messages = render(&outcome.diagnostics, world.as_ref(), &site, Format::Human);
        let is_refused = outcome.diagnostics.has_errors();
        match (self.about.fails, is_refused) {
            (true, false) => return Err("was built, but must be refused".to_owned()),
            (false, true) => return Err(format!("was refused:\n{messages}")),
            _ => {}
        }
        let lower = messages.to_lowercase();
        if let Some(text) =
            self.about.stderr_contains.iter().find(|text| !lower.contains(&text.to_lowercase()))
        {
            return Err(format!("the messages lack `{text}`:\n{messages}"));
        }
        if is_refused { Ok(()) } else { self.compare(&outcome.files) }
    }

    fn build(&self, world: &Arc<dyn World>, site: &Path) -> Result<Outcome, String> {
        let words = ["auslage"].into_iter().chain(self.about.global.iter().map(String::as_str));
        let words = words.chain(["build"]).chain(self.about.args.iter().map(String::as_str));
        let arguments = Arguments::try_parse_from(words).map_err(|error| error.to_string())?;
        let Command::Build(command) = arguments.command else { unreachable!("the word is `build`") };
        let options = Options {
            root: site.to_owned(),
            config_file: arguments.config,
            overrides: Overrides {
                base_url: command.base_url,
                minify: command.minify,
                ..Overrides::default()
            },
            drafts: if command.drafts { Drafts::Include } else { Drafts::LeaveOut },
            destination: Destination::Memory,
            ..Options::default()
        };
        build(world, &options).map_err(|error| format!("{error:#}"))
    }

    fn compare(&self, files: &BTreeMap<String, Vec<u8>>) -> Result<(), String> {
        let found = self.comparable(files.iter().map(|(path, bytes)| (path.clone(), bytes.clone())));
        let expected = self.comparable(read_tree(&self.folder.join("expected")));
        let paths: BTreeSet<&String> = found.keys().chain(expected.keys()).collect();
        let differences: Vec<String> = paths
            .into_iter()
            .filter_map(|path| difference(path, expected.get(path), found.get(path)))
            .collect();
        if differences.is_empty() { Ok(()) } else { Err(differences.join("\n")) }
    }

    fn comparable(&self, files: impl Iterator<Item = (String, Vec<u8>)>) -> BTreeMap<String, Comparable> {
        let has_own_404 =
            ["templates/404.html", "static/404.html", "themes/*/*/404.html"].iter().any(|place| {
                let pattern = self.folder.join("site").join(place);
                glob::glob(&pattern.to_string_lossy()).is_ok_and(|mut found| found.next().is_some())
            });
        numbered(files.map(|(path, bytes)| self.about.rules.normalize(&path, bytes, has_own_404)))
    }
}

/// Paths that are the same without the digests in them (one image in several sizes) get numbers in their
/// order, which is the same on both sides, so that none takes the place of another.
pub fn numbered<T>(files: impl Iterator<Item = (String, T)>) -> BTreeMap<String, T> {
    let (mut numbered, mut counts) = (BTreeMap::new(), BTreeMap::<String, usize>::new());
    for (path, content) in files {
        let count = counts.entry(path.clone()).or_default();
        *count += 1;
        let path = if *count == 1 { path } else { format!("{path} ({count})") };
        numbered.insert(path, content);
    }
    numbered
}

fn difference(path: &str, expected: Option<&Comparable>, found: Option<&Comparable>) -> Option<String> {
    match (expected, found) {
        (Some(_), None) => Some(format!("missing: {path}")),
        (None, Some(_)) => Some(format!("unexpected: {path}")),
        (Some(expected), Some(found)) if expected != found => {
            Some(format!("differs: {path}\n{}", expected.first_difference(found)))
        }
        _ => None,
    }
}

fn read_tree(root: &Path) -> impl Iterator<Item = (String, Vec<u8>)> + '_ {
    let world = DiskWorld::default();
    let entries = world.walk(root).expect("expected files can be listed");
    entries.into_iter().map(move |entry| {
        let path = entry.path.strip_prefix(root).expect("the walk stays below its root");
        let bytes = world.read(&entry.path).expect("expected files can be read").to_vec();
        (path.to_str().expect("names are text").replace('\\', "/"), bytes)
    })
}
