//! The site's templates, loaded into Tera: the site's own before the theme's before the built-in ones.

use std::collections::BTreeMap;
use std::path::PathBuf;
use tera::Tera;

/// All templates of a site, with every function and filter registered.
pub struct Templates {
    /// The engine.
    pub tera: Tera,
    /// File of each template, for diagnostics; built-in ones have none.
    pub files: BTreeMap<String, PathBuf>,
}
