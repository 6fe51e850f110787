//! Grammars and themes of the site's own: VS Code's JSON files, read through the [`World`].

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value as Json;

use super::endless;
use crate::config::Highlighting;
use crate::config::raw::At;
use crate::diagnostic::catalog::highlight as catalog;
use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use crate::guard;
use crate::world::{World, tidy};

/// The largest grammar there is (C++) has less than a tenth of it. giallo counts the rules with 16 bits.
const LARGEST: usize = 8 << 20;
/// Looking through the largest grammars takes a fraction of a second.
const LIMIT: Duration = Duration::from_secs(20);

/// What the site brings along.
#[derive(Debug, Default)]
pub(super) struct Extras {
    /// In the order of the configuration.
    pub(super) grammars: Vec<Extra>,
    /// Likewise.
    pub(super) themes: Vec<Extra>,
}

/// A file that is JSON and has a name.
#[derive(Debug, Clone)]
pub(super) struct Extra {
    /// Small letters.
    pub(super) name: String,
    pub(super) path: PathBuf,
    pub(super) bytes: Arc<[u8]>,
}

impl Extras {
    /// Reads what the settings name below `root`.
    pub(super) fn read(
        settings: &Highlighting,
        root: &Path,
        world: &dyn World,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let mut read = |files: &[At<String>], keys: &[&str]| {
            let mut extras = Vec::new();
            for file in files {
                match extra(file, keys, root, world) {
                    Ok(extra) => extras.push(extra),
                    Err(diagnostic) => diagnostics.push(*diagnostic),
                }
            }
            extras
        };
        Self {
            grammars: read(&settings.extra_grammars, &["name", "scopeName"]),
            themes: read(&settings.extra_themes, &["name"]),
        }
    }

    /// A grammar that need not come to an end.
    pub(super) fn endless(&self) -> Option<Diagnostic> {
        let read = |extra: &Extra| serde_json::from_slice(&extra.bytes).unwrap_or_default();
        let grammars: Vec<Json> = self.grammars.iter().map(read).collect();
        match guard::run(LIMIT, move || endless::find(&grammars)) {
            Ok(None) => None,
            Ok(Some((index, pattern))) => {
                let extra = self.grammars.get(index)?;
                Some(catalog::endless_grammar(extra.place_of(&pattern), &pattern))
            }
            Err(_) => {
                let first = self.grammars.first()?;
                let reason = "its rules are too many to be looked through";
                Some(catalog::extra_unusable(Span::file(&first.path), reason))
            }
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.grammars.is_empty() && self.themes.is_empty()
    }

    pub(super) fn grammar_names(&self) -> impl Iterator<Item = &str> {
        self.grammars.iter().map(|grammar| grammar.name.as_str())
    }

    pub(super) fn theme_names(&self) -> impl Iterator<Item = &str> {
        self.themes.iter().map(|theme| theme.name.as_str())
    }
}

impl Extra {
    /// Where a text stands for the first time.
    fn place_of(&self, text: &str) -> Span {
        let written = serde_json::to_string(text).unwrap_or_default();
        let found = std::str::from_utf8(&self.bytes).ok().and_then(|file| file.find(&written));
        found.map_or_else(
            || Span::file(&self.path),
            |start| Span::new(&self.path, start..start + written.len()),
        )
    }
}

/// `keys` are texts that must be there.
fn extra(file: &At<String>, keys: &[&str], root: &Path, world: &dyn World) -> Result<Extra, Box<Diagnostic>> {
    let below = tidy(Path::new(&file.value));
    if below.as_os_str().is_empty() || !below.components().all(|part| matches!(part, Component::Normal(_))) {
        return Err(Box::new(catalog::extra_outside(file.span.clone(), &file.value)));
    }
    let path = root.join(below);
    let bytes = world
        .read(&path)
        .map_err(|error| Box::new(catalog::extra_unreadable(file.span.clone(), &path, &error)))?;
    if bytes.len() > LARGEST {
        return Err(Box::new(catalog::extra_too_large(file.span.clone(), &file.value)));
    }
    let json: Json = serde_json::from_slice(&bytes).map_err(|error| {
        let span = Span::new(&path, place(&bytes, error.line(), error.column()));
        Box::new(catalog::extra_syntax(span, &reason(&error)))
    })?;
    for key in keys {
        if json.get(key).and_then(Json::as_str).is_none_or(|text| text.trim().is_empty()) {
            return Err(Box::new(catalog::extra_incomplete(Span::file(&path), key)));
        }
    }
    let name = json.get("name").and_then(Json::as_str).unwrap_or_default().to_lowercase();
    Ok(Extra { name, path, bytes })
}

/// Bytes of a line and column, both counted from 1; the column in bytes.
pub(super) fn place(bytes: &[u8], line: usize, column: usize) -> std::ops::Range<usize> {
    let before: usize =
        bytes.split_inclusive(|byte| *byte == b'\n').take(line.saturating_sub(1)).map(<[u8]>::len).sum();
    let start = (before + column.saturating_sub(1)).min(bytes.len());
    start..(start + 1).min(bytes.len())
}

/// The message without the position, which the place shows.
pub(super) fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |(reason, _)| reason.to_owned())
}
