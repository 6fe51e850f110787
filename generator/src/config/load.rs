//! Finds, reads and validates the configuration file.

use std::path::{Path, PathBuf};

use crate::config::{Config, Mode};
use crate::diagnostic::Diagnostics;
use crate::world::World;

/// What the command line says instead of the file.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// `--base-url`
    pub base_url: Option<String>,
    /// `--output-dir`
    pub output_dir: Option<PathBuf>,
    /// `--content`
    pub content: Option<PathBuf>,
    /// `--minify`
    pub minify: bool,
    /// The subcommand.
    pub mode: Mode,
}

/// Reads the configuration of the site at `root`: `file` if it is named, otherwise `zola.toml`,
/// otherwise `config.toml`. `None` (with diagnostics) if nothing can be built from it.
pub fn load(
    world: &dyn World,
    root: &Path,
    file: Option<&Path>,
    overrides: &Overrides,
    diagnostics: &mut Diagnostics,
) -> Option<Config> {
    let _ = (world, root, file, overrides, diagnostics);
    todo!("config helper")
}
