//! What is wrong with the text of a page: its headings, and the template in it.

use super::templates;
use crate::diagnostic::{Diagnostic, Span};
use crate::markup::CodeKind;

/// Two headings have the same `{#id}`.
pub fn repeated_heading_id(span: Span, id: &str) -> Diagnostic {
    Diagnostic::warning("repeated-heading-id", span, format!("the heading id `{id}` is used more than once"))
        .hint("give each heading an id of its own, otherwise links lead to the first one only")
}

/// What kind of mistake stopped a template, as far as advice depends on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplateMistake {
    /// A component that no template defines.
    Component {
        /// Its name.
        name: String,
        /// The nearest component.
        nearest: Option<String>,
    },
    /// Anything else in the page itself.
    Other,
    /// A mistake in a template that the page uses.
    Elsewhere,
}

/// The template in a page's text does not work. `reason` is the engine's sentence; what
/// [`templates`] knows of it holds here too.
pub fn content_template(span: Span, reason: &str, mistake: &TemplateMistake) -> Diagnostic {
    let known = templates::template_problem(span, reason);
    let hint = template_hint(templates::advice(reason).as_deref(), mistake);
    Diagnostic { code: "content-template", hint: Some(hint), ..known }
}

/// Braces in code are a template like all others, and this one does not work.
pub fn code_as_template(span: Span, reason: &str, kind: CodeKind) -> Diagnostic {
    let (place, raw) = match kind {
        CodeKind::Block => (
            "this code block",
            "put `{% raw %}` on a line before the code block and `{% endraw %}` on one behind it",
        ),
        CodeKind::Span => ("this code", "put `{% raw %}` before the code and `{% endraw %}` behind it"),
    };
    let known = templates::template_problem(span, reason);
    let message = format!("the braces in {place} are read as a template: {}", known.message);
    let hint = format!(
        "{raw}, or list the file under `skip_content_templating` in the configuration, if it needs no template"
    );
    Diagnostic { code: "braces-in-code", message, hint: Some(hint), ..known }
}

/// The site's template for a part of the text (`anchor-link.html`) does not work.
pub fn snippet(span: Option<Span>, name: &str, reason: &str) -> Diagnostic {
    Diagnostic::error("snippet-template", span, format!("`{name}`: {}", sentence(reason)))
        .hint(format!("correct `templates/{name}`, or remove it: then the built-in one is used"))
}

fn template_hint(known: Option<&str>, mistake: &TemplateMistake) -> String {
    const BRACES: &str = "braces that are meant as text stand between `{% raw %}` and `{% endraw %}`, or the \
                          file is listed under `skip_content_templating` in the configuration";
    let near = |nearest: &Option<String>| match nearest {
        Some(nearest) => format!("did you mean the component `{nearest}`? "),
        None => String::new(),
    };
    let advice = match mistake {
        TemplateMistake::Elsewhere => {
            return known.unwrap_or("correct this template, which the page's text uses").to_owned();
        }
        TemplateMistake::Component { name, nearest } => {
            format!("{}a component is defined in a template, as `{{% component {name}(…) %}}`", near(nearest))
        }
        TemplateMistake::Other => match known {
            Some(known) => known.to_owned(),
            None => return BRACES.to_owned(),
        },
    };
    let pause = if advice.ends_with('?') { " " } else { "; " };
    format!("{advice}{pause}{BRACES}")
}

/// The engine's sentence in the form of this program's: small at the start, no full stop.
fn sentence(reason: &str) -> String {
    let reason = reason.trim().trim_end_matches('.');
    let mut letters = reason.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => "the template does not work".to_owned(),
    }
}
