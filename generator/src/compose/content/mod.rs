//! One document's body: as a template first, where it holds braces, then as Markdown.

mod mistake;

use std::borrow::Cow;
use std::collections::BTreeMap;

use tera::{Context, Value};

use super::sitelinks::SiteLinks;
use super::suggestions::Suggestions;
use super::{Templating, analytics};
use crate::bodies::Body;
use crate::config::InsertAnchor;
use crate::diagnostic::catalog::templates::bound_reached;
use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use crate::engine::literals::Loaded;
use crate::engine::snippets::SiteSnippets;
use crate::engine::{BodyError, Templates};
use crate::highlight::Highlighter;
use crate::markup;
use crate::parse::Document;
use crate::site::{NodeId, PageId, SectionId, Site};
use crate::values;

/// Codes of what can be wrong with a link.
const LINK_PROBLEMS: [&str; 3] = ["missing-link-target", "link-to-markdown-file", "link-without-target"];

/// A body and what was wrong with it.
#[derive(Debug, Default)]
pub(super) struct Composed {
    pub(super) body: Body,
    pub(super) diagnostics: Diagnostics,
}

/// What all documents need.
pub(super) struct Composer<'a> {
    site: &'a Site,
    templates: &'a Templates,
    templating: Templating,
    highlighter: Option<&'a Highlighter>,
    suggestions: &'a Suggestions,
    /// `config` by language, built once.
    configs: BTreeMap<&'a str, Value>,
}

/// One document, page or section.
struct Source<'a> {
    document: &'a Document,
    permalink: &'a str,
    language: &'a str,
    insert_anchor: InsertAnchor,
}

impl Composed {
    /// Whether a link leads to something that is not there, so that another path was asked for.
    pub(super) fn lacks_suggestions(&self) -> bool {
        let mut codes = self.diagnostics.iter().map(|diagnostic| diagnostic.code);
        codes.any(|code| ["missing-link-target", "link-to-markdown-file"].contains(&code))
    }
}

impl<'a> Composer<'a> {
    pub(super) fn new(
        site: &'a Site,
        templates: &'a Templates,
        templating: Templating,
        highlighter: Option<&'a Highlighter>,
        suggestions: &'a Suggestions,
    ) -> Self {
        let languages = site.config.languages.keys();
        let configs =
            languages.map(|code| (code.as_str(), values::config_value(&site.config, code))).collect();
        Self { site, templates, templating, highlighter, suggestions, configs }
    }

    pub(super) fn page(&self, id: PageId) -> Composed {
        let page = self.site.page(id);
        let source = Source {
            document: &page.document,
            permalink: &page.address.permalink,
            language: &page.document.file.language,
            insert_anchor: self.insert_anchor_of_page(&page.document),
        };
        self.compose(&source, |body| ("page", values::content_page(self.site, id, body)))
    }

    pub(super) fn section(&self, id: SectionId) -> Composed {
        let section = self.site.section(id);
        let Some(document) = &section.document else { return Composed::default() };
        let default = self.site.config.markdown.insert_anchor_links;
        let source = Source {
            document,
            permalink: &section.address.permalink,
            language: &section.language,
            insert_anchor: section.matter.insert_anchor_links.unwrap_or(default),
        };
        self.compose(&source, |body| ("section", values::content_section(self.site, id, body)))
    }

    /// The wish of the section in the page's own folder: Zola asks no section further up, and no section
    /// that lists the page from elsewhere.
    fn insert_anchor_of_page(&self, document: &Document) -> InsertAnchor {
        let mut path = document.file.folders.join("/");
        if !path.is_empty() {
            path.push('/');
        }
        path.push_str("_index.");
        if document.file.language != self.site.config.default_language {
            path.push_str(&document.file.language);
            path.push('.');
        }
        path.push_str("md");
        let wish = match self.site.by_path.get(&path) {
            Some(NodeId::Section(id)) => self.site.section(*id).matter.insert_anchor_links,
            _ => None,
        };
        wish.unwrap_or(self.site.config.markdown.insert_anchor_links)
    }

    fn compose(&self, source: &Source<'_>, value: impl FnOnce(&Body) -> (&'static str, Value)) -> Composed {
        let (word_count, reading_time) = analytics::of(source.document.body(), source.language);
        let mut composed =
            Composed { body: Body { word_count, reading_time, ..Body::default() }, ..Composed::default() };
        match self.text(source, || value(&composed.body)) {
            Ok(text) => {
                let offset = matches!(text, Cow::Borrowed(_)).then_some(source.document.body.start);
                composed.body.markup = self.markup(source, &text, offset, &mut composed.diagnostics);
            }
            Err(diagnostics) => {
                diagnostics.into_iter().for_each(|diagnostic| composed.diagnostics.push(diagnostic));
                composed.body.is_missing = true;
                composed.body.markup.internal_links = self.links(source, &mut composed.diagnostics);
            }
        }
        composed
    }

    /// The Markdown: the body itself, or what its template gives.
    fn text<'d>(
        &self,
        source: &Source<'d>,
        value: impl FnOnce() -> (&'static str, Value),
    ) -> Result<Cow<'d, str>, Vec<Diagnostic>> {
        let document = source.document;
        let body = document.body();
        let skip = self.site.config.skip_content_templating.is_match(&document.file.relative);
        if skip || !has_template_braces(body) {
            return Ok(Cow::Borrowed(body));
        }
        if self.templating == Templating::LeaveAlone {
            return Err(mistake::leftovers(document, &self.author()));
        }
        let mut context = Context::new();
        context.insert("lang", source.language);
        if let Some(config) = self.configs.get(source.language) {
            context.insert_value("config", config.clone());
        }
        let (name, value) = value();
        context.insert_value(name, value);
        let loaded = Loaded::new(body);
        let rendered = self.templates.render_body(loaded.text(), &context);
        rendered.map(Cow::Owned).map_err(|error| match error {
            BodyError::Engine(error) => mistake::diagnose(&error, document, &self.author()),
            BodyError::Bound(bound) => vec![bound_reached(Span::file(&document.file.path), bound)],
        })
    }

    fn author(&self) -> mistake::Author<'_> {
        mistake::Author { templates: self.templates, markdown: &self.site.config.markdown }
    }

    /// The links of a body whose template does not work, and what is wrong with them. A link with braces
    /// is not one yet.
    fn links(&self, source: &Source<'_>, diagnostics: &mut Diagnostics) -> Vec<markup::InternalLink> {
        let document = source.document;
        let mut problems = Diagnostics::default();
        let mut markup = self.markup(source, document.body(), Some(document.body.start), &mut problems);
        for problem in problems.iter().filter(|problem| LINK_PROBLEMS.contains(&problem.code)) {
            let text = problem.span.as_ref().and_then(|span| document.text.get(span.range.clone()));
            if text.is_some_and(|text| !has_template_braces(text)) {
                diagnostics.push(problem.clone());
            }
        }
        let is_plain = |text: &str| !text.contains('{');
        markup
            .internal_links
            .retain(|link| is_plain(&link.path) && link.anchor.iter().all(|it| is_plain(it)));
        markup.internal_links
    }

    fn markup(
        &self,
        source: &Source<'_>,
        text: &str,
        offset: Option<usize>,
        diagnostics: &mut Diagnostics,
    ) -> markup::Markup {
        let document = source.document;
        let context = markup::Context {
            options: &self.site.config.markdown,
            anchors: self.site.config.slugify.anchors,
            internal_links: self.site.config.link_checker.internal_level,
            insert_anchor: source.insert_anchor,
            permalink: source.permalink,
            relative: &document.file.relative,
            language: source.language,
            links: &SiteLinks { site: self.site, document, suggestions: self.suggestions },
            snippets: &SiteSnippets { templates: self.templates },
            code: self.highlighter.map(|highlighter| highlighter as &dyn markup::CodeBlocks),
            path: &document.file.path,
            offset,
        };
        markup::render(text, &context, diagnostics)
    }
}

/// Whether a body is a template at all; comments alone (`{#`) do not make it one.
fn has_template_braces(body: &str) -> bool {
    body.contains("{{") || body.contains("{%")
}
