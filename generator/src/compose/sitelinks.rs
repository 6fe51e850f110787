//! The site's answers to the questions of `markup`.

use std::ops::Range;

use super::suggestions::Suggestions;
use crate::config::Mode;
use crate::markup::Links;
use crate::parse::Document;
use crate::site::{LeftOut, Site};

/// Answers for one document.
pub(super) struct SiteLinks<'a> {
    pub(super) site: &'a Site,
    pub(super) document: &'a Document,
    pub(super) suggestions: &'a Suggestions,
}

impl Links for SiteLinks<'_> {
    fn permalink(&self, path: &str) -> Option<String> {
        match self.site.by_path.get(path) {
            Some(node) => Some(self.site.address(*node).permalink.clone()),
            // Where it would be is not known, but it is not the link that is wrong.
            None if self.site.left_out(path) == Some(&LeftOut::Broken) => {
                Some(self.site.config.permalink("/"))
            }
            None => None,
        }
    }

    fn is_draft(&self, path: &str) -> bool {
        matches!(self.site.left_out(path), Some(LeftOut::Draft | LeftOut::BelowDraft(_)))
    }

    fn nearest(&self, path: &str) -> Option<String> {
        self.suggestions.of(path)
    }

    fn are_checked(&self) -> bool {
        self.site.config.mode == Mode::Check
    }

    fn place(&self, link: &str) -> Option<Range<usize>> {
        let start = self.document.body.start + self.document.body().find(link)?;
        Some(start..start + link.len())
    }
}
