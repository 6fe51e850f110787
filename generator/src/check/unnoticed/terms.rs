//! Terms of a taxonomy that are written in two ways.

use std::collections::BTreeMap;

use crate::diagnostic::Diagnostics;
use crate::diagnostic::Span;
use crate::diagnostic::catalog::unnoticed as catalog;
use crate::site::{Site, Taxonomy};

/// A spelling and where it is used.
type Uses<'a> = BTreeMap<&'a str, Vec<Span>>;

pub(super) fn check(site: &Site, diagnostics: &mut Diagnostics) {
    for taxonomy in &site.taxonomies {
        let uses = uses(site, taxonomy);
        let slug = |name: &str| crate::config::slugify::slugify_path(name, site.config.slugify.taxonomies);
        for group in grouped(&uses, slug) {
            for (name, other) in rarer(&uses, &group) {
                let (span, place) = (uses[name][0].clone(), uses[other][0].clone());
                diagnostics.push(catalog::one_term(span, name, other, place));
            }
        }
        for group in grouped(&uses, letters) {
            for (name, other) in rarer(&uses, &group) {
                // Who writes a term twice means it.
                if uses[name].len() == 1 && slug(name) != slug(other) {
                    let (span, place) = (uses[name][0].clone(), uses[other][0].clone());
                    diagnostics.push(catalog::two_terms(span, name, other, place));
                }
            }
        }
    }
}

fn uses<'a>(site: &'a Site, taxonomy: &Taxonomy) -> Uses<'a> {
    let mut uses = Uses::new();
    let name = &taxonomy.config.name;
    let pages = site.pages.iter().filter(|page| page.document.file.language == taxonomy.language);
    for page in pages.filter(|page| page.matter().render) {
        for (index, term) in page.matter().taxonomies.get(name).into_iter().flatten().enumerate() {
            let span = page.document.span(&format!("taxonomies.{name}.{index}"));
            uses.entry(term.as_str()).or_default().push(span);
        }
    }
    uses
}

/// Spellings that are the same by `same`, where there are several.
fn grouped<'a>(uses: &Uses<'a>, same: impl Fn(&str) -> String) -> Vec<Vec<&'a str>> {
    let mut groups: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for name in uses.keys() {
        groups.entry(same(name)).or_default().push(name);
    }
    groups.into_values().filter(|group| group.len() > 1).collect()
}

/// Each spelling but the most frequent, with that one; of several the first in byte order.
fn rarer<'a>(uses: &Uses<'a>, group: &[&'a str]) -> Vec<(&'a str, &'a str)> {
    let most = group.iter().max_by(|a, b| uses[*a].len().cmp(&uses[*b].len()).then(b.cmp(a)));
    let Some(most) = most else { return Vec::new() };
    group.iter().filter(|name| *name != most).map(|name| (*name, *most)).collect()
}

/// A term without what people write in two ways: case, umlauts, hyphens and spaces.
fn letters(name: &str) -> String {
    let mut letters = String::new();
    for letter in name.chars().flat_map(char::to_lowercase) {
        match letter {
            'ä' => letters.push_str("ae"),
            'ö' => letters.push_str("oe"),
            'ü' => letters.push_str("ue"),
            'ß' => letters.push_str("ss"),
            '-' | '_' => letters.push(' '),
            letter => letters.push(letter),
        }
    }
    letters
}
