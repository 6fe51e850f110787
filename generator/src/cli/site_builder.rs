//! Builds a site again and again for `serve` and for the preview.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use crate::cli::build::{done, summary};
use crate::config::{self, Config, Mode, Overrides};
use crate::diagnostic::Diagnostics;
use crate::diagnostic::report::{self, Color, Format};
use crate::network::Network;
use crate::pipeline::{self, Destination, Drafts, Options, Outcome, Warnings};
use crate::serve::{Builder, Built};
use crate::world::{DiskWorld, Stamp, WatchingWorld, World, tidy};

/// What is built.
#[derive(Debug, Clone, Default)]
pub struct SiteOptions {
    /// The site's folder; absolute.
    pub root: PathBuf,
    /// The configuration file, if it is not the usual one.
    pub config_file: Option<PathBuf>,
    /// The folder of the Markdown, if it is not the configuration's.
    pub content: Option<PathBuf>,
    /// The folder that is served.
    pub output: PathBuf,
    /// The address that links begin with.
    pub base_url: Option<String>,
    /// The day of the build, if it is not today.
    pub today: Option<jiff::civil::Date>,
    /// Whether drafts are part of it.
    pub drafts: Drafts,
    /// What warnings do.
    pub warnings: Warnings,
    /// Further files and folders whose changes start a build.
    pub extra_watched: Vec<PathBuf>,
    /// How problems are told at the terminal.
    pub format: Format,
    /// Whether they are told in color.
    pub color: Color,
    /// How other sites are asked; not at all unless the caller says so.
    pub network: Network,
}

/// A site, built whenever it is asked for.
pub struct SiteBuilder {
    options: SiteOptions,
    world: Arc<dyn World>,
    tell: Box<dyn Fn(&str) + Send>,
    /// Places that are watched while the configuration cannot be read.
    watched: Vec<PathBuf>,
    /// In which state the last build read what it read besides.
    read: BTreeMap<PathBuf, Stamp>,
}

impl SiteBuilder {
    /// A site that is not built yet; `tell` shows a report to the person at the terminal.
    pub fn new(options: SiteOptions, tell: impl Fn(&str) + Send + 'static) -> Self {
        let world: Arc<dyn World> = Arc::new(DiskWorld::new(options.today));
        let mut builder =
            Self { options, world, tell: Box::new(tell), watched: Vec::new(), read: BTreeMap::new() };
        builder.watched = builder.places();
        builder
    }

    fn pipeline_options(&self) -> Options {
        let options = &self.options;
        Options {
            root: options.root.clone(),
            config_file: options.config_file.clone(),
            overrides: Overrides {
                base_url: options.base_url.clone(),
                output_dir: Some(options.output.clone()),
                content: options.content.clone(),
                minify: false,
                mode: Mode::Serve,
            },
            drafts: options.drafts,
            destination: Destination::Folder,
            warnings: options.warnings,
            network: options.network.clone(),
        }
    }

    /// The configuration as it is now; `None` if it cannot be read.
    fn config(&self) -> Option<Config> {
        let options = self.pipeline_options();
        let mut told_by_the_build = Diagnostics::default();
        config::load(
            self.world.as_ref(),
            &options.root,
            options.config_file.as_deref(),
            &options.overrides,
            &mut told_by_the_build,
        )
    }

    /// The places to watch before the first build. Where the configuration cannot be read these are the
    /// usual ones around its file, which may lie in a folder above.
    pub fn places(&self) -> Vec<PathBuf> {
        let options = &self.options;
        if let Some(config) = self.config() {
            return places(options, &config);
        }
        match config::guess(self.world.as_ref(), &options.root, options.config_file.as_deref()) {
            Some(guess) => usual_places(options, &guess.places.root, Some(guess.places.config_file)),
            None => usual_places(options, &options.root, None),
        }
    }

    fn told(&self, outcome: &Outcome, format: Format, color: Color) -> String {
        report::render_colored(&outcome.diagnostics, self.world.as_ref(), &self.options.root, format, color)
    }

    /// Watches what the build has looked at besides the site's folders: style sheets' imports, grammars,
    /// files that templates name, wherever they lie and whether they are there.
    fn watch(&mut self, config: Option<&Config>, mut seen: BTreeMap<PathBuf, Option<Stamp>>) {
        let places = config.map_or_else(|| self.watched.clone(), |config| places(&self.options, config));
        let output = absolute(&self.options.output);
        seen.retain(|place, _| !place.starts_with(&output));
        self.watched = watched(&self.options, places.into_iter().chain(seen.keys().cloned()).collect());
        self.read = seen.into_iter().filter_map(|(place, stamp)| Some((place, stamp?))).collect();
    }

    /// A path as it is told: from the site's root, or from the folder that holds it.
    fn shown<'a>(&self, path: &'a Path) -> &'a Path {
        let around = self.options.root.ancestors().take(2);
        around.filter_map(|folder| path.strip_prefix(folder).ok()).next().unwrap_or(path)
    }

    fn told_with(&self, changed: Vec<String>, report: Option<String>) -> Built {
        Built { changed, report, watched: self.watched.clone(), read: self.read.clone() }
    }

    fn built(&self, outcome: Outcome, start: Instant) -> Built {
        (self.tell)(&self.told(&outcome, self.options.format, self.options.color));
        let has_errors = outcome.diagnostics.has_errors();
        if !has_errors {
            (self.tell)(&format!("{}\n{}\n", summary(&outcome), done(start)));
        }
        let report = has_errors.then(|| self.told(&outcome, Format::Human, Color::Never));
        let mut changed = outcome.changes.written;
        changed.extend(outcome.changes.removed);
        self.told_with(changed, report)
    }
}

impl Builder for SiteBuilder {
    fn build(&mut self, changed: &BTreeSet<PathBuf>) -> Built {
        let start = Instant::now();
        if let Some(first) = changed.iter().next() {
            let more =
                if changed.len() > 1 { format!(" and {} more", changed.len() - 1) } else { String::new() };
            (self.tell)(&format!("changed: {}{more}\n", self.shown(first).display()));
        }
        let world = Arc::new(WatchingWorld::new(Arc::clone(&self.world), self.places()));
        let result = pipeline::build(&(Arc::clone(&world) as Arc<dyn World>), &self.pipeline_options());
        self.watch(result.as_ref().ok().and_then(|outcome| outcome.config.as_deref()), world.seen());
        match result {
            Ok(outcome) => self.built(outcome, start),
            // A folder that vanished under the build comes back with the next change.
            Err(error) => {
                let report = format!("error: {error:#}\n");
                (self.tell)(&report);
                self.told_with(Vec::new(), Some(report))
            }
        }
    }
}

/// Everything a site is made of.
fn places(options: &SiteOptions, config: &Config) -> Vec<PathBuf> {
    let places = &config.places;
    let own = [&places.config_file, &places.content, &places.templates, &places.statics, &places.sass];
    let own = own.into_iter().cloned().chain(places.theme.clone());
    watched(options, own.collect())
}

/// Where a site is usually to be found.
fn usual_places(options: &SiteOptions, root: &Path, config_file: Option<PathBuf>) -> Vec<PathBuf> {
    let folders = ["content", "templates", "static", "sass", "themes"];
    let usual = folders.map(|name| root.join(name)).into_iter();
    watched(options, usual.chain(config_file).chain(options.content.clone()).collect())
}

/// These and what is watched in any case, each once and as an absolute path, as changes are told.
fn watched(options: &SiteOptions, mut places: Vec<PathBuf>) -> Vec<PathBuf> {
    // One that is made later may be preferred to the one in use.
    places.extend(["zola.toml", "config.toml"].map(|name| options.root.join(name)));
    places.extend(options.config_file.iter().map(|file| options.root.join(file)));
    places.extend(options.extra_watched.iter().cloned());
    outermost(places.iter().map(|place| absolute(place)).collect(), Path::is_dir)
}

fn absolute(place: &Path) -> PathBuf {
    tidy(&std::path::absolute(place).unwrap_or_else(|_| place.to_path_buf()))
}

/// Those that lie in no folder among them, sorted: what is in a folder follows it.
fn outermost(mut places: Vec<PathBuf>, is_folder: impl Fn(&Path) -> bool) -> Vec<PathBuf> {
    places.sort();
    places.dedup();
    let mut around: Option<PathBuf> = None;
    places.retain(|place| {
        let is_inside = around.as_ref().is_some_and(|folder| place.starts_with(folder));
        if !is_inside {
            around = is_folder(place).then(|| place.clone());
        }
        !is_inside
    });
    places
}

/// The folder to which the configuration has the site written; the usual one if it cannot be read.
pub fn configured_output(options: &SiteOptions) -> PathBuf {
    let world = DiskWorld::new(options.today);
    let mut told_by_the_build = Diagnostics::default();
    let file = options.config_file.as_deref();
    let config = config::load(&world, &options.root, file, &Overrides::default(), &mut told_by_the_build)
        .or_else(|| config::guess(&world, &options.root, file));
    config.map_or_else(|| options.root.join("public"), |config| config.places.output)
}

#[cfg(test)]
mod tests {
    use super::outermost;
    use std::cell::Cell;
    use std::path::{Path, PathBuf};

    #[test]
    fn what_lies_in_a_watched_folder_is_not_watched_again() {
        let places =
            ["/s/content/a/b", "/s/a-b", "/s/content", "/s/gone/x", "/s/content-2", "/s/gone", "/s/a"];
        let looks = Cell::new(0);
        let is_folder = |path: &Path| {
            looks.set(looks.get() + 1);
            !path.starts_with("/s/gone")
        };
        let found = outermost(places.map(PathBuf::from).to_vec(), is_folder);
        let expected = ["/s/a", "/s/a-b", "/s/content", "/s/content-2", "/s/gone", "/s/gone/x"];
        assert_eq!(found, expected.map(PathBuf::from));
        assert_eq!(looks.get(), expected.len(), "each is looked at once");
    }
}
