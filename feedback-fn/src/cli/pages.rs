//! The pages of a folder of the site's content that answer suggestions, whatever their files are called.

use crate::reference::Reference;
use crate::responses::Page;
use anyhow::{Context, bail};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A page, and its file.
#[derive(Debug, Clone)]
pub(super) struct Filed {
    pub(super) path: PathBuf,
    pub(super) page: Page,
}

/// Reads all pages in a folder and below it.
///
/// # Errors
/// A file cannot be read, or two answer the same suggestion.
#[expect(clippy::disallowed_methods, reason = "commands are an edge")]
pub(super) fn read(folder: &Path) -> anyhow::Result<BTreeMap<Reference, Filed>> {
    let mut found: BTreeMap<Reference, Filed> = BTreeMap::new();
    for path in files(folder)? {
        let context = || format!("cannot read `{}`", path.display());
        let bytes = std::fs::read(&path).with_context(context)?;
        let Some(page) = Page::read(&String::from_utf8_lossy(&bytes)).with_context(context)? else {
            continue;
        };
        if let Some(first) = found.get(&page.reference) {
            bail!(
                "`{}` and `{}` both answer `{}`\nhint: delete one, or take `reference` out of it",
                first.path.display(),
                path.display(),
                page.reference
            );
        }
        found.insert(page.reference.clone(), Filed { path, page });
    }
    Ok(found)
}

/// Markdown files in order. `name.en.md` is a translation of `name.md`, which alone counts.
#[expect(clippy::disallowed_methods, reason = "commands are an edge")]
fn files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let context = || format!("cannot read the folder `{}`", folder.display());
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(context)? {
        let entry = entry.with_context(context)?;
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        if name.starts_with('.') {
            continue;
        }
        if entry.file_type().with_context(context)?.is_dir() {
            files.extend(self::files(&path)?);
        } else if name.strip_suffix(".md").is_some_and(|stem| !stem.contains('.')) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
