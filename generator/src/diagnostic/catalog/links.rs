//! What is wrong with links.

use crate::config::LinkLevel;
use crate::diagnostic::{Diagnostic, Span};

/// `@/path` leads to no document.
pub fn missing_page(level: LinkLevel, span: Span, link: &str, nearest: Option<&str>) -> Diagnostic {
    let hint = match nearest {
        Some(nearest) => format!("did you mean `@/{nearest}`?"),
        None => "behind `@/` stands the path of a Markdown file below `content/`, with its ending and, \
                 for a translation, its language: `@/folder/page.en.md`"
            .to_owned(),
    };
    at(level, "missing-link-target", span, format!("the link `{link}` leads to no page or section"))
        .hint(hint)
}

/// `@/path` leads to a draft, which is left out.
pub fn draft(level: LinkLevel, span: Span, link: &str) -> Diagnostic {
    at(
        level,
        "missing-link-target",
        span,
        format!("the link `{link}` leads to a draft, which is not published"),
    )
    .hint(
        "take `draft = true` out of it or of the section above it, build with `--drafts`, or remove the link",
    )
}

/// The document is there, the anchor in it is not.
pub fn missing_anchor(
    level: LinkLevel,
    span: Span,
    path: &str,
    anchor: &str,
    nearest: Option<&str>,
) -> Diagnostic {
    let hint = match nearest {
        Some(nearest) => format!("did you mean `#{nearest}`?"),
        None => format!("give the heading in `{path}` that id: `## Title {{#{anchor}}}`"),
    };
    at(level, "missing-anchor", span, format!("there is no heading or id `{anchor}` in `{path}`")).hint(hint)
}

/// `[text]()`
pub fn without_target(span: Span) -> Diagnostic {
    Diagnostic::error("link-without-target", span, "the link has no target")
        .hint("write an address between the round brackets, or take the brackets away")
}

/// `[text](other.md)`
pub fn markdown_file(span: Span, link: &str, meant: Option<&str>) -> Diagnostic {
    let hint = match meant {
        Some(meant) => format!("write `{meant}`, which becomes the page's address"),
        None => {
            "write `@/` and the path of the file below `content/`, which becomes the page's address".into()
        }
    };
    let message = format!("the link `{link}` names a Markdown file, which is not part of the published site");
    Diagnostic::warning("link-to-markdown-file", span, message).hint(hint)
}

fn at(level: LinkLevel, code: &'static str, span: Span, message: String) -> Diagnostic {
    match level {
        LinkLevel::Error => Diagnostic::error(code, span, message),
        LinkLevel::Warn => Diagnostic::warning(code, span, message),
    }
}
