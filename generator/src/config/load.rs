//! Finds and reads the configuration file and makes a validated [`Config`] of it.

use std::path::{Path, PathBuf};

use globset::{Glob, GlobSet, GlobSetBuilder};

use crate::config::raw::{self, At, RawConfig, RawLinkChecker, RawMarkdown};
use crate::config::{
    AuslageTable, Config, LinkChecker, Markdown, Mode, Places, highlighting, languages, search, theme,
};
use crate::data::{self, Entry, Fields};
use crate::diagnostic::catalog::{config as catalog, data as syntax};
use crate::diagnostic::{Diagnostics, Span};
use crate::world::{World, tidy};

/// What the command line says instead of the file.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// `--base-url`
    pub base_url: Option<String>,
    /// `--output-dir`
    pub output_dir: Option<PathBuf>,
    /// `--content`
    pub content: Option<PathBuf>,
    /// `--minify`
    pub minify: bool,
    /// The subcommand.
    pub mode: Mode,
}

/// Reads the configuration of the site at `root`: `file` if it is named, otherwise `zola.toml`,
/// otherwise `config.toml`. As in Zola each is looked for in `root` and in all folders above before the next.
/// `None` (with diagnostics) if nothing can be built from it.
pub fn load(
    world: &dyn World,
    root: &Path,
    file: Option<&Path>,
    overrides: &Overrides,
    diagnostics: &mut Diagnostics,
) -> Option<Config> {
    let Some((root, path)) = find(world, root, file) else {
        diagnostics.push(match file {
            Some(file) => catalog::unreadable(&tidy(&root.join(file)), &std::io::ErrorKind::NotFound.into()),
            None => catalog::missing(root),
        });
        return None;
    };
    let entries = read_toml(world, &path, diagnostics)?;
    let raw = raw::read(Fields::new(&path, &entries), diagnostics);
    Some(validate(world, root, path.clone(), raw, overrides, diagnostics))
}

/// The configuration that a site has where nothing is set, for one whose file cannot be understood.
pub fn guess(world: &dyn World, root: &Path, file: Option<&Path>) -> Option<Config> {
    let (root, path) = find(world, root, file)?;
    let nothing = RawConfig::default();
    let (overrides, mut diagnostics) = (Overrides::default(), Diagnostics::default());
    Some(validate(world, root, path, nothing, &overrides, &mut diagnostics))
}

/// Reads and parses a TOML file; `None` if it cannot be understood, which is then reported.
pub(super) fn read_toml(world: &dyn World, path: &Path, diagnostics: &mut Diagnostics) -> Option<Vec<Entry>> {
    let text = match world.read_text(path) {
        Ok(text) => text,
        Err(error) => {
            diagnostics.push(catalog::unreadable(path, &error));
            return None;
        }
    };
    let (text, offset) = match text.strip_prefix('\u{feff}') {
        Some(rest) => (rest, text.len() - rest.len()),
        None => (text.as_str(), 0),
    };
    match data::parse_toml(text, offset) {
        Ok(entries) => Some(entries),
        Err(errors) => {
            for error in errors {
                diagnostics.push(syntax::toml_syntax(Span::new(path, error.range), &error.message));
            }
            None
        }
    }
}

fn find(world: &dyn World, root: &Path, file: Option<&Path>) -> Option<(PathBuf, PathBuf)> {
    let names: Vec<&Path> = match file {
        Some(file) => vec![file],
        None => vec![Path::new("zola.toml"), Path::new("config.toml")],
    };
    names.iter().find_map(|name| {
        root.ancestors().find_map(|folder| {
            let path = tidy(&folder.join(name));
            world.is_file(&path).then(|| (tidy(folder), path))
        })
    })
}

fn validate(
    world: &dyn World,
    root: PathBuf,
    path: PathBuf,
    raw: RawConfig<'_>,
    overrides: &Overrides,
    diagnostics: &mut Diagnostics,
) -> Config {
    let auslage = auslage_table(raw.extra, &path, diagnostics);
    let written = base_url(&raw, &path, overrides, diagnostics);
    let theme = raw.theme.as_ref().map(|theme| theme.value.clone());
    let mut extra = data::table_to_json(raw.extra);
    if let Some(theme) = &raw.theme {
        theme::merge_extra(world, &root, &path, theme, raw.extra, &mut extra, diagnostics);
    }
    let default_language =
        raw.default_language.as_ref().map_or_else(|| "en".to_owned(), |code| code.value.clone());
    if let Some(code) = &raw.default_language {
        languages::check_code(code, diagnostics);
    }
    let languages = languages::merge(&default_language, &raw, diagnostics);
    search::check(&raw, &default_language, &languages[&default_language].search, diagnostics);
    Config {
        languages,
        places: places(root, path, &raw, auslage.as_ref(), overrides),
        mode: overrides.mode,
        base_url: written.strip_suffix('/').unwrap_or(&written).to_owned(),
        base_url_as_written: written,
        theme,
        default_language,
        author: raw.author,
        compile_sass: raw.compile_sass.unwrap_or(false),
        minify_html: overrides.minify || raw.minify_html.unwrap_or(false),
        hard_link_static: raw.hard_link_static.unwrap_or(false),
        preserve_dotfiles_in_output: raw.preserve_dotfiles_in_output.unwrap_or(false),
        ignored_content: globs(&raw.ignored_content, diagnostics),
        ignored_static: globs(&raw.ignored_static, diagnostics),
        skip_content_templating: globs(&raw.skip_content_templating, diagnostics),
        has_site_feeds: raw.language.generate_feeds.unwrap_or(false),
        feed_limit: raw.feed_limit,
        taxonomy_root: raw.taxonomy_root,
        generate_sitemap: raw.generate_sitemap.unwrap_or(true),
        generate_robots_txt: raw.generate_robots_txt.unwrap_or(true),
        sitemap_without_pagers: raw.sitemap_without_pagers.unwrap_or(false),
        markdown: markdown(raw.markdown, diagnostics),
        slugify: raw.slugify,
        link_checker: link_checker(raw.link_checker, diagnostics),
        extra,
        auslage,
    }
}

fn base_url(
    raw: &RawConfig<'_>,
    path: &Path,
    overrides: &Overrides,
    diagnostics: &mut Diagnostics,
) -> String {
    match &raw.base_url {
        Some(url) if url.value.is_empty() => diagnostics.push(catalog::no_base_url(url.span.clone())),
        Some(_) => {}
        None => diagnostics.push(catalog::no_base_url(Span::file(path))),
    }
    let from_file = raw.base_url.as_ref().map(|url| url.value.clone());
    match (&overrides.base_url, overrides.mode) {
        (Some(served), Mode::Serve) => like_the_files(served, from_file.as_deref()),
        (Some(given), _) => given.clone(),
        (None, _) => from_file.unwrap_or_default(),
    }
}

/// As in Zola the address that is served has a slash at its end where the file's has one, so that
/// templates which append to `config.base_url` give the same links.
fn like_the_files(served: &str, from_file: Option<&str>) -> String {
    let bare = served.trim_end_matches('/');
    match from_file {
        _ if bare.is_empty() => served.to_owned(),
        Some(url) if url.ends_with('/') => format!("{bare}/"),
        _ => bare.to_owned(),
    }
}

fn places(
    root: PathBuf,
    config_file: PathBuf,
    raw: &RawConfig<'_>,
    auslage: Option<&AuslageTable>,
    overrides: &Overrides,
) -> Places {
    let own = auslage.and_then(|auslage| auslage.table.get("content")).and_then(|content| content.as_str());
    let output = raw.output_dir.as_deref().unwrap_or("public");
    let content = overrides.content.clone().unwrap_or_else(|| root.join(own.unwrap_or("content")));
    let content = tidy(&content);
    Places {
        content: if content.as_os_str().is_empty() { PathBuf::from(".") } else { content },
        templates: root.join("templates"),
        statics: root.join("static"),
        sass: root.join("sass"),
        theme: raw.theme.as_ref().map(|theme| root.join("themes").join(&theme.value)),
        output: tidy(&overrides.output_dir.clone().unwrap_or_else(|| root.join(output))),
        root,
        config_file,
    }
}

fn auslage_table(extra: &[Entry], path: &Path, diagnostics: &mut Diagnostics) -> Option<AuslageTable> {
    let mut fields = Fields::new(path, extra).below("extra", extra);
    let entries = fields.entries_of("auslage");
    if let Some(mut own) = entries.map(|entries| fields.below("auslage", entries)) {
        own.text("content");
        own.finish_known(diagnostics);
    }
    fields.finish_known(diagnostics);
    entries.map(|entries| AuslageTable { table: data::table_to_json(entries), spans: data::spans(entries) })
}

fn markdown(raw: RawMarkdown, diagnostics: &mut Diagnostics) -> Markdown {
    if let Some(class) = raw.external_links_class.as_ref().filter(|class| class.value.contains(['"', '\''])) {
        diagnostics.push(catalog::quotes_in_class(class.span.clone(), &class.value));
    }
    Markdown {
        render_emoji: raw.render_emoji.unwrap_or(false),
        external_links_class: raw.external_links_class.map(|class| class.value),
        external_links_target_blank: raw.external_links_target_blank.unwrap_or(false),
        external_links_no_follow: raw.external_links_no_follow.unwrap_or(false),
        external_links_no_referrer: raw.external_links_no_referrer.unwrap_or(false),
        external_links_external: raw.external_links_external.unwrap_or(true),
        smart_punctuation: raw.smart_punctuation.unwrap_or(false),
        definition_list: raw.definition_list.unwrap_or(false),
        lazy_async_image: raw.lazy_async_image.unwrap_or(false),
        bottom_footnotes: raw.bottom_footnotes.unwrap_or(false),
        github_alerts: raw.github_alerts.unwrap_or(false),
        insert_anchor_links: raw.insert_anchor_links.unwrap_or_default(),
        highlighting: raw.highlighting.and_then(|raw| highlighting::validate(raw, diagnostics)),
    }
}

fn link_checker(raw: RawLinkChecker, diagnostics: &mut Diagnostics) -> LinkChecker {
    LinkChecker {
        skip_prefixes: raw.skip_prefixes,
        skip_anchor_prefixes: raw.skip_anchor_prefixes,
        internal_level: raw.internal_level.unwrap_or_default(),
        external_level: raw.external_level.unwrap_or_default(),
        ignored_files: globs(&raw.ignored_files, diagnostics),
    }
}

fn globs(patterns: &[At<String>], diagnostics: &mut Diagnostics) -> GlobSet {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        match Glob::new(&pattern.value) {
            Ok(glob) => {
                set.add(glob);
            }
            Err(error) => {
                let reason = error.kind().to_string();
                diagnostics.push(catalog::bad_glob(pattern.span.clone(), &pattern.value, &reason));
            }
        }
    }
    // Each pattern was accepted on its own; together they can only be too many.
    set.build().unwrap_or_default()
}
