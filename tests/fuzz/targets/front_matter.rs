//! A Markdown file that may hold anything: it is read, or there are diagnostics, and each of them can be
//! shown.

#![no_main]

use auslage::config::Config;
use auslage::diagnostic::Diagnostics;
use auslage::diagnostic::report::{Format, render};
use auslage::discover::ContentFile;
use auslage::world::MemoryWorld;
use libfuzzer_sys::fuzz_target;
use std::path::Path;
use std::sync::OnceLock;

static CONFIG: OnceLock<Config> = OnceLock::new();

fuzz_target!(|text: &str| {
    let config = CONFIG.get_or_init(config);
    for name in ["seite.md", "2026-01-02_tag.md", "_index.md"] {
        let file = ContentFile { path: name.into(), relative: name.to_owned() };
        let mut diagnostics = Diagnostics::default();
        let document = auslage::parse::parse(&file, text.to_owned(), config, &mut diagnostics);
        assert!(document.is_some() || diagnostics.has_errors(), "a file vanished without a word");
        if let Some(document) = document {
            let _ = document.body();
        }
        let world = MemoryWorld::new(jiff::civil::date(2026, 11, 24)).with(name, text);
        let _ = render(&diagnostics, &world, Path::new(""), Format::Human);
    }
});

fn config() -> Config {
    let world =
        MemoryWorld::new(jiff::civil::date(2026, 11, 24)).with("zola.toml", "base_url = 'https://a.example'");
    let mut diagnostics = Diagnostics::default();
    let overrides = auslage::config::Overrides::default();
    auslage::config::load(&world, Path::new(""), None, &overrides, &mut diagnostics)
        .expect("the configuration is sound")
}
