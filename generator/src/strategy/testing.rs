//! Small sites for tests of the strategy and the review, made by the real stages.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::bodies::Bodies;
use crate::compose::{Templating, compose};
use crate::config::{Overrides, load};
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::discover::discover;
use crate::engine::Templates;
use crate::engine::functions::Files;
use crate::site::{Site, resolve};
use crate::world::{MemoryWorld, World};

/// A world with the given files (path below `content/`, text) and `[extra.auslage]` as TOML.
pub fn world(files: &[(&str, &str)], auslage: &str) -> MemoryWorld {
    let config = format!(
        "base_url = 'https://strategie.example'\ntitle = 'Strategie'\ndefault_language = 'de'\n[extra.auslage]\n{auslage}"
    );
    let world = MemoryWorld::new(jiff::civil::date(2026, 11, 2)).with("zola.toml", config);
    files.iter().fold(world, |world, (file, text)| world.with(format!("content/{file}"), text))
}

/// The site in a world.
pub fn site(world: &MemoryWorld) -> Site {
    composed(world).0
}

/// The site in a world with its bodies and templates.
pub fn composed(world: &MemoryWorld) -> (Site, Bodies, Templates) {
    let mut diagnostics = Diagnostics::default();
    let config = load(world, Path::new(""), None, &Overrides::default(), &mut diagnostics);
    let config = config.expect("the configuration is sound");
    let inventory = discover(world, &config, &mut diagnostics).expect("memory never fails");
    let documents = inventory.documents.iter().filter_map(|file| {
        let text = world.read_text(&file.path).expect("the file is there");
        crate::parse::parse(file, text, &config, &mut diagnostics)
    });
    let documents = documents.collect();
    let files = Files::new(Arc::new(world.clone()), config.places.clone(), BTreeMap::new());
    let templates =
        Templates::load(&Arc::new(config.clone()), &inventory, &Arc::new(files), &mut diagnostics);
    let site = Arc::new(resolve(config, documents, &inventory, false, &mut diagnostics));
    let bodies =
        compose(&site, &templates.clone().with_site(&site, None), Templating::Render, None, &mut diagnostics);
    ((*site).clone(), bodies, templates)
}

/// The diagnostics as `code` and the text at their place, sorted.
pub fn seen(world: &MemoryWorld, diagnostics: &Diagnostics) -> Vec<(&'static str, String)> {
    let place = |diagnostic: &Diagnostic| {
        let span = diagnostic.span.as_ref()?;
        let text = world.read_text(&PathBuf::from(&span.path)).ok()?;
        Some(text[span.range.clone()].to_owned())
    };
    let seen = diagnostics.sorted().into_iter();
    seen.map(|diagnostic| (diagnostic.code, place(diagnostic).unwrap_or_default())).collect()
}

/// Whether every diagnostic keeps to the style: lower case, no full stop, a place, a hint.
#[track_caller]
pub fn check_style(diagnostics: &Diagnostics) {
    for diagnostic in diagnostics.iter() {
        let message = &diagnostic.message;
        assert!(!message.ends_with('.'), "{message}");
        assert!(message.starts_with(|first: char| first.is_lowercase() || first == '`'), "{message}");
        assert!(diagnostic.hint.is_some() && diagnostic.span.is_some(), "{message}");
        assert!(diagnostic.severity <= Severity::Warning);
    }
}
