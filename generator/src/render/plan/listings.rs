//! Files of sections, taxonomies and feeds.

use std::sync::Arc;

use super::{Feed, FeedOf, Job, Paginated, Planner, Subject, index_of};
use crate::config::Config;
use crate::diagnostic::Span;
use crate::site::pagination::Pagination;
use crate::site::{Section, SectionId, Site};

/// Where a key of a section stands; the configuration file for a section without a file.
pub fn section_span(site: &Site, section: &Section, key: &str) -> Span {
    match &section.document {
        Some(document) => document.span(key),
        None => Span::file(&site.config.places.config_file),
    }
}

pub(super) fn sections(site: &Site, planner: &mut Planner<'_>) {
    for id in site.section_ids() {
        let section = site.section(id);
        let span = section_span(site, section, "title");
        if section.matter.generate_feeds {
            feeds(site, FeedOf::Section(id), &section.language, &section.address.path, &span, planner);
        }
        if section.matter.render {
            section_itself(site, id, &span, planner);
        }
        assets(site, section, &span, planner);
    }
}

fn section_itself(site: &Site, id: SectionId, span: &Span, planner: &mut Planner<'_>) {
    let section = site.section(id);
    if let Some(pagination) = Pagination::of_section(site, id) {
        let paginated = Paginated { subject: Subject::Section(id), pagination };
        return pagers(paginated, &section.address.permalink, span, planner);
    }
    let job = match &section.matter.redirect_to {
        Some(target) => Job::Redirect(redirect_target(&site.config, target)),
        None => Job::Section(id),
    };
    planner.add(&index_of(&section.address.path), job, span);
}

fn redirect_target(config: &Config, target: &str) -> String {
    let is_external = target.starts_with("http:") || target.starts_with("https:");
    if is_external { target.to_owned() } else { config.permalink(target) }
}

fn assets(site: &Site, section: &Section, span: &Span, planner: &mut Planner<'_>) {
    let colocated = section.document.as_ref().and_then(|document| document.file.colocated.as_deref());
    for asset in &section.assets {
        let below = colocated.and_then(|folder| asset.strip_prefix(folder)).unwrap_or(asset);
        let path = format!("{}{below}", section.address.path.trim_start_matches('/'));
        planner.add(&path, Job::Copy(site.config.places.content.join(asset)), span);
    }
}

fn pagers(paginated: Paginated, permalink: &str, span: &Span, planner: &mut Planner<'_>) {
    let paginated = Arc::new(paginated);
    let redirect = Job::Redirect(permalink.to_owned());
    planner.add(&index_of(&paginated.pagination.redirect_path), redirect, span);
    for (index, pager) in paginated.pagination.pagers.iter().enumerate() {
        planner.add(&index_of(&pager.path), Job::Pager(Arc::clone(&paginated), index), span);
    }
}

pub(super) fn taxonomies(site: &Site, span: &Span, planner: &mut Planner<'_>) {
    for (index, taxonomy) in site.taxonomies.iter().enumerate() {
        if !taxonomy.config.render || taxonomy.terms.is_empty() {
            continue;
        }
        planner.add(&index_of(&taxonomy.address.path), Job::Terms(index), span);
        for (term_index, term) in taxonomy.terms.iter().enumerate() {
            match Pagination::of_term(taxonomy, term) {
                Some(pagination) => {
                    let paginated = Paginated { subject: Subject::Term(index, term_index), pagination };
                    pagers(paginated, &term.address.permalink, span, planner);
                }
                None => planner.add(&index_of(&term.address.path), Job::Term(index, term_index), span),
            }
            if taxonomy.config.feed {
                let of = FeedOf::Term(index, term_index);
                feeds(site, of, &taxonomy.language, &term.address.path, span, planner);
            }
        }
    }
}

/// The feeds of whole languages; none at all unless the configuration wants one at its top.
pub(super) fn site_feeds(site: &Site, span: &Span, planner: &mut Planner<'_>) {
    if !site.config.has_site_feeds {
        return;
    }
    for (code, language) in &site.config.languages {
        if language.generate_feeds {
            let folder =
                if *code == site.config.default_language { String::new() } else { format!("{code}/") };
            feeds(site, FeedOf::Site, code, &folder, span, planner);
        }
    }
}

fn feeds(site: &Site, of: FeedOf, language: &str, folder: &str, span: &Span, planner: &mut Planner<'_>) {
    for filename in &site.config.language(language).feed_filenames {
        let path = format!("{}{filename}", folder.trim_start_matches('/'));
        let feed = Feed { of, filename: filename.clone(), language: language.to_owned() };
        planner.add(&path, Job::Feed(feed), span);
    }
}
