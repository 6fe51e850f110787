//! Which references of the finished pages lead nowhere.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::{Arc, PoisonError};

use super::address::{SiteAddress, Target};
use super::place::Sources;
use super::scan::Kind;
use super::{ExternalLink, Links, Page, Rendered, Written};
use crate::bodies::Bodies;
use crate::diagnostic::catalog::rendered as catalog;
use crate::diagnostic::{Diagnostic, Diagnostics, Span, nearest};
use crate::engine::{Templates, builtin};
use crate::site::Site;
use crate::world::World;

/// Advice is sought among this many files at most: it costs a comparison with each.
const MOST_NEIGHBORS: usize = 5000;

/// What pages are compared with.
pub struct Input<'a> {
    /// The outside: the configuration's text.
    pub world: &'a dyn World,
    /// The site.
    pub site: &'a Site,
    /// Its bodies, which know where their links stand.
    pub bodies: &'a Bodies,
    /// Its templates, in whose text links may stand.
    pub templates: &'a Templates,
    /// Paths below which something else than this site answers (`/rueckmeldung/`).
    pub served_elsewhere: &'a [String],
}

/// What is wrong with a reference.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Problem {
    /// There is no such file.
    Missing { kind: Kind, path: String },
    /// The page is there, the place in it is not.
    Anchor { page: String, fragment: String },
    /// An absolute path that lacks the path of `base_url`.
    Beside,
    /// `@/…` reached the page.
    Unresolved,
    /// No address.
    Invalid(String),
}

/// The same problem of the same reference on many pages.
type Found = BTreeMap<(Problem, Arc<str>), Vec<String>>;

/// Tells what leads nowhere in the pages, unless it was told before (`told`), and what leads elsewhere.
pub fn judge(rendered: Rendered, input: &Input<'_>, told: &Diagnostics) -> (Diagnostics, Links) {
    let files = rendered.files.into_inner().unwrap_or_else(PoisonError::into_inner);
    let site = Published { files: &files, address: SiteAddress::new(&input.site.config.base_url), input };
    let mut links = Links::default();
    let mut found = Found::new();
    let mut external = External::new();
    for (path, page) in files.iter().filter_map(|(path, page)| Some((path, page.as_ref()?))) {
        links.pages += 1;
        for (kind, reference) in &page.references {
            match site.judge(path, page, *kind, reference) {
                Verdict::Sound => links.internal += 1,
                Verdict::NotOurs => {}
                Verdict::External(url) => {
                    let (texts, pages) = external.entry(url).or_default();
                    texts.insert(Arc::clone(reference));
                    pages.push(path.clone());
                }
                Verdict::Broken(problem) => {
                    links.internal += 1;
                    found.entry((problem, Arc::clone(reference))).or_default().push(path.clone());
                }
            }
        }
    }
    let sources = Sources::new(input);
    links.external = externals(external, &sources);
    let mut diagnostics = Diagnostics::default();
    let told = Told::new(told);
    for ((problem, reference), pages) in found {
        let written = sources.written(&reference, pages);
        told.push_new(report(&problem, &reference, &written, &site), &mut diagnostics);
    }
    duplicates(&files, &sources, &mut diagnostics);
    (diagnostics, links)
}

/// Addresses on other sites by what is asked: how they are written, and on which pages.
type External = BTreeMap<String, (BTreeSet<Arc<str>>, Vec<String>)>;

/// The addresses on other sites: those of the pages, and those that Markdown has but no page shows, which
/// Zola asks too.
fn externals(found: External, sources: &Sources<'_>) -> Vec<ExternalLink> {
    let mut all: BTreeMap<String, ExternalLink> = BTreeMap::new();
    for (url, (texts, mut pages)) in found {
        pages.dedup();
        let mut written = Written { pages: pages.clone(), ..Written::default() };
        for text in &texts {
            let place = sources.written(text, pages.clone());
            written.in_content.extend(place.in_content);
            written.elsewhere = written.elsewhere.or(place.elsewhere);
        }
        // Of a site without templates: the placeholder is not the site's.
        if written.in_content.is_empty() && builtin::is_documentation(&url) {
            continue;
        }
        let spellings = texts.iter().map(|text| text.to_string()).collect();
        all.insert(url.clone(), ExternalLink { url, spellings, written });
    }
    let places = all
        .iter()
        .flat_map(|(url, link)| link.written.in_content.iter().map(|span| (url.clone(), span.clone())));
    let mut known: HashSet<(String, Span)> = places.collect();
    for (text, span) in sources.external_in_markdown() {
        let url = url::Url::parse(&text).map_or_else(|_| text.clone(), String::from);
        let is_new = known.insert((url.clone(), span.clone()));
        let link = all.entry(url.clone()).or_insert_with(|| ExternalLink {
            url,
            spellings: BTreeSet::new(),
            written: Written::default(),
        });
        link.spellings.insert(text);
        if is_new {
            link.written.in_content.push(span);
        }
    }
    all.into_values().collect()
}

/// What a reference comes to.
enum Verdict {
    Sound,
    NotOurs,
    External(String),
    Broken(Problem),
}

/// The finished site.
struct Published<'a> {
    files: &'a BTreeMap<String, Option<Page>>,
    address: SiteAddress,
    input: &'a Input<'a>,
}

impl Published<'_> {
    fn judge(&self, path: &str, page: &Page, kind: Kind, reference: &str) -> Verdict {
        if reference.starts_with("@/") {
            return Verdict::Broken(Problem::Unresolved);
        }
        match self.address.resolve(path, page.base.as_deref(), reference) {
            Target::Other => Verdict::NotOurs,
            Target::Invalid(reason) => Verdict::Broken(Problem::Invalid(reason)),
            Target::Outside(url) => Verdict::External(url),
            Target::Beside { path, url } => match self.file(&path) {
                Some(_) if !path.is_empty() => Verdict::Broken(Problem::Beside),
                _ if self.address.has_host() => Verdict::External(url),
                _ => Verdict::NotOurs,
            },
            Target::Inside { path, fragment } => self.inside(kind, path, fragment),
        }
    }

    fn inside(&self, kind: Kind, path: String, fragment: Option<String>) -> Verdict {
        let Some(file) = self.file(&path) else {
            let below = |prefix: &String| path.starts_with(prefix.trim_start_matches('/'));
            return match self.input.served_elsewhere.iter().any(below) {
                true => Verdict::NotOurs,
                false => Verdict::Broken(Problem::Missing { kind, path }),
            };
        };
        // Only of pages that were rendered is known what they hold.
        let (Some(fragment), Some(Some(page))) = (fragment, self.files.get(&file)) else {
            return Verdict::Sound;
        };
        match is_special(&fragment) || page.anchors.contains(&fragment) {
            true => Verdict::Sound,
            false => Verdict::Broken(Problem::Anchor { page: file, fragment }),
        }
    }

    /// The file that answers for a path: itself, or the index of a folder; servers lead from `/a` to `/a/`.
    fn file(&self, path: &str) -> Option<String> {
        if !path.is_empty() && !path.ends_with('/') {
            if self.files.contains_key(path) {
                return Some(path.to_owned());
            }
            let index = format!("{path}/index.html");
            return self.files.contains_key(&index).then_some(index);
        }
        let index = format!("{path}index.html");
        self.files.contains_key(&index).then_some(index)
    }

    /// What was probably meant: the same name elsewhere, or nearly the same path.
    fn near(&self, path: &str) -> Option<String> {
        if self.files.len() > MOST_NEIGHBORS {
            return None;
        }
        let wanted = path.trim_end_matches('/');
        // Whoever looks for a picture is not helped by a page.
        let is_file = wanted.rsplit('/').next().is_some_and(|name| name.contains('.'));
        let addresses = || {
            let all = self.files.keys().map(|file| file.strip_suffix("index.html").unwrap_or(file));
            all.filter(move |address| is_file != (address.is_empty() || address.ends_with('/')))
        };
        let name = |path: &str| path.trim_end_matches('/').rsplit('/').next().map(str::to_owned);
        let mut moved = addresses().filter(|other| !other.is_empty() && name(other) == name(wanted));
        match (moved.next(), moved.next()) {
            (Some(only), None) => Some(only.to_owned()),
            _ => nearest(path, addresses()).map(str::to_owned),
        }
    }
}

/// Fragments that are no place in the page: its top, text fragments, routes of scripts.
fn is_special(fragment: &str) -> bool {
    fragment.is_empty()
        || fragment.eq_ignore_ascii_case("top")
        || fragment.starts_with(['/', '!'])
        || fragment.contains(":~:")
}

/// One diagnostic per place in Markdown; one in all for what templates write.
fn report(problem: &Problem, reference: &str, written: &Written, site: &Published<'_>) -> Vec<Diagnostic> {
    let make = |span: Option<Span>| match problem {
        Problem::Missing { kind, path } => {
            let near = site.near(path).map(|near| format!("{}{near}", site.address.path()));
            catalog::dead_link(span, *kind, reference, near.as_deref())
        }
        Problem::Anchor { page, fragment } => {
            let known = site.files.get(page).and_then(Option::as_ref);
            let known = known.map(|page| page.anchors.iter().map(String::as_str));
            let near = nearest(fragment, known.into_iter().flatten());
            catalog::dead_anchor(span, reference, page, fragment, near)
        }
        Problem::Beside => catalog::without_base_path(span, reference, site.address.path()),
        Problem::Unresolved => catalog::unresolved(span, reference),
        Problem::Invalid(reason) => catalog::no_address(span, reference, reason),
    };
    if written.in_content.is_empty() {
        let diagnostic = make(written.elsewhere.clone());
        return vec![catalog::on_pages(diagnostic, &written.pages)];
    }
    written.in_content.iter().map(|span| make(Some(span.clone()))).collect()
}

fn duplicates(files: &BTreeMap<String, Option<Page>>, sources: &Sources<'_>, diagnostics: &mut Diagnostics) {
    let mut found: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (path, page) in files.iter().filter_map(|(path, page)| Some((path, page.as_ref()?))) {
        for id in &page.duplicates {
            found.entry(id).or_default().push(path.clone());
        }
    }
    for (id, pages) in found {
        let written = sources.written_id(id, pages);
        diagnostics.push(catalog::on_pages(catalog::duplicate_id(written.elsewhere, id), &written.pages));
    }
}

/// Places at which a link was complained about before pages were rendered.
struct Told<'a>(HashSet<&'a Span>);

impl<'a> Told<'a> {
    fn new(told: &'a Diagnostics) -> Self {
        let links = told.iter().filter(|diagnostic| super::super::LINK_CODES.contains(&diagnostic.code));
        Self(links.filter_map(|diagnostic| diagnostic.span.as_ref()).collect())
    }

    fn push_new(&self, found: Vec<Diagnostic>, diagnostics: &mut Diagnostics) {
        for diagnostic in found {
            if !diagnostic.span.as_ref().is_some_and(|span| self.0.contains(span)) {
                diagnostics.push(diagnostic);
            }
        }
    }
}
