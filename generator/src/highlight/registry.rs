//! giallo's registry of grammars and themes: loaded once per process, again only if a site's own files differ.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result};
use giallo::Registry;
use sha2::{Digest as _, Sha256};

use super::extras::{self, Extra, Extras};
use crate::diagnostic::catalog::highlight as catalog;
use crate::diagnostic::{Diagnostic, Span};
use crate::guard;
use crate::world;

/// Loading takes a fraction of a second.
const LIMIT: Duration = Duration::from_secs(60);

/// SHA-256
pub(super) type Digest = [u8; 32];

/// What the site is to blame for.
type Judged<T> = std::result::Result<T, Box<Diagnostic>>;

/// The last one that was asked for, by the digest of what was added to it.
static LAST: Mutex<Option<(Digest, Arc<Registry>)>> = Mutex::new(None);

/// The built-in grammars and themes with those of a site.
///
/// # Errors
/// If the site's cannot be handed to the library. Whatever is wrong with them is the inner error.
pub(super) fn with(extras: &Extras) -> Result<Judged<Arc<Registry>>> {
    let digest = digest(extras);
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    match &*last {
        Some((known, registry)) if *known == digest => return Ok(Ok(Arc::clone(registry))),
        // Two of them at a time would take twice the memory.
        _ => *last = None,
    }
    Ok(build(extras)?.map(|registry| {
        let registry = Arc::new(registry);
        *last = Some((digest, Arc::clone(&registry)));
        registry
    }))
}

/// The built-in grammars and themes.
pub(super) fn plain() -> Arc<Registry> {
    let registry = with(&Extras::default()).expect("nothing is handed to the library");
    registry.expect("there is nothing of a site that could be wrong")
}

/// What tells these grammars and themes from others.
pub(super) fn digest(extras: &Extras) -> Digest {
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

fn build(extras: &Extras) -> Result<Judged<Registry>> {
    let mut registry = Registry::builtin().expect("the built-in grammars are part of the program");
    let as_grammar: Add = |registry, path| registry.add_grammar_from_path(path);
    let as_theme: Add = |registry, path| registry.add_theme_from_path(path);
    let grammars = extras.grammars.iter().map(|extra| (extra, as_grammar));
    let themes = extras.themes.iter().map(|extra| (extra, as_theme));
    for (extra, as_what) in grammars.chain(themes) {
        registry = match add(registry, extra, as_what)? {
            Ok(registry) => registry,
            Err(diagnostic) => return Ok(Err(diagnostic)),
        };
    }
    if !extras.grammars.is_empty() {
        registry.link_grammars();
    }
    Ok(Ok(registry))
}

type Add = fn(&mut Registry, &Path) -> Result<(), giallo::Error>;

/// With a file more. giallo panics at some files that are well-formed and make no sense.
fn add(mut registry: Registry, extra: &Extra, add: Add) -> Result<Judged<Registry>> {
    let whole = Span::file(&extra.path);
    let file = world::lend(&extra.bytes)
        .with_context(|| format!("cannot make a temporary file of `{}`", extra.path.display()))?;
    let added = guard::run(LIMIT, move || {
        let added = add(&mut registry, &file);
        added.map(|()| registry)
    });
    Ok(match added {
        Ok(Ok(registry)) => Ok(registry),
        Ok(Err(error)) => Err(Box::new(refused(extra, whole, &error))),
        Err(_) => Err(Box::new(catalog::extra_unusable(whole, "it makes no sense to the highlighter"))),
    })
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
