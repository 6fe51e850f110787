//! What is wrong with the text of a page: its headings, and the template in it.

use crate::diagnostic::{Diagnostic, Span};

/// Two headings have the same `{#id}`.
pub fn repeated_heading_id(span: Span, id: &str) -> Diagnostic {
    Diagnostic::warning("repeated-heading-id", span, format!("the heading id `{id}` is used more than once"))
        .hint("give each heading an id of its own, otherwise links lead to the first one only")
}

/// What kind of mistake stopped a template, as far as advice depends on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplateMistake {
    /// `{{ name(key="value") }}` where no function has that name.
    Shortcode {
        /// Its name.
        name: String,
        /// The nearest component or function.
        nearest: Option<String>,
    },
    /// `{% name(…) %} … {% end %}`
    BodyShortcode {
        /// Its name.
        name: String,
    },
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

/// The template in a page's text does not work. `reason` is the engine's sentence.
pub fn content_template(span: Span, reason: &str, mistake: &TemplateMistake) -> Diagnostic {
    Diagnostic::error("content-template", span, sentence(reason)).hint(template_hint(mistake))
}

/// The site's template for a part of the text (`anchor-link.html`) does not work.
pub fn snippet(span: Option<Span>, name: &str, reason: &str) -> Diagnostic {
    Diagnostic::error("snippet-template", span, format!("`{name}`: {}", sentence(reason)))
        .hint(format!("correct `templates/{name}`, or remove it: then the built-in one is used"))
}

fn template_hint(mistake: &TemplateMistake) -> String {
    const BRACES: &str = "braces that are meant as text stand between `{% raw %}` and `{% endraw %}`, or the \
                          file is listed under `skip_content_templating` in the configuration";
    let near = |nearest: &Option<String>| match nearest {
        Some(nearest) => format!("did you mean `{nearest}`? "),
        None => String::new(),
    };
    match mistake {
        TemplateMistake::Shortcode { name, nearest } => format!(
            "{}Zola 0.23 has components instead of shortcodes: write `{{{{ <{name} key=\"value\" /> }}}}` and \
             define `{{% component {name}(…) %}}` in a template; {BRACES}",
            near(nearest)
        ),
        TemplateMistake::BodyShortcode { name } => format!(
            "Zola 0.23 has components instead of shortcodes: write `{{% <{name}> %}} … {{% </{name}> %}}` and \
             define `{{% component {name}(…) %}}` in a template; {BRACES}"
        ),
        TemplateMistake::Component { name, nearest } => format!(
            "{}a component is defined in a template, as `{{% component {name}(…) %}}`; {BRACES}",
            near(nearest)
        ),
        TemplateMistake::Other => BRACES.to_owned(),
        TemplateMistake::Elsewhere => "the page's text calls this template".to_owned(),
    }
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
