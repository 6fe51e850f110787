//! giallo's registry of grammars and themes: loaded once per process, again only if a site's own files differ.

use std::io::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use giallo::Registry;
use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;

use super::extras::{self, Extra, Extras};
use crate::diagnostic::catalog::highlight as catalog;
use crate::diagnostic::{Diagnostic, Span};
use crate::guard;

/// Loading takes a fraction of a second.
const LIMIT: Duration = Duration::from_secs(60);

type Digest = [u8; 32];

/// The last one that was asked for, by the digest of what was added to it.
static LAST: Mutex<Option<(Digest, Arc<Registry>)>> = Mutex::new(None);

/// The built-in grammars and themes with those of a site.
///
/// # Errors
/// Whatever is wrong with the site's.
pub(super) fn with(extras: &Extras) -> Result<Arc<Registry>, Box<Diagnostic>> {
    let digest = digest(extras);
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    match &*last {
        Some((known, registry)) if *known == digest => return Ok(Arc::clone(registry)),
        // Two of them at a time would take twice the memory.
        _ => *last = None,
    }
    let registry = Arc::new(build(extras)?);
    *last = Some((digest, Arc::clone(&registry)));
    Ok(registry)
}

fn digest(extras: &Extras) -> Digest {
    let mut digest = Sha256::new();
    for (kind, list) in [(0_u8, &extras.grammars), (1, &extras.themes)] {
        for extra in list {
            digest.update([kind]);
            digest.update(extra.bytes.len().to_le_bytes());
            digest.update(&extra.bytes);
        }
    }
    digest.finalize().into()
}

fn build(extras: &Extras) -> Result<Registry, Box<Diagnostic>> {
    let mut registry = Registry::builtin().expect("the built-in grammars are part of the program");
    for grammar in &extras.grammars {
        registry = add(registry, grammar, |registry, path| registry.add_grammar_from_path(path))?;
    }
    for theme in &extras.themes {
        registry = add(registry, theme, |registry, path| registry.add_theme_from_path(path))?;
    }
    if !extras.grammars.is_empty() {
        registry.link_grammars();
    }
    Ok(registry)
}

type Add = fn(&mut Registry, &Path) -> Result<(), giallo::Error>;

/// With a file more. giallo panics at some files that are well-formed and make no sense.
fn add(mut registry: Registry, extra: &Extra, add: Add) -> Result<Registry, Box<Diagnostic>> {
    let whole = Span::file(&extra.path);
    let file = temporary(extra)
        .map_err(|error| Box::new(catalog::extra_unusable(whole.clone(), &error.to_string())))?;
    let added = guard::run(LIMIT, move || {
        let added = add(&mut registry, file.path());
        added.map(|()| registry)
    });
    match added {
        Ok(Ok(registry)) => Ok(registry),
        Ok(Err(error)) => Err(Box::new(refused(extra, whole, &error))),
        Err(_) => Err(Box::new(catalog::extra_unusable(whole, "it makes no sense to the highlighter"))),
    }
}

/// giallo reads files only, and what the world has read need not be a file.
fn temporary(extra: &Extra) -> std::io::Result<NamedTempFile> {
    let mut file = NamedTempFile::new()?;
    file.write_all(&extra.bytes)?;
    file.flush()?;
    Ok(file)
}

fn refused(extra: &Extra, whole: Span, error: &giallo::Error) -> Diagnostic {
    match error {
        giallo::Error::ReplacingGrammarPostLinking(name) => catalog::grammar_name_taken(whole, name),
        giallo::Error::Json(error) => {
            let place = extras::place(&extra.bytes, error.line(), error.column());
            catalog::extra_unusable(Span::new(&extra.path, place), &extras::reason(error))
        }
        other => catalog::extra_unusable(whole, &other.to_string()),
    }
}
