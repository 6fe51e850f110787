//! Where what is more than a Zola site comes in, without rendering knowing what it is.
//!
//! Implemented by `review` for sites with `[extra.auslage]`; [`Plain`] for all others. The pipeline makes
//! the extension after `compose` and hands it to [`super::render`]. It is asked from several threads.

use std::path::PathBuf;

use tera::{Context, Value};

use crate::diagnostic::Diagnostics;
use crate::emit::Artifact;
use crate::site::NodeId;
use crate::values::Additions;

/// Adds variables, pages and files to a site.
pub trait Extension: Additions {
    /// Variables of every template (`strategy`), in one language.
    fn globals(&self, language: &str) -> Vec<(&'static str, Value)>;

    /// Fragments that templates add to a page or section (`absatz-6.1.3`), so that links may lead there.
    fn anchors(&self, node: NodeId) -> Vec<String>;

    /// Pages that have no Markdown (form pages). Called once; each is rendered in parallel with all
    /// others, its context extended by `config`, `lang`, `current_path`, `current_url` and the globals.
    fn extra_pages(&self) -> Vec<ExtraPage>;

    /// Files of the world that are copied to the output as they are, like static files.
    fn copies(&self) -> Vec<CopiedFile>;

    /// Paths below which another program answers (`/rueckmeldung/`): links may lead there.
    fn served_elsewhere(&self) -> Vec<String>;

    /// Files that are made out of rendered templates (`review.json`). `templates` renders a template of
    /// the site by name; what goes wrong is already in the diagnostics when it gives `None`.
    fn extra_files(&self, templates: &dyn RenderText, diagnostics: &mut Diagnostics) -> Vec<Artifact>;
}

/// A page out of a template alone.
#[derive(Debug, Clone)]
pub struct ExtraPage {
    /// Its path with slashes at both ends (`/vorschlag/6.1.3/`), or that of a file (`/404.html`).
    pub path: String,
    /// Its language.
    pub language: String,
    /// Its template.
    pub template: &'static str,
    /// Its own variables.
    pub context: Context,
}

/// A file that is copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopiedFile {
    /// Where it lies, as the world knows it.
    pub from: PathBuf,
    /// Below the output, with `/`.
    pub to: String,
}

/// Renders a template into text instead of a file.
pub trait RenderText {
    /// The template `name`, in the site's default language, with `config`, `lang`, the globals and
    /// `context`. `None` after a mistake, which is reported.
    fn text(&self, name: &str, context: Context, diagnostics: &mut Diagnostics) -> Option<String>;
}

/// A site that is only a site.
#[derive(Debug, Clone, Copy)]
pub struct Plain;

impl Additions for Plain {}

impl Extension for Plain {
    fn globals(&self, _: &str) -> Vec<(&'static str, Value)> {
        Vec::new()
    }

    fn anchors(&self, _: NodeId) -> Vec<String> {
        Vec::new()
    }

    fn extra_pages(&self) -> Vec<ExtraPage> {
        Vec::new()
    }

    fn copies(&self) -> Vec<CopiedFile> {
        Vec::new()
    }

    fn served_elsewhere(&self) -> Vec<String> {
        Vec::new()
    }

    fn extra_files(&self, _: &dyn RenderText, _: &mut Diagnostics) -> Vec<Artifact> {
        Vec::new()
    }
}
