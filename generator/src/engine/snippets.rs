//! The site's templates for parts of a text: `anchor-link.html` and `summary-cutoff.html`.

use tera::Context;

use crate::diagnostic::catalog::markup::snippet;
use crate::diagnostic::catalog::templates::bound_reached;
use crate::diagnostic::{Diagnostic, Span};
use crate::engine::complaint::Complaint;
use crate::engine::{BodyError, Templates};
use crate::markup::Snippets;

/// Renders them with the site's engine.
pub(crate) struct SiteSnippets<'a> {
    pub(crate) templates: &'a Templates,
}

impl SiteSnippets<'_> {
    fn render(&self, name: &str, context: &Context) -> Result<String, Diagnostic> {
        self.templates.render_part(name, context).map_err(|error| {
            let error = match error {
                BodyError::Engine(error) => error,
                BodyError::Bound(bound) => {
                    return bound_reached(self.templates.file(name).map(Span::file), bound);
                }
            };
            let complaints = Complaint::all(&error);
            let first = complaints.first().expect("an error is at least one complaint");
            let span =
                first.place.as_ref().and_then(|(template, position)| self.templates.span(template, position));
            snippet(span, name, &first.message)
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
