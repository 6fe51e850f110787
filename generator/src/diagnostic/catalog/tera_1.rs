//! Wording of what is left of Tera 1 and of shortcodes: what was found, and what to write instead.

use crate::diagnostic::{Diagnostic, Span};

type Arguments = [(Option<String>, String)];

/// `{% macro name(…) %}`; `definition` is `name(…)`.
pub fn macro_tag(span: Span, definition: &str) -> Diagnostic {
    let name = definition.split('(').next().unwrap_or(definition).trim();
    old(span, "`{% macro %}`").hint(format!(
        "write a component: `{{% component {definition} %}} … {{% endcomponent {name} %}}`; it sees its \
         arguments only, so give it whatever it needs"
    ))
}

/// `{% import "file" as name %}`
pub fn import_tag(span: Span) -> Diagnostic {
    old(span, "`{% import %}`")
        .hint("leave it out: components are known everywhere, called with `{{ <name title=\"…\" /> }}`")
}

/// `space::name(…)`
pub fn macro_call(span: Span, name: &str, call: &str) -> Diagnostic {
    old(span, &format!("the call of the macro `{name}`"))
        .hint(format!("once `{name}` is a component, write `{{{{ <{call} /> }}}}`"))
}

/// `{% include "file" ignore missing %}`
pub fn ignore_missing(span: Span) -> Diagnostic {
    old(span, "`ignore missing`")
        .hint("leave out `ignore missing`, and include only templates that exist; an empty one will do")
}

/// `{% include ["a", "b"] %}`
pub fn include_list(span: Span) -> Diagnostic {
    old(span, "a list behind `include`").hint("name one template that exists: `{% include \"name.html\" %}`")
}

/// `| name`, of a filter that is gone.
pub fn filter(span: Span, name: &str, base: Option<&str>, arguments: &Arguments) -> Diagnostic {
    old(span, &format!("the filter `{name}`")).hint(instead_of_filter(name, base, arguments))
}

fn instead_of_filter(name: &str, base: Option<&str>, arguments: &Arguments) -> String {
    let base = base.unwrap_or("…");
    let value = |key: &str| {
        let found = arguments.iter().find(|(name, _)| name.as_deref() == Some(key));
        found.map(|(_, value)| value.as_str())
    };
    let attribute = value("attribute").unwrap_or("…").trim_matches(['"', '\'', '`']);
    let pattern = value("pat").unwrap_or("…");
    match name {
        "addslashes" => "write `| replace(from=\"'\", to=\"\\\\'\")`".to_owned(),
        "as_str" => "write `| str`".to_owned(),
        "linebreaksbr" => "write `| newlines_to_br`".to_owned(),
        "trim_start_matches" => format!("write `| trim_start(pat={pattern})`"),
        "trim_end_matches" => format!("write `| trim_end(pat={pattern})`"),
        "concat" => {
            let with = value("with").unwrap_or("…");
            format!(
                "write the list `[...{base}, ...{with}]`, or `[...{base}, {with}]` where `{with}` is no list"
            )
        }
        "slice" => {
            let (start, end) = (value("start").unwrap_or_default(), value("end").unwrap_or_default());
            format!("write the slice `{base}[{start}:{end}]`")
        }
        "map" => format!("write the list `[item.{attribute} for item in {base}]`"),
        _ => {
            let condition = match value("value") {
                Some(value) => format!("item.{attribute} == {value}"),
                None => format!("item.{attribute}"),
            };
            format!("write the list `[item for item in {base} if {condition}]`")
        }
    }
}

/// `is object`
pub fn object_test(span: Span) -> Diagnostic {
    old(span, "the test `object`").hint("it is called `map` now")
}

/// `is divisibleby`
pub fn divisible_test(span: Span) -> Diagnostic {
    old(span, "the test `divisibleby`").hint("it is called `divisible_by(divisor=…)` now")
}

/// `is name("value")`
pub fn positional(span: Span, test: &str, key: &str, value: &str) -> Diagnostic {
    let name = if test == "divisibleby" { "divisible_by" } else { test };
    old(span, &format!("`{test}` with an argument without a name"))
        .hint(format!("write `{name}({key}={value})`"))
}

/// `get_env(…)`
pub fn get_env(span: Span) -> Diagnostic {
    old(span, "`get_env`").hint("templates do not see the environment: put the value into `[extra]` of the configuration and write `config.extra.…`")
}

/// `list.0`
pub fn index(span: Span, list: &str, index: &str) -> Diagnostic {
    old(span, &format!("`{list}.{index}`")).hint(format!("write `{list}[{index}]`"))
}

/// `config.name`
pub fn config_field(span: Span, name: &str) -> Diagnostic {
    let hint = match name {
        "feed_filename" => "there may be several now: `config.feed_filenames[0]` is the first",
        "generate_rss" => "it is called `config.generate_feeds` now",
        "rss_limit" => "templates do not see it any more",
        _ => "templates do not see how code is highlighted any more; take it out",
    };
    Diagnostic::error("tera-1", span, format!("`config.{name}` is of an older Zola")).hint(hint)
}

/// `{{ name(…) }}` in a page's text.
pub fn shortcode_call(span: Span, name: &str, call: &str) -> Diagnostic {
    shortcode(span, name).hint(format!(
        "write `{{{{ <{call} /> }}}}`, and define the component in a template: \
         `{{% component {name}(…) %}} … {{% endcomponent {name} %}}`"
    ))
}

/// `{% name(…) %} … {% end %}` in a page's text.
pub fn shortcode_with_body(span: Span, name: &str, call: &str) -> Diagnostic {
    shortcode(span, name).hint(format!(
        "write `{{% <{call}> %}} … {{% </{name}> %}}`, and define the component in a template: \
         `{{% component {name}(…) %}} … {{{{ body }}}} … {{% endcomponent {name} %}}`"
    ))
}

fn shortcode(span: Span, name: &str) -> Diagnostic {
    let message = format!(
        "`{name}` is called as a shortcode; since Zola 0.23 there are components instead of shortcodes"
    );
    Diagnostic::error("tera-1", span, message)
}

fn old(span: Span, what: &str) -> Diagnostic {
    Diagnostic::error("tera-1", span, format!("{what} is Tera 1, templates are Tera 2"))
}
