//! The images that templates asked for: each made once, in parallel, after all pages are rendered.

use rayon::prelude::*;

use crate::diagnostic::catalog::images as catalog;
use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use crate::emit::{Artifact, ArtifactContent, Need, Sink};
use crate::engine::functions::Files;
use crate::images::{Origin, Wanted};

/// Makes those that the sink needs. In a site with errors nothing is kept, so images are only looked at.
///
/// # Errors
/// Where the sink cannot keep a file.
pub fn process(files: &Files, sink: &dyn Sink, diagnostics: &mut Diagnostics) -> anyhow::Result<()> {
    let is_in_vain = diagnostics.has_errors();
    let work = |wanted: &Wanted| {
        let need = match sink.need(&wanted.path()) {
            Need::Bytes if is_in_vain => Need::Soundness,
            need => need,
        };
        one(files, sink, wanted, need)
    };
    let (heavy, light): (Vec<_>, Vec<_>) =
        files.images().all_wanted().into_iter().partition(|wanted| wanted.is_heavy());
    let light: Vec<_> = light.par_iter().map(|wanted| work(wanted)).collect::<anyhow::Result<_>>()?;
    let heavy: Vec<_> = heavy.iter().map(|wanted| work(wanted)).collect::<anyhow::Result<_>>()?;
    light.into_iter().chain(heavy).flatten().for_each(|problem| diagnostics.push(problem));
    Ok(())
}

/// What is to be said about one image: nothing, if all is well.
fn one(files: &Files, sink: &dyn Sink, wanted: &Wanted, need: Need) -> anyhow::Result<Option<Diagnostic>> {
    let made = match need {
        Need::Nothing => Ok(None),
        Need::Soundness => wanted.examine(files.world()).map(|()| None),
        Need::Bytes => wanted.make(files.world()).map(Some),
    };
    let name = wanted.origin.path().file_name().unwrap_or_default().to_string_lossy();
    let span = match &wanted.origin {
        Origin::File(path) => Some(Span::file(path)),
        Origin::Made(..) => None,
    };
    match made {
        Err(problem) => return Ok(Some(catalog::processing(span, &name, &problem))),
        Ok(Some(bytes)) => {
            sink.put(Artifact { path: wanted.path(), content: ArtifactContent::Bytes(bytes) })?;
        }
        Ok(None) => {}
    }
    let is_worse = wanted.loses_profile();
    Ok(is_worse.then(|| catalog::lost_profile(span, &name, wanted.encoding.ending())))
}
