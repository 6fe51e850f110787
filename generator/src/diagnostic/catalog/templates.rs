//! Wording of what is wrong with templates, at load and while pages are rendered.

use super::images;
use crate::diagnostic::{Diagnostic, Note, Span, nearest};
use crate::engine::{Bound, filters, functions};

/// Filters that Zola registers under other names than the engine's collection.
const OTHER_NAMES: [(&str, &str); 2] = [("filesize_format", "filesizeformat"), ("slug", "slugify")];

/// A template that was stopped.
pub fn bound_reached(span: impl Into<Option<Span>>, bound: Bound) -> Diagnostic {
    let message = match bound {
        Bound::Bytes(mebibytes) => {
            format!("the template was stopped: it wrote more than {mebibytes} MiB for one file")
        }
        Bound::Time(seconds) => {
            format!("the template was stopped: it took more than {seconds} seconds for one file")
        }
        Bound::Numbers(numbers) => format!(
            "the template was stopped: its loops took more than {numbers} numbers from `range` for one file"
        ),
    };
    Diagnostic::error("template-bound", span, message)
        .hint("look for a loop in a loop; long lists belong on several pages (`paginate_by`)")
}

/// Whatever the engine says about a template.
pub fn template_problem(span: impl Into<Option<Span>>, message: &str) -> Diagnostic {
    let (what, _) = taken_apart(message);
    let advice = advice(message).unwrap_or_else(|| "correct the template at this place".to_owned());
    Diagnostic::error("template", span, lower_start(what.trim_end_matches('.'))).hint(advice)
}

/// What to do about a sentence of the engine, where it is known.
pub fn advice(message: &str) -> Option<String> {
    match taken_apart(message) {
        (what, Known::Variables(names)) => Some(undefined_hint(what, names)),
        (what, Known::Fields(names)) => Some(field_hint(what, names)),
        (_, Known::Nothing) => hint(message)
            .or_else(|| images::advice(message))
            .or_else(|| general_hint(message).map(str::to_owned)),
    }
}

/// What the engine lists behind its sentence.
enum Known<'a> {
    Variables(&'a str),
    Fields(&'a str),
    Nothing,
}

fn taken_apart(message: &str) -> (&str, Known<'_>) {
    if let Some((what, names)) = message.split_once(". Available variables: ") {
        (what, Known::Variables(names))
    } else if let Some((what, names)) = message.split_once(". Available fields: ") {
        (what, Known::Fields(names))
    } else {
        (message, Known::Nothing)
    }
}

/// A template that is named but does not exist.
pub fn unknown_template<'a>(
    span: impl Into<Option<Span>>,
    name: &str,
    known: impl Iterator<Item = &'a str>,
) -> Diagnostic {
    let diagnostic = Diagnostic::error("unknown-template", span, format!("there is no template `{name}`"));
    match nearest(name, known) {
        Some(near) => diagnostic.hint(format!("did you mean `{near}`?")),
        None => diagnostic.hint(format!("write `templates/{name}`, or name one that exists")),
    }
}

/// A page, section or taxonomy that needs a template which does not exist. `span` is where it is asked for.
pub fn missing_template(span: impl Into<Option<Span>>, name: &str, near: Option<&str>) -> Diagnostic {
    let diagnostic = Diagnostic::error("unknown-template", span, format!("there is no template `{name}`"));
    match near {
        Some(near) => diagnostic.hint(format!("did you mean `{near}`?")),
        None => diagnostic.hint(format!("write `templates/{name}`, or name one that exists")),
    }
}

/// A template file that is no text or cannot be read.
pub fn unreadable_template(span: Span, error: &std::io::Error) -> Diagnostic {
    Diagnostic::error("unreadable-template", span, format!("the template cannot be read: {error}"))
        .hint("templates are text files in UTF-8")
}

/// A tag without its end.
pub fn unclosed_tag(span: Span, tag: &str) -> Diagnostic {
    Diagnostic::error("template", span, format!("this `{{% {tag} … %}}` is not closed"))
        .hint(format!("put `{{% end{tag} %}}` where it ends"))
}

/// On the way to a mistake: one template extends another.
pub fn extends_here(span: Span, name: &str, parent: &str) -> Note {
    Note { message: format!("`{name}` extends `{parent}`"), span: Some(span) }
}

/// On the way to a mistake: a template is included.
pub fn included_here(name: &str) -> String {
    format!("`{name}` is included here")
}

/// On the way to a mistake: a component is called.
pub fn component_called_here(name: &str) -> String {
    format!("the component `{name}` is called here")
}

/// A file in `templates/shortcodes/`.
pub fn shortcode(span: Span, name: &str) -> Diagnostic {
    Diagnostic::warning("tera-1", span, "shortcodes are no more, nothing uses this file").hint(format!(
        "write a component, `{{% component {name}(…) %}}…{{% endcomponent {name} %}}`, and call it in \
         Markdown with `{{{{ <{name} … /> }}}}`"
    ))
}

/// A template that includes or extends itself, perhaps by way of others.
pub fn circle_of_templates(span: Option<Span>, name: &str, chain: &[String]) -> Diagnostic {
    let chain = chain.join("` → `");
    Diagnostic::error("circular-template", span, format!("`{name}` leads back to itself: `{chain}`"))
        .hint("take one `extends` or `include` out of the circle")
}

/// A component that two templates define.
pub fn component_twice(second: Option<Span>, first: Option<Span>, name: &str) -> Diagnostic {
    Diagnostic::error("duplicate-component", second, format!("the component `{name}` is defined twice"))
        .hint("rename one of them: names of components hold for the whole site")
        .note("the other definition", first)
}

/// What to do about the engine's other messages that contain the first text.
const GENERAL: [(&str, &str); 20] = [
    ("but got `undefined`", "the value is not defined here: check the names, or add `| default(value=…)`"),
    ("` is not defined", "guard it with `{% if … is defined %}`, or add `| default(value=…)`"),
    ("may not ask other sites", "leave out `--offline`, or put the data into the site and name its `path`"),
    ("` answers `", "check the address; `required=false` gives nothing instead of stopping the build"),
    (
        "cannot be fetched",
        "check the address and the network; `required=false` gives nothing instead of stopping the build",
    ),
    ("larger than", "load a smaller part of it"),
    ("wants one of", "give exactly one of `path`, `url` and `literal`"),
    ("operands to be numbers", "join texts with `~`"),
    ("argument `", "give the argument: `name=value`"),
    ("it is a draft", "publish it, or build with `--drafts`"),
    ("above it is a draft", "publish it, or build with `--drafts`"),
    ("there is no document", "behind `@/` stands the path of a Markdown file below `content/`"),
    ("`: no ", "correct that file"),
    (
        "closing comment tag",
        "`{#` starts a comment that ends at `#}`; in a text with `{{` or `{%` write a heading's id as `{{ '{#id}' }}`",
    ),
    ("expected }}", "close the expression with `}}`"),
    ("expected %}", "close the tag with `%}`"),
    ("but expected identifier", "arguments have names: `name(key=value)`"),
    ("escape", "write a backslash in a text as `\\\\`"),
    (
        "unknown tag",
        "tags of Tera 2 are `if`, `for`, `set`, `block`, `extends`, `include`, `filter`, `raw`, `component`",
    ),
    (
        "there is no file",
        "check the path: it counts from the site's root, `static/`, `content/` and the output",
    ),
];

fn general_hint(message: &str) -> Option<&'static str> {
    let message = message.to_lowercase();
    GENERAL.iter().find(|(part, _)| message.contains(part)).map(|(_, advice)| *advice)
}

fn undefined_hint(what: &str, names: &str) -> String {
    let name = what.split('`').nth(1).unwrap_or_default();
    match nearest(name, names.split(", ")) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("guard it with `{{% if {name} is defined %}}` or `{name} | default(value=…)`"),
    }
}

fn hint(message: &str) -> Option<String> {
    let quoted = message.split('`').nth(1)?;
    if message.starts_with("Unknown filter") {
        if let Some((_, zola)) = OTHER_NAMES.iter().find(|(other, _)| *other == quoted) {
            return Some(format!("the filter is called `{zola}`"));
        }
        return did_you_mean(quoted, filters::NAMES.iter().copied());
    }
    if message.starts_with("Unknown function") {
        return did_you_mean(quoted, functions::NAMES.iter().copied());
    }
    if message.starts_with("Unknown test") {
        return did_you_mean(quoted, filters::TESTS.iter().copied());
    }
    if message.starts_with("Unknown component") {
        return Some(format!("define it in a template: `{{% component {quoted}(…) %}}`"));
    }
    message
        .starts_with("This content would be ignored")
        .then(|| "put it into a block of the template that is extended".to_owned())
}

fn field_hint(what: &str, names: &str) -> String {
    let name = what.split('`').nth(1).unwrap_or_default();
    match nearest(name, names.split(", ")) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are: {names}"),
    }
}

fn did_you_mean<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    nearest(name, known).map(|near| format!("did you mean `{near}`?"))
}

/// The engine starts its messages with a capital letter, we do not.
fn lower_start(message: &str) -> String {
    let mut characters = message.chars();
    match characters.next() {
        Some(first) => first.to_lowercase().chain(characters).collect(),
        None => String::new(),
    }
}
