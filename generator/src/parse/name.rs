//! What a file's name says: its language, its folders, whether it has a folder of its own.

use crate::config::Config;
use crate::diagnostic::catalog::content as catalog;
use crate::diagnostic::{Diagnostics, nearest};
use crate::discover::ContentFile;
use crate::parse::FileName;

/// Reads the name. `None` (with a diagnostic) where the language is not one of the site's.
pub(super) fn read(file: &ContentFile, config: &Config, diagnostics: &mut Diagnostics) -> Option<FileName> {
    let (folder, name) = file.relative.rsplit_once('/').unwrap_or(("", &file.relative));
    let mut folders: Vec<String> =
        folder.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect();
    let stem = name.strip_suffix(".md").unwrap_or(name);
    let (stem, language) = language(file, stem, config, diagnostics)?;
    let own_folder = format!("{folder}/").trim_start_matches('/').to_owned();
    let is_index = name.split('.').next() == Some("index");
    let colocated = match stem {
        "_index" => Some(own_folder),
        _ if is_index && !folders.is_empty() => {
            folders.pop();
            Some(own_folder)
        }
        _ => None,
    };
    Some(FileName {
        path: file.path.clone(),
        relative: file.relative.clone(),
        folders,
        canonical: format!("{folder}/{stem}").trim_start_matches('/').to_owned(),
        stem: stem.to_owned(),
        language,
        colocated,
    })
}

/// Stem without language, and the language.
fn language<'n>(
    file: &ContentFile,
    stem: &'n str,
    config: &Config,
    diagnostics: &mut Diagnostics,
) -> Option<(&'n str, String)> {
    let default = &config.default_language;
    let Some((name, code)) = stem.split_once('.') else { return Some((stem, default.clone())) };
    let near = nearest(code, config.other_languages());
    if name == "_index" && !config.other_languages().any(|other| other == code) {
        diagnostics.push(catalog::ignored_index(&file.path, code, near));
        return None;
    }
    // Zola sees languages in names only where there are several, and the default one never.
    if !config.is_multilingual() || code == default {
        return Some((stem, default.clone()));
    }
    if !config.other_languages().any(|other| other == code) {
        diagnostics.push(catalog::unknown_language(&file.path, code, near));
        return None;
    }
    Some((name, code.to_owned()))
}
