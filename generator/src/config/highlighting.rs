//! `[markdown.highlighting]`: raw → validated. Whether its themes and files exist is for
//! [`highlight`](crate::highlight) to find out, which knows the built-in ones.

use crate::config::raw::{At, text_at, texts_at};
use crate::data::Fields;
use crate::diagnostic::catalog::{config as catalog, data as form};
use crate::diagnostic::{Diagnostics, Span};

/// The table as it was read.
#[derive(Debug)]
pub struct RawHighlighting {
    place: Span,
    theme: Option<At<String>>,
    light_theme: Option<At<String>>,
    dark_theme: Option<At<String>>,
    style: Style,
    error_on_missing_language: bool,
    extra_grammars: Vec<At<String>>,
    extra_themes: Vec<At<String>>,
    data_attributes: DataAttributes,
}

/// How code is colored.
#[derive(Debug, Clone)]
pub struct Highlighting {
    /// The colors.
    pub themes: Themes,
    /// Where they stand.
    pub style: Style,
    /// Whether a language that nobody knows is an error.
    pub error_on_missing_language: bool,
    /// Further grammars, below the folder of the configuration file.
    pub extra_grammars: Vec<At<String>>,
    /// Further themes, likewise.
    pub extra_themes: Vec<At<String>>,
    /// Which elements tell the language and the attributes of the fence.
    pub data_attributes: DataAttributes,
}

/// One theme, or one for light and one for dark surroundings.
#[derive(Debug, Clone)]
pub enum Themes {
    /// `theme`
    One(At<String>),
    /// `light_theme` and `dark_theme`
    Pair {
        /// `light_theme`
        light: At<String>,
        /// `dark_theme`
        dark: At<String>,
    },
}

/// Where the colors stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Style {
    /// In `style` attributes.
    #[default]
    Inline,
    /// In style sheets, which the output gets.
    Class,
}

/// Which elements of a code block have its `data-` attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "the variants are the words of the configuration")]
pub enum DataAttributes {
    #[default]
    Code,
    Pre,
    Both,
    None,
}

const STYLES: [(&str, Style); 2] = [("inline", Style::Inline), ("class", Style::Class)];
const POSITIONS: [(&str, DataAttributes); 4] = [
    ("code", DataAttributes::Code),
    ("pre", DataAttributes::Pre),
    ("both", DataAttributes::Both),
    ("none", DataAttributes::None),
];

/// Reads the table; `place` is where it begins.
pub(super) fn read(mut table: Fields<'_>, place: Span, diagnostics: &mut Diagnostics) -> RawHighlighting {
    let raw = RawHighlighting {
        place,
        theme: text_at(&mut table, "theme"),
        light_theme: text_at(&mut table, "light_theme"),
        dark_theme: text_at(&mut table, "dark_theme"),
        style: table.choice("style", &STYLES).unwrap_or_default(),
        error_on_missing_language: table.flag("error_on_missing_language").unwrap_or(false),
        extra_grammars: texts_at(&mut table, "extra_grammars"),
        extra_themes: texts_at(&mut table, "extra_themes"),
        data_attributes: read_position(&mut table).unwrap_or_default(),
    };
    table.finish(catalog::unknown_key, diagnostics);
    raw
}

/// The documentation has the words in small letters, 0.23.0 wanted a capital one in front.
fn read_position(table: &mut Fields<'_>) -> Option<DataAttributes> {
    let At { value, span } = text_at(table, "data_attr_position")?;
    let found = POSITIONS.iter().find(|(word, _)| value.eq_ignore_ascii_case(word));
    if found.is_none() {
        let key = "markdown.highlighting.data_attr_position";
        table.report(form::unknown_choice(span, key, &value, &POSITIONS.map(|(word, _)| word)));
    }
    found.map(|(_, position)| *position)
}

/// The table if its themes make sense.
pub(super) fn validate(raw: RawHighlighting, diagnostics: &mut Diagnostics) -> Option<Highlighting> {
    let themes = match (raw.theme, raw.light_theme, raw.dark_theme) {
        (Some(theme), None, None) => Themes::One(theme),
        (None, Some(light), Some(dark)) => Themes::Pair { light, dark },
        (None, None, None) => {
            diagnostics.push(catalog::no_highlight_theme(raw.place));
            return None;
        }
        (Some(theme), Some(other), _) | (Some(theme), None, Some(other)) => {
            diagnostics.push(catalog::highlight_themes_clash(theme.span, other.span));
            return None;
        }
        (None, Some(lone), None) => {
            diagnostics.push(catalog::half_a_theme_pair(lone.span, "light_theme", "dark_theme"));
            return None;
        }
        (None, None, Some(lone)) => {
            diagnostics.push(catalog::half_a_theme_pair(lone.span, "dark_theme", "light_theme"));
            return None;
        }
    };
    Some(Highlighting {
        themes,
        style: raw.style,
        error_on_missing_language: raw.error_on_missing_language,
        extra_grammars: raw.extra_grammars,
        extra_themes: raw.extra_themes,
        data_attributes: raw.data_attributes,
    })
}

impl Themes {
    /// All of them.
    pub fn all(&self) -> Vec<&At<String>> {
        match self {
            Self::One(theme) => vec![theme],
            Self::Pair { light, dark } => vec![light, dark],
        }
    }
}

/// `config.markdown.highlighting` in templates: the table's keys, with their defaults.
impl serde::Serialize for Highlighting {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap as _;
        let word = |found: bool| if found { "class" } else { "inline" };
        let values = |list: &[At<String>]| list.iter().map(|at| at.value.clone()).collect::<Vec<_>>();
        let (theme, light, dark) = match &self.themes {
            Themes::One(theme) => (Some(&theme.value), None, None),
            Themes::Pair { light, dark } => (None, Some(&light.value), Some(&dark.value)),
        };
        let position = POSITIONS.iter().find(|(_, position)| *position == self.data_attributes);
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("error_on_missing_language", &self.error_on_missing_language)?;
        map.serialize_entry("style", word(self.style == Style::Class))?;
        map.serialize_entry("theme", &theme)?;
        map.serialize_entry("light_theme", &light)?;
        map.serialize_entry("dark_theme", &dark)?;
        map.serialize_entry("extra_grammars", &values(&self.extra_grammars))?;
        map.serialize_entry("extra_themes", &values(&self.extra_themes))?;
        map.serialize_entry("data_attr_position", &position.map(|(word, _)| word))?;
        map.end()
    }
}
