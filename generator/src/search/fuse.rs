//! The index for Fuse.js: a list of texts, in which Fuse looks for what is like the words asked for.

use rayon::prelude::*;
use serde::Serialize;

use super::entries::Entry;
use super::{clean, push_json};
use crate::config::Search;

/// Keys in Zola's order; those of fields that are left out are not there.
#[derive(Serialize)]
struct Item<'a> {
    url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
}

/// Appends the index. Dates are not part of it, whatever `include_date` says: Zola has them only for
/// elasticlunr.
pub fn write(entries: &[Entry<'_>], options: &Search, file: &mut Vec<u8>) {
    let items: Vec<Item<'_>> = entries.par_iter().map(|entry| item(entry, options)).collect();
    push_json(&items, file);
}

fn item<'a>(entry: &Entry<'a>, options: &Search) -> Item<'a> {
    Item {
        url: entry.url,
        title: options.include_title.then_some(entry.title),
        description: options.include_description.then_some(entry.description),
        body: options.include_content.then(|| clean::text(entry.html, options.truncate_content_length)),
        path: options.include_path.then_some(entry.path),
    }
}
