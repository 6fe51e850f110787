//! Where in the sources a reference of a finished page is written.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use percent_encoding::percent_decode_str;

use super::Written;
use super::judge::Input;
use crate::diagnostic::Span;
use crate::parse::Document;
use crate::site::NodeId;

/// The texts that references may stand in.
pub(super) struct Sources<'a> {
    input: &'a Input<'a>,
    /// Pages and sections by the file they are rendered to.
    owners: BTreeMap<String, NodeId>,
    links: MarkdownLinks,
    config: Option<String>,
}

/// Links of Markdown by what they say once percent signs are decoded, as pages have them encoded. Found once:
/// they are looked up for every reference of every page.
type MarkdownLinks = HashMap<Vec<u8>, Places>;

/// Where a link stands, by document.
type Places = BTreeMap<NodeId, Vec<Range<usize>>>;

impl<'a> Sources<'a> {
    pub(super) fn new(input: &'a Input<'a>) -> Self {
        let site = input.site;
        let owners = site.nodes().map(|node| (file_of(&site.address(node).path), node)).collect();
        let config = input.world.read_text(&site.config.places.config_file).ok();
        Self { input, owners, links: markdown_links(input), config }
    }

    /// Where a reference is written that these pages have.
    pub(super) fn written(&self, reference: &str, pages: Vec<String>) -> Written {
        let mut owners: Vec<NodeId> = pages.iter().filter_map(|page| self.owner(page)).collect();
        owners.sort_unstable();
        owners.dedup();
        let links = self.links.get(&decoded(reference));
        let mut in_content: Vec<Span> =
            owners.iter().flat_map(|node| self.in_document(*node, links, reference)).collect();
        let mut elsewhere = None;
        if in_content.is_empty() {
            elsewhere = self.in_template(reference).or_else(|| self.in_config(reference));
        }
        if in_content.is_empty() && elsewhere.is_none() {
            // A page may show the text of another one that is not rendered itself.
            let documents = links.into_iter().flat_map(BTreeMap::keys);
            in_content = documents.flat_map(|node| self.in_links(*node, links)).collect();
        }
        if in_content.is_empty() && elsewhere.is_none() {
            let first = owners.first().and_then(|node| self.input.site.document(*node));
            elsewhere = first.map(|document| Span::file(&document.file.path));
        }
        Written { in_content, elsewhere, pages }
    }

    /// Where an element gets an id that these pages have.
    pub(super) fn written_id(&self, id: &str, pages: Vec<String>) -> Written {
        let documents = pages.iter().filter_map(|page| self.input.site.document(self.owner(page)?));
        let documents: Vec<&Document> = documents.collect();
        let in_documents = documents
            .iter()
            .find_map(|document| Some(Span::new(&document.file.path, definition(&document.text, id)?)));
        let in_template = || {
            let mut sources = self.input.templates.sources().values();
            sources.find_map(|source| Some(Span::new(&source.path, definition(&source.text, id)?)))
        };
        let in_page = || documents.first().map(|document| Span::file(&document.file.path));
        Written { elsewhere: in_documents.or_else(in_template).or_else(in_page), pages, ..Written::default() }
    }

    /// All links of Markdown to other sites with their places.
    pub(super) fn external_in_markdown(&self) -> Vec<(String, Span)> {
        let site = self.input.site;
        let all = site.nodes().flat_map(|node| {
            let path = site.document(node).map(|document| &document.file.path);
            let links = self.input.bodies.of(node).markup.links.iter();
            let external = links.filter(|link| !link.is_image && is_http(&link.url));
            external.filter_map(move |link| {
                Some((link.url.clone(), Span::new(path?, link.range.clone().unwrap_or(0..0))))
            })
        });
        all.collect()
    }

    /// The document a page is made of; of a pager the section.
    fn owner(&self, page: &str) -> Option<NodeId> {
        if let Some(node) = self.owners.get(page) {
            return Some(*node);
        }
        let mut folder = page.strip_suffix("index.html")?.trim_end_matches('/');
        while let Some((above, _)) = folder.rsplit_once('/').or((!folder.is_empty()).then_some(("", ""))) {
            let file = if above.is_empty() { "index.html".to_owned() } else { format!("{above}/index.html") };
            if let Some(NodeId::Section(id)) = self.owners.get(&file)
                && self.input.site.section(*id).matter.paginate_by.is_some()
            {
                return Some(NodeId::Section(*id));
            }
            folder = above;
        }
        None
    }

    /// The Markdown links of a document, otherwise the place where its file has the reference literally: in
    /// raw HTML or in front matter.
    fn in_document(&self, node: NodeId, links: Option<&Places>, reference: &str) -> Vec<Span> {
        let links = self.in_links(node, links);
        if !links.is_empty() {
            return links;
        }
        let Some(document) = self.input.site.document(node) else { return Vec::new() };
        let found = literal(&document.text, reference);
        found.map(|range| Span::new(&document.file.path, range)).into_iter().collect()
    }

    fn in_links(&self, node: NodeId, links: Option<&Places>) -> Vec<Span> {
        let Some(document) = self.input.site.document(node) else { return Vec::new() };
        let ranges = links.and_then(|links| links.get(&node)).into_iter().flatten();
        ranges.map(|range| Span::new(&document.file.path, range.clone())).collect()
    }

    /// The template, if only one has it.
    fn in_template(&self, reference: &str) -> Option<Span> {
        let mut found = self.input.templates.sources().values().filter_map(|source| {
            literal(&source.text, reference).map(|range| Span::new(&source.path, range))
        });
        let first = found.next()?;
        found.next().is_none().then_some(first)
    }

    fn in_config(&self, reference: &str) -> Option<Span> {
        let range = literal(self.config.as_deref()?, reference)?;
        Some(Span::new(&self.input.site.config.places.config_file, range))
    }
}

/// The file of a path of the site: `/a/` → `a/index.html`.
fn file_of(path: &str) -> String {
    let below = path.trim_start_matches('/');
    if below.is_empty() || below.ends_with('/') { format!("{below}index.html") } else { below.to_owned() }
}

fn is_http(url: &str) -> bool {
    url.starts_with("http:") || url.starts_with("https:")
}

fn markdown_links(input: &Input<'_>) -> MarkdownLinks {
    let mut all = MarkdownLinks::new();
    for node in input.site.nodes() {
        for link in &input.bodies.of(node).markup.links {
            let places = all.entry(decoded(&link.url)).or_default().entry(node).or_default();
            places.push(link.range.clone().unwrap_or(0..0));
        }
    }
    all
}

fn decoded(url: &str) -> Vec<u8> {
    percent_decode_str(url).collect()
}

/// Where a text gives an element an id: as an attribute, or as Markdown does for headings.
fn definition(text: &str, id: &str) -> Option<Range<usize>> {
    let spellings = [("id=\"", "\""), ("id='", "'"), ("id=", ""), ("{#", "")];
    spellings.iter().find_map(|(before, behind)| {
        let at = text.find(&format!("{before}{id}{behind}"))? + before.len();
        Some(at..at + id.len())
    })
}

/// The first place where a text has a reference as a whole: in quotes or as a value, otherwise between blanks,
/// as in a `srcset`.
fn literal(text: &str, reference: &str) -> Option<Range<usize>> {
    let is_blank = |letter: char| letter.is_whitespace() || letter == ',';
    let mut between_blanks = None;
    for (at, _) in text.match_indices(reference) {
        let end = at + reference.len();
        let before = text[..at].chars().next_back();
        let behind = text[end..].chars().next();
        let ends =
            behind.is_none_or(|letter| is_blank(letter) || matches!(letter, '"' | '\'' | ')' | '>' | '}'));
        if ends && before.is_some_and(|letter| matches!(letter, '"' | '\'' | '=' | '(' | '<' | '#')) {
            return Some(at..end);
        }
        if ends && before.is_some_and(is_blank) && between_blanks.is_none() {
            between_blanks = Some(at..end);
        }
    }
    // A word of the text may be the same by chance.
    between_blanks.filter(|_| reference.contains(['/', '.']))
}
