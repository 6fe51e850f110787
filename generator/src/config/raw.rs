//! What a configuration file may say, read key by key but not yet brought into agreement with itself.

use std::collections::{BTreeMap, BTreeSet};

use crate::config::highlighting::{self, RawHighlighting};
use crate::config::{IndexFormat, InsertAnchor, LinkLevel, Search, SlugifyStrategy};
use crate::data::{Entry, Fields, Node, Value, keys_asked};
use crate::diagnostic::catalog::config as catalog;
use crate::diagnostic::{Diagnostics, Span};

/// A value and where it stands.
#[derive(Debug, Clone)]
pub struct At<T> {
    /// What was read.
    pub value: T,
    /// Its place.
    pub span: Span,
}

/// The file. Defaults are not filled in yet.
#[derive(Debug, Default)]
#[expect(missing_docs, reason = "the fields are Zola's configuration keys, documented there")]
pub struct RawConfig<'a> {
    pub base_url: Option<At<String>>,
    pub theme: Option<At<String>>,
    pub default_language: Option<At<String>>,
    /// Settings at the top that could as well stand in `[languages.X]`.
    pub language: RawLanguage,
    pub languages: Vec<(At<String>, RawLanguage)>,
    pub author: Option<String>,
    pub output_dir: Option<String>,
    pub compile_sass: Option<bool>,
    pub minify_html: Option<bool>,
    pub hard_link_static: Option<bool>,
    pub preserve_dotfiles_in_output: Option<bool>,
    pub ignored_content: Vec<At<String>>,
    pub ignored_static: Vec<At<String>>,
    pub skip_content_templating: Vec<At<String>>,
    pub feed_limit: Option<usize>,
    pub taxonomy_root: Option<String>,
    pub generate_sitemap: Option<bool>,
    pub generate_robots_txt: Option<bool>,
    pub sitemap_without_pagers: Option<bool>,
    pub markdown: RawMarkdown,
    pub slugify: crate::config::Slugify,
    pub link_checker: RawLinkChecker,
    pub extra: &'a [Entry],
}

/// What differs by language.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "the fields are Zola's configuration keys, documented there")]
pub struct RawLanguage {
    pub title: Option<At<String>>,
    pub description: Option<At<String>>,
    pub generate_feeds: Option<bool>,
    pub feed_filenames: Option<At<Vec<String>>>,
    pub taxonomies: Option<At<Vec<RawTaxonomy>>>,
    pub build_search_index: Option<At<bool>>,
    pub search: Option<At<Search>>,
    pub translations: Option<At<BTreeMap<String, String>>>,
}

/// One item of `taxonomies`.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "the fields are Zola's configuration keys, documented there")]
pub struct RawTaxonomy {
    pub name: String,
    pub paginate_by: Option<usize>,
    pub paginate_path: Option<String>,
    pub render: Option<bool>,
    pub feed: Option<bool>,
}

/// `[markdown]`
#[derive(Debug, Default)]
#[expect(missing_docs, reason = "the fields are Zola's configuration keys, documented there")]
pub struct RawMarkdown {
    pub render_emoji: Option<bool>,
    pub external_links_class: Option<At<String>>,
    pub external_links_target_blank: Option<bool>,
    pub external_links_no_follow: Option<bool>,
    pub external_links_no_referrer: Option<bool>,
    pub external_links_external: Option<bool>,
    pub smart_punctuation: Option<bool>,
    pub definition_list: Option<bool>,
    pub lazy_async_image: Option<bool>,
    pub bottom_footnotes: Option<bool>,
    pub github_alerts: Option<bool>,
    pub insert_anchor_links: Option<InsertAnchor>,
    pub highlighting: Option<RawHighlighting>,
}

/// `[link_checker]`
#[derive(Debug, Default)]
#[expect(missing_docs, reason = "the fields are Zola's configuration keys, documented there")]
pub struct RawLinkChecker {
    pub skip_prefixes: Vec<String>,
    pub skip_anchor_prefixes: Vec<String>,
    pub internal_level: Option<LinkLevel>,
    pub external_level: Option<LinkLevel>,
    pub ignored_files: Vec<At<String>>,
}

const ANCHORS: [(&str, InsertAnchor); 4] = [
    ("none", InsertAnchor::None),
    ("left", InsertAnchor::Left),
    ("right", InsertAnchor::Right),
    ("heading", InsertAnchor::Heading),
];
const STRATEGIES: [(&str, SlugifyStrategy); 3] =
    [("on", SlugifyStrategy::On), ("safe", SlugifyStrategy::Safe), ("off", SlugifyStrategy::Off)];
const LEVELS: [(&str, LinkLevel); 2] = [("error", LinkLevel::Error), ("warn", LinkLevel::Warn)];

/// `insert_anchor_links`, in `[markdown]` and in the front matter of sections alike.
pub fn read_insert_anchor(fields: &mut Fields<'_>) -> Option<InsertAnchor> {
    fields.choice("insert_anchor_links", &ANCHORS)
}

/// Reads the whole file.
pub fn read<'a>(mut fields: Fields<'a>, diagnostics: &mut Diagnostics) -> RawConfig<'a> {
    let raw = RawConfig {
        base_url: text_at(&mut fields, "base_url"),
        theme: text_at(&mut fields, "theme"),
        default_language: text_at(&mut fields, "default_language"),
        language: read_language(&mut fields, diagnostics),
        languages: read_languages(&mut fields, diagnostics),
        author: fields.text("author"),
        output_dir: fields.text("output_dir"),
        compile_sass: fields.flag("compile_sass"),
        minify_html: fields.flag("minify_html"),
        hard_link_static: fields.flag("hard_link_static"),
        preserve_dotfiles_in_output: fields.flag("preserve_dotfiles_in_output"),
        ignored_content: texts_at(&mut fields, "ignored_content"),
        ignored_static: texts_at(&mut fields, "ignored_static"),
        skip_content_templating: texts_at(&mut fields, "skip_content_templating"),
        feed_limit: fields.count("feed_limit"),
        taxonomy_root: fields.text("taxonomy_root"),
        generate_sitemap: fields.flag("generate_sitemap"),
        generate_robots_txt: fields.flag("generate_robots_txt"),
        sitemap_without_pagers: fields
            .choice("exclude_paginated_pages_in_sitemap", &[("none", false), ("all", true)]),
        markdown: fields.table("markdown").map(|table| read_markdown(table, diagnostics)).unwrap_or_default(),
        slugify: fields.table("slugify").map(|table| read_slugify(table, diagnostics)).unwrap_or_default(),
        link_checker: fields
            .table("link_checker")
            .map(|table| read_link_checker(table, diagnostics))
            .unwrap_or_default(),
        extra: fields.entries_of("extra").unwrap_or_default(),
    };
    fields.finish(catalog::unknown_key, diagnostics);
    raw
}

fn read_languages(fields: &mut Fields<'_>, diagnostics: &mut Diagnostics) -> Vec<(At<String>, RawLanguage)> {
    let mut languages = Vec::new();
    for entry in fields.entries_of("languages").unwrap_or_default() {
        let code = At { value: entry.key.clone(), span: Span::new(fields.path(), entry.key_range.clone()) };
        let key = format!("languages.{}", entry.key);
        let Value::Table(entries) = &entry.node.value else {
            fields.wrong::<()>(&key, "a table", &entry.node);
            continue;
        };
        let mut table = fields.below(&key, entries);
        let language = read_language(&mut table, diagnostics);
        table.finish(catalog::unknown_key, diagnostics);
        languages.push((code, language));
    }
    languages
}

fn read_language(fields: &mut Fields<'_>, diagnostics: &mut Diagnostics) -> RawLanguage {
    RawLanguage {
        title: text_at(fields, "title"),
        description: text_at(fields, "description"),
        generate_feeds: fields.flag("generate_feeds"),
        feed_filenames: at(fields, "feed_filenames", Fields::texts),
        taxonomies: read_taxonomies(fields, diagnostics),
        build_search_index: flag_at(fields, "build_search_index"),
        search: read_search(fields, diagnostics),
        translations: at(fields, "translations", |fields, key| Some(fields.text_table(key))),
    }
}

fn read_taxonomies(fields: &mut Fields<'_>, diagnostics: &mut Diagnostics) -> Option<At<Vec<RawTaxonomy>>> {
    let at = at(fields, "taxonomies", Fields::list)?;
    let mut taxonomies = Vec::new();
    for (index, item) in at.value.iter().enumerate() {
        let key = format!("taxonomies.{index}");
        match &item.value {
            Value::Table(entries) => {
                taxonomies.extend(read_taxonomy(fields.below(&key, entries), item, diagnostics));
            }
            _ => {
                fields.wrong::<()>(&key, "a table", item);
            }
        }
    }
    Some(At { value: taxonomies, span: at.span })
}

fn read_taxonomy(mut table: Fields<'_>, item: &Node, diagnostics: &mut Diagnostics) -> Option<RawTaxonomy> {
    let named = table.node("name").is_some();
    let name = table.text("name");
    let taxonomy = RawTaxonomy {
        name: name.clone().unwrap_or_default(),
        paginate_by: table.count("paginate_by"),
        paginate_path: table.text("paginate_path"),
        render: table.flag("render"),
        feed: table.flag("feed"),
    };
    if !named {
        table.report(catalog::taxonomy_without_name(table.span(item)));
    }
    table.finish(catalog::ignored_key, diagnostics);
    name.map(|_| taxonomy)
}

fn read_search(fields: &mut Fields<'_>, diagnostics: &mut Diagnostics) -> Option<At<Search>> {
    let node = fields.node("search")?;
    let span = fields.span(node);
    let mut table = fields.table("search")?;
    let plain = Search::default();
    let search = Search {
        include_title: table.flag("include_title").unwrap_or(plain.include_title),
        include_description: table.flag("include_description").unwrap_or(plain.include_description),
        include_date: table.flag("include_date").unwrap_or(plain.include_date),
        include_path: table.flag("include_path").unwrap_or(plain.include_path),
        include_content: table.flag("include_content").unwrap_or(plain.include_content),
        truncate_content_length: table.count("truncate_content_length"),
        index_format: table.choice("index_format", &IndexFormat::ALL).unwrap_or_default(),
    };
    table.finish(catalog::ignored_key, diagnostics);
    Some(At { value: search, span })
}

fn read_markdown(mut table: Fields<'_>, diagnostics: &mut Diagnostics) -> RawMarkdown {
    let markdown = RawMarkdown {
        render_emoji: table.flag("render_emoji"),
        external_links_class: text_at(&mut table, "external_links_class"),
        external_links_target_blank: table.flag("external_links_target_blank"),
        external_links_no_follow: table.flag("external_links_no_follow"),
        external_links_no_referrer: table.flag("external_links_no_referrer"),
        external_links_external: table.flag("external_links_external"),
        smart_punctuation: table.flag("smart_punctuation"),
        definition_list: table.flag("definition_list"),
        lazy_async_image: table.flag("lazy_async_image"),
        bottom_footnotes: table.flag("bottom_footnotes"),
        github_alerts: table.flag("github_alerts"),
        insert_anchor_links: read_insert_anchor(&mut table),
        highlighting: read_highlighting(&mut table, diagnostics),
    };
    table.finish(catalog::unknown_key, diagnostics);
    markdown
}

fn read_highlighting(fields: &mut Fields<'_>, diagnostics: &mut Diagnostics) -> Option<RawHighlighting> {
    let table = fields.table("highlighting")?;
    let place = fields.node("highlighting").map(|node| fields.span(node))?;
    Some(highlighting::read(table, place, diagnostics))
}

fn read_slugify(mut table: Fields<'_>, diagnostics: &mut Diagnostics) -> crate::config::Slugify {
    let slugify = crate::config::Slugify {
        paths: table.choice("paths", &STRATEGIES).unwrap_or_default(),
        paths_keep_dates: table.flag("paths_keep_dates").unwrap_or_default(),
        taxonomies: table.choice("taxonomies", &STRATEGIES).unwrap_or_default(),
        anchors: table.choice("anchors", &STRATEGIES).unwrap_or_default(),
    };
    table.finish(catalog::ignored_key, diagnostics);
    slugify
}

fn read_link_checker(mut table: Fields<'_>, diagnostics: &mut Diagnostics) -> RawLinkChecker {
    let checker = RawLinkChecker {
        skip_prefixes: table.texts("skip_prefixes").unwrap_or_default(),
        skip_anchor_prefixes: table.texts("skip_anchor_prefixes").unwrap_or_default(),
        internal_level: table.choice("internal_level", &LEVELS),
        external_level: table.choice("external_level", &LEVELS),
        ignored_files: texts_at(&mut table, "ignored_files"),
    };
    table.finish(catalog::ignored_key, diagnostics);
    checker
}

fn at<'a, T>(
    fields: &mut Fields<'a>,
    key: &'static str,
    read: impl Fn(&mut Fields<'a>, &'static str) -> Option<T>,
) -> Option<At<T>> {
    let node = fields.node(key)?;
    Some(At { value: read(fields, key)?, span: fields.span(node) })
}

pub(super) fn text_at(fields: &mut Fields<'_>, key: &'static str) -> Option<At<String>> {
    at(fields, key, Fields::text)
}

fn flag_at(fields: &mut Fields<'_>, key: &'static str) -> Option<At<bool>> {
    at(fields, key, Fields::flag)
}

/// The texts of a list, each with its own place.
pub(super) fn texts_at(fields: &mut Fields<'_>, key: &'static str) -> Vec<At<String>> {
    let texts = fields.texts(key).unwrap_or_default();
    let items = fields.node(key).map(|node| &node.value);
    let Some(Value::List(items)) = items else { return Vec::new() };
    let places = items.iter().filter(|item| matches!(item.value, Value::Text(_)));
    texts.into_iter().zip(places).map(|(value, item)| At { value, span: fields.span(item) }).collect()
}

/// Every key that a configuration file may have, dotted; `languages.xx` stands for any language and
/// `taxonomies.0` for any taxonomy.
pub fn known_keys() -> BTreeSet<String> {
    let sample = "taxonomies = [{ name = 'a' }]\n[languages.xx]\n[extra]\n";
    let entries = crate::data::parse_toml(sample, 0).expect("the sample is TOML");
    keys_asked(&entries, |fields| {
        read(fields, &mut Diagnostics::default());
    })
}
