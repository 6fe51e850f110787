//! What cannot be judged once a document is broken: files that would show it. They are not tried, so that
//! the templates are not blamed for what is missing; everything else is.

use super::plan::{FeedOf, Job, Subject};
use crate::bodies::Bodies;
use crate::site::{LeftOut, NodeId, SectionId, Site};

/// Documents of which something is not known.
pub(super) struct Doubt<'a> {
    site: &'a Site,
    /// Paths below `content/`, broken ones and those whose text could not be made.
    documents: Vec<&'a str>,
    /// Folders of broken sections: the pages below may have another template than it seems.
    folders: Vec<&'a str>,
}

impl<'a> Doubt<'a> {
    pub(super) fn new(site: &'a Site, bodies: &Bodies) -> Self {
        let broken = site.left_out.iter().filter(|(_, reason)| **reason == LeftOut::Broken);
        let broken: Vec<&str> = broken.map(|(path, _)| path.as_str()).collect();
        let folders = broken.iter().filter(|path| file_name(path).starts_with("_index."));
        let folders = folders.map(|path| folder(path)).collect();
        let missing = site.nodes().filter(|node| bodies.of(*node).is_missing);
        let missing = missing.filter_map(|node| Some(site.document(node)?.file.relative.as_str()));
        Self { site, documents: broken.iter().copied().chain(missing).collect(), folders }
    }

    /// Whether a file may show something that is not known.
    pub(super) fn covers(&self, job: &Job) -> bool {
        match job {
            Job::Page(id) => self.is_in_doubt(NodeId::Page(*id)),
            Job::Section(id) => self.is_section_in_doubt(*id),
            Job::Pager(paginated, _) => match paginated.subject {
                Subject::Section(id) => self.is_section_in_doubt(id),
                Subject::Term(..) => !self.documents.is_empty(),
            },
            Job::Feed(feed) => match feed.of {
                FeedOf::Section(id) => self.is_section_in_doubt(id),
                FeedOf::Site | FeedOf::Term(..) => !self.documents.is_empty(),
            },
            Job::Terms(_) | Job::Term(..) => !self.documents.is_empty(),
            _ => false,
        }
    }

    /// A section shows what is below it.
    fn is_section_in_doubt(&self, id: SectionId) -> bool {
        let own = folder(&self.site.section(id).relative);
        self.documents.iter().any(|path| path.starts_with(own)) || self.is_in_doubt(NodeId::Section(id))
    }

    fn is_in_doubt(&self, node: NodeId) -> bool {
        let Some(document) = self.site.document(node) else { return false };
        let path = document.file.relative.as_str();
        self.documents.contains(&path) || self.folders.iter().any(|folder| path.starts_with(folder))
    }
}

fn file_name(path: &str) -> &str {
    &path[folder(path).len()..]
}

/// With its slash; empty at the root.
fn folder(path: &str) -> &str {
    path.rfind('/').map_or("", |slash| &path[..=slash])
}
