//! `[search]`: what a search index holds and in which form it is written; what cannot be had is reported.

use std::collections::BTreeSet;

use crate::config::raw::{At, RawConfig, RawLanguage};
use crate::diagnostic::catalog::config as catalog;
use crate::diagnostic::{Diagnostics, Span};

/// `index_format`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IndexFormat {
    /// `elasticlunr_javascript`
    #[default]
    ElasticlunrJavascript,
    /// `elasticlunr_json`
    ElasticlunrJson,
    /// `fuse_javascript`
    FuseJavascript,
    /// `fuse_json`
    FuseJson,
}

impl IndexFormat {
    /// All of them, by the name that the configuration and templates have for each.
    pub const ALL: [(&str, Self); 4] = [
        ("elasticlunr_javascript", Self::ElasticlunrJavascript),
        ("elasticlunr_json", Self::ElasticlunrJson),
        ("fuse_javascript", Self::FuseJavascript),
        ("fuse_json", Self::FuseJson),
    ];

    /// Its name in the configuration.
    pub fn name(self) -> &'static str {
        let found = Self::ALL.into_iter().find(|(_, format)| *format == self);
        found.expect("the list holds all formats").0
    }

    /// Whether it is for elasticlunr.js, which knows words and languages; otherwise it is for Fuse.js.
    pub fn is_elasticlunr(self) -> bool {
        matches!(self, Self::ElasticlunrJavascript | Self::ElasticlunrJson)
    }

    /// Whether it is a script that sets `window.searchIndex`; otherwise it is JSON.
    pub fn is_script(self) -> bool {
        matches!(self, Self::ElasticlunrJavascript | Self::FuseJavascript)
    }
}

/// `[search]`, of the site or of a language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    /// Titles.
    pub include_title: bool,
    /// `description` of the front matter.
    pub include_description: bool,
    /// Dates of pages, as RFC 3339; only in indexes for elasticlunr.
    pub include_date: bool,
    /// The path of the address.
    pub include_path: bool,
    /// The text.
    pub include_content: bool,
    /// At most so many characters of the text.
    pub truncate_content_length: Option<usize>,
    /// The form of the file. That of the default language holds for all.
    pub index_format: IndexFormat,
}

impl Default for Search {
    fn default() -> Self {
        Self {
            include_title: true,
            include_description: false,
            include_date: false,
            include_path: false,
            include_content: true,
            truncate_content_length: None,
            index_format: IndexFormat::default(),
        }
    }
}

/// Reports languages for which no index can be made, and settings that have no effect.
pub(super) fn check(raw: &RawConfig<'_>, default_code: &str, site: &Search, diagnostics: &mut Diagnostics) {
    let is_on = |language: &RawLanguage| language.build_search_index.as_ref().is_some_and(|flag| flag.value);
    let mut seen = BTreeSet::new();
    let top = std::iter::once((default_code, &raw.language));
    let all = top.chain(raw.languages.iter().map(|(code, language)| (code.value.as_str(), language)));
    for (code, language) in all.filter(|(_, language)| is_on(language)) {
        if let Some(flag) = language.build_search_index.as_ref().filter(|_| seen.insert(code)) {
            check_language(code, site, &flag.span, diagnostics);
        }
        if let Some(own) = language.search.as_ref().filter(|_| code != default_code) {
            check_effect(code, own, site, diagnostics);
        }
    }
}

/// elasticlunr has to know a language's endings and its words that are too frequent to be searched for.
fn check_language(code: &str, site: &Search, span: &Span, diagnostics: &mut Diagnostics) {
    if site.index_format.is_elasticlunr() && elasticlunr::lang::from_code(code).is_none() {
        let mut known: Vec<String> =
            elasticlunr::lang::languages().iter().map(|language| language.code()).collect();
        known.sort();
        diagnostics.push(catalog::language_without_search(span.clone(), code, &known));
    }
}

/// As in Zola, one format holds for all languages, and Fuse's indexes all hold the same.
fn check_effect(code: &str, own: &At<Search>, site: &Search, diagnostics: &mut Diagnostics) {
    let format = site.index_format;
    let alike = Search { index_format: format, ..own.value.clone() };
    if own.value.index_format != format && own.value.index_format != IndexFormat::default() {
        diagnostics.push(catalog::search_format_of_language(own.span.clone(), code, format.name()));
    }
    if !format.is_elasticlunr() && alike != *site {
        diagnostics.push(catalog::search_of_language_for_fuse(own.span.clone(), code));
    }
}
