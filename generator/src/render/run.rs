//! Makes the files of a plan, in parallel, and hands each to the sink as soon as it is made.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;
use tera::Context;

use super::contexts::{Contexts, Rendered};
use super::extension::RenderText;
use super::minify::Minifier;
use super::plan::{Job, Plan};
use crate::diagnostic::catalog::render::{self as catalog, SpoiltFile};
use crate::diagnostic::catalog::templates as template_catalog;
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
    let notices = Mutex::new(BTreeMap::new());
    plan.into_par_iter().try_for_each(|(path, job)| match renderer.make(&path, job) {
        Ok(Made { content, notice }) => {
            let mut notices = notices.lock().unwrap_or_else(PoisonError::into_inner);
            notices.extend(notice.map(|notice| (path.clone(), notice)));
            drop(notices);
            sink.put(Artifact { path, content })
        }
        Err(failure) => {
            failures.lock().unwrap_or_else(PoisonError::into_inner).add(*failure, &path);
            Ok(())
        }
    })?;
    failures.into_inner().unwrap_or_else(PoisonError::into_inner).report(diagnostics);
    let notices = notices.into_inner().unwrap_or_else(PoisonError::into_inner);
    notices.into_values().for_each(|notice| diagnostics.push(notice));
    Ok(())
}

/// Renders single files.
pub struct Renderer<'a> {
    /// The engine.
    pub templates: &'a Templates,
    /// What each template sees.
    pub contexts: Contexts<'a>,
    /// What makes pages small, if they are to be.
    pub minifier: Option<Minifier>,
}

/// A file, and what is to be said about it.
struct Made {
    content: ArtifactContent,
    notice: Option<Diagnostic>,
}

impl From<ArtifactContent> for Made {
    fn from(content: ArtifactContent) -> Self {
        Self { content, notice: None }
    }
}

/// Why a file was not made, the document it comes from, and its template.
struct Failure {
    diagnostics: Diagnostics,
    source: Option<Span>,
    template: String,
}

impl Renderer<'_> {
    fn make(&self, path: &str, job: Job) -> Result<Made, Box<Failure>> {
        let rendered = match job {
            Job::Copy(from) => return Ok(ArtifactContent::Copy(from).into()),
            Job::Made(bytes) => return Ok(ArtifactContent::Bytes(bytes.to_vec()).into()),
            job => self.contexts.of(path, &job),
        };
        match self.rendered(&rendered) {
            Ok(text) => Ok(self.finished(path, text, rendered.source)),
            Err(diagnostics) => {
                let template = rendered.template.into_owned();
                Err(Box::new(Failure { diagnostics, source: rendered.source, template }))
            }
        }
    }

    /// Only what templates made is made small, and of that only HTML: as in Zola, where feeds, sitemaps and
    /// copied files stay as they are.
    fn finished(&self, path: &str, text: String, source: Option<Span>) -> Made {
        let Some(minifier) = self.minifier.as_ref().filter(|_| path.ends_with(".html")) else {
            return ArtifactContent::Bytes(text.into_bytes()).into();
        };
        let (text, notice) = match minifier.html(text) {
            Ok(small) => (small, None),
            Err(text) => (text, Some(catalog::not_minified(source, path))),
        };
        Made { content: ArtifactContent::Bytes(text.into_bytes()), notice }
    }

    fn rendered(&self, rendered: &Rendered) -> Result<String, Diagnostics> {
        let name = rendered.template.as_ref();
        if self.templates.contains(name) {
            return self.templates.render(name, &rendered.context);
        }
        let mut diagnostics = Diagnostics::default();
        if self.templates.is_broken(name) {
            // Its own mistakes were reported when it was loaded.
            return Err(diagnostics);
        }
        if let Some(url) = builtin::placeholder_documentation(name) {
            let mut context = Context::new();
            context.insert("template", name);
            context.insert("url", url);
            return self.templates.render(builtin::PLACEHOLDER, &context);
        }
        let near = nearest(name, self.templates.names());
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

/// A mistake, and the files it spoils.
struct Spoilt {
    diagnostic: Diagnostic,
    files: Vec<SpoiltFile>,
}

impl Failures {
    fn add(&mut self, failure: Failure, path: &str) {
        for diagnostic in failure.diagnostics.iter() {
            let key = format!("{:?}{}", diagnostic.span, diagnostic.message);
            let file = SpoiltFile {
                path: path.to_owned(),
                source: failure.source.clone(),
                template: failure.template.clone(),
                chain: diagnostic.notes.clone(),
            };
            let new = || Spoilt { diagnostic: diagnostic.clone(), files: Vec::new() };
            self.0.entry(key).or_insert_with(new).files.push(file);
        }
    }

    /// In the order of places, each with the way to it from the first of its files, so that threads do
    /// not show.
    fn report(self, diagnostics: &mut Diagnostics) {
        for Spoilt { diagnostic, mut files } in self.0.into_values() {
            files.sort_by(|a, b| a.path.cmp(&b.path));
            diagnostics.push(catalog::while_rendering(diagnostic, &files));
        }
    }
}
