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
    /// `current_path` of its template: the path, but Zola leaves the language out of that of the second
    /// and later pagers of a language's root.
    pub current_path: String,
    /// The path, absolute.
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
        let is_root = !section.relative.contains('/');
        let base = Base {
            path: &section.address.path,
            current_path: if is_root { "/" } else { &section.address.path },
            permalink: &section.address.permalink,
            name: &section.matter.paginate_path,
        };
        Some(base.split(&pages, paginate_by))
    }

    /// Pagers of a term; `None` if its taxonomy is not paginated.
    pub fn of_term(taxonomy: &Taxonomy, term: &Term) -> Option<Self> {
        let paginate_by = taxonomy.config.paginate_by.filter(|by| *by > 0)?;
        let base = Base {
            path: &term.address.path,
            current_path: &term.address.path,
            permalink: &term.address.permalink,
            name: taxonomy.config.paginate_path(),
        };
        Some(base.split(&term.pages, paginate_by))
    }
}

/// What the addresses of pagers are made of.
struct Base<'a> {
    path: &'a str,
    /// What stands before a later pager's name in its `current_path`.
    current_path: &'a str,
    permalink: &'a str,
    /// `paginate_path`
    name: &'a str,
}

impl Base<'_> {
    fn split(&self, pages: &[PageId], paginate_by: usize) -> Pagination {
        let chunks: Vec<&[PageId]> =
            if pages.is_empty() { vec![pages] } else { pages.chunks(paginate_by).collect() };
        let pager = |(at, chunk): (usize, &&[PageId])| {
            let index = at + 1;
            Pager {
                index,
                path: self.link(self.path, index),
                current_path: match index {
                    1 => self.path.to_owned(),
                    _ => self.link(self.current_path, index),
                },
                permalink: self.link(self.permalink, index),
                pages: chunk.to_vec(),
                previous: (index > 1).then(|| self.link(self.permalink, index - 1)),
                next: (index < chunks.len()).then(|| self.link(self.permalink, index + 1)),
            }
        };
        Pagination {
            paginate_by,
            total_pages: pages.len(),
            base_url: self.below(self.permalink),
            redirect_path: format!("{}1/", self.below(self.path)),
            pagers: chunks.iter().enumerate().map(pager).collect(),
        }
    }

    /// Where the numbers of pagers stand: `/news/page/`.
    fn below(&self, base: &str) -> String {
        let (name, slash) = (self.name, if base.ends_with('/') { "" } else { "/" });
        if name.is_empty() { format!("{base}{slash}") } else { format!("{base}{slash}{name}/") }
    }

    fn link(&self, base: &str, index: usize) -> String {
        match index {
            1 => base.to_owned(),
            _ => format!("{}{index}/", self.below(base)),
        }
    }
}
