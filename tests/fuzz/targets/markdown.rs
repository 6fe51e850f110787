//! A body that may hold anything, with every option of `[markdown]` that the first byte switches on: from
//! the template in it to HTML, its anchors and blocks; and as a whole site, so that links are checked.

#![no_main]

use auslage::pipeline::{Destination, Options, build};
use auslage::world::{MemoryWorld, World};
use libfuzzer_sys::fuzz_target;
use std::sync::Arc;

const OPTIONS: [&str; 8] = [
    "smart_punctuation = true",
    "definition_list = true",
    "lazy_async_image = true",
    "bottom_footnotes = true",
    "github_alerts = true",
    "render_emoji = true",
    "external_links_target_blank = true",
    "insert_anchor_links = 'heading'",
];

const COMPONENTS: &str =
    "{% component kasten(art = \"a\", ...rest) %}<i>{{ art }}{{ rest }}</i>{% endcomponent %}";

fuzz_target!(|input: (u8, &str)| {
    let (switches, body) = input;
    let options = OPTIONS.iter().enumerate().filter(|(bit, _)| switches & (1 << bit) != 0);
    let options: Vec<&str> = options.map(|(_, option)| *option).collect();
    let config = format!("base_url = 'https://a.example'\n[markdown]\n{}\n", options.join("\n"));
    let world = MemoryWorld::new(jiff::civil::date(2026, 11, 24))
        .with("zola.toml", config)
        .with("templates/teile.html", COMPONENTS)
        .with("templates/page.html", "{{ page.summary }}{{ page.content | safe }}{{ page.toc }}")
        .with("content/a.md", format!("+++\n+++\n{body}"))
        .with("content/b.md", "+++\n+++\n# B\n");
    let world: Arc<dyn World> = Arc::new(world);
    let options = Options { destination: Destination::Memory, ..Options::default() };
    build(&world, &options).expect("nothing but the input can be wrong");
});
