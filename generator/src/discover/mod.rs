//! Stage 1: one walk over content, templates, static files, styles and themes; yields the [`Inventory`].
//!
//! Knows which files there are, nothing of what is in them.

use std::path::PathBuf;

use crate::config::Config;
use crate::diagnostic::Diagnostics;
use crate::world::World;

/// All files of a site, each list sorted by path.
#[derive(Debug, Clone, Default)]
pub struct Inventory {
    /// Markdown files below `content/`, by path relative to it, with `/` between folders.
    pub documents: Vec<ContentFile>,
    /// All other files below `content/` that may be colocated assets.
    pub assets: Vec<ContentFile>,
    /// Templates: name as Tera knows it (`page.html`, `blog/list.html`) and file.
    pub templates: Vec<TemplateFile>,
    /// Static files in the order in which they are laid down: the theme's, then the site's.
    pub statics: Vec<StaticFile>,
    /// Sass files that are compiled (no `_partials`): the theme's, then the site's.
    pub sass: Vec<StaticFile>,
}

/// A file below `content/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContentFile {
    /// As the world knows it.
    pub path: PathBuf,
    /// Below `content/`, with `/`.
    pub relative: String,
}

/// A template file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateFile {
    /// As the world knows it.
    pub path: PathBuf,
    /// Name in Tera.
    pub name: String,
}

/// A file that becomes a file at the same place of the output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaticFile {
    /// As the world knows it.
    pub path: PathBuf,
    /// Below the output, with `/`.
    pub relative: String,
}

/// Walks the site once.
///
/// # Errors
/// Only where the file system fails.
pub fn discover(
    world: &dyn World,
    config: &Config,
    diagnostics: &mut Diagnostics,
) -> anyhow::Result<Inventory> {
    let _ = (world, config, diagnostics);
    todo!("config helper")
}
