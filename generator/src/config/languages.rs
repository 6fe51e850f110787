//! The settings of each language; those of the default one may stand at the top or in its own table.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

use crate::config::raw::{At, RawConfig, RawLanguage, RawTaxonomy};
use crate::config::slugify::slugify_path;
use crate::config::{Language, Search, Slugify, TaxonomyConfig};
use crate::diagnostic::Diagnostics;
use crate::diagnostic::catalog::config as catalog;

/// The feed of a site that names none.
const DEFAULT_FEED: &str = "atom.xml";

/// Unicode language identifiers (UTS 35, section 3.2) without extensions.
static CODE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        "(?i)^([a-z]{2,3}|[a-z]{5,8})([-_][a-z]{4})?([-_]([a-z]{2}|[0-9]{3}))?([-_]([a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*$",
    )
    .expect("the pattern is constant")
});

/// Reports a code that is no language.
pub(super) fn check_code(code: &At<String>, diagnostics: &mut Diagnostics) {
    if !CODE.is_match(&code.value) {
        diagnostics.push(catalog::bad_language(code.span.clone(), &code.value));
    }
}

/// All languages by code, the default one always among them.
pub(super) fn merge(
    default_code: &str,
    raw: &RawConfig<'_>,
    diagnostics: &mut Diagnostics,
) -> BTreeMap<String, Language> {
    let mut languages = BTreeMap::new();
    let mut default = raw.language.clone();
    for (code, language) in &raw.languages {
        check_code(code, diagnostics);
        if code.value == default_code {
            default = merge_default(default, language, default_code, diagnostics);
        } else {
            languages.insert(code.value.clone(), finish(language.clone(), &raw.slugify, diagnostics));
        }
    }
    languages.insert(default_code.to_owned(), finish(default, &raw.slugify, diagnostics));
    languages
}

fn merge_default(
    top: RawLanguage,
    own: &RawLanguage,
    code: &str,
    diagnostics: &mut Diagnostics,
) -> RawLanguage {
    let mut twice = Twice { code, diagnostics };
    let is_set = |flag: Option<bool>| flag.unwrap_or(false);
    RawLanguage {
        title: twice.one("title", top.title, &own.title),
        description: twice.one("description", top.description, &own.description),
        generate_feeds: Some(is_set(top.generate_feeds) || is_set(own.generate_feeds)),
        // Zola cannot tell its default from the same list written down.
        feed_filenames: twice.one(
            "feed_filenames",
            top.feed_filenames.filter(|names| names.value != [DEFAULT_FEED]),
            &own.feed_filenames,
        ),
        taxonomies: twice.one("taxonomies", top.taxonomies, &own.taxonomies),
        build_search_index: either(top.build_search_index, own.build_search_index.clone()),
        search: twice.search(top.search, &own.search),
        translations: twice.one("translations", top.translations, &own.translations),
    }
}

/// The one that is switched on.
fn either(top: Option<At<bool>>, own: Option<At<bool>>) -> Option<At<bool>> {
    top.filter(|flag| flag.value).or(own)
}

struct Twice<'a> {
    code: &'a str,
    diagnostics: &'a mut Diagnostics,
}

impl Twice<'_> {
    fn one<T: Clone>(&mut self, key: &str, top: Option<At<T>>, own: &Option<At<T>>) -> Option<At<T>> {
        if let (Some(top), Some(own)) = (&top, own) {
            let problem = catalog::set_twice(own.span.clone(), top.span.clone(), key, self.code);
            self.diagnostics.push(problem);
        }
        top.or_else(|| own.clone())
    }

    /// Settings that are only the defaults, written out, contradict nothing.
    fn search(&mut self, top: Option<At<Search>>, own: &Option<At<Search>>) -> Option<At<Search>> {
        let top = top.filter(|search| search.value != Search::default());
        let own = own.clone().filter(|own| top.as_ref().is_none_or(|top| top.value != own.value));
        self.one("search", top, &own)
    }
}

fn finish(raw: RawLanguage, slugify: &Slugify, diagnostics: &mut Diagnostics) -> Language {
    Language {
        title: raw.title.map(|title| title.value),
        description: raw.description.map(|description| description.value),
        generate_feeds: raw.generate_feeds.unwrap_or(false),
        feed_filenames: raw.feed_filenames.map_or_else(|| vec![DEFAULT_FEED.to_owned()], |names| names.value),
        taxonomies: raw.taxonomies.map(|at| taxonomies(at, slugify, diagnostics)).unwrap_or_default(),
        build_search_index: raw.build_search_index.is_some_and(|index| index.value),
        search: raw.search.map(|search| search.value).unwrap_or_default(),
        translations: raw.translations.map(|translations| translations.value).unwrap_or_default(),
    }
}

fn taxonomies(
    raw: At<Vec<RawTaxonomy>>,
    slugify: &Slugify,
    diagnostics: &mut Diagnostics,
) -> Vec<TaxonomyConfig> {
    let mut taxonomies: Vec<TaxonomyConfig> = Vec::new();
    for item in raw.value {
        let slug = slugify_path(&item.name, slugify.taxonomies);
        if taxonomies.iter().any(|taxonomy| taxonomy.slug == slug) {
            diagnostics.push(catalog::taxonomy_twice(raw.span.clone(), &item.name));
            continue;
        }
        taxonomies.push(TaxonomyConfig {
            name: item.name,
            slug,
            paginate_by: item.paginate_by,
            paginate_path: item.paginate_path,
            render: item.render.unwrap_or(true),
            feed: item.feed.unwrap_or(false),
        });
    }
    taxonomies
}
