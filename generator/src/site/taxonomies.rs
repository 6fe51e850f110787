//! Taxonomies and their terms, by language.

use std::collections::BTreeMap;

use crate::config::slugify::slugify_path;
use crate::config::{Config, TaxonomyConfig};
use crate::parse::SortBy;
use crate::site::{Page, PageId, Taxonomy, Term, addresses, sorting};

/// All taxonomies that are configured, with the terms that pages use.
pub(super) fn collect(pages: &[Page], config: &Config) -> Vec<Taxonomy> {
    let mut taxonomies = Vec::new();
    for (language, settings) in &config.languages {
        for taxonomy in &settings.taxonomies {
            taxonomies.push(Taxonomy {
                config: taxonomy.clone(),
                language: language.clone(),
                address: addresses::taxonomy(taxonomy, language, config),
                terms: terms(taxonomy, language, pages, config),
            });
        }
    }
    taxonomies
}

/// Terms by slug. Spellings that share a slug are one term, named as the first of them.
fn terms(taxonomy: &TaxonomyConfig, language: &str, pages: &[Page], config: &Config) -> Vec<Term> {
    let mut by_name: BTreeMap<(String, &str), Vec<PageId>> = BTreeMap::new();
    for (id, page) in pages.iter().enumerate() {
        let matter = page.matter();
        if !matter.render || page.document.file.language != language {
            continue;
        }
        for name in matter.taxonomies.get(&taxonomy.name).into_iter().flatten() {
            let slug = slugify_path(name, config.slugify.taxonomies);
            by_name.entry((slug, name)).or_default().push(PageId(id));
        }
    }
    let mut terms: Vec<Term> = Vec::new();
    for ((slug, name), ids) in by_name {
        let (mut listed, undated) = sorting::sort(pages, &ids, SortBy::Date);
        listed.extend(undated);
        match terms.last_mut().filter(|last| last.slug == slug) {
            Some(last) => last.pages.extend(listed),
            None => terms.push(Term {
                name: name.to_owned(),
                address: addresses::term(taxonomy, &slug, language, config),
                slug,
                pages: listed,
            }),
        }
    }
    terms
}
