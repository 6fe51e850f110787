//! The functions templates can call, under Zola's names; one file each.
//!
//! What a function must know decides when it is registered: [`register`] before templates are loaded,
//! [`register_site`] when addresses are known, [`register_values`] when bodies are. Before its time a
//! function is there by name and says so when it is called.

mod content;
mod data;
mod digest;
mod files;
mod get_hash;
mod get_image_metadata;
mod get_url;
mod language;
mod load_data;
mod now;
mod resize_image;
mod taxonomy;

use std::sync::{Arc, OnceLock};

use tera::{Error, Kwargs, State, Tera, TeraResult, Value};

use super::bounds::Range;
use crate::config::Config;
use crate::site::{LeftOut, Site};
use crate::values::Values;

pub use files::Files;

/// All functions, Tera's own included; for hints.
pub const NAMES: [&str; 16] = [
    "get_hash",
    "get_image_metadata",
    "get_page",
    "get_random",
    "get_section",
    "get_taxonomy",
    "get_taxonomy_term",
    "get_taxonomy_url",
    "get_url",
    "load_data",
    "now",
    "range",
    "resize_image",
    "text_direction",
    "throw",
    "trans",
];

/// Functions that answer only once the site is known.
const LATER: [&str; 5] = ["get_page", "get_section", "get_taxonomy", "get_taxonomy_term", "get_taxonomy_url"];

/// Registers all names, and what needs files and settings only.
pub fn register(tera: &mut Tera, config: &Arc<Config>, files: &Arc<Files>) {
    for name in LATER {
        tera.register_function(name, move |_: Kwargs, _: &State<'_>| -> TeraResult<Value> {
            Err(Error::message(format!("`{name}` does not know the site yet")))
        });
    }
    tera.register_function("get_url", get_url::GetUrl::new(Arc::clone(config), Arc::clone(files), None));
    tera.register_function("get_hash", get_hash::GetHash { files: Arc::clone(files) });
    tera.register_function("load_data", load_data::LoadData::new(Arc::clone(files)));
    tera.register_function("trans", language::Trans { config: Arc::clone(config) });
    tera.register_function("text_direction", language::TextDirection { config: Arc::clone(config) });
    tera.register_function("now", now::Now { today: files.world().today() });
    tera.register_function("range", Range);
    tera.register_function("get_random", tera_contrib::rand::get_random);
    let metadata = get_image_metadata::GetImageMetadata { files: Arc::clone(files) };
    tera.register_function("get_image_metadata", metadata);
    let resize = resize_image::ResizeImage { config: Arc::clone(config), files: Arc::clone(files) };
    tera.register_function("resize_image", resize);
}

/// Registers what needs addresses. Pages have no bodies yet.
pub fn register_site(tera: &mut Tera, site: &Arc<Site>, files: &Arc<Files>) {
    let config = Arc::new(site.config.clone());
    let get_url = get_url::GetUrl::new(config, Arc::clone(files), Some(Arc::clone(site)));
    tera.register_function("get_url", get_url);
    register_pages(
        tera,
        &Arc::new(Pages { site: Arc::clone(site), values: Known::Addresses(OnceLock::new()) }),
    );
}

/// Registers what needs whole pages.
pub fn register_values(tera: &mut Tera, site: &Arc<Site>, values: &Arc<Values>) {
    register_pages(
        tera,
        &Arc::new(Pages { site: Arc::clone(site), values: Known::Bodies(Arc::clone(values)) }),
    );
}

fn register_pages(tera: &mut Tera, pages: &Arc<Pages>) {
    tera.register_function("get_page", content::GetPage(Arc::clone(pages)));
    tera.register_function("get_section", content::GetSection(Arc::clone(pages)));
    tera.register_function("get_taxonomy", taxonomy::GetTaxonomy(Arc::clone(pages)));
    tera.register_function("get_taxonomy_term", taxonomy::GetTaxonomyTerm(Arc::clone(pages)));
    tera.register_function("get_taxonomy_url", taxonomy::GetTaxonomyUrl(Arc::clone(pages)));
}

/// The site and its values.
pub struct Pages {
    site: Arc<Site>,
    values: Known,
}

/// How much of the values is known.
enum Known {
    /// Front matter and addresses. Built when first asked for: few bodies ask for other pages.
    Addresses(OnceLock<Values>),
    /// Everything.
    Bodies(Arc<Values>),
}

impl Pages {
    fn values(&self) -> &Values {
        match &self.values {
            Known::Bodies(values) => values,
            Known::Addresses(values) => values.get_or_init(|| Values::without_bodies(&self.site)),
        }
    }
}

/// What is said of a document that has mistakes of its own: nobody is to be blamed for asking for it.
pub const BROKEN_DOCUMENT: &str = "it has mistakes of its own";

/// Why a document is not part of the site, if there is one of that path.
fn left_out(site: &Site, path: &str) -> Option<Error> {
    Some(Error::message(match site.left_out(path)? {
        LeftOut::Draft => format!("there is no `{path}`: it is a draft"),
        LeftOut::BelowDraft(section) => {
            format!("there is no `{path}`: the section `{section}` above it is a draft")
        }
        LeftOut::Broken => format!("there is no `{path}`: {BROKEN_DOCUMENT}"),
    }))
}

/// The argument `lang`, otherwise the language of what is rendered, otherwise the default one.
fn language(kwargs: &Kwargs, state: &State<'_>, config: &Config) -> TeraResult<String> {
    let language = match kwargs.get::<String>("lang")? {
        Some(language) => Some(language),
        None => state.get::<String>("lang").ok().flatten(),
    };
    Ok(language.unwrap_or_else(|| config.default_language.clone()))
}

/// A text argument, if it is there.
fn text(kwargs: &Kwargs, name: &'static str) -> TeraResult<Option<String>> {
    kwargs.get::<&Value>(name)?.map(|value| as_text(value, name)).transpose()
}

/// A text argument that must be there.
fn required_text(kwargs: &Kwargs, name: &'static str) -> TeraResult<String> {
    as_text(kwargs.must_get::<&Value>(name)?, name)
}

/// Any value is taken as text, as in Zola, but not one that is undefined: that is a misspelt name, for
/// which Zola takes an empty text.
fn as_text(value: &Value, name: &str) -> TeraResult<String> {
    if value.is_undefined() {
        return Err(Error::message(format!("the value of the argument `{name}` is not defined")));
    }
    Ok(value.to_string())
}
