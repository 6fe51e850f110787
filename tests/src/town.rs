//! The real site, `site` and `content`, built on a day of its round.

use std::path::Path;
use std::sync::Arc;

use auslage::pipeline::{self, Destination, Options, Outcome};
use auslage::world::{DiskWorld, World};
use jiff::civil::{Date, date};

/// A day on which suggestions can be made.
pub const DAY: Date = date(2026, 11, 23);

/// Builds the site of this repository into a folder.
pub fn build_into(output: &Path) -> Outcome {
    let mut options = options();
    options.overrides.output_dir = Some(output.to_owned());
    build(&options)
}

/// Builds the site of this repository in memory.
pub fn build_in_memory() -> Outcome {
    build(&Options { destination: Destination::Memory, ..options() })
}

/// The same with `--minify`.
pub fn build_minified() -> Outcome {
    let mut options = Options { destination: Destination::Memory, ..options() };
    options.overrides.minify = true;
    build(&options)
}

fn options() -> Options {
    let root = super::root().join("site");
    assert!(
        root.join("node_modules").exists(),
        "run `npm ci` in `site`: styles and fonts come from packages"
    );
    Options { root, ..Options::default() }
}

fn build(options: &Options) -> Outcome {
    let world: Arc<dyn World> = Arc::new(DiskWorld::new(Some(DAY)));
    let outcome = pipeline::build(&world, options).expect("the site can be read");
    let said: Vec<String> =
        outcome.diagnostics.sorted().iter().map(|problem| format!("{problem:?}")).collect();
    assert!(said.is_empty(), "the site builds without a word, but:\n{}", said.join("\n"));
    outcome
}
