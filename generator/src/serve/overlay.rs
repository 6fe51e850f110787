//! The diagnostics of the last build as an overlay in every page, so that an editor who only looks at
//! the browser sees what is wrong.
//!
//! It is a dialog that does not block the page. Its parts stand in a shadow tree, so that neither the
//! site's styles reach it nor its styles the site. It needs no script: its button closes it by itself.

use std::fmt::Write;

use crate::serve::livereload;

/// The page with the overlay. `report` is the diagnostics as text, an empty line after each.
pub fn with_report(mut html: String, report: &str) -> String {
    let title = "This page is from the last build without errors.";
    livereload::inject(&mut html, &element(title, report));
    html
}

/// A page of its own, for an address at which nothing was built yet.
pub fn page(report: &str) -> String {
    let title = "The site has errors, and this page was not built.";
    let element = element(title, report);
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>The site has errors</title></head>\
         <body>{element}</body></html>"
    )
}

const STYLE: &str = "\
dialog{position:fixed;inset:auto 0 0 0;z-index:2147483647;box-sizing:border-box;width:100%;max-width:none;\
max-height:60vh;overflow:auto;margin:0;padding:1rem 1.25rem;border:0;border-top:.25rem solid #ff6b6b;\
background:#1b1d23;color:#f5f5f5;font:1rem/1.5 system-ui,sans-serif;text-align:start}\
form{float:inline-end;margin:0 0 .5rem 1rem}\
button{font:inherit;min-width:2.75rem;min-height:2.75rem;padding:.25rem .75rem;border:2px solid currentcolor;\
border-radius:.25rem;background:#1b1d23;color:#f5f5f5;cursor:pointer}\
:focus-visible{outline:.2rem solid #ffd43b;outline-offset:.15rem}\
h2{font-size:1.125rem;margin:0}p{margin:.25rem 0 0}ol{clear:both;margin:1rem 0 0;padding:0;list-style:none}\
li+li{margin-top:1rem;padding-top:1rem;border-top:1px solid #5c5f66}\
pre{margin:0;font:.875rem/1.5 ui-monospace,monospace;white-space:pre-wrap;overflow-wrap:anywhere}\
@media print{dialog{display:none}}";

fn element(title: &str, report: &str) -> String {
    let problems: Vec<&str> = report
        .split("\n\n")
        .map(|problem| problem.trim_matches('\n'))
        .filter(|problem| !problem.is_empty())
        .collect();
    let count = match problems.len() {
        1 => "1 problem".to_owned(),
        count => format!("{count} problems"),
    };
    let mut items = String::new();
    for problem in problems {
        let mut text = String::new();
        // Writing into a String cannot fail.
        let _ = pulldown_cmark_escape::escape_html(&mut text, problem);
        let _ = write!(items, "<li><pre>{text}</pre></li>");
    }
    format!(
        "<div id=\"auslage-diagnostics\"><template shadowrootmode=\"open\"><style>{STYLE}</style>\
         <dialog open lang=\"en\" dir=\"ltr\" aria-labelledby=\"title\" aria-describedby=\"about\">\
         <form method=\"dialog\"><button>Close</button></form>\
         <div role=\"alert\"><h2 id=\"title\">{count} in the site</h2><p id=\"about\">{title}</p></div>\
         <ol role=\"list\">{items}</ol></dialog></template></div>"
    )
}

#[cfg(test)]
mod tests {
    use super::{page, with_report};

    #[test]
    fn a_report_is_text_and_never_markup() {
        let html = with_report("<body></body>".to_owned(), "error: `<script>` is not closed");
        assert!(html.contains("`&lt;script&gt;` is not closed"), "{html}");
        assert!(html.ends_with("</dialog></template></div></body>"), "{html}");
    }

    #[test]
    fn every_problem_is_an_item_of_a_list() {
        let html = with_report(String::new(), "error: a\n --> x.md:1:1\n  hint: b\n\nwarning: c\n\n");
        assert!(html.contains("2 problems"), "{html}");
        assert!(html.contains(
            "<li><pre>error: a\n --&gt; x.md:1:1\n  hint: b</pre></li><li><pre>warning: c</pre></li>"
        ));
    }

    #[test]
    fn a_site_that_was_never_built_shows_the_report_alone() {
        assert!(page("error: no title").contains("error: no title"));
    }
}
