//! Links of the finished pages, whoever wrote them: Markdown, raw HTML, templates. Asks nobody outside.
//!
//! [`Rendered`] takes the pages as they are made, keeps of each only what it refers to and what can be
//! referred to in it, and forgets its text. [`judge`] then compares the two, and [`place`] finds out where
//! in the sources a reference stands.

pub mod address;
mod judge;
mod place;
pub mod scan;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use crate::diagnostic::Span;
use crate::emit::{Artifact, ArtifactContent, Need, Sink};
use scan::Kind;

pub use judge::{Input, judge};

/// Pages that were rendered, and names of all files.
#[derive(Default)]
pub struct Rendered {
    files: Mutex<BTreeMap<String, Option<Page>>>,
    /// The same address stands on every page: each is kept once.
    texts: Mutex<BTreeSet<Arc<str>>>,
}

/// What is kept of a page.
struct Page {
    references: Vec<(Kind, Arc<str>)>,
    anchors: BTreeSet<String>,
    duplicates: BTreeSet<String>,
    base: Option<String>,
}

/// What the site links to.
#[derive(Debug, Clone, Default)]
pub struct Links {
    /// How many HTML pages were looked at.
    pub pages: usize,
    /// How many references lead to the site itself; what stands several times in a page counts once.
    pub internal: usize,
    /// Other sites' addresses, sorted, each once.
    pub external: Vec<ExternalLink>,
}

/// An address on another site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalLink {
    /// As it is asked.
    pub url: String,
    /// As it is written, in every spelling.
    pub spellings: BTreeSet<String>,
    /// Where it is written.
    pub written: Written,
}

/// Where a reference is written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// Places in Markdown files.
    pub in_content: Vec<Span>,
    /// Otherwise: the place in a template or in the configuration, if it stands there literally; otherwise
    /// the file of the first page that has it.
    pub elsewhere: Option<Span>,
    /// Pages that have it, by their paths below the output, sorted.
    pub pages: Vec<String>,
}

impl Written {
    /// The files it is written in, as far as they are known.
    pub fn files(&self) -> impl Iterator<Item = &PathBuf> {
        self.in_content.iter().map(|span| &span.path)
    }
}

impl Rendered {
    fn page(&self, html: &str) -> Page {
        let facts = scan::scan(html);
        let mut texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        let references = facts.references.into_iter().map(|(kind, text)| {
            if let Some(known) = texts.get(text.as_str()) {
                return (kind, Arc::clone(known));
            }
            let text: Arc<str> = text.into();
            texts.insert(Arc::clone(&text));
            (kind, text)
        });
        Page {
            references: references.collect(),
            anchors: facts.anchors,
            duplicates: facts.duplicates,
            base: facts.base,
        }
    }
}

impl Sink for Rendered {
    fn need(&self, path: &str) -> Need {
        self.files.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), None);
        Need::Soundness
    }

    fn put(&self, artifact: Artifact) -> anyhow::Result<()> {
        let page = match &artifact.content {
            ArtifactContent::Bytes(bytes) if artifact.path.ends_with(".html") => {
                Some(self.page(&String::from_utf8_lossy(bytes)))
            }
            _ => None,
        };
        self.files.lock().unwrap_or_else(PoisonError::into_inner).insert(artifact.path, page);
        Ok(())
    }
}
