//! `sass/` → style sheets, compressed as Zola's are.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use grass::{Options, OutputStyle};
use rayon::prelude::*;

use crate::diagnostic::catalog::render as catalog;
use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use crate::discover::Inventory;
use crate::world::{World, tidy};

/// All style sheets by path below the output.
pub fn compile(
    world: &dyn World,
    inventory: &Inventory,
    diagnostics: &mut Diagnostics,
) -> BTreeMap<String, Arc<[u8]>> {
    let compiled: Vec<_> = inventory.sass.par_iter().map(|file| sheet(world, &file.path)).collect();
    let mut sheets = BTreeMap::new();
    for (file, result) in inventory.sass.iter().zip(compiled) {
        match result {
            Ok(css) => {
                sheets.insert(file.relative.clone(), Arc::from(css.into_bytes()));
            }
            Err(diagnostic) => diagnostics.push(diagnostic),
        }
    }
    sheets
}

fn sheet(world: &dyn World, path: &Path) -> Result<String, Diagnostic> {
    let files = WorldFs(world);
    let options = Options::default().style(OutputStyle::Compressed).quiet(true).fs(&files);
    grass::from_path(path, &options).map_err(|error| problem(world, path, *error))
}

fn problem(world: &dyn World, path: &Path, error: grass::Error) -> Diagnostic {
    match error.kind() {
        grass::ErrorKind::ParseError { message, loc, .. } => {
            let file = PathBuf::from(loc.file.name());
            let start = byte(world, &file, loc.begin.line, loc.begin.column);
            let end = byte(world, &file, loc.end.line, loc.end.column);
            catalog::sass(Span::new(file, start..end.max(start)), &message)
        }
        grass::ErrorKind::IoError(error) => catalog::sass(Span::file(path), &error.to_string()),
        grass::ErrorKind::FromUtf8Error(message) => catalog::sass(Span::file(path), &message),
        _ => catalog::sass(Span::file(path), "it cannot be compiled"),
    }
}

/// Bytes before a line and column, both counted from 0.
fn byte(world: &dyn World, path: &Path, line: usize, column: usize) -> usize {
    let text = world.read_text(path).unwrap_or_default();
    let before: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    let rest = text.get(before..).unwrap_or_default();
    before + rest.chars().take(column).map(char::len_utf8).sum::<usize>()
}

/// The compiler's files are the world's.
struct WorldFs<'a>(&'a dyn World);

impl std::fmt::Debug for WorldFs<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("WorldFs")
    }
}

impl grass::Fs for WorldFs<'_> {
    /// Asked only to look for an index file, so a folder is what has one.
    fn is_dir(&self, path: &Path) -> bool {
        ["_index.scss", "index.scss", "_index.sass", "index.sass", "_index.css", "index.css"]
            .iter()
            .any(|name| self.0.is_file(&path.join(name)))
    }

    fn is_file(&self, path: &Path) -> bool {
        self.0.is_file(path)
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.0.read(path).map(|bytes| bytes.to_vec())
    }

    /// One module under two spellings would be loaded twice.
    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        Ok(tidy(path))
    }
}
