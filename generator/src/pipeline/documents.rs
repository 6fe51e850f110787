//! Reads and parses all Markdown files, in parallel.

use anyhow::{Context as _, Result};
use rayon::prelude::*;

use crate::config::Config;
use crate::diagnostic::catalog::render as catalog;
use crate::diagnostic::{Diagnostics, Span};
use crate::discover::{ContentFile, Inventory};
use crate::parse::{self, Document};
use crate::world::World;

/// All documents.
#[derive(Debug, Default)]
pub(super) struct Documents {
    /// Those that could be read.
    pub(super) read: Vec<Document>,
    /// Paths below `content/` of those of which nothing is known but their mistakes.
    pub(super) broken: Vec<String>,
}

/// Reads them.
///
/// # Errors
/// Where the file system fails.
pub(super) fn read(
    world: &dyn World,
    inventory: &Inventory,
    config: &Config,
    diagnostics: &mut Diagnostics,
) -> Result<Documents> {
    let parsed: Vec<(Option<Document>, Diagnostics)> = inventory
        .documents
        .par_iter()
        .map(|file| {
            let mut problems = Diagnostics::default();
            let document = document(world, file, config, &mut problems)?;
            Ok((document, problems))
        })
        .collect::<Result<_>>()?;
    let mut documents = Documents::default();
    for (file, (document, problems)) in inventory.documents.iter().zip(parsed) {
        // A file that is passed over with a warning is not broken.
        if document.is_none() && problems.has_errors() {
            documents.broken.push(file.relative.clone());
        }
        diagnostics.extend(problems);
        documents.read.extend(document);
    }
    Ok(documents)
}

fn document(
    world: &dyn World,
    file: &ContentFile,
    config: &Config,
    diagnostics: &mut Diagnostics,
) -> Result<Option<Document>> {
    let bytes = world.read(&file.path).with_context(|| format!("cannot read `{}`", file.path.display()))?;
    match String::from_utf8(bytes.to_vec()) {
        Ok(text) => Ok(parse::parse(file, text, config, diagnostics)),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            diagnostics.push(catalog::no_text(Span::new(&file.path, at..at + 1)));
            Ok(None)
        }
    }
}
