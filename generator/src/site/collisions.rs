//! Two things at one address.

use std::collections::{BTreeMap, BTreeSet};

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
    let published = pages.iter().filter(|page| page.matter().render);
    let listed = sections.iter().filter(|section| section.matter.render);
    let listed = listed.filter_map(|section| Some((section, section.document.as_ref()?)));
    for (section, document) in listed.clone() {
        claim(&section.address.path, &section.relative, Span::file(&document.file.path));
    }
    let folders: BTreeSet<&str> = sections.iter().map(|section| section.address.path.as_str()).collect();
    for page in published.clone().filter(|page| !stands_beside_section(page, &folders)) {
        claim(&page.address.path, &page.document.file.relative, address_span(page));
    }
    // After all addresses: of the two it is the alias that has to go.
    for (section, document) in listed {
        for (index, alias) in section.matter.aliases.iter().enumerate() {
            claim(&alias_path(alias), &section.relative, document.span(&format!("aliases.{index}")));
        }
    }
    for page in published {
        for (index, alias) in page.matter().aliases.iter().enumerate() {
            let span = page.document.span(&format!("aliases.{index}"));
            claim(&alias_path(alias), &page.document.file.relative, span);
        }
    }
    claims
}

/// Whether it is an `index.md` in the folder of a section, which is reported as such.
fn stands_beside_section(page: &Page, sections: &BTreeSet<&str>) -> bool {
    page.document.file.stem == "index" && sections.contains(page.address.path.as_str())
}

/// An alias as addresses are written: with slashes at both ends, unless it names a file.
fn alias_path(alias: &str) -> String {
    match alias.trim_matches('/') {
        "" => "/".to_owned(),
        file if file.ends_with(".html") => format!("/{file}"),
        folder => format!("/{folder}/"),
    }
}

/// What gave the page its address.
fn address_span(page: &Page) -> Span {
    let keys = ["path", "slug"];
    let key = keys.into_iter().find(|key| page.document.spans.contains_key(*key));
    page.document.span(key.unwrap_or_default())
}
