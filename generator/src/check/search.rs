//! The root of a language stands in its search index: a site that is to be searched starts there.

use crate::diagnostic::Diagnostics;
use crate::diagnostic::catalog::site as catalog;
use crate::site::Site;

/// Reports every root that is kept out of the index of its language, which Zola refuses too.
pub fn search(site: &Site, diagnostics: &mut Diagnostics) {
    for section in &site.sections {
        let is_root = section.canonical == "_index";
        if !is_root
            || section.matter.in_search_index
            || !site.config.language(&section.language).build_search_index
        {
            continue;
        }
        if let Some(document) = &section.document {
            diagnostics
                .push(catalog::root_is_not_searched(document.span("in_search_index"), &section.language));
        }
    }
}
