//! `get_taxonomy`, `get_taxonomy_term`, `get_taxonomy_url`.

use std::sync::Arc;

use tera::{Error, Function, Kwargs, State, TeraResult, Value};

use super::{Pages, language};
use crate::site::{Taxonomy, Term};

/// `get_taxonomy(kind, lang, required)`
pub struct GetTaxonomy(pub Arc<Pages>);

/// `get_taxonomy_term(kind, term, lang, include_pages, required)`
pub struct GetTaxonomyTerm(pub Arc<Pages>);

/// `get_taxonomy_url(kind, term, lang, required)`
pub struct GetTaxonomyUrl(pub Arc<Pages>);

impl Function<TeraResult<Value>> for GetTaxonomy {
    fn call(&self, kwargs: Kwargs, state: &State<'_>) -> TeraResult<Value> {
        match taxonomy(&self.0, &kwargs, state)? {
            Some((index, _)) => Ok(self.0.values().taxonomies[index].whole.clone()),
            None => Ok(Value::none()),
        }
    }
}

impl Function<TeraResult<Value>> for GetTaxonomyTerm {
    fn call(&self, kwargs: Kwargs, state: &State<'_>) -> TeraResult<Value> {
        let name: &str = kwargs.must_get("term")?;
        let Some((index, taxonomy)) = taxonomy(&self.0, &kwargs, state)? else { return Ok(Value::none()) };
        let term = match (self.0.term(taxonomy, name), is_required(&kwargs)?) {
            (Some((term, _)), _) => term,
            (None, false) => return Ok(Value::none()),
            (None, true) => return Err(missing(taxonomy, name)),
        };
        let value = self.0.values().taxonomies[index].term(term);
        if kwargs.get::<bool>("include_pages")?.unwrap_or(true) {
            return Ok(value);
        }
        let mut map = value.into_map().unwrap_or_default();
        map.insert("pages".into(), Vec::<Value>::new().into());
        Ok(map.into())
    }
}

impl Function<TeraResult<Value>> for GetTaxonomyUrl {
    fn call(&self, kwargs: Kwargs, state: &State<'_>) -> TeraResult<Value> {
        let name = match kwargs.get::<&str>("term")? {
            Some(name) => name,
            // The argument's name before Zola 0.23.
            None => match kwargs.get::<&str>("name")? {
                Some(name) => name,
                None => kwargs.must_get("term")?,
            },
        };
        let Some((_, taxonomy)) = taxonomy(&self.0, &kwargs, state)? else { return Ok(Value::none()) };
        match self.0.term(taxonomy, name) {
            Some((_, term)) => Ok(term.address.permalink.as_str().into()),
            None => Err(missing(taxonomy, name)),
        }
    }

    fn is_safe(&self) -> bool {
        true
    }
}

impl Pages {
    /// A term by its name or its slug.
    fn term<'a>(&self, taxonomy: &'a Taxonomy, name: &str) -> Option<(usize, &'a Term)> {
        let slug = crate::config::slugify::slugify_path(name, self.site.config.slugify.taxonomies);
        let mut terms = taxonomy.terms.iter().enumerate();
        terms.find(|(_, term)| term.slug == slug || term.name == name)
    }
}

/// The taxonomy `kind` with its index, by name or by slug; `None` where it is not required.
fn taxonomy<'a>(
    pages: &'a Pages,
    kwargs: &Kwargs,
    state: &State<'_>,
) -> TeraResult<Option<(usize, &'a Taxonomy)>> {
    let kind: &str = kwargs.must_get("kind")?;
    let language = language(kwargs, state, &pages.site.config)?;
    let mut all = pages.site.taxonomies.iter().enumerate();
    let found = all.find(|(_, taxonomy)| {
        taxonomy.language == language && (taxonomy.config.name == kind || taxonomy.config.slug == kind)
    });
    match (found, is_required(kwargs)?) {
        (None, true) => {
            Err(Error::message(format!("there is no taxonomy `{kind}` in the language `{language}`")))
        }
        (found, _) => Ok(found),
    }
}

fn is_required(kwargs: &Kwargs) -> TeraResult<bool> {
    Ok(kwargs.get("required")?.unwrap_or(true))
}

fn missing(taxonomy: &Taxonomy, name: &str) -> Error {
    Error::message(format!("there is no term `{name}` in the taxonomy `{}`", taxonomy.config.name))
}
