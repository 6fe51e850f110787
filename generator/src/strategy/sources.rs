//! The registry of sources: a TOML file beside the content, one table per source.

use std::collections::BTreeMap;

use super::fields::{Fields, Places};
use super::model::{Source, SourceId};
use crate::config::{AuslageTable, Config};
use crate::data;
use crate::data::Extra;
use crate::diagnostic::catalog::{data as forms, strategy as catalog};
use crate::diagnostic::{Diagnostics, Span};
use crate::world::World;

/// Name of the file below `content/` unless `[extra.auslage] sources` says otherwise.
const DEFAULT_FILE: &str = "sources.toml";

/// All registered sources.
#[derive(Debug, Default)]
pub struct Registry {
    /// By key.
    pub sources: Vec<Source>,
    /// Index of each key.
    pub by_key: BTreeMap<String, SourceId>,
    /// The file.
    pub path: std::path::PathBuf,
    /// Whether the file could not be read, which is reported: then no key is known, and no page is to
    /// blame for naming one.
    pub is_unreadable: bool,
}

/// Reads the registry. A missing file is a problem only where the configuration names it.
pub fn read(
    config: &Config,
    auslage: &AuslageTable,
    world: &dyn World,
    diagnostics: &mut Diagnostics,
) -> Registry {
    let named = auslage.table.get("sources").and_then(serde_json::Value::as_str);
    let path = config.places.content.join(named.unwrap_or(DEFAULT_FILE));
    let mut registry = Registry { path: path.clone(), ..Registry::default() };
    let Ok(text) = world.read_text(&path) else {
        if named.is_some() {
            registry.is_unreadable = true;
            let places = Places { path: &config.places.config_file, spans: &auslage.spans };
            diagnostics.push(catalog::no_source_registry(places.span("sources"), &path));
        }
        return registry;
    };
    match data::parse_toml(&text, 0) {
        Ok(entries) => fill(registry, &entries, diagnostics),
        Err(errors) => {
            for error in errors {
                diagnostics.push(forms::toml_syntax(Span::new(&path, error.range), &error.message));
            }
            registry.is_unreadable = true;
            registry
        }
    }
}

fn fill(mut registry: Registry, entries: &[data::Entry], diagnostics: &mut Diagnostics) -> Registry {
    let spans = data::spans(entries);
    let table = data::table_to_json(entries);
    let path = registry.path.clone();
    let places = Places { path: &path, spans: &spans };
    let mut names: Vec<&data::Entry> = entries.iter().collect();
    names.sort_by(|a, b| a.key.cmp(&b.key));
    for entry in names {
        let span = Span::new(&path, entry.key_range.clone());
        let Some(values) = table.get(&entry.key).and_then(serde_json::Value::as_object) else {
            diagnostics.push(forms::wrong_type(span, &entry.key, "a table", entry.node.value.kind()));
            continue;
        };
        let source = source(&entry.key, span, values, places, diagnostics);
        registry.by_key.insert(entry.key.clone(), SourceId(registry.sources.len()));
        registry.sources.push(source);
    }
    registry
}

fn source(
    key: &str,
    span: Span,
    values: &Extra,
    places: Places<'_>,
    diagnostics: &mut Diagnostics,
) -> Source {
    let mut fields = Fields::new(places, key, values);
    let title = fields.required("title", diagnostics);
    let source = Source {
        key: key.to_owned(),
        title: title.map_or_else(|| key.to_owned(), |title| title.text),
        publisher: fields.text("publisher", diagnostics),
        url: fields.text("url", diagnostics),
        language: fields.text("language", diagnostics),
        date: fields.date("date", diagnostics),
        excerpt: fields.flag("excerpt", diagnostics),
        machine_translated: fields.flag("machine_translated", diagnostics),
        used_by: Vec::new(),
        span,
    };
    fields.finish("a source", diagnostics);
    source
}
