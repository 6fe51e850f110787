//! Reads template files and adds them to the engine, so that every mistake in every file is reported.
//!
//! The engine stops at the first broken file. If it does, each file is tried alone for its syntax; then
//! what is left is added again and again, each time without the file that was complained about, until
//! the rest is sound. Mistakes that only follow from a file left out are not reported.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;
use tera::{ErrorKind, Tera};

use super::chain::extends;
use super::complaint::{Complaint, quoted_after};
use super::literals::Loaded;
use super::{Source, Sources, builtin, finds, problem};
use crate::diagnostic::catalog::templates as catalog;
use crate::diagnostic::{Diagnostics, Span};
use crate::discover::Inventory;
use crate::world::World;

/// `{% component name(`
static COMPONENT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\{%-?\s*component\s+([A-Za-z_][\w.]*)").expect("the pattern is sound"));

/// Reads the files.
pub fn read(world: &dyn World, inventory: &Inventory, diagnostics: &mut Diagnostics) -> Sources {
    let mut sources = Sources::new();
    for file in &inventory.templates {
        match world.read_text(&file.path) {
            Ok(text) => {
                let source = Source { path: file.path.clone(), text };
                warn_about_shortcodes(&file.name, &source, diagnostics);
                sources.insert(file.name.clone(), source);
            }
            Err(error) => diagnostics.push(catalog::unreadable_template(Span::file(&file.path), &error)),
        }
    }
    sources
}

/// Adds all templates, or all that are sound. `theme` is what the names of the theme's begin with.
pub fn add(tera: &mut Tera, sources: &Sources, theme: Option<&str>, diagnostics: &mut Diagnostics) {
    tera.add_raw_templates(builtin::TEMPLATES).expect("the built-in templates are sound");
    if tera.add_raw_templates(sources.iter().map(loaded)).is_ok() {
        return;
    }
    let mut broken = with_syntax_errors(tera, sources, diagnostics);
    // Each turn leaves out at least one more template.
    loop {
        let sound = sources.iter().filter(|(name, _)| !broken.contains(name.as_str()));
        let Err(error) = tera.add_raw_templates(sound.map(loaded)) else {
            return;
        };
        let Complaints { about, report } = complaints(&error, sources, &broken, theme);
        let before = broken.len();
        broken.extend(about);
        if broken.len() == before {
            return diagnostics.extend(problem::in_template(&error, sources));
        }
        diagnostics.extend(report);
    }
}

fn loaded<'s>((name, source): (&'s String, &'s Source)) -> (&'s str, Loaded<'s>) {
    (name, Loaded::new(&source.text))
}

/// Reports every template that is no Tera 2 by itself; their names.
fn with_syntax_errors(tera: &Tera, sources: &Sources, diagnostics: &mut Diagnostics) -> BTreeSet<String> {
    let mut broken = BTreeSet::new();
    for (name, source) in sources {
        let Err(error) = tera.clone().add_raw_template(name, Loaded::new(&source.text).text()) else {
            continue;
        };
        if matches!(error.kind(), ErrorKind::SyntaxError(_)) {
            broken.insert(name.clone());
            diagnostics.extend(problem::in_template(&error, sources));
        }
    }
    broken
}

/// Shortcodes are no more than templates that nobody calls.
fn warn_about_shortcodes(name: &str, source: &Source, diagnostics: &mut Diagnostics) {
    let is_shortcode = name.starts_with("shortcodes/") || name.contains("/templates/shortcodes/");
    if is_shortcode && !COMPONENT.is_match(&source.text) {
        let stem = name.rsplit('/').next().unwrap_or(name).split('.').next().unwrap_or(name);
        diagnostics.push(catalog::shortcode(Span::file(&source.path), stem));
    }
}

/// Which templates the engine complains about, and what is to be said about them.
struct Complaints {
    about: BTreeSet<String>,
    report: Diagnostics,
}

fn complaints(
    error: &tera::Error,
    sources: &Sources,
    broken: &BTreeSet<String>,
    theme: Option<&str>,
) -> Complaints {
    let mut report = Diagnostics::default();
    let mut about = BTreeSet::new();
    match error.kind() {
        ErrorKind::MissingParent { current, parent } => {
            about.insert(current.clone());
            if let Some(source) = sources.get(current)
                && !finds(parent, theme, |name| broken.contains(name))
            {
                let span = Span::new(&source.path, extends(source).unwrap_or(0..0));
                report.push(catalog::unknown_template(
                    Some(span),
                    parent,
                    sources.keys().map(String::as_str),
                ));
            }
        }
        ErrorKind::CircularExtend { tpl, inheritance_chain: chain }
        | ErrorKind::CircularInclude { tpl, include_chain: chain } => {
            about.insert(tpl.clone());
            about.extend(chain.iter().cloned());
            let span =
                sources.get(tpl).map(|source| Span::new(&source.path, extends(source).unwrap_or(0..0)));
            report.push(catalog::circle_of_templates(span, tpl, chain));
        }
        ErrorKind::Msg(message) => {
            if let Some((component, first, second)) = problem::twice_defined(message) {
                about.insert(second.clone());
                let place = |name: &str| component_definition(sources, name, &component);
                report.push(catalog::component_twice(place(&second), place(&first), &component));
            }
            let complaints = Complaint::of_reports(message);
            about.extend(complaints.iter().filter_map(Complaint::template).map(str::to_owned));
            let own = complaints
                .iter()
                .filter(|complaint| !follows_from(&complaint.message, sources, broken, theme));
            report.extend(problem::all_reported(own, sources));
        }
        _ => {}
    }
    Complaints { about, report }
}

/// Whether a name is unknown only because the template that has it was left out.
fn follows_from(message: &str, sources: &Sources, broken: &BTreeSet<String>, theme: Option<&str>) -> bool {
    if let Some(component) = quoted_after(message, "Unknown component ") {
        return broken
            .iter()
            .filter_map(|name| sources.get(name))
            .any(|source| COMPONENT.captures_iter(&source.text).any(|captures| &captures[1] == component));
    }
    match quoted_after(message, "Unknown template ") {
        Some(template) => finds(template, theme, |name| broken.contains(name)),
        None => false,
    }
}

fn component_definition(sources: &Sources, template: &str, component: &str) -> Option<Span> {
    let source = sources.get(template)?;
    let mut definitions = COMPONENT.captures_iter(&source.text).filter_map(|captures| captures.get(1));
    let range = definitions.find(|name| name.as_str() == component)?.range();
    Some(Span::new(&source.path, range))
}
