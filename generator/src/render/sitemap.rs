//! What the sitemap lists.

use std::collections::BTreeMap;

use tera::{Map, Value};

use crate::site::Site;
use crate::values::{data, sorted};

/// Entries of one file; from that number on there are numbered files and an index. Zola's number.
pub const PER_FILE: usize = 30_000;

/// All entries, sorted by permalink, each permalink once.
pub fn entries(site: &Site) -> Vec<Value> {
    let mut entries = Entries::default();
    for page in &site.pages {
        let matter = page.matter();
        if matter.render {
            let updated = matter.updated.as_ref().or(page.date.as_ref()).map(|date| date.text.as_str());
            entries.add(page.address.permalink.clone(), updated, data(&matter.extra));
        }
    }
    for section in &site.sections {
        if section.matter.render {
            let extra = data(&section.matter.extra);
            entries.add(section.address.permalink.clone(), None, extra);
        }
        if let Some(by) = section.matter.paginate_by.filter(|by| *by > 0) {
            let pagers = section.pages.len().div_ceil(by);
            entries.pagers(site, &section.address.permalink, &section.matter.paginate_path, pagers);
        }
    }
    for taxonomy in site.taxonomies.iter().filter(|taxonomy| taxonomy.config.render) {
        entries.add(taxonomy.address.permalink.clone(), None, Value::none());
        for term in &taxonomy.terms {
            entries.add(term.address.permalink.clone(), None, Value::none());
            if let Some(by) = taxonomy.config.paginate_by.filter(|by| *by > 0) {
                let pagers = term.pages.len().div_ceil(by);
                entries.pagers(site, &term.address.permalink, taxonomy.config.paginate_path(), pagers);
            }
        }
    }
    entries.0.into_values().collect()
}

#[derive(Default)]
struct Entries(BTreeMap<String, Value>);

impl Entries {
    fn add(&mut self, permalink: String, updated: Option<&str>, extra: Value) {
        let mut map = Map::default();
        map.insert("permalink".into(), permalink.as_str().into());
        map.insert("updated".into(), updated.map_or_else(Value::none, Value::from));
        map.insert("extra".into(), extra);
        self.0.entry(permalink).or_insert_with(|| sorted(map));
    }

    /// Zola lists the first pager as well, though it is a redirect.
    fn pagers(&mut self, site: &Site, permalink: &str, name: &str, pagers: usize) {
        if site.config.sitemap_without_pagers {
            return;
        }
        let slash = if name.is_empty() { "" } else { "/" };
        for index in 1..=pagers {
            self.add(format!("{permalink}{name}{slash}{index}/"), None, Value::none());
        }
    }
}
