//! The diagnostics of the last build as an overlay in every page, so that an editor who only looks at
//! the browser sees what is wrong.

use std::fmt::Write;

use crate::serve::livereload;

/// The page with the overlay. `report` is the diagnostics as text.
pub fn with_report(mut html: String, report: &str) -> String {
    livereload::inject(&mut html, &element(report));
    html
}

/// A page of its own, for an address at which nothing was built yet.
pub fn page(report: &str) -> String {
    let mut html = String::from(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>The site has errors</title></head><body>",
    );
    html.push_str(&element(report));
    html.push_str("</body></html>");
    html
}

fn element(report: &str) -> String {
    let mut text = String::new();
    // Writing into a String cannot fail.
    let _ = pulldown_cmark_escape::escape_html(&mut text, report);
    let mut html = String::new();
    let _ = write!(
        html,
        "<dialog open id=\"auslage-diagnostics\" aria-labelledby=\"auslage-diagnostics-title\" \
         style=\"position:fixed;inset:auto 0 0 0;z-index:2147483647;box-sizing:border-box;width:100%;max-width:none;\
         max-height:60vh;overflow:auto;margin:0;padding:1rem 1.25rem;border:0;border-top:.25rem solid #d3333a;\
         background:#1b1d23;color:#f5f5f5;font:14px/1.5 ui-monospace,monospace\">\
         <form method=\"dialog\" style=\"float:right\"><button style=\"font:inherit;padding:.5rem .75rem\">Close</button></form>\
         <strong id=\"auslage-diagnostics-title\">This page is from the last build without errors.</strong>\
         <pre style=\"white-space:pre-wrap;overflow-wrap:anywhere;margin:.75rem 0 0\">{text}</pre></dialog>"
    );
    html
}

#[cfg(test)]
mod tests {
    use super::{page, with_report};

    #[test]
    fn a_report_is_text_and_never_markup() {
        let html = with_report("<body></body>".to_owned(), "error: `<script>` is not closed");
        assert!(html.contains("`&lt;script&gt;` is not closed"), "{html}");
        assert!(html.ends_with("</dialog></body>"), "{html}");
    }

    #[test]
    fn a_site_that_was_never_built_shows_the_report_alone() {
        assert!(page("error: no title").contains("error: no title"));
    }
}
