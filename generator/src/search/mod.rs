//! The search index of a language: what is to be found, in the form that a search library reads.
//!
//! Part of the render stage, which has them made before any page, since templates ask for their digests. [`entries`] says what can be
//! found, [`clean`] what of a text can be searched; each format has a file. Knows no templates and not how
//! files are written.

mod clean;
mod elasticlunr;
mod entries;
mod fuse;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::bodies::Bodies;
use crate::config::IndexFormat;
use crate::site::Site;

/// Name of the search library that stands beside indexes for elasticlunr.
pub const LIBRARY: &str = "elasticlunr.min.js";

/// The library: elasticlunr.js as its package manager delivers it; see `build.rs`.
pub const LIBRARY_TEXT: &str = include_str!(concat!(env!("OUT_DIR"), "/elasticlunr.min.js"));

/// Name of a language's index: `search_index.de.js`
pub fn file_name(format: IndexFormat, language: &str) -> String {
    let ending = if format.is_script() { "js" } else { "json" };
    format!("search_index.{language}.{ending}")
}

/// The indexes of all languages that want one, and the library that reads them, by path below the output.
pub fn files(site: &Site, bodies: &Bodies) -> BTreeMap<String, Arc<[u8]>> {
    let format = site.config.index_format();
    let mut files: BTreeMap<String, Arc<[u8]>> = BTreeMap::new();
    for language in site.config.searched_languages() {
        files.insert(file_name(format, language), index(site, bodies, language).into());
    }
    if format.is_elasticlunr() && !files.is_empty() {
        files.insert(LIBRARY.to_owned(), LIBRARY_TEXT.as_bytes().into());
    }
    files
}

/// The search index of a language, as the file that holds it.
fn index(site: &Site, bodies: &Bodies, language: &str) -> Vec<u8> {
    let format = site.config.index_format();
    let options = site.config.search(language);
    let entries = entries::entries(site, bodies, language);
    let mut file = Vec::new();
    if format.is_script() {
        file.extend_from_slice(b"window.searchIndex = ");
    }
    if format.is_elasticlunr() {
        elasticlunr::write(&entries, options, language, &mut file);
    } else {
        fuse::write(&entries, options, &mut file);
    }
    file
}

/// Appends a value as JSON.
fn push_json(value: &(impl serde::Serialize + ?Sized), file: &mut Vec<u8>) {
    serde_json::to_writer(file, value).expect("texts and numbers always have a form in JSON");
}

#[cfg(test)]
mod tests;
