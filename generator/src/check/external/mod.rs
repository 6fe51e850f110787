//! Links to other sites: which are asked, what is known of them from earlier runs, what is to be said.
//!
//! What decides is Zola's (`[link_checker]`); beyond it links of templates are asked too, each address once
//! whatever its fragments, good answers are kept for a while ([`cache`]), and hosts are asked one question
//! at a time and again if they ask for patience ([`ask`]).

pub mod ask;
pub mod cache;
mod retry_after;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use jiff::SignedDuration;

use super::pages::{ExternalLink, Written};
use crate::config::{Config, LinkChecker};
use crate::diagnostic::catalog::rendered as catalog;
use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use crate::network::Network;
use ask::{Answer, Question};
use cache::Cache;

/// What is asked of all links.
#[derive(Debug, Clone)]
pub struct Selection {
    /// Only links written in these files and below these folders (absolute paths); all if there are none.
    pub only: Vec<PathBuf>,
    /// How long good answers are trusted.
    pub trusted: SignedDuration,
}

/// How many links there were.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Addresses that were asked now.
    pub asked: usize,
    /// Addresses whose answer of an earlier run was taken.
    pub cached: usize,
    /// Links that were left out: by the configuration or by the selection of files.
    pub skipped: usize,
}

/// What is to be asked, and what need not be.
pub struct Plan<'a> {
    questions: Vec<Question>,
    /// Links by the address that is asked, with the fragment that is looked for.
    links: BTreeMap<String, Vec<(&'a ExternalLink, Option<String>)>>,
    diagnostics: Diagnostics,
    config: &'a Config,
    /// How many links there are of which kind.
    pub tally: Tally,
}

/// Sorts links into those to ask and those not to.
pub fn plan<'a>(
    links: &'a [ExternalLink],
    config: &'a Config,
    cache: &Cache,
    selection: &Selection,
    network: &Network,
) -> Plan<'a> {
    let mut plan = Plan {
        questions: Vec::new(),
        links: BTreeMap::new(),
        diagnostics: Diagnostics::default(),
        config,
        tally: Tally::default(),
    };
    for link in links {
        if is_skipped(link, config) || !is_selected(&link.written, &selection.only, config) {
            plan.tally.skipped += 1;
            continue;
        }
        let (address, fragment) = match link.url.split_once('#') {
            Some((address, fragment)) => (address, anchor(link, fragment, &config.link_checker)),
            None => (link.url.as_str(), None),
        };
        plan.links.entry(address.to_owned()).or_default().push((link, fragment));
    }
    let now = network.clock.now();
    for (address, links) in &plan.links {
        let fragments: BTreeSet<String> = links.iter().filter_map(|(_, fragment)| fragment.clone()).collect();
        if cache.is_trusted(address, &fragments, now, selection.trusted) {
            plan.tally.cached += 1;
            continue;
        }
        match Question::new(address, fragments) {
            Ok(question) => plan.questions.push(question),
            Err(reason) => {
                let level = config.link_checker.external_level;
                for (link, _) in links {
                    let make = |span| catalog::external(level, span, &link.url, &reason);
                    everywhere(&link.written, make, &mut plan.diagnostics);
                }
            }
        }
    }
    plan.tally.asked = plan.questions.len();
    plan
}

impl Plan<'_> {
    /// How many hosts are to be asked.
    pub fn hosts(&self) -> usize {
        self.questions.iter().map(|question| &question.host).collect::<BTreeSet<_>>().len()
    }

    /// Asks, keeps what was learnt in the cache, and tells what does not work. `kept` is called whenever there
    /// is more in the cache.
    pub fn ask(
        self,
        network: &Network,
        cache: &mut Cache,
        kept: &mut (dyn FnMut(&Cache) + Send),
    ) -> Diagnostics {
        let answers = ask::ask_all(self.questions, network, |found: &[(String, Answer)]| {
            let now = network.clock.now();
            found.iter().for_each(|(address, answer)| cache.note(address, answer, now));
            kept(cache);
        });
        let mut diagnostics = self.diagnostics;
        let level = self.config.link_checker.external_level;
        for (address, answer) in answers {
            for (link, fragment) in self.links.get(&address).into_iter().flatten() {
                let url = &link.url;
                let make = |span: Option<Span>| match (&answer, fragment) {
                    (Answer::Broken { reason, .. }, _) => Some(catalog::external(level, span, url, reason)),
                    (Answer::Unknown { reason, .. }, _) => Some(catalog::unknown_external(span, url, reason)),
                    (Answer::Works { missing, .. }, Some(fragment)) if missing.contains(fragment) => {
                        Some(catalog::external_anchor(level, span, url, fragment))
                    }
                    (Answer::Works { too_long: true, anchors, .. }, Some(fragment))
                        if !anchors.contains(fragment) =>
                    {
                        let reason = "the page is too long to look for its anchors";
                        Some(catalog::unknown_external(span, url, reason))
                    }
                    (Answer::Works { .. }, _) => None,
                };
                if make(None).is_some() {
                    let make = |span| make(span).expect("it does not depend on the place");
                    everywhere(&link.written, make, &mut diagnostics);
                }
            }
        }
        diagnostics
    }
}

/// One diagnostic per place in Markdown, or one for what templates write.
fn everywhere(written: &Written, make: impl Fn(Option<Span>) -> Diagnostic, diagnostics: &mut Diagnostics) {
    if written.in_content.is_empty() {
        let diagnostic = make(written.elsewhere.clone());
        diagnostics.push(catalog::on_pages(diagnostic, &written.pages));
    }
    for span in &written.in_content {
        diagnostics.push(make(Some(span.clone())));
    }
}

/// What `[link_checker]` leaves out.
fn is_skipped(link: &ExternalLink, config: &Config) -> bool {
    let rules = &config.link_checker;
    if begins_with(link, &rules.skip_prefixes) {
        return true;
    }
    let places = &config.places;
    // Zola compares whole paths; a pattern that means the path within the site is understood as well.
    let is_ignored = |path: &Path| {
        [&places.root, &places.content]
            .into_iter()
            .filter_map(|folder| path.strip_prefix(folder).ok())
            .chain([path])
            .any(|path| rules.ignored_files.is_match(path))
    };
    let mut files = files(&link.written).peekable();
    files.peek().is_some() && files.all(is_ignored)
}

fn begins_with(link: &ExternalLink, prefixes: &[String]) -> bool {
    let spellings = || link.spellings.iter().chain([&link.url]);
    prefixes.iter().any(|prefix| spellings().any(|url| url.starts_with(prefix.as_str())))
}

fn files(written: &Written) -> impl Iterator<Item = &Path> {
    let spans = written.in_content.iter().chain(&written.elsewhere);
    spans.map(|span| span.path.as_path())
}

/// Whether a link stands in one of the files or below one of the folders. A link that no page of content has written comes from the
/// templates: it is asked when one of the files is no content.
fn is_selected(written: &Written, only: &[PathBuf], config: &Config) -> bool {
    if only.is_empty() {
        return true;
    }
    if !written.in_content.is_empty() {
        let is_below = |span: &Span| only.iter().any(|path| span.path.starts_with(path));
        return written.in_content.iter().any(is_below);
    }
    only.iter().any(|file| !file.starts_with(&config.places.content))
}

/// The fragment that is looked for; scripts use `#/` and `#!` for their own purposes, as Zola has it.
fn anchor(link: &ExternalLink, fragment: &str, rules: &LinkChecker) -> Option<String> {
    let is_none = fragment.is_empty()
        || fragment.starts_with(['/', '!'])
        || fragment.contains(":~:")
        || begins_with(link, &rules.skip_anchor_prefixes);
    (!is_none).then(|| fragment.to_owned())
}
