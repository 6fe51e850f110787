//! Makes the files of a plan, in parallel, and hands each to the sink as soon as it is made.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;
use tera::Context;

use super::contexts::{Contexts, Rendered};
use super::extension::RenderText;
use super::plan::{Job, Plan};
use crate::diagnostic::catalog::{render as catalog, templates as template_catalog};
use crate::diagnostic::{Diagnostic, Diagnostics, Span, nearest};
use crate::emit::{Artifact, ArtifactContent, Sink};
use crate::engine::{Templates, builtin};

/// Makes all files. All pages are tried; one mistake in a template is one diagnostic however many pages
/// it spoils.
///
/// # Errors
/// Where the sink cannot keep a file.
pub fn run(
    plan: Plan,
    renderer: &Renderer<'_>,
    sink: &dyn Sink,
    diagnostics: &mut Diagnostics,
) -> anyhow::Result<()> {
    let failures = Mutex::new(Failures::default());
    plan.into_par_iter().try_for_each(|(path, job)| match renderer.make(&path, job) {
        Ok(content) => sink.put(Artifact { path, content }),
        Err(failure) => {
            let Failure { diagnostics, source } = *failure;
            let mut failures = failures.lock().unwrap_or_else(PoisonError::into_inner);
            failures.add(&diagnostics, &path, source.as_ref());
            Ok(())
        }
    })?;
    failures.into_inner().unwrap_or_else(PoisonError::into_inner).report(diagnostics);
    Ok(())
}

/// Renders single files.
pub struct Renderer<'a> {
    /// The engine.
    pub templates: &'a Templates,
    /// What each template sees.
    pub contexts: Contexts<'a>,
}

/// Why a file was not made, and the document it comes from.
struct Failure {
    diagnostics: Diagnostics,
    source: Option<Span>,
}

impl Renderer<'_> {
    fn make(&self, path: &str, job: Job) -> Result<ArtifactContent, Box<Failure>> {
        let rendered = match job {
            Job::Copy(from) => return Ok(ArtifactContent::Copy(from)),
            Job::Made(bytes) => return Ok(ArtifactContent::Bytes(bytes.to_vec())),
            job => self.contexts.of(path, &job),
        };
        self.rendered(&rendered)
            .map(|text| ArtifactContent::Bytes(text.into_bytes()))
            .map_err(|diagnostics| Box::new(Failure { diagnostics, source: rendered.source }))
    }

    fn rendered(&self, rendered: &Rendered) -> Result<String, Diagnostics> {
        let name = rendered.template.as_ref();
        if self.templates.contains(name) {
            return self.templates.render(name, &rendered.context);
        }
        if let Some(url) = builtin::placeholder_documentation(name) {
            let mut context = Context::new();
            context.insert("template", name);
            context.insert("url", url);
            return self.templates.render(builtin::PLACEHOLDER, &context);
        }
        let near = nearest(name, self.templates.names());
        let mut diagnostics = Diagnostics::default();
        diagnostics.push(template_catalog::missing_template(rendered.template_span.clone(), name, near));
        Err(diagnostics)
    }
}

impl RenderText for Renderer<'_> {
    fn text(&self, name: &str, context: Context, diagnostics: &mut Diagnostics) -> Option<String> {
        let rendered = self.contexts.general(name.to_owned().into(), context);
        match self.rendered(&rendered) {
            Ok(text) => Some(text),
            Err(problems) => {
                diagnostics.extend(problems);
                None
            }
        }
    }
}

/// Mistakes by place, with the files they spoil.
#[derive(Default)]
struct Failures(BTreeMap<String, Spoilt>);

/// A mistake, and the files it spoils with their documents.
struct Spoilt {
    diagnostic: Diagnostic,
    files: Vec<(String, Option<Span>)>,
}

impl Failures {
    fn add(&mut self, diagnostics: &Diagnostics, path: &str, source: Option<&Span>) {
        for diagnostic in diagnostics.iter() {
            let key = format!("{:?}{}", diagnostic.span, diagnostic.message);
            let entry = self
                .0
                .entry(key)
                .or_insert_with(|| Spoilt { diagnostic: diagnostic.clone(), files: Vec::new() });
            entry.files.push((path.to_owned(), source.cloned()));
        }
    }

    /// In the order of places, each with the first of its files, so that threads do not show.
    fn report(self, diagnostics: &mut Diagnostics) {
        for Spoilt { diagnostic, mut files } in self.0.into_values() {
            files.sort_by(|a, b| a.0.cmp(&b.0));
            diagnostics.push(catalog::while_rendering(diagnostic, &files));
        }
    }
}
