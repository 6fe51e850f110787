//! HTML made small, with minify-html and the options that Zola gives it.
//!
//! It was made for well-formed pages and works through a tree by recursion; a page that it cannot take stays
//! as it is, whole.

mod depth;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use minify_html::{Cfg, minify};

use crate::config::Config;
use crate::guard::{self, Stopped};
use depth::depth;

/// A page takes milliseconds.
const LIMIT: Duration = Duration::from_secs(60);
/// Most elements in one another. Each takes stack; a page has dozens at most.
const DEEPEST: usize = 10_000;

/// Makes pages small.
#[derive(Debug, Default)]
pub struct Minifier {
    /// A page took too long. It cannot be stopped, so no other is begun.
    is_late: AtomicBool,
}

impl Minifier {
    /// `minify_html`, `--minify`: none if pages stay as their templates made them.
    pub fn of(config: &Config) -> Option<Self> {
        config.minify_html.then(Self::default)
    }

    /// The page made small.
    ///
    /// # Errors
    /// The page as it was, if it cannot be made small.
    pub fn html(&self, page: String) -> Result<String, String> {
        if depth(&page) > DEEPEST {
            return Err(page);
        }
        let bytes = page.clone().into_bytes();
        match self.guarded(LIMIT, move || minify(&bytes, &options())).map(String::from_utf8) {
            Some(Ok(small)) if small.trim().is_empty() == page.trim().is_empty() => Ok(small),
            _ => Err(page),
        }
    }

    fn guarded(&self, limit: Duration, work: impl FnOnce() -> Vec<u8> + Send + 'static) -> Option<Vec<u8>> {
        if self.is_late.load(Ordering::Relaxed) {
            return None;
        }
        let made = guard::run(limit, work);
        if made == Err(Stopped::Late) {
            self.is_late.store(true, Ordering::Relaxed);
        }
        made.ok()
    }
}

fn options() -> Cfg {
    Cfg { keep_html_and_head_opening_tags: true, minify_css: true, minify_js: false, ..Cfg::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(page: String) -> Result<String, String> {
        Minifier::default().html(page)
    }

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
        let flat = "<p><br><img src=a><p>b".repeat(20_000);
        assert!(html(flat).is_ok());
        for part in ["<div></span>", "<p><li>", "<div title='</div>'>"] {
            let odd = part.repeat(500_000);
            assert_eq!(html(odd.clone()), Err(odd));
        }
    }

    #[test]
    fn after_a_page_that_never_ends_none_is_begun() {
        let minifier = Minifier::default();
        let endless = || loop {
            std::thread::park();
        };
        assert_eq!(minifier.guarded(Duration::from_millis(20), endless), None);
        let page = "<p>  a".to_owned();
        assert_eq!(minifier.html(page.clone()), Err(page));
    }
}
