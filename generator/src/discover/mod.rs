//! Stage 1: one walk over content, templates, static files, styles and themes; yields the [`Inventory`].
//!
//! Knows which files there are, nothing of what is in them.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::config::Config;
use crate::diagnostic::catalog::{config as catalog, content};
use crate::diagnostic::{Diagnostics, Span};
use crate::world::World;

/// Endings of the files that are templates.
const TEMPLATE_ENDINGS: [&str; 6] = ["html", "xml", "md", "txt", "json", "ics"];

/// All files of a site, each list sorted by path.
#[derive(Debug, Clone, Default)]
pub struct Inventory {
    /// Markdown files below `content/`, by path relative to it, with `/` between folders.
    pub documents: Vec<ContentFile>,
    /// All other files below `content/` that may be colocated assets.
    pub assets: Vec<ContentFile>,
    /// Templates: name as Tera knows it (`page.html`, `blog/list.html`; the theme's are
    /// `THEME/templates/page.html`, for which `THEME/templates/` is a fallback prefix) and file;
    /// the theme's first.
    pub templates: Vec<TemplateFile>,
    /// Static files in the order in which they are laid down: the theme's, then the site's.
    pub statics: Vec<StaticFile>,
    /// Sass files that are compiled (no `_partials`): the theme's, then the site's if `compile_sass`
    /// is on; `relative` is the style sheet each becomes (`main.css`).
    pub sass: Vec<StaticFile>,
}

/// A file below `content/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContentFile {
    /// As the world knows it.
    pub path: PathBuf,
    /// Below `content/`, with `/`.
    pub relative: String,
}

/// A template file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateFile {
    /// As the world knows it.
    pub path: PathBuf,
    /// Name in Tera.
    pub name: String,
}

/// A file that becomes a file at the same place of the output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaticFile {
    /// As the world knows it.
    pub path: PathBuf,
    /// Below the output, with `/`.
    pub relative: String,
}

/// Walks the site once.
///
/// # Errors
/// Only where the file system fails.
pub fn discover(
    world: &dyn World,
    config: &Config,
    diagnostics: &mut Diagnostics,
) -> anyhow::Result<Inventory> {
    let mut inventory = Inventory::default();
    content(world, config, &mut inventory, diagnostics)?;
    templates(world, config, &mut inventory, diagnostics)?;
    if let Some(theme) = &config.places.theme {
        inventory.statics.extend(files(world, &theme.join("static"), diagnostics)?);
    }
    let own = files(world, &config.places.statics, diagnostics)?.into_iter();
    let own = own.filter(|file| !is_left_by_zola(&file.relative));
    inventory.statics.extend(own.filter(|file| !config.ignored_static.is_match(&file.relative)));
    sass(world, config, &mut inventory, diagnostics)?;
    Ok(inventory)
}

fn content(
    world: &dyn World,
    config: &Config,
    inventory: &mut Inventory,
    diagnostics: &mut Diagnostics,
) -> anyhow::Result<()> {
    for file in files(world, &config.places.content, diagnostics)? {
        let name = file_name(&file.relative);
        if is_ignored(&file, name, config) {
            continue;
        }
        let file = ContentFile { path: file.path.clone(), relative: file.relative.clone() };
        if !name.ends_with(".md") {
            if !is_temporary(name) {
                inventory.assets.push(file);
            }
        } else if !name.starts_with('.') {
            inventory.documents.push(file);
        }
    }
    // As Zola orders a page's assets: without regard to case.
    inventory.assets.sort_by_cached_key(|file| file.relative.to_ascii_lowercase());
    Ok(())
}

/// Zola finds sections by their folders: it is the folder's path that decides about them, and about
/// nothing else in it.
fn is_ignored(file: &StaticFile, name: &str, config: &Config) -> bool {
    match file.path.parent() {
        Some(folder) if name.starts_with("_index.") && name.ends_with(".md") => {
            config.ignored_content.is_match(folder)
        }
        _ => config.ignored_content.is_match(&file.path),
    }
}

fn templates(
    world: &dyn World,
    config: &Config,
    inventory: &mut Inventory,
    diagnostics: &mut Diagnostics,
) -> anyhow::Result<()> {
    let config_file = Span::file(&config.places.config_file);
    if let (Some(theme), Some(name)) = (&config.places.theme, &config.theme) {
        let found = files(world, &theme.join("templates"), diagnostics)?;
        if !world.is_folder(&theme.join("templates")) {
            diagnostics.push(catalog::theme_without_templates(config_file.clone(), name));
        }
        inventory.templates.extend(template_files(found, &format!("{name}/templates/")));
    }
    let found = files(world, &config.places.templates, diagnostics)?;
    if !world.is_folder(&config.places.templates) && config.theme.is_none() {
        diagnostics.push(catalog::no_templates(config_file));
    }
    inventory.templates.extend(template_files(found, ""));
    Ok(())
}

fn template_files(files: Vec<StaticFile>, prefix: &str) -> impl Iterator<Item = TemplateFile> {
    let templates = files.into_iter().filter(|file| TEMPLATE_ENDINGS.contains(&ending(&file.relative)));
    templates.map(move |file| TemplateFile { path: file.path, name: format!("{prefix}{}", file.relative) })
}

fn sass(
    world: &dyn World,
    config: &Config,
    inventory: &mut Inventory,
    diagnostics: &mut Diagnostics,
) -> anyhow::Result<()> {
    let theme = config.places.theme.iter().map(|theme| theme.join("sass"));
    let own = config.compile_sass.then(|| config.places.sass.clone());
    for folder in theme.chain(own) {
        let mut sheets: Vec<StaticFile> = Vec::new();
        for file in files(world, &folder, diagnostics)? {
            let is_partial = file.relative.split('/').any(|part| part.starts_with('_'));
            let Some((stem, "sass" | "scss")) = file.relative.rsplit_once('.') else { continue };
            if is_partial {
                continue;
            }
            let sheet = StaticFile { relative: format!("{stem}.css"), path: file.path };
            match sheets.iter().find(|other| other.relative == sheet.relative) {
                Some(other) => {
                    diagnostics.push(content::same_style_sheet(&sheet.path, &other.path, &sheet.relative));
                }
                None => sheets.push(sheet),
            }
        }
        inventory.sass.extend(sheets);
    }
    Ok(())
}

/// Zola keeps images that it made there, makes those it needs anew and removes all others; so nothing that
/// was there before comes into the output.
fn is_left_by_zola(relative: &str) -> bool {
    relative.strip_prefix("processed_images/").is_some_and(|name| !name.contains('/'))
}

/// All files below a folder with their paths relative to it.
fn files(world: &dyn World, folder: &Path, diagnostics: &mut Diagnostics) -> anyhow::Result<Vec<StaticFile>> {
    let entries = world.walk(folder).with_context(|| format!("cannot list `{}`", folder.display()))?;
    let mut files = Vec::new();
    for path in entries.into_iter().map(|entry| entry.path) {
        let Some(relative) = path.strip_prefix(folder).ok().and_then(Path::to_str) else {
            diagnostics.push(content::name_is_no_text(&path));
            continue;
        };
        files.push(StaticFile { relative: relative.replace('\\', "/"), path });
    }
    Ok(files)
}

fn file_name(relative: &str) -> &str {
    relative.rsplit('/').next().unwrap_or(relative)
}

/// What follows the last dot, as `Path::extension` sees it.
fn ending(relative: &str) -> &str {
    Path::new(relative).extension().and_then(|ending| ending.to_str()).unwrap_or_default()
}

/// Files that editors and systems leave behind. Zola also counts those without any ending.
fn is_temporary(name: &str) -> bool {
    let ending = ending(name);
    match ending {
        "" | "swp" | "swx" | "tmp" | "kate-swp" => true,
        _ if ending.ends_with('~') || ending.ends_with("bck") => true,
        _ if ["jb_old___", "jb_tmp___", "jb_bak___"].iter().any(|jetbrains| ending.ends_with(jetbrains)) => {
            true
        }
        _ => name.starts_with('#') || name.starts_with(".#"),
    }
}

#[cfg(test)]
mod tests;
