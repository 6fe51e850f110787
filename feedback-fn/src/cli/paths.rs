//! Where in the site's content answers stand, so that one may link to another as `@/folder/file.md`.

use super::pages::Filed;
use crate::reference::Reference;
use crate::responses::{Draft, Response};
use anyhow::{Context, bail};
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

/// What the folder of a site's content is called.
const CONTENT: &str = "content";
/// What would end a link, or begin a template.
const NOT_IN_LINKS: &str = "()<>[]{}\\\"'`*|~$^";

/// Content paths of the answers that others point to.
pub(super) struct Paths(BTreeMap<Reference, String>);

impl Paths {
    /// Of what these answers point to: pages that are there, or drafts that will be.
    ///
    /// # Errors
    /// Something is pointed to, and the folder is not in one called `content`, or no link can hold a file's name.
    pub(super) fn of(
        folder: &Path,
        responses: &[Response],
        pages: &BTreeMap<Reference, Filed>,
    ) -> anyhow::Result<Paths> {
        let mut paths = BTreeMap::new();
        for reference in responses.iter().flat_map(Response::points_to) {
            let file = pages
                .get(&reference)
                .map_or_else(|| folder.join(Draft::name(&reference)), |filed| filed.path.clone());
            let below = file.strip_prefix(folder).context("a page stands in the folder that was read")?;
            let path = link(&in_content(folder)?.join(below));
            let is_fit = |path: &String| {
                !path.contains(|letter: char| letter.is_whitespace() || NOT_IN_LINKS.contains(letter))
            };
            let Some(path) = path.filter(is_fit) else {
                bail!("no link can lead to `{}`\nhint: give the file another name", file.display());
            };
            paths.insert(reference, path);
        }
        Ok(Paths(paths))
    }

    /// That of one.
    pub(super) fn to(&self, reference: &Reference) -> Option<String> {
        self.0.get(reference).cloned()
    }
}

/// The folder as the content names it. It need not be there yet.
fn in_content(folder: &Path) -> anyhow::Result<PathBuf> {
    let mut whole = std::path::absolute(folder).context("the present folder is gone")?;
    if whole.components().any(|part| part == Component::ParentDir) {
        let (above, name) = (whole.parent().map(Path::canonicalize), whole.file_name());
        whole = match (above, name) {
            (Some(Ok(above)), Some(name)) => above.join(name),
            _ => whole.canonicalize().with_context(|| format!("cannot find `{}`", folder.display()))?,
        };
    }
    let above = whole.ancestors().find(|above| above.file_name().is_some_and(|name| name == CONTENT));
    let below = above.and_then(|above| whole.strip_prefix(above).ok()).map(Path::to_owned);
    below.with_context(|| {
        format!(
            "an answer points to another, and `{}` is in no folder called `{CONTENT}`\nhint: give a folder in the \
             site's `{CONTENT}`",
            folder.display()
        )
    })
}

fn link(path: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> = path.iter().map(|part| part.to_str()).collect();
    parts.map(|parts| parts.join("/"))
}
