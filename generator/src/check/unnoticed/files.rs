//! Files below `content/` that are neither pages nor beside one, so that they are not published.

use std::collections::{BTreeMap, BTreeSet};

use aho_corasick::AhoCorasick;

use crate::diagnostic::catalog::unnoticed as catalog;
use crate::diagnostic::{Diagnostics, Span};
use crate::discover::{ContentFile, Inventory};
use crate::engine::Templates;
use crate::site::Site;

/// Endings under which people keep Markdown that Zola does not take for it.
const OTHER_MARKDOWN: [&str; 5] = ["markdown", "mdown", "mkd", "mdx", "MD"];

/// Warns once a folder, at its first file.
pub(super) fn check(
    site: &Site,
    inventory: &Inventory,
    templates: &Templates,
    diagnostics: &mut Diagnostics,
) {
    let known = Known::new(site, templates);
    let mut unused: Vec<&ContentFile> = Vec::new();
    for file in inventory.assets.iter().filter(|file| !is_hidden(file)) {
        let ending = file.relative.rsplit_once('.').map_or("", |(_, ending)| ending);
        if OTHER_MARKDOWN.contains(&ending) {
            diagnostics.push(catalog::other_markdown(Span::file(&file.path), ending));
        } else if !known.is_published(file) {
            unused.push(file);
        }
    }
    let named = known.named(&unused);
    let mut lost: BTreeMap<&str, Vec<&ContentFile>> = BTreeMap::new();
    for file in unused {
        if !named.contains(name(file)) && !named.contains(folder(file)) {
            lost.entry(folder(file)).or_default().push(file);
        }
    }
    for (folder, mut files) in lost {
        files.sort_by(|a, b| a.relative.cmp(&b.relative));
        let span = Span::file(&files[0].path);
        diagnostics.push(catalog::lost_files(span, folder.trim_end_matches('/'), files.len() - 1));
    }
}

/// Files whose use is known.
struct Known<'a> {
    assets: BTreeSet<&'a str>,
    /// Folders that belong to a page or section which is not there, or not written.
    waiting: Vec<&'a str>,
    /// Texts that may name a file: templates, and bodies that are templates.
    texts: Vec<&'a str>,
}

impl<'a> Known<'a> {
    fn new(site: &'a Site, templates: &'a Templates) -> Self {
        let pages = site.pages.iter().flat_map(|page| &page.assets);
        let sections = site.sections.iter().flat_map(|section| &section.assets);
        let left_out = site.left_out.keys().filter_map(|path| {
            let (folder, name) = path.split_at(path.rfind('/')? + 1);
            (name.starts_with("index.") || name.starts_with("_index.")).then_some(folder)
        });
        let documents = site.nodes().filter_map(|node| site.document(node));
        let bodies = documents.map(|document| document.body()).filter(|body| body.contains('{'));
        let sources = templates.sources().values().map(|source| source.text.as_str());
        Self {
            assets: pages.chain(sections).map(String::as_str).collect(),
            waiting: left_out.collect(),
            texts: sources.chain(bodies).collect(),
        }
    }

    fn is_published(&self, file: &ContentFile) -> bool {
        self.assets.contains(file.relative.as_str())
            || self.waiting.iter().any(|folder| file.relative.starts_with(folder))
    }

    /// Names of the files, and of their folders, that stand in a text, so that a template may read them. All
    /// are looked for in one pass: there may be as many files as texts.
    fn named(&self, files: &[&'a ContentFile]) -> BTreeSet<&'a str> {
        let wanted = files.iter().flat_map(|file| [name(file), folder(file)]).filter(|text| !text.is_empty());
        let wanted: Vec<&str> = wanted.collect::<BTreeSet<_>>().into_iter().collect();
        let search = AhoCorasick::new(&wanted).expect("names of files are far shorter than the limit");
        let found = self.texts.iter().flat_map(|text| search.find_overlapping_iter(*text));
        found.map(|found| wanted[found.pattern().as_usize()]).collect()
    }
}

fn name(file: &ContentFile) -> &str {
    &file.relative[folder(file).len()..]
}

/// With its slash; empty at the root.
fn folder(file: &ContentFile) -> &str {
    file.relative.rfind('/').map_or("", |slash| &file.relative[..=slash])
}

fn is_hidden(file: &ContentFile) -> bool {
    file.relative.split('/').any(|part| part.starts_with('.'))
}
