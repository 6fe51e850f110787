//! What the generator supports, asked of the generator itself: options, keys, variables, functions, filters
//! and tests. `docs/surface.md` is made of it, and `tests/zola-surface.md`, the list of what Zola has, is
//! held against it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use auslage::cli::arguments::Arguments;
use auslage::engine::{filters, functions};
use auslage::pipeline::{Destination, Options, build};
use auslage::world::{MemoryWorld, World};
use clap::CommandFactory as _;

/// Names by area, areas in the order of the document.
pub struct Surface(pub Vec<(&'static str, BTreeSet<String>)>);

impl Surface {
    /// Asks the program.
    pub fn of_the_program() -> Self {
        let mut areas = vec![
            ("Command line", options()),
            ("Configuration", auslage::config::raw::known_keys()),
            ("Front matter of pages", auslage::parse::page_keys()),
            ("Front matter of sections", auslage::parse::section_keys()),
        ];
        let mut variables = variables();
        for name in VARIABLES {
            areas.push((name, variables.remove(name).unwrap_or_default()));
        }
        areas.push(("Functions", texts(&functions::NAMES)));
        areas.push(("Filters", texts(&filters::NAMES)));
        areas.push(("Tests", texts(&filters::TESTS)));
        Self(areas)
    }

    /// An area's names.
    pub fn area(&self, name: &str) -> &BTreeSet<String> {
        let found = self.0.iter().find(|(area, _)| *area == name);
        &found.unwrap_or_else(|| panic!("there is no area `{name}`")).1
    }

    /// `docs/surface.md`
    pub fn document(&self) -> String {
        let mut text = String::from(
            "# What is supported\n\n\
             The whole surface of Zola 0.23 that this program has, asked of the program itself.\n\
             A test compares this page with the program and with the list of what Zola has \
             (`tests/zola-surface.md`);\n\
             `UPDATE_DOCS=1 cargo nextest run -p auslage-tests --test surface` writes it anew.\n",
        );
        for (area, names) in &self.0 {
            let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            // Writing to a string does not fail.
            let _ = write!(text, "\n## {area}\n\n{}\n", names.join(", "));
        }
        text
    }
}

fn texts(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// `build --drafts`, `serve -p --port`, …
fn options() -> BTreeSet<String> {
    let mut command = Arguments::command();
    command.build();
    let mut found = BTreeSet::new();
    let mut add = |name: &str, command: &clap::Command| {
        for option in command.get_arguments().filter(|option| {
            !option.is_positional() && !matches!(option.get_id().as_str(), "help" | "version")
        }) {
            let short = option.get_short().map(|short| format!("-{short}"));
            let long = option.get_long().map(|long| format!("--{long}"));
            let words = [(!name.is_empty()).then(|| name.to_owned()), short, long];
            found.insert(words.into_iter().flatten().collect::<Vec<_>>().join(" "));
        }
        if !name.is_empty() {
            found.insert(name.to_owned());
        }
    };
    add("", &command);
    for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
        add(sub.get_name(), sub);
    }
    found
}

/// Variables whose keys are listed.
const VARIABLES: [&str; 8] =
    ["config", "page", "section", "paginator", "taxonomy", "term", "toc entry", "translation"];

/// Keys of the maps that templates see, read by templates of a small site.
fn variables() -> BTreeMap<&'static str, BTreeSet<String>> {
    let keys = |name: &str, map: &str| format!("{name}:{{{{ {map} | keys | join(sep=',') }}}}\n");
    let page = [
        keys("config", "config"),
        keys("page", "page"),
        keys("toc entry", "page.toc[0]"),
        keys("translation", "page.translations[0]"),
    ];
    let section =
        [keys("section", "section"), "{% if paginator %}".to_owned(), keys("paginator", "paginator")];
    let single = [keys("taxonomy", "taxonomy"), keys("term", "term")];
    let config = "base_url = 'https://a.example'\ntaxonomies = [{ name = 'tags' }]\n[languages.de]\n\
                  taxonomies = [{ name = 'tags' }]\n";
    let world = MemoryWorld::new(jiff::civil::date(2026, 11, 23))
        .with("zola.toml", config)
        .with("templates/page.html", page.concat())
        .with("templates/section.html", format!("{}{{% endif %}}", section.concat()))
        .with("templates/index.html", "")
        .with("templates/taxonomy_list.html", "")
        .with("templates/taxonomy_single.html", single.concat())
        .with("content/a/_index.md", "+++\npaginate_by = 5\n+++\n")
        .with("content/a/p.md", "+++\ntitle = 'p'\n[taxonomies]\ntags = ['t']\n+++\n# H\n")
        .with("content/a/p.de.md", "+++\ntitle = 'p'\n+++\n# H\n");
    let world: Arc<dyn World> = Arc::new(world);
    let options = Options { destination: Destination::Memory, ..Options::default() };
    let outcome = build(&world, &options).expect("the sample is in memory");
    assert!(!outcome.diagnostics.has_errors(), "{:#?}", outcome.diagnostics.sorted());
    let mut found = BTreeMap::new();
    for path in ["a/p/index.html", "a/index.html", "tags/t/index.html"] {
        let text = String::from_utf8(outcome.files[path].clone()).expect("pages are text");
        for line in text.lines() {
            let Some((name, names)) = line.split_once(':') else { continue };
            let Some(name) = VARIABLES.iter().find(|variable| **variable == name) else { continue };
            found.insert(*name, names.split(',').map(str::to_owned).collect());
        }
    }
    found
}
