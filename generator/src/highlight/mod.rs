//! Code in colors, with giallo as Zola does it: VS Code's grammars and themes.
//!
//! The built-in grammars take time and memory to load, so that this happens once per process, and only
//! when there is code to color (or a style sheet to write). Foreign grammars and odd code meet regular
//! expressions that may take very long: what is too large, and what fails, stands without colors, and a
//! diagnostic says so.

mod endless;
mod extras;
mod fence;
mod late;
mod names;
mod paint;
mod registry;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use anyhow::Result;

use crate::config::highlighting::{Style, Themes};
use crate::config::{Config, Highlighting, Mode};
use crate::diagnostic::catalog::highlight as catalog;
use crate::diagnostic::{Diagnostics, Severity, nearest};
use crate::guard::Stopped;
use crate::markup::{Code, CodeBlocks};
use crate::world::World;
use extras::Extras;
use fence::Fence;
use late::Block;
use paint::Palette;

/// In front of all classes.
const PREFIX: &str = "z-";

/// Colors the code of a site.
pub struct Highlighter {
    settings: Highlighting,
    extras: Extras,
    mode: Mode,
    palette: OnceLock<Option<Arc<Palette>>>,
    /// Languages of which a block took too long: another one would cost as much again.
    late: Mutex<BTreeSet<String>>,
}

/// What the site's configuration asks for; `None` if it asks for nothing. Themes and files that are not
/// there are reported.
///
/// # Errors
/// If files of the site cannot be handed to the library.
pub fn load(
    config: &Config,
    world: &dyn World,
    diagnostics: &mut Diagnostics,
) -> Result<Option<Highlighter>> {
    let Some(settings) = config.markdown.highlighting.clone() else { return Ok(None) };
    let mut problems = Diagnostics::default();
    let extras = Extras::read(&settings, &config.places.root, world, &mut problems);
    check_themes(&settings.themes, &extras, &mut problems);
    let highlighter =
        Highlighter { settings, extras, mode: config.mode, palette: OnceLock::new(), late: Mutex::default() };
    if !problems.has_errors() && !highlighter.extras.is_empty() {
        // Their mistakes are told whether there is code or not.
        match highlighter.extras.endless() {
            Some(diagnostic) => problems.push(diagnostic),
            None => match registry::with(&highlighter.extras)? {
                Ok(registry) => {
                    let palette = Palette::new(registry, &highlighter.settings);
                    let _ = highlighter.palette.set(Some(Arc::new(palette)));
                }
                Err(diagnostic) => problems.push(*diagnostic),
            },
        }
    }
    if problems.has_errors() {
        // Languages are still looked at, colors there are none.
        let _ = highlighter.palette.set(None);
    }
    diagnostics.extend(problems);
    Ok(Some(highlighter))
}

fn check_themes(themes: &Themes, extras: &Extras, diagnostics: &mut Diagnostics) {
    for theme in themes.all() {
        let lower = theme.value.to_lowercase();
        let known = || names::themes().chain(extras.theme_names());
        if !known().any(|name| name == lower) {
            diagnostics.push(catalog::unknown_theme(
                theme.span.clone(),
                &theme.value,
                nearest(&lower, known()),
            ));
        }
    }
}

impl Highlighter {
    /// Style sheets by name, if colors are classes.
    ///
    /// With two themes each has classes of its own, as the code has: 0.23.0 forgets that here.
    pub fn sheets(&self) -> BTreeMap<String, Arc<[u8]>> {
        let Some(palette) = self.palette().filter(|_| self.settings.style == Style::Class) else {
            return BTreeMap::new();
        };
        let registry = &palette.registry;
        let sheets = match &self.settings.themes {
            Themes::One(theme) => {
                registry.generate_css(&theme.value, PREFIX).map(|css| vec![("giallo.css", css)])
            }
            Themes::Pair { light, dark } => registry
                .generate_dual_css(&light.value, &dark.value, PREFIX)
                .map(|(light, dark)| vec![("giallo-light.css", light), ("giallo-dark.css", dark)]),
        };
        // A theme that is not there was reported.
        sheets
            .unwrap_or_default()
            .into_iter()
            .map(|(name, css)| (name.to_owned(), Arc::from(css.into_bytes())))
            .collect()
    }

    fn palette(&self) -> Option<&Arc<Palette>> {
        // With grammars and themes of the site it was filled when they were read.
        let load = || Some(Arc::new(Palette::new(registry::plain(), &self.settings)));
        self.palette.get_or_init(load).as_ref()
    }

    fn check_language(&self, code: &Code<'_>, fence: &Fence, diagnostics: &mut Diagnostics) {
        let lower = fence.language.to_lowercase();
        let known = || names::languages().chain(self.extras.grammar_names());
        if !known().any(|name| name == lower) {
            let severity = match self.settings.error_on_missing_language {
                true => Severity::Error,
                false => Severity::Warning,
            };
            let near = nearest(&lower, known());
            diagnostics.push(catalog::unknown_language(
                fence.place(code, &fence.language),
                &fence.language,
                near,
                severity,
            ));
        }
    }

    /// The block in colors, or the reason why it is not, told.
    fn paint(
        &self,
        palette: &Arc<Palette>,
        code: &Code<'_>,
        fence: Fence,
        diagnostics: &mut Diagnostics,
    ) -> String {
        let language = fence.language.to_lowercase();
        let place = fence.place(code, &fence.language);
        if let Some(reason) = paint::too_large(code.text) {
            if palette.colors(&language) {
                diagnostics.push(catalog::too_large_for_colors(place, reason));
            }
            return palette.plain(code.text, &fence);
        }
        let block = Block { extras: &self.extras, language: &language, text: code.text };
        if self.late().contains(&language) || block.was_late() {
            self.late().insert(language);
            diagnostics.push(catalog::colors_take_too_long(place, &fence.language));
            return palette.plain(code.text, &fence);
        }
        match Palette::paint(palette, code.text, &fence) {
            Ok(Ok(html)) => return html,
            Ok(Err(reason)) => diagnostics.push(catalog::not_colored(place, &fence.language, &reason)),
            Err(Stopped::Panicked) => {
                let reason = "a regular expression of the grammar does not get to an end with it";
                diagnostics.push(catalog::not_colored(place, &fence.language, reason));
            }
            Err(Stopped::Late) => {
                block.note_late();
                self.late().insert(language);
                diagnostics.push(catalog::colors_take_too_long(place, &fence.language));
            }
        }
        palette.plain(code.text, &fence)
    }

    fn late(&self) -> std::sync::MutexGuard<'_, BTreeSet<String>> {
        self.late.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CodeBlocks for Highlighter {
    fn html(&self, code: &Code<'_>, diagnostics: &mut Diagnostics) -> Option<String> {
        let fence = Fence::read(code, diagnostics);
        self.check_language(code, &fence, diagnostics);
        if self.mode == Mode::Check {
            // Nobody sees it, and it takes time.
            return None;
        }
        let palette = self.palette()?;
        Some(self.paint(palette, code, fence, diagnostics))
    }
}
