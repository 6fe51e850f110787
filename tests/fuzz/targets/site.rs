//! A configuration, a template and a page that may hold anything, as one site. What is written stays below
//! the output.

#![no_main]

use auslage::emit::stays_inside;
use auslage::pipeline::{Destination, Options, build};
use auslage::world::{MemoryWorld, World};
use libfuzzer_sys::fuzz_target;
use std::sync::Arc;

fuzz_target!(|input: (&str, &str, &str)| {
    let (config, template, page) = input;
    // A loop over a large range is slow and no mistake.
    if template.contains("range") || page.contains("range") {
        return;
    }
    let world = MemoryWorld::new(jiff::civil::date(2026, 11, 24))
        .with("zola.toml", format!("base_url = 'https://a.example'\n{config}"))
        .with("templates/page.html", template)
        .with("content/a.md", format!("+++\n{page}"));
    let world: Arc<dyn World> = Arc::new(world);
    let options = Options { destination: Destination::Memory, ..Options::default() };
    let outcome = build(&world, &options).expect("nothing but the input can be wrong");
    assert!(outcome.files.keys().all(|path| stays_inside(path)), "{:?}", outcome.files.keys());
});
