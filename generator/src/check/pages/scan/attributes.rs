//! Which attributes hold addresses, and how those are read that hold several.

use std::collections::BTreeMap;

use super::Kind;

/// Element, attribute, and what is referred to. Forms are no links: what they send to is a service. Nor is
/// `cite`, which nobody can follow.
const URLS: [(&str, &str, Kind); 20] = [
    ("a", "href", Kind::Link),
    ("a", "xlink:href", Kind::Link),
    ("area", "href", Kind::Link),
    ("audio", "src", Kind::Media),
    ("embed", "src", Kind::Media),
    ("frame", "src", Kind::Media),
    ("iframe", "src", Kind::Media),
    ("image", "href", Kind::Image),
    ("image", "xlink:href", Kind::Image),
    ("img", "src", Kind::Image),
    ("input", "src", Kind::Image),
    ("link", "href", Kind::Asset),
    ("object", "data", Kind::Media),
    ("script", "src", Kind::Asset),
    ("source", "src", Kind::Media),
    ("track", "src", Kind::Media),
    ("use", "href", Kind::Image),
    ("use", "xlink:href", Kind::Image),
    ("video", "poster", Kind::Image),
    ("video", "src", Kind::Media),
];

/// `rel` of `<link>`s that name a host to get ready for, not a file.
const HOSTS: [&str; 2] = ["dns-prefetch", "preconnect"];

/// `rel` of `<link>`s that lead to other pages.
const PAGES: [&str; 8] = ["alternate", "author", "canonical", "help", "license", "next", "prev", "search"];

/// The addresses in an element's attributes.
pub(super) fn urls<'a>(
    element: &'a str,
    attributes: &'a BTreeMap<&str, &str>,
) -> impl Iterator<Item = (Kind, &'a str)> {
    let relation = attributes.get("rel").copied().unwrap_or_default();
    let is = |names: &[&str]| relation.split_ascii_whitespace().any(|word| names.contains(&word));
    let (names_host, leads_to_page) = (element == "link" && is(&HOSTS), element == "link" && is(&PAGES));
    URLS.iter().filter(move |(name, _, _)| *name == element && !names_host).filter_map(
        move |(_, attribute, kind)| {
            let kind = if leads_to_page { Kind::Link } else { *kind };
            attributes.get(attribute).map(|url| (kind, *url))
        },
    )
}

/// The addresses of a `srcset`: each stands before its width or density; those that end with a comma have
/// neither.
pub(super) fn srcset_urls(set: &str) -> Vec<&str> {
    let mut urls = Vec::new();
    let mut rest = set;
    loop {
        rest = rest.trim_start_matches(|letter: char| letter.is_ascii_whitespace() || letter == ',');
        if rest.is_empty() {
            return urls;
        }
        let end = rest.find(|letter: char| letter.is_ascii_whitespace()).unwrap_or(rest.len());
        let (url, behind) = rest.split_at(end);
        if url.ends_with(',') {
            urls.push(url.trim_end_matches(','));
            rest = behind;
        } else {
            urls.push(url);
            rest = behind.split_once(',').map_or("", |(_, next)| next);
        }
    }
}

/// Where `<meta http-equiv="refresh" content="0; url=…">` leads.
pub(super) fn refresh_target<'a>(attributes: &BTreeMap<&str, &'a str>) -> Option<&'a str> {
    let is_refresh = attributes.get("http-equiv").is_some_and(|name| name.eq_ignore_ascii_case("refresh"));
    let content = attributes.get("content").filter(|_| is_refresh)?;
    let (_, target) = content.split_once([';', ','])?;
    let target = target.trim_start();
    let target = match target.get(..3) {
        Some(word) if word.eq_ignore_ascii_case("url") => {
            target[3..].trim_start().strip_prefix('=')?.trim_start()
        }
        _ => target,
    };
    let target = target.trim_matches(['"', '\'']).trim();
    (!target.is_empty()).then_some(target)
}
