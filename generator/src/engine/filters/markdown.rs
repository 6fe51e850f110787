//! `markdown`: a text in Markdown as HTML, with the settings and links of the page it stands on.

use std::path::Path;
use std::sync::Arc;

use tera::{Error, Filter, Kwargs, State, TeraResult, Value};

use crate::config::InsertAnchor;
use crate::diagnostic::{Diagnostics, Severity, nearest};
use crate::engine::Templates;
use crate::engine::snippets::SiteSnippets;
use crate::highlight::Highlighter;
use crate::markup::{CodeBlocks, Context, Links, render};
use crate::site::Site;

/// `markdown(inline)`
pub struct Markdown {
    site: Arc<Site>,
    templates: Templates,
    highlighter: Option<Arc<Highlighter>>,
}

/// Stands in until the site is known; calling it is a mistake of ours, not of a template.
pub fn unknown_site(_: &str, _: Kwargs, _: &State<'_>) -> TeraResult<String> {
    Err(Error::message("`markdown` does not know the site yet"))
}

impl Markdown {
    /// For a site.
    pub fn new(site: Arc<Site>, templates: Templates, highlighter: Option<Arc<Highlighter>>) -> Self {
        Self { site, templates, highlighter }
    }
}

impl Filter<&str, TeraResult<String>> for Markdown {
    fn call(&self, text: &str, kwargs: Kwargs, state: &State<'_>) -> TeraResult<String> {
        let is_inline = kwargs.get::<bool>("inline")?.unwrap_or(false);
        let config = &self.site.config;
        let around = ["page", "section"].iter().find_map(|name| state.get::<Value>(name).ok().flatten());
        let field = |name: &'static str| around.as_ref()?.get_from_path(name)?.as_str();
        let language = match &around {
            Some(_) => state.get::<String>("lang").ok().flatten(),
            None => None,
        };
        let context = Context {
            options: &config.markdown,
            anchors: config.slugify.anchors,
            internal_links: config.link_checker.internal_level,
            insert_anchor: InsertAnchor::None,
            permalink: field("permalink").unwrap_or_default(),
            relative: field("relative_path").unwrap_or_default(),
            language: language.as_deref().unwrap_or(&config.default_language),
            links: &SiteLinks(&self.site),
            snippets: &SiteSnippets { templates: &self.templates },
            code: self.highlighter.as_deref().map(|highlighter| highlighter as &dyn CodeBlocks),
            path: Path::new(""),
            offset: None,
        };
        let mut diagnostics = Diagnostics::default();
        let html = render(text, &context, &mut diagnostics).html;
        if let Some(error) = diagnostics.iter().find(|diagnostic| diagnostic.severity == Severity::Error) {
            return Err(Error::message(&error.message));
        }
        Ok(if is_inline { without_paragraph(&html).to_owned() } else { html })
    }
}

fn without_paragraph(html: &str) -> &str {
    html.trim_start_matches("<p>").trim_end_matches("</p>\n")
}

/// Answers from the site's addresses.
struct SiteLinks<'a>(&'a Site);

impl Links for SiteLinks<'_> {
    fn permalink(&self, path: &str) -> Option<String> {
        Some(self.0.address(*self.0.by_path.get(path)?).permalink.clone())
    }

    fn nearest(&self, path: &str) -> Option<String> {
        nearest(path, self.0.by_path.keys().map(String::as_str)).map(str::to_owned)
    }
}
