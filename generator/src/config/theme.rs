//! The theme's share of the configuration: `[extra]` of its `theme.toml`, laid underneath the site's.

use std::path::Path;

use serde_json::{Map, Value as Json};

use crate::config::load::read_toml;
use crate::config::raw::At;
use crate::data::{Entry, Value, spans, table_to_json};
use crate::diagnostic::catalog::config as catalog;
use crate::diagnostic::{Diagnostics, Span};
use crate::world::World;

/// Fills in what the site's `extra` does not say.
pub(super) fn merge_extra(
    world: &dyn World,
    root: &Path,
    config_file: &Path,
    theme: &At<String>,
    site: &[Entry],
    extra: &mut Map<String, Json>,
    diagnostics: &mut Diagnostics,
) {
    let path = root.join("themes").join(&theme.value).join("theme.toml");
    if !world.is_file(&path) {
        diagnostics.push(catalog::missing_theme(theme.span.clone(), &theme.value, &path));
        return;
    }
    let Some(entries) = read_toml(world, &path, diagnostics) else { return };
    let Some(entry) = entries.iter().find(|entry| entry.key == "extra") else { return };
    let Value::Table(entries) = &entry.node.value else { return };
    let mut clashes = Vec::new();
    merge("", extra, table_to_json(entries), &mut clashes);
    let (site, own) = (spans(site), spans(entries));
    for key in clashes {
        let place = |path: &Path, range: Option<&std::ops::Range<usize>>| match range {
            Some(range) => Span::new(path, range.clone()),
            None => Span::file(path),
        };
        let at_site = site.get(&key).map(|range| Span::new(config_file, range.clone()));
        diagnostics.push(catalog::theme_clash(at_site, place(&path, own.get(&key)), &key));
    }
}

fn merge(prefix: &str, into: &mut Map<String, Json>, from: Map<String, Json>, clashes: &mut Vec<String>) {
    for (key, value) in from {
        let name = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        match (into.get_mut(&key), value) {
            (None, value) => {
                into.insert(key, value);
            }
            (Some(Json::Object(into)), Json::Object(from)) => merge(&name, into, from, clashes),
            (Some(into), value) if into.is_object() != value.is_object() => clashes.push(name),
            (Some(_), _) => {}
        }
    }
}
