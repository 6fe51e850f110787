//! Which files a site consists of, known before any of them is made.
//!
//! Two things may want one path: an alias and a page, a page and a static file. In Zola the later one
//! overwrites the earlier. Here the order is the order of planning, so that no file is made in vain and
//! parallel rendering cannot change who wins.

mod listings;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::extension::{Extension, ExtraPage};
use crate::diagnostic::catalog::{render as catalog, unnoticed};
use crate::diagnostic::{Diagnostics, Span};
use crate::discover::Inventory;
use crate::emit::stays_inside;
use crate::site::pagination::Pagination;
use crate::site::{PageId, SectionId, Site};

/// How one file is made.
#[derive(Debug, Clone)]
pub enum Job {
    /// A page.
    Page(PageId),
    /// A section that is not paginated.
    Section(SectionId),
    /// A pager, by index.
    Pager(Arc<Paginated>, usize),
    /// The list of a taxonomy's terms.
    Terms(usize),
    /// A term, by taxonomy and term.
    Term(usize, usize),
    /// A feed.
    Feed(Feed),
    /// A redirect to a URL.
    Redirect(String),
    /// One sitemap: of several, which.
    Sitemap(usize),
    /// The list of sitemaps.
    SitemapIndex,
    /// `404.html`
    NotFound,
    /// `robots.txt`
    Robots,
    /// A page of the extension.
    Extra(Arc<ExtraPage>),
    /// A file as it is.
    Copy(PathBuf),
    /// Something made already.
    Made(Arc<[u8]>),
}

/// A section or term with its pagers.
#[derive(Debug, Clone)]
pub struct Paginated {
    /// What is paginated.
    pub subject: Subject,
    /// Its pagers.
    pub pagination: Pagination,
}

/// What can be paginated.
#[derive(Debug, Clone, Copy)]
pub enum Subject {
    /// A section.
    Section(SectionId),
    /// A term, by taxonomy and term.
    Term(usize, usize),
}

/// A feed file.
#[derive(Debug, Clone)]
pub struct Feed {
    /// Whose pages it lists.
    pub of: FeedOf,
    /// Its template's name, which is the file's.
    pub filename: String,
    /// Its language.
    pub language: String,
}

/// Whose pages a feed lists.
#[derive(Debug, Clone, Copy)]
pub enum FeedOf {
    /// All of its language.
    Site,
    /// A section's.
    Section(SectionId),
    /// A term's, by taxonomy and term.
    Term(usize, usize),
}

/// All files by their paths below the output.
pub type Plan = BTreeMap<String, Job>;

/// What a plan is made of.
pub struct Input<'a> {
    /// The site.
    pub site: &'a Site,
    /// Its files.
    pub inventory: &'a Inventory,
    /// Style sheets by path.
    pub sheets: &'a BTreeMap<String, Arc<[u8]>>,
    /// Search indexes, and what reads them, by path.
    pub search: &'a BTreeMap<String, Arc<[u8]>>,
    /// Pages and files that are added.
    pub extension: &'a dyn Extension,
    /// Into how many files the sitemap is split, if it is.
    pub split_sitemaps: Option<usize>,
}

/// Plans a site.
pub fn plan(input: &Input<'_>, diagnostics: &mut Diagnostics) -> Plan {
    let theme = input.site.config.places.theme.clone();
    let mut planner = Planner { plan: Plan::new(), places: BTreeMap::new(), theme, diagnostics };
    let config = Span::file(&input.site.config.places.config_file);
    for (path, bytes) in input.sheets {
        planner.add(path, Job::Made(Arc::clone(bytes)), &config);
    }
    for (path, bytes) in input.search {
        planner.add(path, Job::Made(Arc::clone(bytes)), &config);
    }
    general(input, &config, &mut planner);
    aliases(input.site, &mut planner);
    listings::sections(input.site, &mut planner);
    for id in input.site.page_ids() {
        page(input, id, &mut planner);
    }
    listings::taxonomies(input.site, &config, &mut planner);
    listings::site_feeds(input.site, &config, &mut planner);
    for page in input.extension.extra_pages() {
        planner.add(&index_of(&page.path), Job::Extra(Arc::new(page)), &config);
    }
    for file in &input.inventory.statics {
        planner.add(&file.relative, Job::Copy(file.path.clone()), &Span::file(&file.path));
    }
    for file in input.extension.copies() {
        planner.add(&file.to, Job::Copy(file.from), &config);
    }
    planner.plan
}

/// The file of a path: `/a/` → `a/index.html`, `/a.html` → `a.html`.
fn index_of(path: &str) -> String {
    let below = path.trim_start_matches('/');
    if below.is_empty() || below.ends_with('/') { format!("{below}index.html") } else { below.to_owned() }
}

/// Adds files, later ones over earlier ones.
struct Planner<'a> {
    plan: Plan,
    /// Where each path comes from.
    places: BTreeMap<String, Span>,
    /// Folder of the theme.
    theme: Option<PathBuf>,
    diagnostics: &'a mut Diagnostics,
}

impl Planner<'_> {
    /// `span` is where the path comes from. Slashes too many and `.` mean nothing to a file system.
    fn add(&mut self, path: &str, job: Job, span: &Span) {
        let parts: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
        let file = parts.join("/");
        let path = file.as_str();
        if !stays_inside(path) {
            self.diagnostics.push(catalog::outside_of_output(span.clone(), path));
            return;
        }
        let earlier = self.places.insert(path.to_owned(), span.clone());
        let overwritten = self.plan.insert(path.to_owned(), job);
        if let (Some(earlier), Some(job)) = (earlier, overwritten) {
            self.report(path, &earlier, &job, span);
        }
    }

    /// Warns of what an author made and nobody will see. A file of one's own in place of what is made
    /// without being asked for is meant so, and so is one in place of the theme's.
    fn report(&mut self, path: &str, earlier: &Span, job: &Job, span: &Span) {
        let is_made = matches!(job, Job::NotFound | Job::Robots | Job::Sitemap(_) | Job::SitemapIndex);
        let is_said = self.diagnostics.iter().any(|diagnostic| {
            let mut spans =
                diagnostic.notes.iter().map(|note| &note.span).chain([&diagnostic.span]).flatten();
            ["same-address", "index-beside-section"].contains(&diagnostic.code)
                && spans.any(|place| place.path == earlier.path)
        });
        let is_theme = matches!(job, Job::Copy(from) if self.is_of_theme(from));
        if !is_made && !is_theme && !is_said && earlier != span {
            self.diagnostics.push(unnoticed::overwritten(earlier.clone(), path, span.clone()));
        }
    }

    fn is_of_theme(&self, from: &Path) -> bool {
        self.theme.as_ref().is_some_and(|theme| from.starts_with(theme))
    }
}

fn general(input: &Input<'_>, config: &Span, planner: &mut Planner<'_>) {
    let settings = &input.site.config;
    planner.add("404.html", Job::NotFound, config);
    if settings.generate_robots_txt {
        planner.add("robots.txt", Job::Robots, config);
    }
    if !settings.generate_sitemap {
        return;
    }
    let Some(sitemaps) = input.split_sitemaps else {
        planner.add("sitemap.xml", Job::Sitemap(0), config);
        return;
    };
    for index in 0..sitemaps {
        planner.add(&sitemap_name(index), Job::Sitemap(index), config);
    }
    planner.add("sitemap.xml", Job::SitemapIndex, config);
}

/// Name of one of several sitemaps.
pub fn sitemap_name(index: usize) -> String {
    format!("sitemap{}.xml", index + 1)
}

fn aliases(site: &Site, planner: &mut Planner<'_>) {
    for page in &site.pages {
        for alias in &page.matter().aliases {
            let span = page.document.span("aliases");
            planner.add(&file_of_alias(alias), Job::Redirect(page.address.permalink.clone()), &span);
        }
    }
    for section in &site.sections {
        for alias in &section.matter.aliases {
            let span = listings::section_span(site, section, "aliases");
            planner.add(&file_of_alias(alias), Job::Redirect(section.address.permalink.clone()), &span);
        }
    }
}

fn file_of_alias(alias: &str) -> String {
    let below = alias.trim_start_matches('/');
    if below.ends_with(".html") {
        return below.to_owned();
    }
    match below.trim_end_matches('/') {
        "" => "index.html".to_owned(),
        folder => format!("{folder}/index.html"),
    }
}

fn page(input: &Input<'_>, id: PageId, planner: &mut Planner<'_>) {
    let page = input.site.page(id);
    if !page.published || !page.matter().render {
        return;
    }
    let key = if page.matter().path.is_some() { "path" } else { "slug" };
    let span = page.document.span(key);
    planner.add(&index_of(&page.address.path), Job::Page(id), &span);
    let folder = page.document.file.colocated.as_deref().unwrap_or_default();
    for asset in &page.assets {
        let below = asset.strip_prefix(folder).unwrap_or(asset);
        let path = format!("{}{below}", page.address.path.trim_start_matches('/'));
        planner.add(&path, Job::Copy(input.site.config.places.content.join(asset)), &span);
    }
}
