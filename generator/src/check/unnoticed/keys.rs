//! Keys of front matter that have no effect where they stand.

use std::collections::BTreeMap;

use crate::diagnostic::catalog::unnoticed as catalog;
use crate::diagnostic::{Diagnostics, Span};
use crate::parse::{Document, SortBy};
use crate::site::{PageId, Section, Site};

pub(super) fn check(site: &Site, diagnostics: &mut Diagnostics) {
    weights(site, diagnostics);
    for page in &site.pages {
        let document = &page.document;
        if page.matter().path.is_some() && page.matter().slug.is_some() {
            diagnostics.push(catalog::slug_beside_path(key(document, "slug"), document.span("path")));
        }
        misplaced_taxonomies(site, document, diagnostics);
    }
    for section in &site.sections {
        let Some(document) = &section.document else { continue };
        if document.spans.contains_key("paginate_by") {
            continue;
        }
        for name in ["paginate_path", "paginate_reversed"] {
            if document.spans.contains_key(name) {
                diagnostics.push(catalog::without_pagination(key(document, name), name));
            }
        }
    }
}

/// Weights on pages that no section sorts by weight; one warning a section, however many pages there are.
/// Templates do not see the weight of a page, so that it can have no other use.
fn weights(site: &Site, diagnostics: &mut Diagnostics) {
    let mut sections: BTreeMap<PageId, Vec<&Section>> = BTreeMap::new();
    for section in &site.sections {
        for id in section.pages.iter().chain(&section.ignored_pages) {
            sections.entry(*id).or_default().push(section);
        }
    }
    let mut idle: BTreeMap<&str, (&Section, Vec<&Document>)> = BTreeMap::new();
    for (id, sections) in &sections {
        let page = site.page(*id);
        let is_used = sections.iter().any(|section| section.matter.sort_by == SortBy::Weight);
        let Some(own) = page.section.filter(|_| page.matter().weight.is_some() && !is_used) else { continue };
        let own = site.section(own);
        idle.entry(&own.relative).or_insert_with(|| (own, Vec::new())).1.push(&page.document);
    }
    for (section, documents) in idle.into_values() {
        let place = section.document.as_ref().filter(|document| document.spans.contains_key("sort_by"));
        let place = place.map(|document| document.span("sort_by"));
        let sorted = sort_name(section.matter.sort_by);
        let span = key(documents[0], "weight");
        diagnostics.push(catalog::idle_weight(span, &section.relative, sorted, documents.len() - 1, place));
    }
}

fn sort_name(sort_by: SortBy) -> Option<&'static str> {
    Some(match sort_by {
        SortBy::None => return None,
        SortBy::Date => "date",
        SortBy::UpdateDate => "update_date",
        SortBy::Title => "title",
        SortBy::TitleBytes => "title_bytes",
        SortBy::Weight => "weight",
        SortBy::Slug => "slug",
        SortBy::Permalink => "permalink",
    })
}

/// Taxonomies that fell under `[extra]`, because its header stands above them. Sure only where every name in
/// there is a taxonomy of the site and the page has none otherwise.
fn misplaced_taxonomies(site: &Site, document: &Document, diagnostics: &mut Diagnostics) {
    let known = &site.config.language(&document.file.language).taxonomies;
    let mut names = document.spans.keys().filter_map(|key| {
        let name = key.strip_prefix("extra.taxonomies.")?.strip_suffix('=')?;
        (!name.contains('.')).then_some(name)
    });
    let first = names.next();
    let is_known = |name: &str| known.iter().any(|taxonomy| taxonomy.name == name);
    if first.is_some_and(is_known) && names.all(is_known) && !document.spans.contains_key("taxonomies") {
        diagnostics.push(catalog::taxonomies_below_extra(key(document, "extra.taxonomies")));
    }
}

/// Place of the key itself, or of what is known of it.
fn key(document: &Document, name: &str) -> Span {
    match document.spans.get(&format!("{name}=")) {
        Some(range) => Span::new(&document.file.path, range.clone()),
        None => document.span(name),
    }
}
