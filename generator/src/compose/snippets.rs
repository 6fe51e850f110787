//! The site's templates for parts of a text: `anchor-link.html` and `summary-cutoff.html`.

use tera::Context;

use crate::diagnostic::catalog::markup::snippet;
use crate::diagnostic::{Diagnostic, Span};
use crate::markup::Snippets;
use crate::render::templates::Templates;

use super::content::failure::Failure;

/// Renders them with the site's engine.
pub(crate) struct SiteSnippets<'a> {
    pub(crate) templates: &'a Templates,
}

impl SiteSnippets<'_> {
    fn render(&self, name: &str, context: &Context) -> Result<String, Diagnostic> {
        self.templates.tera.render(name, context).map_err(|error| {
            let failure = Failure::first(&error);
            let template = failure.template.as_deref().unwrap_or(name);
            let range = failure.range.unwrap_or(0..0);
            let span = self.templates.file(template).map(|path| Span::new(path, range));
            snippet(span, name, &failure.reason)
        })
    }
}

impl Snippets for SiteSnippets<'_> {
    fn anchor_link(&self, id: &str, level: u8, language: &str) -> Result<String, Diagnostic> {
        let mut context = Context::new();
        context.insert("id", id);
        context.insert("level", &level);
        context.insert("lang", language);
        self.render("anchor-link.html", &context)
    }

    fn summary_cutoff(&self, summary: &str, language: &str) -> Result<String, Diagnostic> {
        let mut context = Context::new();
        context.insert("summary", summary);
        context.insert("lang", language);
        self.render("summary-cutoff.html", &context)
    }
}
