//! What is wrong with the links of finished pages, and with those to other sites.

use crate::check::pages::scan::Kind;
use crate::config::LinkLevel;
use crate::diagnostic::{Diagnostic, Span};

/// A reference to a file that is not part of the site.
pub fn dead_link(span: Option<Span>, kind: Kind, reference: &str, near: Option<&str>) -> Diagnostic {
    let (what, advice) = match kind {
        Kind::Link => {
            ("the link", "correct it, or add the page; pages of this site are safest as `@/folder/page.md`")
        }
        Kind::Image => ("the image", "put the file beside the page or into `static/`, or correct its name"),
        Kind::Media => ("the file", "put it beside the page or into `static/`, or correct its name"),
        Kind::Asset => ("the file", "put it into `static/` or `sass/`, or correct its name"),
    };
    let message = format!("{what} `{reference}` leads to nothing on this site");
    Diagnostic::warning("dead-link", span, message).hint(match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => advice.to_owned(),
    })
}

/// The page is there, the place in it is not.
pub fn dead_anchor(
    span: Option<Span>,
    reference: &str,
    page: &str,
    fragment: &str,
    near: Option<&str>,
) -> Diagnostic {
    let message = format!("`{reference}` leads to `#{fragment}`, which `{page}` does not have");
    Diagnostic::warning("dead-anchor", span, message).hint(match near {
        Some(near) => format!("did you mean `#{near}`?"),
        None => format!("give an element of that page `id=\"{fragment}\"`, or leave the fragment out"),
    })
}

/// `/a/` where the site lies at `/site/`.
pub fn without_base_path(span: Option<Span>, reference: &str, root: &str) -> Diagnostic {
    let message = format!("`{reference}` leads out of the site, which lies at `{root}`");
    Diagnostic::warning("link-without-base-path", span, message).hint(format!(
        "write `{}{}`, or `get_url` in a template",
        root,
        reference.trim_start_matches('/')
    ))
}

/// `@/…` in HTML.
pub fn unresolved(span: Option<Span>, reference: &str) -> Diagnostic {
    let message = format!("`{reference}` stands in the page as it is: only links of Markdown know `@/`");
    Diagnostic::warning("unresolved-link", span, message)
        .hint(format!("write `{{{{ get_url(path=\"{reference}\") }}}}` in a template"))
}

/// What cannot be read as an address.
pub fn no_address(span: Option<Span>, reference: &str, reason: &str) -> Diagnostic {
    Diagnostic::warning("no-address", span, format!("`{reference}` is no address: {reason}"))
        .hint("write `https://host/path`, with `%20` for a blank")
}

/// An id that two elements of a page have.
pub fn duplicate_id(span: Option<Span>, id: &str) -> Diagnostic {
    Diagnostic::warning("duplicate-id", span, format!("the id `{id}` stands more than once in a page"))
        .hint("give each element an id of its own: a link can lead to the first one only")
}

/// The same with the pages that have it.
pub fn on_pages(diagnostic: Diagnostic, pages: &[String]) -> Diagnostic {
    let Some(first) = pages.first() else { return diagnostic };
    diagnostic.note(
        match pages.len() - 1 {
            0 => format!("in the page `{first}`"),
            1 => format!("in the page `{first}` and 1 more page"),
            more => format!("in the page `{first}` and {more} more pages"),
        },
        None,
    )
}

/// A link to another site that does not work.
pub fn external(level: LinkLevel, span: Option<Span>, url: &str, reason: &str) -> Diagnostic {
    let message = format!("the link `{url}` does not work: {reason}");
    at(level, "broken-external-link", span, message).hint(
        "correct or remove the link; what cannot be asked by a program belongs into `skip_prefixes` of \
         `[link_checker]`",
    )
}

/// The page on another site is there, the place in it is not.
pub fn external_anchor(level: LinkLevel, span: Option<Span>, url: &str, fragment: &str) -> Diagnostic {
    let message = format!("the link `{url}` leads to `#{fragment}`, which that page does not have");
    at(level, "broken-external-anchor", span, message).hint(
        "correct or leave out the fragment; pages that make their anchors by script belong into \
         `skip_anchor_prefixes` of `[link_checker]`",
    )
}

/// A link of which nobody knows whether it works.
pub fn unknown_external(span: Option<Span>, url: &str, reason: &str) -> Diagnostic {
    let message = format!("it is not known whether the link `{url}` works: {reason}");
    Diagnostic::warning("unchecked-external-link", span, message)
        .hint("check again later: answers are kept, so that only what is open is asked")
}

fn at(level: LinkLevel, code: &'static str, span: Option<Span>, message: String) -> Diagnostic {
    match level {
        LinkLevel::Error => Diagnostic::error(code, span, message),
        LinkLevel::Warn => Diagnostic::warning(code, span, message),
    }
}
