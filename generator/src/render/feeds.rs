//! What a feed lists: dated pages, newest first.

use tera::Context;

use crate::site::{PageId, Site};
use crate::values::Values;

/// Pages and the time of the last change, as feed templates see them.
pub fn context(site: &Site, values: &Values, pages: impl Iterator<Item = PageId>) -> Context {
    let mut dated: Vec<(i128, &str, PageId)> = pages
        .filter(|id| site.page(*id).matter().render)
        .filter_map(|id| {
            let page = site.page(id);
            Some((page.date.as_ref()?.timestamp, page.address.permalink.as_str(), id))
        })
        .collect();
    dated.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    let ids: Vec<PageId> = dated.into_iter().map(|(_, _, id)| id).collect();
    let mut context = Context::new();
    if let Some(updated) = last_updated(site, &ids) {
        context.insert("last_updated", updated);
    }
    let listed = &ids[..site.config.feed_limit.unwrap_or(ids.len()).min(ids.len())];
    context.insert_value("pages", values.listing(listed));
    context
}

/// The latest date as text, as Zola compares them: of all changes and of the newest page.
fn last_updated<'a>(site: &'a Site, pages: &[PageId]) -> Option<&'a str> {
    let changed = pages.iter().filter_map(|id| site.page(*id).matter().updated.as_ref());
    let newest = pages.first().and_then(|id| site.page(*id).date.as_ref());
    changed.chain(newest).map(|date| date.text.as_str()).max()
}
