//! One block of code → HTML.

use std::sync::Arc;
use std::time::Duration;

use giallo::{DataAttrPosition, HighlightOptions, HtmlRenderer, PLAIN_GRAMMAR_NAME, Registry, ThemeVariant};

use super::PREFIX;
use super::fence::Fence;
use crate::config::Highlighting;
use crate::config::highlighting::{DataAttributes, Style, Themes};
use crate::guard::{self, Stopped};

/// Longest block in colors; the HTML is up to fifty times as long.
const LONGEST_BLOCK: usize = 1 << 20;
/// Longest line in colors, as in VS Code. Some grammars need time or stack that grows with its square.
const LONGEST_LINE: usize = 20_000;
/// A block takes milliseconds. What is still not done then would hold up the build for good.
const LIMIT: Duration = Duration::from_secs(20);

/// Grammars, and the site's wishes.
pub(super) struct Palette {
    pub(super) registry: Arc<Registry>,
    themes: ThemeVariant<String>,
    prefix: Option<String>,
    position: DataAttrPosition,
}

/// Why the text has to do without colors.
pub(super) fn too_large(text: &str) -> Option<&'static str> {
    if text.len() > LONGEST_BLOCK {
        return Some("the block is longer than a mebibyte");
    }
    let is_long = text.split(['\n', '\r']).any(|line| line.len() > LONGEST_LINE);
    is_long.then_some("a line is longer than 20,000 bytes")
}

impl Palette {
    pub(super) fn new(registry: Arc<Registry>, settings: &Highlighting) -> Self {
        let themes = match &settings.themes {
            Themes::One(theme) => ThemeVariant::Single(theme.value.clone()),
            Themes::Pair { light, dark } => {
                ThemeVariant::Dual { light: light.value.clone(), dark: dark.value.clone() }
            }
        };
        let position = match settings.data_attributes {
            DataAttributes::Code => DataAttrPosition::Code,
            DataAttributes::Pre => DataAttrPosition::Pre,
            DataAttributes::Both => DataAttrPosition::Both,
            DataAttributes::None => DataAttrPosition::None,
        };
        let prefix = (settings.style == Style::Class).then(|| PREFIX.to_owned());
        Self { registry, themes, prefix, position }
    }

    /// Whether the language is more than plain text.
    pub(super) fn colors(&self, language: &str) -> bool {
        !["plain", "text", "txt"].contains(&language) && self.registry.contains_grammar(language)
    }

    /// The block in the theme's frame, its text in one color.
    pub(super) fn plain(&self, text: &str, fence: &Fence) -> String {
        self.html(text, PLAIN_GRAMMAR_NAME, fence).expect("plain text has nothing that could fail")
    }

    /// The block in colors; a reason if the grammar does not work.
    pub(super) fn paint(
        palette: &Arc<Self>,
        text: &str,
        fence: &Fence,
    ) -> Result<Result<String, String>, Stopped> {
        if !palette.colors(&fence.language) {
            return Ok(Ok(palette.plain(text, fence)));
        }
        let (palette, text, fence) = (Arc::clone(palette), text.to_owned(), fence.clone());
        guard::run(LIMIT, move || {
            palette.html(&text, &fence.language, &fence).map_err(|error| error.to_string())
        })
    }

    fn html(&self, text: &str, language: &str, fence: &Fence) -> Result<String, giallo::Error> {
        let themes = match &self.themes {
            ThemeVariant::Single(theme) => ThemeVariant::Single(theme.as_str()),
            ThemeVariant::Dual { light, dark } => ThemeVariant::Dual { light: light.as_str(), dark },
        };
        let options = HighlightOptions::new(language, themes).fallback_to_plain(true);
        let highlighted = self.registry.highlight(text, &options)?;
        let renderer = HtmlRenderer {
            other_metadata: fence.attributes.clone(),
            css_class_prefix: self.prefix.clone(),
            data_attr_position: self.position,
            ..HtmlRenderer::default()
        };
        Ok(renderer.render(&highlighted, &fence.options))
    }
}
