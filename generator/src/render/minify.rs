//! HTML made small, with minify-html and the options that Zola gives it.
//!
//! It was made for well-formed pages and works through a tree by recursion; a page that it cannot take stays
//! as it is, whole.

use std::time::Duration;

use minify_html::{Cfg, minify};

use crate::config::Config;
use crate::guard;

/// A page takes milliseconds.
const LIMIT: Duration = Duration::from_secs(60);
/// Most elements in one another. Each takes stack; a page has dozens at most.
const DEEPEST: usize = 10_000;

/// Whether pages are made small.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Minification {
    /// They stay as their templates made them.
    Off,
    /// They are.
    On,
}

impl Minification {
    /// `minify_html`, `--minify`
    pub fn of(config: &Config) -> Self {
        if config.minify_html { Self::On } else { Self::Off }
    }
}

/// The page made small.
///
/// # Errors
/// The page as it was, if it cannot be made small.
pub fn html(page: String) -> Result<String, String> {
    if depth(&page) > DEEPEST {
        return Err(page);
    }
    let bytes = page.clone().into_bytes();
    let small = guard::run(LIMIT, move || minify(&bytes, &options()));
    match small.map(String::from_utf8) {
        Ok(Ok(small)) if small.trim().is_empty() == page.trim().is_empty() => Ok(small),
        _ => Err(page),
    }
}

fn options() -> Cfg {
    Cfg { keep_html_and_head_opening_tags: true, minify_css: true, minify_js: false, ..Cfg::new() }
}

/// Elements that hold nothing, or whose end may be left out because the next of their kind ends them: they
/// are not nested without others between them.
const SHALLOW: [&str; 32] = [
    "area", "base", "body", "br", "col", "colgroup", "dd", "dt", "embed", "head", "hr", "html", "img",
    "input", "li", "link", "meta", "optgroup", "option", "p", "param", "rp", "rt", "source", "tbody", "td",
    "tfoot", "th", "thead", "tr", "track", "wbr",
];

/// About how deep elements are nested.
fn depth(page: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for rest in page.split('<').skip(1) {
        let (is_end, rest) = rest.strip_prefix('/').map_or((false, rest), |rest| (true, rest));
        let name: &str =
            rest.split(|letter: char| !letter.is_ascii_alphanumeric()).next().unwrap_or_default();
        if name.is_empty() || SHALLOW.iter().any(|shallow| name.eq_ignore_ascii_case(shallow)) {
            continue;
        }
        depth = if is_end { depth.saturating_sub(1) } else { depth + 1 };
        deepest = deepest.max(depth);
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(page: &str, small: &str) {
        assert_eq!(html(page.to_owned()).as_deref(), Ok(small));
    }

    #[test]
    fn pages_become_small() {
        check(
            "<!doctype html>\n<html>\n<head> <!-- x --> <title> a </title>\n</head><body> <p>  b  <b> c </b></p></body></html>",
            "<!doctype html><html><head><title> a </title><body><p>b <b> c </b>",
        );
        check("", "");
        check(" \n", "");
    }

    #[test]
    fn what_is_formatted_stays() {
        check("<pre>\n  a\n\n  b </pre>", "<pre>\n  a\n\n  b </pre>");
        check("<textarea> a\n b </textarea>", "<textarea> a\n b </textarea>");
        check("<script> let  a = 1; // b\n</script>", "<script>let  a = 1; // b</script>");
    }

    #[test]
    fn odd_pages_are_no_danger_and_lose_no_text() {
        let odd = [
            "a < b > c & d &amp &unknown; &#0; &#xFFFFFF; e",
            "</p></div></unknown> a",
            "<p <p <a href='x a",
            "<table><p>a<tr>b</table>c",
            "<style>a{</style> <style>}}}@media(</style>a",
            "<p style='color:'>a<p style='}{'>b",
            "<svg><style>a</style><p>b</svg>c",
            "<!-- <p>a",
            "<![CDATA[ a ]]> b <?php c ?> d <!bang> e",
            "<div\u{0}>a\u{feff}\u{1F600}</div>",
            "<a b=c b=d B='e\"f'>g",
            "<script>a</script",
            "<title>a<p>b",
            "<select><option>a<optgroup><option>b<div>c</select>",
        ];
        for page in odd {
            // It may be refused or made small; it must come back.
            let (Ok(some) | Err(some)) = html(page.to_owned());
            assert!(!some.is_empty(), "{page}");
        }
    }

    #[test]
    fn deep_pages_come_back() {
        let nested = |depth: usize| format!("{}a{}", "<div>".repeat(depth), "</div>".repeat(depth));
        check(&nested(DEEPEST), &nested(DEEPEST));
        let too_deep = nested(DEEPEST + 1);
        assert_eq!(html(too_deep.clone()), Err(too_deep));
        let flat = "<p><br><img src=a><li>b".repeat(20_000);
        assert!(html(flat).is_ok());
    }
}
