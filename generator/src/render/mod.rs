//! Stage 7: pages out of templates, in parallel; yields [`Artifact`](crate::emit::Artifact)s one by one.

mod contexts;
mod doubt;
pub mod extension;
mod feeds;
mod images;
mod minify;
mod plan;
mod run;
pub mod sass;
mod sitemap;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::bodies::Bodies;
use crate::diagnostic::Diagnostics;
use crate::discover::Inventory;
use crate::emit::Sink;
use crate::engine::Templates;
use crate::search;
use crate::site::Site;
use crate::values::Values;

pub use crate::emit::{Artifact, ArtifactContent};
pub use extension::{CopiedFile, Extension, ExtraPage, Plain, RenderText};

/// What a site is rendered from.
pub struct Input<'a> {
    /// The site.
    pub site: &'a Arc<Site>,
    /// Its files.
    pub inventory: &'a Inventory,
    /// Its templates.
    pub templates: Templates,
    /// Its bodies.
    pub bodies: &'a Bodies,
    /// Style sheets by path below the output, as [`sass::compile`] makes them.
    pub sheets: &'a BTreeMap<String, Arc<[u8]>>,
    /// What is more than a Zola site.
    pub extension: &'a dyn Extension,
}

/// Renders everything; each file goes into the sink as soon as it is made.
///
/// # Errors
/// Where the sink cannot keep a file.
pub fn render(input: Input<'_>, sink: &dyn Sink, diagnostics: &mut Diagnostics) -> anyhow::Result<()> {
    let Input { site, inventory, templates, bodies, sheets, extension } = input;
    let values = Arc::new(Values::new(site, bodies, extension));
    let templates = templates.with_values(site, &values);
    let contexts = contexts::Contexts::new(site, &values, &templates, extension);
    let split_sitemaps = contexts.split_sitemaps();
    // Before any page: templates ask for digests of the indexes.
    let search = search::files(site, bodies);
    templates.files().add_made(search.clone());
    let plan_input =
        plan::Input { site: site.as_ref(), inventory, sheets, search: &search, extension, split_sitemaps };
    let mut plan = plan::plan(&plan_input, diagnostics);
    let doubt = doubt::Doubt::new(site, bodies);
    plan.retain(|_, job| !doubt.covers(job));
    let minifier = minify::Minifier::of(&site.config);
    let renderer = run::Renderer { templates: &templates, contexts, minifier };
    for artifact in extension.extra_files(&renderer, diagnostics) {
        // A file of the same path as a page would be written twice.
        plan.remove(&artifact.path);
        sink.put(artifact)?;
    }
    run::run(plan, &renderer, sink, diagnostics)?;
    images::process(templates.files(), sink, diagnostics)
}

#[cfg(test)]
mod tests;
