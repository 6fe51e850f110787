//! Stage 2: one Markdown file → one [`Document`]: its name, its front matter, its body. Knows no other file.
//!
//! The body stays text here: since Zola 0.23 it is a template before it is Markdown, and a template
//! sees the page's address, which only `resolve` knows. `compose` turns it into HTML.

pub mod date;
mod matter;
mod name;
mod split;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::PathBuf;

use crate::config::{Config, InsertAnchor};
use crate::data::Extra;
use crate::data::{self, Fields};
use crate::diagnostic::Diagnostics;
use crate::discover::ContentFile;

/// A Markdown file, read and split.
#[derive(Debug, Clone)]
pub struct Document {
    /// Where it lies and what its name says.
    pub file: FileName,
    /// The whole file.
    pub text: String,
    /// Bytes of `text` that are the body.
    pub body: Range<usize>,
    /// What its front matter says.
    pub matter: Matter,
    /// Bytes in `text` of every front matter value, by dotted key (`title`, `extra.timeframe.from`,
    /// `extra.participants.0.who`); of YAML only as near as its lines tell.
    pub spans: BTreeMap<String, Range<usize>>,
}

/// What a path below `content/` says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileName {
    /// As the world knows it.
    pub path: PathBuf,
    /// Below `content/`, with `/`: `themen/leben/dorffunk.en.md`
    pub relative: String,
    /// Folders above it: `["themen", "leben"]`; of a page with its own folder without that folder.
    pub folders: Vec<String>,
    /// Stem without language: `dorffunk`, `_index`, `index`.
    pub stem: String,
    /// `folder/stem` without language, the same for all translations: `themen/leben/dorffunk`
    pub canonical: String,
    /// Code of its language.
    pub language: String,
    /// Folder (with `/` at its end) below `content/` whose other files belong to it, if it is an
    /// `index.md` or `_index.md`: `themen/leben/`; empty at the root.
    pub colocated: Option<String>,
}

/// Front matter of either kind.
#[derive(Debug, Clone)]
pub enum Matter {
    /// Of a page.
    Page(Box<PageMatter>),
    /// Of a section (`_index.md`).
    Section(Box<SectionMatter>),
}

/// A date of front matter: as it was written, and as a moment that sorts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatterDate {
    /// As templates see it: `2021-02-01` or `2021-02-01T10:00:00Z`.
    pub text: String,
    /// Sort key, nanoseconds since 1970 in UTC.
    pub timestamp: i128,
    /// Year, month, day as written.
    pub day: (i32, u8, u8),
}

/// A page's front matter; defaults are Zola's.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "the fields are Zola's front matter keys, documented there")]
pub struct PageMatter {
    pub title: Option<String>,
    pub description: Option<String>,
    pub date: Option<MatterDate>,
    pub updated: Option<MatterDate>,
    pub weight: Option<usize>,
    pub draft: bool,
    pub render: bool,
    pub slug: Option<String>,
    pub path: Option<String>,
    pub taxonomies: BTreeMap<String, Vec<String>>,
    pub authors: Vec<String>,
    pub aliases: Vec<String>,
    pub template: Option<String>,
    pub in_search_index: bool,
    /// Everything under `extra`; TOML dates are strings here, as Zola has it.
    pub extra: Extra,
}

/// `sort_by` of a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "the variants are Zola's values of sort_by")]
pub enum SortBy {
    #[default]
    None,
    Date,
    UpdateDate,
    Title,
    TitleBytes,
    Weight,
    Slug,
    Permalink,
}

/// A section's front matter; defaults are Zola's.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "the fields are Zola's front matter keys, documented there")]
pub struct SectionMatter {
    pub title: Option<String>,
    pub description: Option<String>,
    pub sort_by: SortBy,
    pub weight: usize,
    pub draft: bool,
    pub template: Option<String>,
    pub page_template: Option<String>,
    pub paginate_by: Option<usize>,
    pub paginate_path: String,
    pub paginate_reversed: bool,
    pub insert_anchor_links: Option<InsertAnchor>,
    pub render: bool,
    pub redirect_to: Option<String>,
    pub in_search_index: bool,
    pub transparent: bool,
    pub aliases: Vec<String>,
    pub generate_feeds: bool,
    /// Everything under `extra`; TOML dates are strings here, as Zola has it.
    pub extra: Extra,
}

impl Document {
    /// The body.
    pub fn body(&self) -> &str {
        &self.text[self.body.clone()]
    }

    /// Place of a front matter value in the file; of the nearest table above it if it is not there;
    /// otherwise of the file.
    pub fn span(&self, key: &str) -> crate::diagnostic::Span {
        let mut key = key;
        loop {
            if let Some(range) = self.spans.get(key) {
                return crate::diagnostic::Span::new(&self.file.path, range.clone());
            }
            match key.rsplit_once('.') {
                Some((above, _)) => key = above,
                None => return crate::diagnostic::Span::file(&self.file.path),
            }
        }
    }
}

/// Every key that the front matter of a page may have.
pub fn page_keys() -> BTreeSet<String> {
    matter::page_keys()
}

/// Every key that the front matter of a section may have.
pub fn section_keys() -> BTreeSet<String> {
    matter::section_keys()
}

/// Parses one file's text. Always yields a document unless there is no front matter to read at all;
/// what is wrong is in the diagnostics.
pub fn parse(
    file: &ContentFile,
    text: String,
    config: &Config,
    diagnostics: &mut Diagnostics,
) -> Option<Document> {
    let name = name::read(file, config, diagnostics)?;
    let parts = split::split(&file.path, &text, diagnostics)?;
    let entries = match parts.data() {
        Ok(entries) => entries,
        Err(errors) => {
            for error in errors {
                diagnostics.push(parts.syntax_problem(&file.path, &error));
            }
            return None;
        }
    };
    let fields = Fields::new(&file.path, &entries);
    let matter = match name.stem.as_str() {
        "_index" => Matter::Section(Box::new(matter::section(fields, diagnostics))),
        _ => Matter::Page(Box::new(matter::page(fields, diagnostics))),
    };
    Some(Document { spans: data::spans(&entries), file: name, body: parts.body.clone(), matter, text })
}

#[cfg(test)]
mod tests;
