//! Builds a site again and again for `serve` and for the preview.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use crate::cli::build::summary;
use crate::config::{Config, Mode, Overrides};
use crate::diagnostic::report::{self, Color, Format};
use crate::pipeline::{self, Destination, Drafts, Options, Outcome};
use crate::serve::{Builder, Built};
use crate::world::{DiskWorld, World};

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
    /// Further files and folders whose changes start a build.
    pub extra_watched: Vec<PathBuf>,
    /// How problems are told at the terminal.
    pub format: Format,
    /// Whether they are told in color.
    pub color: Color,
}

/// A site, built whenever it is asked for.
pub struct SiteBuilder {
    options: SiteOptions,
    world: Arc<dyn World>,
    tell: Box<dyn Fn(&str) + Send>,
    /// Places that are watched while the configuration cannot be read.
    watched: Vec<PathBuf>,
}

impl SiteBuilder {
    /// A site that is not built yet; `tell` shows a report to the person at the terminal.
    pub fn new(options: SiteOptions, tell: impl Fn(&str) + Send + 'static) -> Self {
        let world: Arc<dyn World> = Arc::new(DiskWorld::new(options.today));
        let watched = vec![options.root.clone()];
        Self { options, world, tell: Box::new(tell), watched }
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
        }
    }

    fn told(&self, outcome: &Outcome, format: Format, color: Color) -> String {
        report::render_colored(&outcome.diagnostics, self.world.as_ref(), &self.options.root, format, color)
    }

    fn built(&mut self, outcome: Outcome, start: Instant) -> Built {
        (self.tell)(&self.told(&outcome, self.options.format, self.options.color));
        if let Some(config) = &outcome.config {
            self.watched = places(config, &self.options.extra_watched);
        }
        let has_errors = outcome.diagnostics.has_errors();
        if !has_errors {
            (self.tell)(&format!("{} in {} ms\n", summary(&outcome), start.elapsed().as_millis()));
        }
        let report = has_errors.then(|| self.told(&outcome, Format::Human, Color::Never));
        let mut changed = outcome.changes.written;
        changed.extend(outcome.changes.removed);
        Built { changed, report, watched: self.watched.clone() }
    }
}

impl Builder for SiteBuilder {
    fn build(&mut self, changed: &BTreeSet<PathBuf>) -> Built {
        let start = Instant::now();
        if let Some(first) = changed.iter().next() {
            let shown = first.strip_prefix(&self.options.root).unwrap_or(first);
            let more =
                if changed.len() > 1 { format!(" and {} more", changed.len() - 1) } else { String::new() };
            (self.tell)(&format!("changed: {}{more}\n", shown.display()));
        }
        match pipeline::build(&self.world, &self.pipeline_options()) {
            Ok(outcome) => self.built(outcome, start),
            // A folder that vanished under the build comes back with the next change.
            Err(error) => {
                let report = format!("error: {error:#}\n");
                (self.tell)(&report);
                Built { changed: Vec::new(), report: Some(report), watched: self.watched.clone() }
            }
        }
    }
}

/// Everything a site is made of.
fn places(config: &Config, extra: &[PathBuf]) -> Vec<PathBuf> {
    let places = &config.places;
    let mut watched: Vec<PathBuf> =
        [&places.config_file, &places.content, &places.templates, &places.statics, &places.sass]
            .into_iter()
            .map(PathBuf::from)
            .chain(places.theme.clone())
            .chain(extra.iter().cloned())
            .collect();
    watched.sort();
    watched.dedup();
    let nested: Vec<PathBuf> = watched.clone();
    watched.retain(|place| !nested.iter().any(|other| is_inside(place, other)));
    watched
}

fn is_inside(place: &Path, folder: &Path) -> bool {
    place != folder && place.starts_with(folder) && folder.is_dir()
}
