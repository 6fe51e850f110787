//! All stages in order: files in, site out. Stages are called here and nowhere else.
//!
//! Mistakes are collected as long as the next stage still makes sense of what there is. What is broken is
//! left out and whatever depends on it is not blamed: a document whose front matter cannot be read is a
//! target that nothing is known of, a template that does not load spoils no page. Everything else is
//! checked and rendered, into nothing. Nothing is kept of a build with errors.

mod documents;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use tracing::debug_span;

use crate::bodies::Bodies;
use crate::check::{self, pages::Rendered};
use crate::compose::{self, Templating};
use crate::config::{self, Config, Mode, Overrides};
use crate::diagnostic::catalog::render as catalog;
use crate::diagnostic::{Diagnostics, Severity, Span};
use crate::discover;
use crate::emit::{Changes, Dotfiles, Folder, Memory, Need, Sink};
use crate::engine::Templates;
use crate::engine::functions::Files;
use crate::highlight;
use crate::network::Network;
use crate::render::{self, Extension, Plain, sass};
use crate::site::{self, Site};
use crate::world::World;

/// Codes of what may be wrong only because the configuration is.
const OF_THE_CONFIGURATION: [&str; 3] = ["unknown-language", "ignored-file", "no-templates"];

/// What to build and where to.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// `--root`
    pub root: PathBuf,
    /// `--config`
    pub config_file: Option<PathBuf>,
    /// What the command line says instead of the configuration.
    pub overrides: Overrides,
    /// `--drafts`
    pub drafts: Drafts,
    /// Where the site goes.
    pub destination: Destination,
    /// `--strict`
    pub warnings: Warnings,
    /// How other sites are asked; not at all unless the command says so.
    pub network: Network,
}

/// What warnings do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Warnings {
    /// They are told.
    #[default]
    Tell,
    /// They are errors: the output stays as it was.
    Refuse,
}

impl Warnings {
    /// The problems as they count.
    pub fn judge(self, diagnostics: Diagnostics) -> Diagnostics {
        match self {
            Self::Tell => diagnostics,
            Self::Refuse => diagnostics.strict(),
        }
    }
}

/// Whether drafts are part of the site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Drafts {
    /// They are left out.
    #[default]
    LeaveOut,
    /// They are treated like everything else.
    Include,
}

/// Where the site goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Destination {
    /// Into the output folder.
    #[default]
    Folder,
    /// Into the output folder, which must not exist yet (`--output-dir` without `--force`).
    NewFolder,
    /// Into [`Outcome::files`].
    Memory,
    /// Nowhere: everything is made and forgotten.
    Nowhere,
}

/// What came of a build.
#[derive(Debug, Default)]
pub struct Outcome {
    /// What is to be said; with an error among them the output is as it was before.
    pub diagnostics: Diagnostics,
    /// How much there was.
    pub counts: Counts,
    /// Files of pages that are in no section, so that no list shows them.
    pub orphans: Vec<PathBuf>,
    /// What changed in the output folder.
    pub changes: Changes,
    /// The site, for [`Destination::Memory`], by path below the output.
    pub files: BTreeMap<String, Vec<u8>>,
    /// The settings, if they could be read.
    pub config: Option<Arc<Config>>,
    /// What the pages link to, for [`Destination::Nowhere`] in [`Mode::Check`], if they could be rendered.
    pub links: Option<check::pages::Links>,
}

/// How much a site holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// All pages.
    pub pages: usize,
    /// Pages in no section.
    pub orphans: usize,
    /// Sections.
    pub sections: usize,
}

/// Builds a site.
///
/// # Errors
/// Where files cannot be listed or written; mistakes in them are diagnostics.
pub fn build(world: &Arc<dyn World>, options: &Options) -> Result<Outcome> {
    let mut diagnostics = Diagnostics::default();
    let config = config::load(
        world.as_ref(),
        &options.root,
        options.config_file.as_deref(),
        &options.overrides,
        &mut diagnostics,
    );
    let Some(config) = config.map(Arc::new) else {
        if let Some(config) = config::guess(world.as_ref(), &options.root, options.config_file.as_deref()) {
            look_through(world.as_ref(), &config, &mut diagnostics)?;
        }
        return Ok(Outcome { diagnostics: options.warnings.judge(diagnostics), ..Outcome::default() });
    };
    let mut outcome = Outcome { config: Some(Arc::clone(&config)), ..Outcome::default() };
    if diagnostics.has_errors() {
        look_through(world.as_ref(), &config, &mut diagnostics)?;
    }
    check_output(&config, options.destination, &mut diagnostics);
    if diagnostics.has_errors() {
        return Ok(Outcome { diagnostics: options.warnings.judge(diagnostics), ..outcome });
    }
    let made = make(world, &config, options, &mut diagnostics)?;
    // Not before: the stages go on after warnings, so that all problems are found.
    let diagnostics = options.warnings.judge(diagnostics);
    outcome.counts = made.counts;
    outcome.orphans = made.orphans;
    outcome.links = made.links;
    match made.sink {
        Made::Folder(folder) if !diagnostics.has_errors() => {
            let dotfiles = match config.preserve_dotfiles_in_output {
                true => Dotfiles::Keep,
                false => Dotfiles::Remove,
            };
            outcome.changes = debug_span!("commit").in_scope(|| folder.commit(dotfiles))?;
        }
        Made::Memory(memory) if !diagnostics.has_errors() => outcome.files = memory.into_files(),
        _ => {}
    }
    outcome.diagnostics = diagnostics;
    Ok(outcome)
}

/// What is wrong with front matter and style sheets whatever the configuration means. Languages of file names
/// and everything that templates say of each other depend on it.
fn look_through(world: &dyn World, config: &Config, diagnostics: &mut Diagnostics) -> Result<()> {
    let mut problems = Diagnostics::default();
    let inventory = discover::discover(world, config, &mut problems)?;
    sass::compile(world, &inventory, &mut problems);
    documents::read(world, &inventory, config, &mut problems)?;
    let own = problems.iter().filter(|problem| !OF_THE_CONFIGURATION.contains(&problem.code));
    own.for_each(|problem| diagnostics.push(problem.clone()));
    Ok(())
}

/// A site that waits to be kept or dropped.
struct Product {
    counts: Counts,
    orphans: Vec<PathBuf>,
    links: Option<check::pages::Links>,
    sink: Made,
}

enum Made {
    Folder(Folder),
    Memory(Memory),
    Checked(Box<Rendered>),
    Nothing,
}

impl Made {
    fn new(world: &Arc<dyn World>, config: &Config, destination: Destination) -> Self {
        match destination {
            Destination::Folder | Destination::NewFolder => {
                Self::Folder(Folder::new(Arc::clone(world), config.places.output.clone()))
            }
            Destination::Memory => Self::Memory(Memory::new(Arc::clone(world))),
            Destination::Nowhere if config.mode == Mode::Check => Self::Checked(Box::default()),
            Destination::Nowhere => Self::Nothing,
        }
    }
}

impl Sink for Made {
    fn need(&self, path: &str) -> Need {
        match self {
            Self::Folder(folder) => folder.need(path),
            Self::Memory(memory) => memory.need(path),
            Self::Checked(rendered) => rendered.need(path),
            Self::Nothing => Need::Soundness,
        }
    }

    fn put(&self, artifact: crate::emit::Artifact) -> Result<()> {
        match self {
            Self::Folder(folder) => folder.put(artifact),
            Self::Memory(memory) => memory.put(artifact),
            Self::Checked(rendered) => rendered.put(artifact),
            Self::Nothing => Ok(()),
        }
    }
}

fn make(
    world: &Arc<dyn World>,
    config: &Arc<Config>,
    options: &Options,
    diagnostics: &mut Diagnostics,
) -> Result<Product> {
    let inventory =
        debug_span!("discover").in_scope(|| discover::discover(world.as_ref(), config, diagnostics))?;
    let mut sheets = debug_span!("sass").in_scope(|| sass::compile(world.as_ref(), &inventory, diagnostics));
    let highlighter = debug_span!("highlight")
        .in_scope(|| highlight::load(config, world.as_ref(), diagnostics))?
        .map(Arc::new);
    for (name, sheet) in highlighter.iter().flat_map(|highlighter| highlighter.sheets()) {
        sheets.entry(name).or_insert(sheet);
    }
    let files = Files::new(Arc::clone(world), config.places.clone(), sheets.clone());
    let files = Arc::new(files.with_network(options.network.clone()));
    let mut problems = Diagnostics::default();
    let templates =
        debug_span!("templates").in_scope(|| Templates::load(config, &inventory, &files, &mut problems));
    let templating = if problems.has_errors() { Templating::LeaveAlone } else { Templating::Render };
    diagnostics.extend(problems);
    let documents =
        debug_span!("parse").in_scope(|| documents::read(world.as_ref(), &inventory, config, diagnostics))?;
    let has_drafts = options.drafts == Drafts::Include;
    let site = debug_span!("resolve").in_scope(|| {
        let config = config.as_ref().clone();
        let site = site::resolve(config, documents.read, &inventory, has_drafts, diagnostics);
        Arc::new(site.with_broken(documents.broken))
    });
    let templates = templates.with_site(&site, highlighter.as_ref());
    let bodies = debug_span!("compose")
        .in_scope(|| compose::compose(&site, &templates, templating, highlighter.as_deref(), diagnostics));
    let extension = debug_span!("interpret")
        .in_scope(|| extension(world.as_ref(), &site, &bodies, &templates, diagnostics));
    debug_span!("check").in_scope(|| {
        check::links(&site, &bodies, |node| extension.anchors(node), diagnostics);
        check::search(&site, diagnostics);
        check::unnoticed(&site, &inventory, &templates, &bodies, diagnostics);
    });
    let (counts, orphans, links) = (counts(&site), orphans(&site), None);
    let mut product = Product { counts, orphans, links, sink: Made::Nothing };
    if keeps_from_rendering(diagnostics) && config.auslage.is_some() {
        // Its templates see the strategy, of which a part may be missing now.
        return Ok(product);
    }
    if !diagnostics.has_errors() || options.destination == Destination::Nowhere {
        product.sink = Made::new(world, config, options.destination);
    }
    let input = render::Input {
        site: &site,
        inventory: &inventory,
        templates: templates.clone(),
        bodies: &bodies,
        sheets: &sheets,
        extension: extension.as_ref(),
    };
    debug_span!("render").in_scope(|| render::render(input, &product.sink, diagnostics))?;
    if let Made::Checked(rendered) = product.sink {
        product.sink = Made::Nothing;
        // Of a page that could not be made, everything that leads to it would be blamed.
        if !keeps_from_rendering(diagnostics) {
            let input = check::pages::Input {
                world: world.as_ref(),
                site: &site,
                bodies: &bodies,
                templates: &templates,
                served_elsewhere: &extension.served_elsewhere(),
            };
            let (problems, links) = check::pages::judge(*rendered, &input, diagnostics);
            diagnostics.extend(problems);
            product.links = Some(links);
        }
    }
    Ok(product)
}

/// Links that lead nowhere spoil no other page, so that the rest is told in the same run.
fn keeps_from_rendering(diagnostics: &Diagnostics) -> bool {
    let mut errors = diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
    errors.any(|error| !check::LINK_CODES.contains(&error.code))
}

/// Asks other sites about the links of a site that was checked; see [`check::external`].
pub fn ask_external<'a>(
    links: &'a check::pages::Links,
    config: &'a Config,
    cache: &check::external::cache::Cache,
    selection: &check::external::Selection,
    network: &Network,
) -> check::external::Plan<'a> {
    check::external::plan(&links.external, config, cache, selection, network)
}

/// What a site has beyond Zola's. With broken documents whatever refers to them would be blamed, so that
/// the strategy is read for its anchors only.
fn extension<'a>(
    world: &dyn World,
    site: &'a Site,
    bodies: &'a Bodies,
    templates: &Templates,
    diagnostics: &mut Diagnostics,
) -> Box<dyn Extension + 'a> {
    let mut problems = Diagnostics::default();
    let strategy = crate::review::interpret(world, site, bodies, templates, &mut problems);
    if !site.has_broken() {
        diagnostics.extend(problems);
    }
    match strategy {
        Some(strategy) => Box::new(strategy),
        None => Box::new(Plain),
    }
}

fn counts(site: &Site) -> Counts {
    Counts {
        pages: site.pages.len(),
        orphans: site.pages.iter().filter(|page| page.section.is_none()).count(),
        sections: site.sections.len(),
    }
}

/// Pages that are written and in no section.
fn orphans(site: &Site) -> Vec<PathBuf> {
    let pages = site.pages.iter().filter(|page| page.section.is_none() && page.matter().render);
    pages.map(|page| page.document.file.path.clone()).collect()
}

/// Whether a folder holds a source, by its name or by where links lead.
fn holds(output: &Path, source: &Path) -> bool {
    let is_real = || source.canonicalize().ok()?.starts_with(output.canonicalize().ok()?).then_some(());
    source.starts_with(output) || is_real().is_some()
}

/// Everything in the output that is not the site's is removed, so nothing else may be there.
fn check_output(config: &Config, destination: Destination, diagnostics: &mut Diagnostics) {
    let places = &config.places;
    if matches!(destination, Destination::Memory | Destination::Nowhere) {
        return;
    }
    let own = [&places.root, &places.content, &places.templates, &places.statics, &places.sass];
    let mut sources = own.into_iter().chain([&places.config_file]).chain(&places.theme);
    if sources.any(|source| holds(&places.output, source)) {
        let span = Span::file(&places.config_file);
        diagnostics.push(catalog::output_holds_sources(span, &places.output));
    }
    if destination == Destination::NewFolder && places.output.exists() {
        diagnostics.push(catalog::output_exists(&places.output));
    }
}
