//! Two things at one address.

use std::collections::BTreeMap;

use crate::diagnostic::catalog::site as catalog;
use crate::diagnostic::{Diagnostics, Span};
use crate::site::{Page, Section, Taxonomy};

/// Who claims an address: files through their path or an alias.
type Claims = BTreeMap<String, Vec<(Span, String)>>;

/// Reports every address that more than one file, or a file and a taxonomy, would write.
pub(super) fn check(
    pages: &[Page],
    sections: &[Section],
    taxonomies: &[Taxonomy],
    diagnostics: &mut Diagnostics,
) {
    let claims = claims(pages, sections);
    for (path, files) in &claims {
        for (other, _) in &files[1..] {
            let (first, name) = &files[0];
            diagnostics.push(catalog::same_address(other.clone(), path, first.clone(), name));
        }
    }
    for taxonomy in taxonomies.iter().filter(|taxonomy| taxonomy.config.render) {
        let lists = [(&taxonomy.address.path, None)];
        let terms = taxonomy.terms.iter().map(|term| (&term.address.path, Some(term.name.as_str())));
        for (path, term) in lists.into_iter().chain(terms) {
            for (file, _) in claims.get(path).into_iter().flatten() {
                diagnostics.push(catalog::taxonomy_address(file.clone(), path, &taxonomy.config.name, term));
            }
        }
    }
}

fn claims(pages: &[Page], sections: &[Section]) -> Claims {
    let mut claims = Claims::new();
    let mut claim = |path: &str, name: &str, span: Span| {
        let files = claims.entry(path.to_owned()).or_default();
        if files.iter().all(|(file, _)| file.path != span.path) {
            files.push((span, name.to_owned()));
        }
    };
    for section in sections.iter().filter(|section| section.matter.render) {
        let Some(document) = &section.document else { continue };
        claim(&section.address.path, &section.relative, Span::file(&document.file.path));
        for (index, alias) in section.matter.aliases.iter().enumerate() {
            claim(alias, &section.relative, document.span(&format!("aliases.{index}")));
        }
    }
    for page in pages.iter().filter(|page| page.matter().render) {
        let name = &page.document.file.relative;
        claim(&page.address.path, name, address_span(page));
        for (index, alias) in page.matter().aliases.iter().enumerate() {
            claim(alias, name, page.document.span(&format!("aliases.{index}")));
        }
    }
    claims
}

/// What gave the page its address.
fn address_span(page: &Page) -> Span {
    let keys = ["path", "slug"];
    let key = keys.into_iter().find(|key| page.document.spans.contains_key(*key));
    page.document.span(key.unwrap_or_default())
}
