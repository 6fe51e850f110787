//! The template engine: Tera with the site's templates and everything they can call. The site's own
//! templates come before the theme's before the built-in ones.
//!
//! Functions and filters are known by name before the first template is read, so that a wrong name is
//! found at load. What they can answer grows with the stages: files and settings at once, addresses
//! with [`Templates::with_site`] (for the templates in Markdown), pages with [`Templates::with_values`].

mod bounds;
pub mod builtin;
pub mod chain;
pub mod complaint;
pub mod filters;
pub mod functions;
pub mod literals;
mod load;
pub mod problem;
pub mod snippets;
pub mod tera_1;
pub mod unclosed;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tera::{Context, Tera, Value};

use crate::config::Config;
use crate::diagnostic::catalog::templates as catalog;
use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use crate::discover::Inventory;
use crate::highlight::Highlighter;
use crate::site::Site;
use crate::values::Values;
pub use bounds::Bound;
use bounds::Bounded;
use complaint::Position;
use functions::Files;
use literals::Loaded;

/// The Zola that templates are told they run on (`zola_version`).
pub const ZOLA_VERSION: &str = "0.23.0";

/// What a note says of the template that reads a broken file.
const LOADED_HERE: &str = "loaded here";

/// All templates of a site, with every function and filter registered.
#[derive(Clone)]
pub struct Templates {
    /// The engine.
    pub tera: Tera,
    /// The site's own templates, by their names in the engine.
    sources: Arc<Sources>,
    /// What the names of the theme's templates begin with.
    theme: Option<String>,
    files: Arc<Files>,
}

/// Why a body, or another part of a file, was not rendered.
#[derive(Debug)]
pub enum BodyError {
    /// The engine's complaint.
    Engine(Box<tera::Error>),
    /// It was stopped.
    Bound(Bound),
}

/// Templates by name, for messages; the built-in ones are not among them.
pub type Sources = BTreeMap<String, Source>;

/// A template's file and text.
#[derive(Debug, Clone)]
pub struct Source {
    /// As the world knows it.
    pub path: PathBuf,
    /// What stands in it.
    pub text: String,
}

impl Source {
    /// A place that the engine tells.
    fn span(&self, position: &Position) -> Span {
        Span::new(&self.path, self.range(position))
    }

    /// Its bytes.
    fn range(&self, position: &Position) -> std::ops::Range<usize> {
        Loaded::new(&self.text).range(position)
    }
}

impl Templates {
    /// Loads all templates. Those with mistakes are reported, each with all that can be said about it,
    /// and left out.
    pub fn load(
        config: &Arc<Config>,
        inventory: &Inventory,
        files: &Arc<Files>,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let mut tera = Tera::default();
        let theme = config.theme.as_ref().map(|theme| format!("{theme}/templates/"));
        tera.set_fallback_prefixes(
            theme.iter().cloned().chain([builtin::PREFIX.to_owned()]).collect::<Vec<_>>(),
        )
        .expect("prefixes can be set while there is no template");
        functions::register(&mut tera, config, files);
        filters::register(&mut tera, config);
        tera.global_context().insert("zola_version", ZOLA_VERSION);
        let sources = load::read(files.world(), inventory, diagnostics);
        load::add(&mut tera, &sources, theme.as_deref(), diagnostics);
        Self { tera, sources: Arc::new(sources), theme, files: Arc::clone(files) }
    }

    /// The same, with the site's addresses: `get_url` and the `markdown` filter know pages, `get_page`
    /// and its like give pages and sections without their bodies.
    #[must_use]
    pub fn with_site(mut self, site: &Arc<Site>, highlighter: Option<&Arc<Highlighter>>) -> Self {
        let plain = self.clone();
        filters::register_markdown(&mut self.tera, site, plain, highlighter.cloned());
        functions::register_site(&mut self.tera, site, &self.files);
        self
    }

    /// The same, with complete pages.
    #[must_use]
    pub fn with_values(mut self, site: &Arc<Site>, values: &Arc<Values>) -> Self {
        functions::register_values(&mut self.tera, site, values);
        self
    }

    /// The same, with further variables for all templates.
    #[must_use]
    pub fn with_globals(mut self, globals: Vec<(&'static str, Value)>) -> Self {
        for (name, value) in globals {
            self.tera.global_context().insert_value(name, value);
        }
        self
    }

    /// What templates can reach beside the site.
    pub fn files(&self) -> &Arc<Files> {
        &self.files
    }

    /// Whether the site, its theme or we have a template of that name.
    pub fn contains(&self, name: &str) -> bool {
        self.tera.contains_template(name)
    }

    /// Whether there is a template of that name which has mistakes, or depends on one that has, so that
    /// it was left out.
    pub fn is_broken(&self, name: &str) -> bool {
        !self.contains(name) && finds(name, self.theme.as_deref(), |other| self.sources.contains_key(other))
    }

    /// The file of one of the site's own templates.
    pub fn file(&self, name: &str) -> Option<&Path> {
        self.sources.get(name).map(|source| source.path.as_path())
    }

    /// The site's own templates, for messages.
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// A place in one of the site's own templates.
    pub fn span(&self, name: &str, position: &Position) -> Option<Span> {
        let source = self.sources.get(name)?;
        Some(source.span(position))
    }

    /// Names of the site's own templates.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.sources.keys().map(String::as_str)
    }

    /// Renders a template.
    ///
    /// # Errors
    /// What is wrong with it, with its place in the template.
    pub fn render(&self, name: &str, context: &Context) -> Result<String, Diagnostics> {
        self.render_part(name, context).map_err(|error| {
            let mut problems = Diagnostics::default();
            match error {
                BodyError::Bound(bound) => {
                    problems.push(catalog::bound_reached(self.file(name).map(Span::file), bound));
                }
                BodyError::Engine(error) => {
                    let theme = self.theme.as_deref();
                    for diagnostic in problem::in_rendering(name, &error, &self.sources, theme).iter() {
                        problems.push(self.in_its_file(diagnostic.clone()));
                    }
                }
            }
            problems
        })
    }

    /// Renders a template for a part of a file.
    ///
    /// # Errors
    /// What the engine says, or the bound that was reached.
    pub fn render_part(&self, name: &str, context: &Context) -> Result<String, BodyError> {
        bounds::within(Bounded::new(), |bounded| self.tera.render_to(name, context, bounded))
    }

    /// Renders a body, which is no file of its own.
    ///
    /// # Errors
    /// What the engine says, or the bound that was reached.
    pub fn render_body(&self, text: &str, context: &Context) -> Result<String, BodyError> {
        bounds::within(Bounded::new(), |bounded| self.tera.render_str_to(text, context, false, bounded))
    }

    /// What the engine says of a file that a template reads, as a problem of that file.
    fn in_its_file(&self, diagnostic: Diagnostic) -> Diagnostic {
        match self.files.mistake(&diagnostic.message) {
            Some(mistake) => mistake.note(LOADED_HERE, diagnostic.span),
            None => diagnostic,
        }
    }

    /// The same for a message of the engine; `span` is the call.
    pub fn mistake_in_file(&self, message: &str, span: Span) -> Option<Diagnostic> {
        self.files.mistake(message).map(|mistake| mistake.note(LOADED_HERE, span))
    }
}

/// Whether the engine finds `wanted` among some names: by itself, or as the theme's.
fn finds(wanted: &str, theme: Option<&str>, is_there: impl Fn(&str) -> bool) -> bool {
    is_there(wanted) || theme.is_some_and(|theme| is_there(&format!("{theme}{wanted}")))
}
