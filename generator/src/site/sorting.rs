//! Order of pages in their sections, and what Zola leaves out for lack of a sort key.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use lexical_sort::natural_lexical_cmp;

use crate::diagnostic::catalog::site as catalog;
use crate::diagnostic::{Diagnostics, Span};
use crate::parse::SortBy;
use crate::site::{Page, PageId, Section};

/// Sorts `ids`; those without the key come back apart, in their old order.
pub(super) fn sort(pages: &[Page], ids: &[PageId], sort_by: SortBy) -> (Vec<PageId>, Vec<PageId>) {
    let (mut sorted, ignored): (Vec<PageId>, Vec<PageId>) =
        ids.iter().partition(|id| has_key(&pages[id.0], sort_by));
    sorted.sort_by(|a, b| compare(&pages[a.0], &pages[b.0], sort_by));
    (sorted, ignored)
}

/// Sorts every section's pages, links neighbours, and says which pages are left out.
pub(super) fn sort_sections(pages: &mut [Page], sections: &mut [Section], diagnostics: &mut Diagnostics) {
    for section in sections.iter_mut() {
        let sort_by = section.matter.sort_by;
        if sort_by == SortBy::None {
            continue;
        }
        let (sorted, ignored) = sort(pages, &section.pages, sort_by);
        if !section.matter.transparent {
            link_neighbours(pages, &sorted);
        }
        section.pages = sorted;
        section.ignored_pages = ignored;
    }
    let listed: BTreeSet<PageId> =
        sections.iter().flat_map(|section| section.pages.iter().copied()).collect();
    for section in sections.iter() {
        for id in &section.ignored_pages {
            pages[id.0].published = listed.contains(id);
            report(&pages[id.0], section, diagnostics);
        }
    }
}

fn report(page: &Page, section: &Section, diagnostics: &mut Diagnostics) {
    let name = match section.matter.sort_by {
        SortBy::UpdateDate => "update_date",
        SortBy::Title => "title",
        SortBy::TitleBytes => "title_bytes",
        SortBy::Weight => "weight",
        _ => "date",
    };
    let keys = if name == "update_date" { ["date", "updated"] } else { [name.trim_end_matches("_bytes"); 2] };
    if keys.iter().any(|key| page.document.spans.contains_key(*key)) {
        // It is there but wrong, which was said where it stands.
        return;
    }
    let path = &page.document.file.path;
    let place = section.document.as_ref().map(|document| document.span("sort_by"));
    let problem = if page.published {
        catalog::not_listed(Span::file(path), name, &section.relative, place)
    } else {
        catalog::not_published(Span::file(path), name, &section.relative, place)
    };
    diagnostics.push(problem);
}

fn link_neighbours(pages: &mut [Page], sorted: &[PageId]) {
    for pair in sorted.windows(2) {
        pages[pair[0].0].higher = Some(pair[1]);
        pages[pair[1].0].lower = Some(pair[0]);
    }
}

fn has_key(page: &Page, sort_by: SortBy) -> bool {
    match sort_by {
        SortBy::Date => page.date.is_some(),
        SortBy::UpdateDate => latest(page).is_some(),
        SortBy::Title | SortBy::TitleBytes => page.matter().title.is_some(),
        SortBy::Weight => page.matter().weight.is_some(),
        SortBy::Slug | SortBy::Permalink | SortBy::None => true,
    }
}

fn compare(a: &Page, b: &Page, sort_by: SortBy) -> Ordering {
    let (title_a, title_b) = (&a.matter().title, &b.matter().title);
    let order = match sort_by {
        SortBy::Date => date(b).cmp(&date(a)),
        SortBy::UpdateDate => latest(b).cmp(&latest(a)),
        SortBy::Title => {
            natural_lexical_cmp(title_a.as_deref().unwrap_or(""), title_b.as_deref().unwrap_or(""))
        }
        SortBy::TitleBytes => title_a.cmp(title_b),
        SortBy::Weight => a.matter().weight.cmp(&b.matter().weight),
        SortBy::Slug => natural_lexical_cmp(&a.slug, &b.slug),
        SortBy::Permalink | SortBy::None => Ordering::Equal,
    };
    order.then_with(|| a.address.permalink.cmp(&b.address.permalink))
}

fn date(page: &Page) -> Option<i128> {
    page.date.as_ref().map(|date| date.timestamp)
}

fn latest(page: &Page) -> Option<i128> {
    date(page).max(page.matter().updated.as_ref().map(|date| date.timestamp))
}
