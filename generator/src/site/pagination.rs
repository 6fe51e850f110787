//! Splits the pages of a section or a term into pagers, as data for templates and for `render`.

use crate::site::{PageId, SectionId, Site, Taxonomy, Term};

/// All pagers of a section or term; there is at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pagination {
    /// Pages per pager.
    pub paginate_by: usize,
    /// Pages on all pagers together.
    pub total_pages: usize,
    /// `paginator.base_url`: permalink before a pager's number.
    pub base_url: String,
    /// Path of the redirect from the first pager's number to the section or term: `/news/page/1/`.
    pub redirect_path: String,
    /// The pagers in order.
    pub pagers: Vec<Pager>,
}

/// One pager.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pager {
    /// From 1.
    pub index: usize,
    /// `/news/page/2/`; of the first the path of section or term.
    pub path: String,
    /// The same, absolute.
    pub permalink: String,
    /// Its pages.
    pub pages: Vec<PageId>,
    /// Permalink of the pager before.
    pub previous: Option<String>,
    /// Permalink of the pager after.
    pub next: Option<String>,
}

impl Pagination {
    /// Permalink of the first pager.
    pub fn first(&self) -> &str {
        self.pagers.first().map_or("", |pager| &pager.permalink)
    }

    /// Permalink of the last pager.
    pub fn last(&self) -> &str {
        self.pagers.last().map_or("", |pager| &pager.permalink)
    }

    /// Pagers of a section; `None` if it is not paginated.
    pub fn of_section(site: &Site, id: SectionId) -> Option<Self> {
        let section = site.section(id);
        let paginate_by = section.matter.paginate_by.filter(|by| *by > 0)?;
        let mut pages = section.pages.clone();
        if section.matter.paginate_reversed {
            pages.reverse();
        }
        let address = (section.address.path.as_str(), section.address.permalink.as_str());
        Some(split(&pages, paginate_by, &section.matter.paginate_path, address))
    }

    /// Pagers of a term; `None` if its taxonomy is not paginated.
    pub fn of_term(taxonomy: &Taxonomy, term: &Term) -> Option<Self> {
        let paginate_by = taxonomy.config.paginate_by.filter(|by| *by > 0)?;
        let address = (term.address.path.as_str(), term.address.permalink.as_str());
        Some(split(&term.pages, paginate_by, taxonomy.config.paginate_path(), address))
    }
}

fn split(pages: &[PageId], paginate_by: usize, name: &str, (path, permalink): (&str, &str)) -> Pagination {
    let below = |base: &str| {
        let slash = if base.ends_with('/') { "" } else { "/" };
        if name.is_empty() { format!("{base}{slash}") } else { format!("{base}{slash}{name}/") }
    };
    let chunks: Vec<&[PageId]> =
        if pages.is_empty() { vec![pages] } else { pages.chunks(paginate_by).collect() };
    let link = |base: &str, index: usize| match index {
        1 => base.to_owned(),
        _ => format!("{}{index}/", below(base)),
    };
    let pager = |(at, chunk): (usize, &&[PageId])| {
        let index = at + 1;
        Pager {
            index,
            path: link(path, index),
            permalink: link(permalink, index),
            pages: chunk.to_vec(),
            previous: (index > 1).then(|| link(permalink, index - 1)),
            next: (index < chunks.len()).then(|| link(permalink, index + 1)),
        }
    };
    Pagination {
        paginate_by,
        total_pages: pages.len(),
        base_url: below(permalink),
        redirect_path: format!("{}1/", below(path)),
        pagers: chunks.iter().enumerate().map(pager).collect(),
    }
}
