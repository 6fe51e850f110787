//! `get_page` and `get_section`: a document by the path of its file in the default language.

use std::sync::Arc;

use tera::{Error, Function, Kwargs, State, TeraResult, Value};

use super::{Pages, language, left_out, required_text};
use crate::site::NodeId;

/// `get_page(path, lang, allow_missing)`
pub struct GetPage(pub Arc<Pages>);

/// `get_section(path, lang, allow_missing)`
pub struct GetSection(pub Arc<Pages>);

impl Function<TeraResult<Value>> for GetPage {
    fn call(&self, kwargs: Kwargs, state: &State<'_>) -> TeraResult<Value> {
        get(&self.0, &kwargs, state, "page", |pages, node| match node {
            NodeId::Page(id) => Some(pages.values().pages[id.0].clone()),
            NodeId::Section(_) => None,
        })
    }
}

impl Function<TeraResult<Value>> for GetSection {
    fn call(&self, kwargs: Kwargs, state: &State<'_>) -> TeraResult<Value> {
        get(&self.0, &kwargs, state, "section", |pages, node| match node {
            NodeId::Section(id) => Some(pages.values().sections[id.0].clone()),
            NodeId::Page(_) => None,
        })
    }
}

fn get(
    pages: &Pages,
    kwargs: &Kwargs,
    state: &State<'_>,
    kind: &str,
    value: impl Fn(&Pages, NodeId) -> Option<Value>,
) -> TeraResult<Value> {
    let path = required_text(kwargs, "path")?;
    let path = tidy(&path);
    let language = language(kwargs, state, &pages.site.config)?;
    let allow_missing = kwargs.get::<bool>("allow_missing")?.unwrap_or(false);
    let found = pages
        .site
        .by_path
        .get(&path)
        .filter(|node| value(pages, **node).is_some())
        .and_then(|node| translation(pages, *node, &language))
        .and_then(|node| value(pages, node));
    match found {
        Some(value) => Ok(value),
        None if allow_missing => Ok(Value::none()),
        None => Err(missing(pages, kind, &path, &language)),
    }
}

/// The path as the site knows it: `./a//b.md` is `a/b.md`. What starts with a slash is no document.
fn tidy(path: &str) -> String {
    if path.starts_with('/') {
        return path.to_owned();
    }
    path.split('/').filter(|part| !matches!(*part, "" | ".")).collect::<Vec<_>>().join("/")
}

/// The document itself, or its translation, whether that one is rendered or not.
fn translation(pages: &Pages, node: NodeId, language: &str) -> Option<NodeId> {
    let (own, canonical) = identity(pages, node);
    if own == language {
        return Some(node);
    }
    let is_default = language == pages.site.config.default_language;
    let path = if is_default { format!("{canonical}.md") } else { format!("{canonical}.{language}.md") };
    pages.site.by_path.get(&path).copied()
}

fn identity(pages: &Pages, node: NodeId) -> (&str, &str) {
    match node {
        NodeId::Page(id) => {
            let file = &pages.site.page(id).document.file;
            (&file.language, &file.canonical)
        }
        NodeId::Section(id) => {
            let section = pages.site.section(id);
            (&section.language, &section.canonical)
        }
    }
}

fn missing(pages: &Pages, kind: &str, path: &str, language: &str) -> Error {
    if pages.site.by_path.contains_key(path) {
        return Error::message(format!("there is no {kind} `{path}` in the language `{language}`"));
    }
    if let Some(reason) = left_out(&pages.site, path) {
        return reason;
    }
    let paths = pages.site.by_path.keys().map(String::as_str);
    let near = crate::diagnostic::nearest(path, paths).map(|near| format!(", the nearest is `{near}`"));
    Error::message(format!("there is no {kind} `{path}`{}", near.unwrap_or_default()))
}
