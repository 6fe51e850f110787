//! Problems of the configuration file.

use std::path::Path;

use crate::diagnostic::{Diagnostic, Span};

/// Code of [`no_config`]: commands tell it from mistakes in a site.
pub const NO_SITE: &str = "no-config";

/// Keys of older Zola versions, and what became of them.
const OLD_KEYS: [(&str, &str); 16] = [
    ("generate_feed", "it is called `generate_feeds` now"),
    ("feed_filename", "it is called `feed_filenames` now and takes a list, such as `[\"atom.xml\"]`"),
    ("generate_rss", "it is called `generate_feeds` now"),
    ("rss_limit", "it is called `feed_limit` now"),
    ("rss_filename", "it is called `feed_filenames` now and takes a list"),
    (
        "highlight_code",
        "since Zola 0.22 code is highlighted where there is a table `[markdown.highlighting]` with \
         `theme = \"github-dark\"`, and not where there is none",
    ),
    (
        "highlight_theme",
        "since Zola 0.22 it is `theme` in `[markdown.highlighting]`, and themes have the names that they have \
         in VS Code, such as `github-dark`",
    ),
    ("highlight_themes_css", "since Zola 0.22 it is `style = \"class\"` in `[markdown.highlighting]`"),
    ("extra_syntaxes", "since Zola 0.22 it is `extra_grammars` in `[markdown.highlighting]`"),
    (
        "extra_syntaxes_and_themes",
        "since Zola 0.22 these are `extra_grammars` and `extra_themes` in `[markdown.highlighting]`",
    ),
    ("extra_highlight_themes", "since Zola 0.22 it is `extra_themes` in `[markdown.highlighting]`"),
    ("slugify_paths", "it is `paths = \"on\"` or `\"off\"` in `[slugify]` now"),
    ("external_links_target_blank", "it stands in `[markdown]` now"),
    ("render_emoji", "it stands in `[markdown]` now"),
    ("smart_punctuation", "it stands in `[markdown]` now"),
    ("check_external_links", "see `[link_checker]`"),
];

/// There is no configuration at all.
pub fn missing(root: &Path) -> Diagnostic {
    Diagnostic::error(NO_SITE, None, format!("there is no `zola.toml` in `{}`", shown(root))).hint(
        "create `zola.toml` with `base_url = \"https://example.org\"`, or name the folder with `--root`",
    )
}

/// A file that must be read cannot be.
pub fn unreadable(path: &Path, reason: &std::io::Error) -> Diagnostic {
    let message = format!("`{}` cannot be read: {reason}", shown(path));
    Diagnostic::error("unreadable-file", None, message).hint("check that the file exists and is UTF-8 text")
}

/// A key that Zola refuses here.
pub fn unknown_key(span: Span, key: &str, near: Option<&str>) -> Diagnostic {
    let last = key.rsplit('.').next().unwrap_or(key);
    if let Some((_, now)) = OLD_KEYS.iter().find(|(old, _)| *old == last) {
        let message = format!("`{key}` is a key of older Zola versions");
        return Diagnostic::error("old-key", span, message).hint(*now);
    }
    let hint = match near {
        Some(near) => format!("did you mean `{near}`? settings of your own belong under `[extra]`"),
        None => "remove it; settings of your own belong under `[extra]`".to_owned(),
    };
    Diagnostic::error("unknown-key", span, format!("unknown key `{key}`")).hint(hint)
}

/// A key that Zola passes over here.
pub fn ignored_key(span: Span, key: &str, near: Option<&str>) -> Diagnostic {
    let hint = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => "remove it, it has no effect".to_owned(),
    };
    Diagnostic::warning("unknown-key", span, format!("unknown key `{key}` is ignored")).hint(hint)
}

/// `base_url` is not set.
pub fn no_base_url(span: Span) -> Diagnostic {
    Diagnostic::error("no-base-url", span, "`base_url` is missing")
        .hint("add the address of the site at the top, such as `base_url = \"https://example.org\"`")
}

/// A code that is no language.
pub fn bad_language(span: Span, code: &str) -> Diagnostic {
    Diagnostic::error("bad-language", span, format!("`{code}` is not a language code"))
        .hint("use a code such as `de`, `sl` or `en-GB`")
}

/// A setting of the default language both at the top and in its own table.
pub fn set_twice(span: Span, first: Span, key: &str, language: &str) -> Diagnostic {
    let message = format!("`{key}` of the default language `{language}` is set twice");
    Diagnostic::error("set-twice", span, message)
        .hint(format!("keep it either at the top or in `[languages.{language}]`"))
        .note("first set here", first)
}

/// A pattern that cannot be understood.
pub fn bad_glob(span: Span, pattern: &str, reason: &str) -> Diagnostic {
    Diagnostic::error("bad-pattern", span, format!("`{pattern}` is not a file pattern: {reason}"))
        .hint("write patterns such as `*.psd` or `**/internal/**`")
}

/// A class that would break the HTML.
pub fn quotes_in_class(span: Span, class: &str) -> Diagnostic {
    let message = format!("`external_links_class` cannot contain quotes: `{class}`");
    Diagnostic::error("bad-class", span, message).hint("write class names separated by spaces")
}

/// `[markdown.highlighting]` names no theme.
pub fn no_highlight_theme(span: Span) -> Diagnostic {
    Diagnostic::error("no-highlight-theme", span, "`markdown.highlighting` names no theme")
        .hint("set `theme = \"github-light\"`, or both `light_theme` and `dark_theme`")
}

/// A single theme beside a light or dark one.
pub fn highlight_themes_clash(theme: Span, other: Span) -> Diagnostic {
    let message = "`theme` stands beside `light_theme` or `dark_theme`";
    Diagnostic::error("highlight-themes-clash", theme, message)
        .hint("keep either `theme` alone, or both `light_theme` and `dark_theme`")
        .note("the other one", other)
}

/// A light theme without a dark one, or the other way round.
pub fn half_a_theme_pair(span: Span, there: &str, missing: &str) -> Diagnostic {
    Diagnostic::error("half-a-theme-pair", span, format!("`{there}` stands there without `{missing}`"))
        .hint(format!("set `{missing}` as well, or `theme` alone"))
}

/// A taxonomy without `name`.
pub fn taxonomy_without_name(span: Span) -> Diagnostic {
    Diagnostic::error("taxonomy-without-name", span, "this taxonomy has no `name`")
        .hint("write `{ name = \"tags\" }`")
}

/// Two taxonomies that would share an address.
pub fn taxonomy_twice(span: Span, name: &str) -> Diagnostic {
    Diagnostic::error("taxonomy-twice", span, format!("the taxonomy `{name}` is configured twice"))
        .hint("remove one of the two")
}

/// The theme's folder or its `theme.toml` is not there.
pub fn missing_theme(span: Span, name: &str, file: &Path) -> Diagnostic {
    let message = format!("the theme `{name}` has no `{}`", shown(file));
    Diagnostic::error("missing-theme", span, message).hint(format!("put the theme into `themes/{name}/`"))
}

/// The site and its theme disagree about a setting.
pub fn theme_clash(span: Option<Span>, theme: Span, key: &str) -> Diagnostic {
    let message =
        format!("`extra.{key}` is a table in one of site and theme and something else in the other");
    let diagnostic = Diagnostic::error("theme-clash", span.unwrap_or_else(|| theme.clone()), message);
    diagnostic.hint("give the setting the same form as the theme does").note("the theme's setting", theme)
}

/// Neither templates nor a theme.
pub fn no_templates(config: Span) -> Diagnostic {
    Diagnostic::error("no-templates", config, "the site has neither a `templates` folder nor a theme")
        .hint("create `templates/index.html`, or set `theme`")
}

/// The theme has no templates.
pub fn theme_without_templates(config: Span, name: &str) -> Diagnostic {
    Diagnostic::error("no-templates", config, format!("the theme `{name}` has no `templates` folder"))
        .hint(format!("check that `themes/{name}/` is complete"))
}

/// elasticlunr does not know the language.
pub fn language_without_search(span: Span, code: &str, known: &[String]) -> Diagnostic {
    let message = format!("there is no search index for elasticlunr in the language `{code}`");
    Diagnostic::error("language-without-search", span, message).hint(format!(
        "set `index_format = \"fuse_json\"` in `[search]`, which works in every language, or `build_search_index = false`; elasticlunr knows {}",
        known.join(", ")
    ))
}

/// A language asks for another form of its search index than the site.
pub fn search_format_of_language(span: Span, code: &str, format: &str) -> Diagnostic {
    let message =
        format!("`index_format` of the language `{code}` has no effect: all indexes are `{format}`");
    Diagnostic::warning("search-without-effect", span, message)
        .hint("set `index_format` for all languages in `[search]` at the top")
}

/// A language asks for another search index, which only elasticlunr's can be.
pub fn search_of_language_for_fuse(span: Span, code: &str) -> Diagnostic {
    let message = format!(
        "the search settings of the language `{code}` have no effect: all indexes for Fuse hold the same"
    );
    Diagnostic::warning("search-without-effect", span, message)
        .hint("set what all indexes hold in `[search]` at the top, or use `elasticlunr_json`")
}

fn shown(path: &Path) -> String {
    if path.as_os_str().is_empty() { ".".to_owned() } else { path.display().to_string() }
}
