//! Two things at one address.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::catalog::site as catalog;
use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use crate::parse::Document;
use crate::site::{Page, Section, Taxonomy};

/// Files that want an address, by the address, through their path or an alias.
type Claims<'a> = BTreeMap<String, Vec<Claim<'a>>>;

/// A file that wants an address.
struct Claim<'a> {
    /// Where it says so; none for the home page of a site that has no file for it.
    span: Option<Span>,
    name: &'a str,
    /// The address as it is written: Zola compares only that, so that `b` and `/b/` are two things to it.
    written: &'a str,
}

/// Reports every address that more than one file, or a file and a taxonomy, would write.
pub(super) fn check(
    pages: &[Page],
    sections: &[Section],
    taxonomies: &[Taxonomy],
    diagnostics: &mut Diagnostics,
) {
    let claims = claims(pages, sections);
    for (path, files) in &claims {
        for (at, claim) in files.iter().enumerate() {
            if let Some(clash) = clash(path, claim, &files[..at]) {
                diagnostics.push(clash);
            }
        }
    }
    for taxonomy in taxonomies.iter().filter(|taxonomy| taxonomy.config.render) {
        let lists = [(&taxonomy.address.path, None)];
        let terms = taxonomy.terms.iter().map(|term| (&term.address.path, Some(term.name.as_str())));
        for (path, term) in lists.into_iter().chain(terms) {
            let same = claims.get(path).into_iter().flatten().filter(|claim| claim.written == path);
            for span in same.filter_map(|claim| claim.span.clone()) {
                diagnostics.push(catalog::taxonomy_address(span, path, &taxonomy.config.name, term));
            }
        }
    }
}

/// What is to be said of a claim to a path that others claim already.
fn clash(path: &str, claim: &Claim<'_>, earlier: &[Claim<'_>]) -> Option<Diagnostic> {
    let span = claim.span.as_ref()?;
    let is_other = |other: &&Claim<'_>| other.span.as_ref().is_none_or(|other| other.path != span.path);
    let mut others = earlier.iter().filter(is_other);
    let first = others.clone().next()?;
    Some(match others.find(|other| other.written == claim.written) {
        Some(same) => catalog::same_address(span.clone(), path, same.span.clone(), same.name),
        None => catalog::overwritten_address(span.clone(), path, first.span.clone(), first.name),
    })
}

fn claims<'a>(pages: &'a [Page], sections: &'a [Section]) -> Claims<'a> {
    let mut claims = Claims::new();
    let mut claim = |path: &str, written: &'a str, name: &'a str, span: Option<Span>| {
        claims.entry(path.to_owned()).or_default().push(Claim { span, name, written });
    };
    let published = pages.iter().filter(|page| page.matter().render);
    let listed = sections.iter().filter(|section| section.matter.render);
    for section in listed.clone() {
        let (path, span) = (&section.address.path, section.document.as_ref().map(file));
        claim(path, path, &section.relative, span);
    }
    let folders: BTreeSet<&str> = sections.iter().map(|section| section.address.path.as_str()).collect();
    for page in published.clone().filter(|page| !stands_beside_section(page, &folders)) {
        let path = &page.address.path;
        claim(path, path, &page.document.file.relative, Some(address_span(page)));
    }
    // After all addresses: of the two it is the alias that has to go.
    for (section, document) in listed.filter_map(|section| Some((section, section.document.as_ref()?))) {
        for (index, alias) in section.matter.aliases.iter().enumerate() {
            let span = document.span(&format!("aliases.{index}"));
            claim(&alias_path(alias), alias, &section.relative, Some(span));
        }
    }
    for page in published {
        for (index, alias) in page.matter().aliases.iter().enumerate() {
            let span = page.document.span(&format!("aliases.{index}"));
            claim(&alias_path(alias), alias, &page.document.file.relative, Some(span));
        }
    }
    claims
}

fn file(document: &Document) -> Span {
    Span::file(&document.file.path)
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
