//! Front matter of pages and sections, key by key.

use std::collections::{BTreeMap, BTreeSet};

use crate::config::raw::read_insert_anchor;
use crate::data::{Extra, Fields, Value, keys_asked, table_to_json};
use crate::diagnostic::catalog::front_matter as catalog;
use crate::diagnostic::{Diagnostics, Span};
use crate::parse::{MatterDate, PageMatter, SectionMatter, SortBy, date};

const SORT_BY: [(&str, SortBy); 8] = [
    ("none", SortBy::None),
    ("date", SortBy::Date),
    ("update_date", SortBy::UpdateDate),
    ("title", SortBy::Title),
    ("title_bytes", SortBy::TitleBytes),
    ("weight", SortBy::Weight),
    ("slug", SortBy::Slug),
    ("permalink", SortBy::Permalink),
];

/// Keys of pages that are often written below the header of the taxonomies by mistake.
const ABOVE_TAXONOMIES: [&str; 11] = [
    "date",
    "description",
    "draft",
    "in_search_index",
    "path",
    "render",
    "slug",
    "template",
    "title",
    "updated",
    "weight",
];

/// Reads a page's.
pub(super) fn page(mut fields: Fields<'_>, diagnostics: &mut Diagnostics) -> PageMatter {
    let matter = PageMatter {
        title: fields.text("title"),
        description: fields.text("description"),
        date: read_date(&mut fields, "date"),
        updated: read_date(&mut fields, "updated"),
        weight: fields.count("weight"),
        draft: fields.flag("draft").unwrap_or(false),
        render: fields.flag("render").unwrap_or(true),
        slug: filled_text(&mut fields, "slug"),
        path: filled_text(&mut fields, "path"),
        taxonomies: taxonomies(&mut fields, diagnostics),
        authors: fields.texts("authors").unwrap_or_default(),
        aliases: fields.texts("aliases").unwrap_or_default(),
        template: fields.text("template"),
        in_search_index: fields.flag("in_search_index").unwrap_or(true),
        extra: extra(&mut fields),
    };
    fields.finish(catalog::unknown_page_key, diagnostics);
    matter
}

/// Reads a section's.
pub(super) fn section(mut fields: Fields<'_>, diagnostics: &mut Diagnostics) -> SectionMatter {
    let matter = SectionMatter {
        title: fields.text("title"),
        description: fields.text("description"),
        sort_by: fields.choice("sort_by", &SORT_BY).unwrap_or_default(),
        weight: fields.count("weight").unwrap_or(0),
        draft: fields.flag("draft").unwrap_or(false),
        template: fields.text("template"),
        page_template: fields.text("page_template"),
        paginate_by: fields.count("paginate_by"),
        paginate_path: fields.text("paginate_path").unwrap_or_else(|| "page".to_owned()),
        paginate_reversed: fields.flag("paginate_reversed").unwrap_or(false),
        insert_anchor_links: read_insert_anchor(&mut fields),
        render: fields.flag("render").unwrap_or(true),
        redirect_to: fields.text("redirect_to"),
        in_search_index: fields.flag("in_search_index").unwrap_or(true),
        transparent: fields.flag("transparent").unwrap_or(false),
        aliases: fields.texts("aliases").unwrap_or_default(),
        generate_feeds: fields.flag("generate_feeds").unwrap_or(false),
        extra: extra(&mut fields),
    };
    fields.finish(catalog::unknown_section_key, diagnostics);
    matter
}

fn extra(fields: &mut Fields<'_>) -> Extra {
    fields.entries_of("extra").map(table_to_json).unwrap_or_default()
}

fn filled_text(fields: &mut Fields<'_>, key: &'static str) -> Option<String> {
    let text = fields.text(key)?;
    if text.is_empty() {
        let span = fields.node(key).map(|node| fields.span(node))?;
        fields.report(catalog::empty(span, key));
        return None;
    }
    Some(text)
}

fn read_date(fields: &mut Fields<'_>, key: &'static str) -> Option<MatterDate> {
    let node = fields.node(key)?;
    let read = match &node.value {
        Value::Date(text) | Value::Text(text) => {
            date::parse(text).ok_or_else(|| catalog::bad_date(fields.span(node), key, text))
        }
        _ => return fields.wrong(key, "a date", node),
    };
    match read {
        Ok(date) => Some(date),
        Err(problem) => {
            fields.report(problem);
            None
        }
    }
}

fn taxonomies(fields: &mut Fields<'_>, diagnostics: &mut Diagnostics) -> BTreeMap<String, Vec<String>> {
    let mut taxonomies = BTreeMap::new();
    for entry in fields.entries_of("taxonomies").unwrap_or_default() {
        let key = format!("taxonomies.{}", entry.key);
        let Value::List(items) = &entry.node.value else {
            if ABOVE_TAXONOMIES.contains(&entry.key.as_str()) {
                let span = Span::new(fields.path(), entry.key_range.clone());
                fields.report(catalog::below_taxonomies(span, &entry.key));
                continue;
            }
            fields.wrong::<()>(&key, "a list of texts", &entry.node);
            continue;
        };
        let mut terms = Vec::new();
        for (index, item) in items.iter().enumerate() {
            match item.text() {
                Some(term) if term.trim().is_empty() => {
                    diagnostics.push(catalog::empty_term(fields.span(item), &entry.key));
                }
                Some(term) => terms.push(term.to_owned()),
                None => {
                    fields.wrong::<()>(&format!("{key}.{index}"), "text", item);
                }
            }
        }
        taxonomies.insert(entry.key.clone(), terms);
    }
    taxonomies
}

/// Every key of a page's front matter.
pub(super) fn page_keys() -> BTreeSet<String> {
    keys_asked(&[], |fields| {
        page(fields, &mut Diagnostics::default());
    })
}

/// Every key of a section's front matter.
pub(super) fn section_keys() -> BTreeSet<String> {
    keys_asked(&[], |fields| {
        section(fields, &mut Diagnostics::default());
    })
}
