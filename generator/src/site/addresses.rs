//! Where each page, section, taxonomy and term is published.

use crate::config::slugify::slugify_path;
use crate::config::{Config, TaxonomyConfig};
use crate::diagnostic::Diagnostics;
use crate::diagnostic::catalog::content as catalog;
use crate::parse::{Document, MatterDate, PageMatter, date};
use crate::site::Address;

impl Address {
    fn new(path: String, config: &Config) -> Self {
        let components = path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect();
        Self { permalink: config.permalink(&path), components, path }
    }
}

/// Slug, date and address of a page.
pub(super) fn page(
    document: &Document,
    matter: &PageMatter,
    config: &Config,
    diagnostics: &mut Diagnostics,
) -> (String, Option<MatterDate>, Address) {
    let file = &document.file;
    let name = match file.stem.as_str() {
        "index" => own_folder(document, config),
        stem => stem.to_owned(),
    };
    let (in_name, rest) = date::in_name(&name).map_or((None, None), |(date, rest)| (Some(date), rest));
    let rest = rest.filter(|_| !config.slugify.paths_keep_dates);
    let slug = matter.slug.as_deref().or(rest).unwrap_or(&name);
    let slug = slugify_path(slug, config.slugify.paths);
    let date = matter.date.clone().or_else(|| {
        let in_name = in_name?;
        let Some(date) = date::parse(in_name) else {
            diagnostics.push(catalog::bad_date_in_name(&file.path, in_name));
            return None;
        };
        Some(MatterDate { text: in_name.to_owned(), ..date })
    });
    let path = match &matter.path {
        Some(path) => {
            let path = path.trim();
            path.strip_prefix('/').unwrap_or(path).to_owned()
        }
        None => {
            let own = if file.stem == "index" && file.colocated.is_none() { "" } else { &slug };
            let language = (file.language != config.default_language).then_some(file.language.as_str());
            let folders = file.folders.iter().map(String::as_str);
            language.into_iter().chain(folders).chain([own]).collect::<Vec<_>>().join("/")
        }
    };
    let slash = if path.ends_with('/') || path.is_empty() { "" } else { "/" };
    (slug, date, Address::new(format!("/{path}{slash}"), config))
}

/// Name of the folder of an `index.md`.
fn own_folder(document: &Document, config: &Config) -> String {
    let folder = document.file.colocated.as_deref().map(|folder| folder.trim_end_matches('/'));
    let folder = folder.and_then(|folder| folder.rsplit('/').next()).map(str::to_owned);
    folder.unwrap_or_else(|| {
        let content = config.places.content.file_name().and_then(|name| name.to_str());
        content.unwrap_or("content").to_owned()
    })
}

/// Address of a section; folders are not slugified.
pub(super) fn section(folders: &[String], language: &str, config: &Config) -> Address {
    let language = (language != config.default_language).then_some(language);
    let parts = language.into_iter().chain(folders.iter().map(String::as_str));
    let path: String = parts.map(|part| format!("{part}/")).collect();
    Address::new(format!("/{path}"), config)
}

/// Address of a language's root that has no file. Zola gives it no components.
pub(super) fn default_root(language: &str, config: &Config) -> Address {
    Address { components: Vec::new(), ..section(&[], language, config) }
}

/// Address of a taxonomy's list.
pub(super) fn taxonomy(taxonomy: &TaxonomyConfig, language: &str, config: &Config) -> Address {
    below_taxonomies(&[&taxonomy.slug], language, config)
}

/// Address of a term.
pub(super) fn term(taxonomy: &TaxonomyConfig, term: &str, language: &str, config: &Config) -> Address {
    below_taxonomies(&[&taxonomy.slug, term], language, config)
}

fn below_taxonomies(parts: &[&str], language: &str, config: &Config) -> Address {
    let language = (language != config.default_language).then_some(language);
    let above = language.into_iter().chain(config.taxonomy_root.as_deref());
    let path = above.chain(parts.iter().copied()).collect::<Vec<_>>().join("/");
    Address::new(format!("/{path}/"), config)
}
