//! Which template makes a file and what it sees: the variables of Zola 0.23, and the extension's.

use std::borrow::Cow;
use std::collections::BTreeMap;

use tera::{Context, Map, Value};

use super::extension::{Extension, ExtraPage};
use super::feeds;
use super::plan::{Feed, FeedOf, Job, Paginated, Subject, sitemap_name};
use super::sitemap;
use crate::diagnostic::Span;
use crate::engine::{Templates, builtin};
use crate::parse::Document;
use crate::site::{PageId, SectionId, Site};
use crate::values::{Values, config_value, feed_term, sorted};

/// What is needed to make contexts.
pub struct Contexts<'a> {
    site: &'a Site,
    values: &'a Values,
    templates: &'a Templates,
    languages: BTreeMap<String, OfLanguage>,
    sitemap: Vec<Value>,
}

/// Variables of every template of a language.
struct OfLanguage {
    config: Value,
    globals: Vec<(&'static str, Value)>,
}

/// A template and its variables.
pub struct Rendered {
    /// Its name.
    pub template: Cow<'static, str>,
    /// Its variables.
    pub context: Context,
    /// Where the template is asked for.
    pub template_span: Option<Span>,
    /// The document that is rendered.
    pub source: Option<Span>,
}

impl<'a> Contexts<'a> {
    /// For a site; the values that many files share are made here, once.
    pub fn new(
        site: &'a Site,
        values: &'a Values,
        templates: &'a Templates,
        extension: &dyn Extension,
    ) -> Self {
        let languages = site.config.languages.keys().map(|code| {
            let config = config_value(&site.config, code);
            (code.clone(), OfLanguage { config, globals: extension.globals(code) })
        });
        let sitemap = if site.config.generate_sitemap { sitemap::entries(site) } else { Vec::new() };
        Self { site, values, templates, languages: languages.collect(), sitemap }
    }

    /// Into how many files the sitemap is split; `None` where one file holds all of it.
    pub fn split_sitemaps(&self) -> Option<usize> {
        let entries = self.sitemap.len();
        (entries >= sitemap::PER_FILE).then(|| entries.div_ceil(sitemap::PER_FILE))
    }

    /// For the file at `path`. What is made without a template has none.
    pub fn of(&self, path: &str, job: &Job) -> Rendered {
        match job {
            Job::Page(id) => self.page(*id),
            Job::Section(id) => self.section(*id),
            Job::Pager(paginated, index) => self.pager(paginated, *index),
            Job::Terms(taxonomy) => self.terms(*taxonomy),
            Job::Term(taxonomy, term) => self.term(*taxonomy, *term),
            Job::Feed(feed) => self.feed(path, feed),
            Job::Redirect(url) => {
                let mut context = Context::new();
                context.insert("url", url);
                plain(builtin::REDIRECT, context)
            }
            Job::Sitemap(index) => self.sitemap(*index),
            Job::SitemapIndex => self.sitemap_index(),
            Job::NotFound => self.general("404.html".into(), Context::new()),
            Job::Robots => self.general("robots.txt".into(), Context::new()),
            Job::Extra(page) => self.extra(page),
            Job::Copy(_) | Job::Made(_) => plain("", Context::new()),
        }
    }

    /// A template that belongs to no page, in the default language.
    pub fn general(&self, template: Cow<'static, str>, own: Context) -> Rendered {
        let mut context = self.base(&self.site.config.default_language);
        context.extend(own);
        Rendered { template, context, template_span: self.config_span(), source: None }
    }

    fn base(&self, language: &str) -> Context {
        let mut context = Context::new();
        context.insert_value("lang", language.into());
        let of_language = self.languages.get(language);
        if let Some(OfLanguage { config, globals }) = of_language {
            context.insert_value("config", config.clone());
            for (name, value) in globals {
                context.insert_value(*name, value.clone());
            }
        }
        context
    }

    fn at(&self, language: &str, path: &str, permalink: &str) -> Context {
        let mut context = self.base(language);
        context.insert_value("current_path", path.into());
        context.insert_value("current_url", permalink.into());
        context
    }

    fn config_span(&self) -> Option<Span> {
        Some(Span::file(&self.site.config.places.config_file))
    }

    fn page(&self, id: PageId) -> Rendered {
        let page = self.site.page(id);
        let mut context = self.at(&page.document.file.language, &page.address.path, &page.address.permalink);
        context.insert_value("page", self.values.pages[id.0].clone());
        Rendered {
            template: page.template.clone().into(),
            context,
            template_span: Some(page.document.span("template")),
            source: Some(source(&page.document)),
        }
    }

    fn section(&self, id: SectionId) -> Rendered {
        let section = self.site.section(id);
        let mut context = self.at(&section.language, &section.address.path, &section.address.permalink);
        context.insert_value("section", self.values.sections[id.0].clone());
        self.of_section(id, context)
    }

    fn of_section(&self, id: SectionId, context: Context) -> Rendered {
        let section = self.site.section(id);
        let document = section.document.as_ref();
        Rendered {
            template: section.template.clone().into(),
            context,
            template_span: document.map(|document| document.span("template")),
            source: document.map(source),
        }
    }

    fn pager(&self, paginated: &Paginated, index: usize) -> Rendered {
        let pager = &paginated.pagination.pagers[index];
        let mut paginator = Map::default();
        let pagination = &paginated.pagination;
        paginator.insert("paginate_by".into(), pagination.paginate_by.into());
        paginator.insert("first".into(), pagination.first().into());
        paginator.insert("last".into(), pagination.last().into());
        paginator.insert("total_pages".into(), pagination.total_pages.into());
        paginator.insert("number_pagers".into(), pagination.pagers.len().into());
        paginator.insert("current_index".into(), pager.index.into());
        paginator.insert("pages".into(), self.values.listing(&pager.pages));
        paginator.insert("previous".into(), pager.previous.as_deref().into());
        paginator.insert("next".into(), pager.next.as_deref().into());
        paginator.insert("base_url".into(), pagination.base_url.as_str().into());
        let language = match paginated.subject {
            Subject::Section(id) => &self.site.section(id).language,
            Subject::Term(taxonomy, _) => &self.site.taxonomies[taxonomy].language,
        };
        let mut context = self.at(language, &pager.current_path, &pager.permalink);
        context.insert_value("paginator", sorted(paginator));
        match paginated.subject {
            Subject::Section(id) => {
                context.insert_value("section", self.values.sections[id.0].clone());
                self.of_section(id, context)
            }
            Subject::Term(taxonomy, term) => {
                let values = &self.values.taxonomies[taxonomy];
                context.insert_value("taxonomy", values.config.clone());
                context.insert_value("term", values.term(term));
                self.of_taxonomy(taxonomy, "single", context)
            }
        }
    }

    fn terms(&self, index: usize) -> Rendered {
        let taxonomy = &self.site.taxonomies[index];
        let values = &self.values.taxonomies[index];
        let mut context = self.at(&taxonomy.language, &taxonomy.address.path, &taxonomy.address.permalink);
        context.insert_value("taxonomy", values.config.clone());
        context.insert_value("terms", values.terms.clone());
        self.of_taxonomy(index, "list", context)
    }

    fn term(&self, index: usize, term: usize) -> Rendered {
        let taxonomy = &self.site.taxonomies[index];
        let values = &self.values.taxonomies[index];
        let address = &taxonomy.terms[term].address;
        let mut context = self.at(&taxonomy.language, &address.path, &address.permalink);
        context.insert_value("taxonomy", values.config.clone());
        context.insert_value("term", values.term(term));
        self.of_taxonomy(index, "single", context)
    }

    /// The taxonomy's own template, otherwise that of all taxonomies.
    fn of_taxonomy(&self, index: usize, kind: &str, context: Context) -> Rendered {
        let own = format!("{}/{kind}.html", self.site.taxonomies[index].config.name);
        let has_own = self.templates.contains(&own) || self.templates.is_broken(&own);
        let template = if has_own { own } else { format!("taxonomy_{kind}.html") };
        Rendered { template: template.into(), context, template_span: self.config_span(), source: None }
    }

    fn feed(&self, path: &str, feed: &Feed) -> Rendered {
        let pages: Vec<PageId> = match feed.of {
            FeedOf::Site => {
                let own = |id: &PageId| self.site.page(*id).document.file.language == feed.language;
                self.site.page_ids().filter(own).collect()
            }
            FeedOf::Section(id) => self.site.section(id).pages.clone(),
            FeedOf::Term(taxonomy, term) => self.site.taxonomies[taxonomy].terms[term].pages.clone(),
        };
        let mut context = self.base(&feed.language);
        context.extend(feeds::context(self.site, self.values, pages.into_iter()));
        context.insert_value("feed_url", self.site.config.permalink(path).into());
        match feed.of {
            FeedOf::Site => {}
            FeedOf::Section(id) => {
                context.insert_value("section", self.values.sections[id.0].clone());
            }
            FeedOf::Term(taxonomy, term) => {
                let config = self.values.taxonomies[taxonomy].config.clone();
                context.insert_value("taxonomy", config);
                context.insert_value("term", feed_term(&self.site.taxonomies[taxonomy].terms[term]));
            }
        }
        let template = feed.filename.clone().into();
        Rendered { template, context, template_span: self.config_span(), source: None }
    }

    fn sitemap(&self, index: usize) -> Rendered {
        let entries = self.sitemap.chunks(sitemap::PER_FILE).nth(index).unwrap_or_default();
        let mut context = Context::new();
        context.insert_value("entries", entries.into());
        self.without_language("sitemap.xml", context)
    }

    fn sitemap_index(&self) -> Rendered {
        let urls: Vec<Value> = (0..self.split_sitemaps().unwrap_or_default())
            .map(|index| {
                let permalink = self.site.config.permalink(&sitemap_name(index));
                permalink.trim_end_matches('/').into()
            })
            .collect();
        let mut context = Context::new();
        context.insert_value("sitemaps", urls.into());
        self.without_language("split_sitemap_index.xml", context)
    }

    /// A template for all languages: it has the default one's `config`, but no `lang`.
    fn without_language(&self, template: &'static str, own: Context) -> Rendered {
        let mut rendered = self.general(template.into(), own);
        rendered.context.remove("lang");
        rendered
    }

    fn extra(&self, page: &ExtraPage) -> Rendered {
        let mut context = self.at(&page.language, &page.path, &self.site.config.permalink(&page.path));
        context.extend(page.context.clone());
        Rendered { template: page.template.into(), context, template_span: self.config_span(), source: None }
    }
}

/// Where it says by which template it is rendered; otherwise its first letter, so that editors can go there.
fn source(document: &Document) -> Span {
    match document.spans.get("template") {
        Some(range) => Span::new(&document.file.path, range.clone()),
        None => Span::new(&document.file.path, 0..1),
    }
}

fn plain(template: &'static str, context: Context) -> Rendered {
    Rendered { template: template.into(), context, template_span: None, source: None }
}
