//! `config` in templates: the part of the settings that Zola shows, as one language has them.

use tera::{Map, Value};

use super::{sorted, sorted_data};
use crate::config::{Config, InsertAnchor, Language, Markdown, Mode, Search, TaxonomyConfig};

/// `config` for templates in a language.
pub fn config_value(config: &Config, language: &str) -> Value {
    let own = config.language(language);
    let mut map = Map::default();
    map.insert("base_url".into(), config.base_url_as_written.as_str().into());
    map.insert("mode".into(), mode(config.mode).into());
    map.insert("default_language".into(), config.default_language.as_str().into());
    map.insert("generate_feed".into(), own.generate_feeds.into());
    map.insert("author".into(), optional(config.author.as_deref()));
    map.insert("extra".into(), super::data(&config.extra));
    map.insert("markdown".into(), markdown(&config.markdown));
    map.insert("generate_sitemap".into(), config.generate_sitemap.into());
    map.insert("generate_robots_txt".into(), config.generate_robots_txt.into());
    let pagers = if config.sitemap_without_pagers { "all" } else { "none" };
    map.insert("exclude_paginated_pages_in_sitemap".into(), pagers.into());
    let mut others = Map::default();
    for (code, other) in &config.languages {
        if code != language {
            let mut other_map = language_map(other);
            other_map.insert("translations".into(), Value::from_serializable(&other.translations));
            other_map.insert("search".into(), search(&other.search));
            others.insert(code.clone().into(), sorted(other_map));
        }
    }
    map.insert("languages".into(), sorted(others));
    map.extend(language_map(own));
    sorted(map)
}

/// `taxonomy`: the settings of a taxonomy.
pub(super) fn taxonomy_config(taxonomy: &TaxonomyConfig) -> Value {
    sorted_data(&Value::from_serializable(taxonomy))
}

/// What a language has of its own and `config` has of the present one.
fn language_map(language: &Language) -> Map {
    let mut map = Map::default();
    map.insert("title".into(), optional(language.title.as_deref()));
    map.insert("description".into(), optional(language.description.as_deref()));
    map.insert("generate_feeds".into(), language.generate_feeds.into());
    map.insert("feed_filenames".into(), Value::from_serializable(&language.feed_filenames));
    let taxonomies: Vec<Value> = language.taxonomies.iter().map(taxonomy_config).collect();
    map.insert("taxonomies".into(), taxonomies.into());
    map.insert("build_search_index".into(), language.build_search_index.into());
    let mut search = Map::default();
    search.insert("index_format".into(), language.search.index_format.name().into());
    map.insert("search".into(), search.into());
    map
}

/// All search settings: of other languages, Zola shows more than of the present one.
fn search(search: &Search) -> Value {
    let mut map = Map::default();
    let flags = [
        ("include_title", search.include_title),
        ("include_description", search.include_description),
        ("include_date", search.include_date),
        ("include_path", search.include_path),
        ("include_content", search.include_content),
    ];
    for (key, flag) in flags {
        map.insert(key.into(), flag.into());
    }
    map.insert("truncate_content_length".into(), search.truncate_content_length.into());
    map.insert("index_format".into(), search.index_format.name().into());
    sorted(map)
}

fn markdown(markdown: &Markdown) -> Value {
    let mut map = Map::default();
    let anchors = match markdown.insert_anchor_links {
        InsertAnchor::None => "none",
        InsertAnchor::Left => "left",
        InsertAnchor::Right => "right",
        InsertAnchor::Heading => "heading",
    };
    map.insert("insert_anchor_links".into(), anchors.into());
    map.insert("highlighting".into(), Value::from_serializable(&markdown.highlighting));
    map.insert("external_links_class".into(), optional(markdown.external_links_class.as_deref()));
    let flags = [
        ("render_emoji", markdown.render_emoji),
        ("external_links_target_blank", markdown.external_links_target_blank),
        ("external_links_no_follow", markdown.external_links_no_follow),
        ("external_links_no_referrer", markdown.external_links_no_referrer),
        ("external_links_external", markdown.external_links_external),
        ("smart_punctuation", markdown.smart_punctuation),
        ("definition_list", markdown.definition_list),
        ("bottom_footnotes", markdown.bottom_footnotes),
        ("lazy_async_image", markdown.lazy_async_image),
        ("github_alerts", markdown.github_alerts),
    ];
    for (key, flag) in flags {
        map.insert(key.into(), flag.into());
    }
    sorted(map)
}

fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Build => "build",
        Mode::Serve => "serve",
        Mode::Check => "check",
    }
}

fn optional(text: Option<&str>) -> Value {
    text.map_or_else(Value::none, Value::from)
}
