//! `page`, `section` and `config` for templates in Markdown, until `render::values` has them.

use tera::{Map, Value};

use super::Body;
use crate::config::Config;
use crate::site::{PageId, SectionId, Site};

pub(super) fn content_page(site: &Site, id: PageId, _body: &Body) -> Value {
    let page = site.page(id);
    let matter = page.matter();
    let mut map = Map::default();
    map.insert("title".into(), optional(matter.title.as_deref()));
    map.insert("date".into(), optional(page.date.as_ref().map(|date| date.text.as_str())));
    map.insert("extra".into(), Value::from_serializable(&matter.extra));
    map.insert("path".into(), page.address.path.as_str().into());
    map.insert("permalink".into(), page.address.permalink.as_str().into());
    map.into()
}

pub(super) fn content_section(site: &Site, id: SectionId, _body: &Body) -> Value {
    let section = site.section(id);
    let mut map = Map::default();
    map.insert("title".into(), optional(section.matter.title.as_deref()));
    map.insert("extra".into(), Value::from_serializable(&section.matter.extra));
    map.insert("path".into(), section.address.path.as_str().into());
    map.insert("permalink".into(), section.address.permalink.as_str().into());
    map.into()
}

pub(super) fn config_value(config: &Config, language: &str) -> Value {
    let mut map = Map::default();
    map.insert("title".into(), optional(config.language(language).title.as_deref()));
    map.insert("extra".into(), Value::from_serializable(&config.extra));
    map.into()
}

fn optional(text: Option<&str>) -> Value {
    text.map_or_else(Value::none, Value::from)
}
