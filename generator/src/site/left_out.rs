//! Documents that lie in `content/` and are no part of the site. Whoever links to one is told why it is
//! not there, or not blamed at all.

use std::collections::BTreeMap;

use super::build::draft_folders;
use crate::parse::{Document, Matter};

/// Why a document is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeftOut {
    /// It is a draft.
    Draft,
    /// The section above it is a draft: its path below `content/`.
    BelowDraft(String),
    /// It has mistakes of its own, so that nothing is known of it.
    Broken,
}

/// The drafts among all documents, by path below `content/`.
pub(super) fn drafts(documents: &[Document]) -> BTreeMap<String, LeftOut> {
    let folders = draft_folders(documents);
    let reasons = documents.iter().filter_map(|document| {
        let relative = &document.file.relative;
        let own = document.file.colocated.as_deref().filter(|_| document.file.stem == "_index");
        let mut above = folders.iter().filter(|(folder, _)| relative.starts_with(folder.as_str()));
        let reason = match above.find(|(folder, _)| own != Some(folder.as_str())) {
            Some((_, section)) => LeftOut::BelowDraft(section.clone()),
            None if is_draft(document) => LeftOut::Draft,
            None => return None,
        };
        Some((relative.clone(), reason))
    });
    reasons.collect()
}

fn is_draft(document: &Document) -> bool {
    match &document.matter {
        Matter::Page(matter) => matter.draft,
        Matter::Section(matter) => matter.draft,
    }
}
