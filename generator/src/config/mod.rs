//! The site's configuration: `zola.toml` or `config.toml`, validated.
//!
//! [`raw`] holds what the file may say, [`Config`] what the rest of the program works with.
//! Keys and defaults are Zola 0.23's; Auslage's own settings stand under `[extra.auslage]`.

pub mod highlighting;
mod languages;
pub mod load;
pub mod raw;
mod search;
pub mod slugify;
mod theme;

use std::collections::BTreeMap;
use std::path::PathBuf;

use globset::GlobSet;

pub use highlighting::Highlighting;
pub use load::{Overrides, guess, load};
pub use search::{IndexFormat, Search};

/// What the build is for; `config.mode` in templates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// `build`
    #[default]
    Build,
    /// `serve`
    Serve,
    /// `check`
    Check,
}

/// Where the site's files lie, as [`World`](crate::world::World) paths.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// The site's root: the folder of the configuration file.
    pub root: PathBuf,
    /// The configuration file itself.
    pub config_file: PathBuf,
    /// Markdown and colocated assets; `root/content` unless `--content` or `[extra.auslage] content` says otherwise.
    pub content: PathBuf,
    /// `root/templates`
    pub templates: PathBuf,
    /// `root/static`
    pub statics: PathBuf,
    /// `root/sass`
    pub sass: PathBuf,
    /// `root/themes/NAME`, if a theme is set.
    pub theme: Option<PathBuf>,
    /// Where the site is written.
    pub output: PathBuf,
}

/// The validated configuration.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// Folders and files of this site.
    pub places: Places,
    /// What this build is for.
    pub mode: Mode,
    /// Absolute URL, without the slash at its end; may be empty for `/`.
    pub base_url: String,
    /// The same as it was written, with or without a slash at its end; `config.base_url` in templates.
    pub base_url_as_written: String,
    /// Name of the theme.
    pub theme: Option<String>,
    /// Code of the language without suffix.
    pub default_language: String,
    /// Title, feeds, taxonomies, translations of every language, the default one included; by code.
    pub languages: BTreeMap<String, Language>,
    /// Fallback author of feeds.
    pub author: Option<String>,
    /// Compile `sass/`.
    pub compile_sass: bool,
    /// Minify the HTML that is written.
    pub minify_html: bool,
    /// Hard links instead of copies for `static/`.
    pub hard_link_static: bool,
    /// Keep files at the root of the output that start with a dot.
    pub preserve_dotfiles_in_output: bool,
    /// Content that is not read; matched on the full path.
    pub ignored_content: GlobSet,
    /// Static files that are not copied; matched on the path below `static/`.
    pub ignored_static: GlobSet,
    /// Content whose braces are left alone; matched on the path below `content/`.
    pub skip_content_templating: GlobSet,
    /// `generate_feeds` at the top of the file. Zola asks it before those of the languages, and the table
    /// of the default language does not count here.
    pub has_site_feeds: bool,
    /// How many entries a feed has at most.
    pub feed_limit: Option<usize>,
    /// Prefix of all taxonomies' paths.
    pub taxonomy_root: Option<String>,
    /// Write `sitemap.xml`.
    pub generate_sitemap: bool,
    /// Write `robots.txt`.
    pub generate_robots_txt: bool,
    /// Leave pagers out of the sitemap (`exclude_paginated_pages_in_sitemap = "all"`).
    pub sitemap_without_pagers: bool,
    /// `[markdown]`
    pub markdown: Markdown,
    /// `[slugify]`
    pub slugify: Slugify,
    /// `[link_checker]`
    pub link_checker: LinkChecker,
    /// `[extra]`, the theme's merged underneath.
    pub extra: crate::data::Extra,
    /// `[extra.auslage]`: what is ours. `None` for a plain Zola site.
    pub auslage: Option<AuslageTable>,
}

/// The table `[extra.auslage]` as it was read, with the place of each key; `review` and `strategy`
/// validate their own parts of it.
#[derive(Debug, Clone, Default)]
pub struct AuslageTable {
    /// The table's keys and values.
    pub table: crate::data::Extra,
    /// Bytes of each value in the configuration file, by dotted key below `extra.auslage` (`round.opens`).
    pub spans: BTreeMap<String, std::ops::Range<usize>>,
}

/// What differs by language.
#[derive(Debug, Clone, Default)]
pub struct Language {
    /// The site's title.
    pub title: Option<String>,
    /// The site's description.
    pub description: Option<String>,
    /// Whether feeds are written.
    pub generate_feeds: bool,
    /// Names of the feed templates and files.
    pub feed_filenames: Vec<String>,
    /// Taxonomies, in the order of the file.
    pub taxonomies: Vec<TaxonomyConfig>,
    /// Whether a search index is written.
    pub build_search_index: bool,
    /// `[search]`; see [`Config::search`] for what an index is made by.
    pub search: Search,
    /// `[translations]`
    pub translations: BTreeMap<String, String>,
}

/// One item of `taxonomies`.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub struct TaxonomyConfig {
    /// Its name, as front matter has it.
    pub name: String,
    /// Its place in URLs.
    pub slug: String,
    /// Pages per pager.
    pub paginate_by: Option<usize>,
    /// First part of a pager's path; see [`TaxonomyConfig::paginate_path`].
    pub paginate_path: Option<String>,
    /// Whether its pages are written.
    pub render: bool,
    /// Whether each term has a feed.
    pub feed: bool,
}

impl TaxonomyConfig {
    /// First part of a pager's path; `page` unless set.
    pub fn paginate_path(&self) -> &str {
        self.paginate_path.as_deref().unwrap_or("page")
    }
}

/// `insert_anchor_links`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum InsertAnchor {
    /// No link.
    #[default]
    None,
    /// Before the text.
    Left,
    /// After the text.
    Right,
    /// Around the text.
    Heading,
}

/// `[markdown]`
#[derive(Debug, Clone, Default)]
pub struct Markdown {
    /// `:smile:`
    pub render_emoji: bool,
    /// Class of links to other sites.
    pub external_links_class: Option<String>,
    /// `target="_blank"`
    pub external_links_target_blank: bool,
    /// `rel="nofollow"`
    pub external_links_no_follow: bool,
    /// `rel="noreferrer"`
    pub external_links_no_referrer: bool,
    /// `rel="external"`; on unless switched off.
    pub external_links_external: bool,
    /// Typographic quotes, dashes and ellipses.
    pub smart_punctuation: bool,
    /// Definition lists.
    pub definition_list: bool,
    /// `loading="lazy" decoding="async"` on images.
    pub lazy_async_image: bool,
    /// Footnotes as a list at the end.
    pub bottom_footnotes: bool,
    /// `> [!NOTE]`
    pub github_alerts: bool,
    /// Links at headings.
    pub insert_anchor_links: InsertAnchor,
    /// `[markdown.highlighting]`: how code is colored, if it is.
    pub highlighting: Option<Highlighting>,
}

/// One of `on`, `safe`, `off`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SlugifyStrategy {
    /// ASCII letters, digits and hyphens.
    #[default]
    On,
    /// Only what no file system takes is removed.
    Safe,
    /// As it stands.
    Off,
}

/// `[slugify]`
#[derive(Debug, Clone, Copy, Default)]
pub struct Slugify {
    /// Pages' own slugs.
    pub paths: SlugifyStrategy,
    /// Keep a date in front of a file name as part of the slug.
    pub paths_keep_dates: bool,
    /// Taxonomies and terms.
    pub taxonomies: SlugifyStrategy,
    /// Ids of headings.
    pub anchors: SlugifyStrategy,
}

/// How a broken link counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LinkLevel {
    /// The build fails.
    #[default]
    Error,
    /// It is said.
    Warn,
}

/// `[link_checker]`
#[derive(Debug, Clone, Default)]
pub struct LinkChecker {
    /// URLs that are not asked.
    pub skip_prefixes: Vec<String>,
    /// URLs whose fragment is not looked for.
    pub skip_anchor_prefixes: Vec<String>,
    /// Links within the site.
    pub internal_level: LinkLevel,
    /// Links to other sites.
    pub external_level: LinkLevel,
    /// Files whose links are not checked.
    pub ignored_files: GlobSet,
}

impl Config {
    /// The absolute URL of `path` (with or without a slash at its start), with a slash at the end
    /// unless it is a file or has a fragment, as Zola writes it.
    pub fn permalink(&self, path: &str) -> String {
        let path = path.strip_prefix('/').unwrap_or(path);
        let feeds = self.languages.values().flat_map(|language| &language.feed_filenames);
        let is_feed = feeds.into_iter().any(|name| path.ends_with(name.as_str()));
        let trailing =
            if path.ends_with('/') || is_feed || path.contains('#') || path.is_empty() { "" } else { "/" };
        format!("{}/{path}{trailing}", self.base_url)
    }

    /// Codes of all languages but the default one, sorted.
    pub fn other_languages(&self) -> impl Iterator<Item = &str> {
        self.languages.keys().map(String::as_str).filter(|code| *code != self.default_language)
    }

    /// Languages that get a search index, by code.
    pub fn searched_languages(&self) -> impl Iterator<Item = &str> {
        self.languages
            .iter()
            .filter(|(_, language)| language.build_search_index)
            .map(|(code, _)| code.as_str())
    }

    /// The form of all search indexes.
    pub fn index_format(&self) -> IndexFormat {
        self.language(&self.default_language).search.index_format
    }

    /// What the search index of a language holds: for elasticlunr each has its own settings; those of
    /// the default language hold for all of Fuse's.
    pub fn search(&self, language: &str) -> &Search {
        let code = if self.index_format().is_elasticlunr() { language } else { &self.default_language };
        &self.language(code).search
    }

    /// Whether there is more than one language.
    pub fn is_multilingual(&self) -> bool {
        self.languages.len() > 1
    }

    /// The settings of a language; the default one's for an unknown code.
    pub fn language(&self, code: &str) -> &Language {
        self.languages
            .get(code)
            .or_else(|| self.languages.get(&self.default_language))
            .expect("the default language is always among the languages")
    }
}

#[cfg(test)]
mod tests;
