//! What is found, where, and what is to be written instead.

use super::{Dialect, leftovers};
use crate::diagnostic::Span;

/// The text at each place, and its advice.
fn found(text: &str, dialect: Dialect) -> Vec<(String, String)> {
    let all = leftovers(text, dialect, |range| Span::new("x.html", range));
    let pairs = all.into_iter().map(|leftover| {
        let hint = leftover.diagnostic.hint.unwrap_or_default();
        (text[leftover.range].to_owned(), hint)
    });
    pairs.collect()
}

/// Each place, and a part of its advice.
#[track_caller]
fn check(text: &str, dialect: Dialect, expected: &[(&str, &str)]) {
    let found = found(text, dialect);
    let places: Vec<&str> = found.iter().map(|(place, _)| place.as_str()).collect();
    assert_eq!(places, expected.iter().map(|(place, _)| *place).collect::<Vec<_>>(), "{text}");
    for ((_, hint), (_, part)) in found.iter().zip(expected) {
        assert!(hint.contains(part), "{hint}\ndoes not say\n{part}");
    }
}

#[test]
fn macros_become_components() {
    check(
        "{% import \"m.html\" as m %}{%- macro knopf(text, art='x') -%}{% endmacro knopf %}{{ m::knopf(text=\"a\", n=1+2, p=page) }}",
        Dialect::Template,
        &[
            ("{% import \"m.html\" as m %}", "leave it out"),
            ("{%- macro knopf(text, art='x') -%}", "{% component knopf(text, art='x') %}"),
            ("m::knopf(text=\"a\", n=1+2, p=page)", "{{ <knopf text=\"a\" n={1+2} p={page} /> }}"),
        ],
    );
}

#[test]
fn filters_are_written_out_where_that_is_mechanical() {
    for (text, place, instead) in [
        ("{{ a.b | as_str }}", "as_str", "`| str`"),
        ("{{ a | linebreaksbr }}", "linebreaksbr", "`| newlines_to_br`"),
        ("{{ a | trim_start_matches(pat=\"/\") }}", "trim_start_matches", "`| trim_start(pat=\"/\")`"),
        ("{% set x = a.b | concat(with=c) %}", "concat", "`[...a.b, ...c]`"),
        ("{{ pages | slice(start=1, end=3) }}", "slice", "`pages[1:3]`"),
        ("{{ pages | slice(end=3) }}", "slice", "`pages[:3]`"),
        ("{{ p | filter(attribute=\"x.y\", value=1) }}", "filter", "`[item for item in p if item.x.y == 1]`"),
        ("{{ p | map(attribute=\"title\") }}", "map", "`[item.title for item in p]`"),
        ("{{ p | sort | map(attribute='title') }}", "map", "`[item.title for item in …]`"),
    ] {
        check(text, Dialect::Template, &[(place, instead)]);
    }
}

#[test]
fn tests_and_functions_have_named_arguments() {
    for (text, place, instead) in [
        ("{% if a is starting_with(\"x\") %}", "starting_with(\"x\")", "`starting_with(pat=\"x\")`"),
        ("{% if a is not divisibleby(2) %}", "divisibleby(2)", "`divisible_by(divisor=2)`"),
        ("{% if a is object %}", "object", "`map`"),
        ("{{ get_env(name=\"X\") }}", "get_env(name=\"X\")", "config.extra"),
        ("{{ a.b.0 }}", "a.b.0", "`a.b[0]`"),
        ("{{ config.feed_filename }}", "config.feed_filename", "config.feed_filenames[0]"),
        ("{% include \"a.html\" ignore missing %}", "{% include \"a.html\" ignore missing %}", "leave out"),
        ("{% include [\"a.html\", \"b.html\"] %}", "{% include [\"a.html\", \"b.html\"] %}", "one template"),
    ] {
        check(text, Dialect::Template, &[(place, instead)]);
    }
}

#[test]
fn shortcodes_become_calls_of_components() {
    check(
        "{{ youtube(id=\"x\", n=1, autoplay=true) }}\n{% zitat(von='Ä') %}Text{% end %}{{ get_pagee(path=1) }}",
        Dialect::Content,
        &[
            (
                "{{ youtube(id=\"x\", n=1, autoplay=true) }}",
                "{{ <youtube id=\"x\" n={1} autoplay={true} /> }}",
            ),
            ("{% zitat(von='Ä') %}", "{% <zitat von=\"Ä\"> %} … {% </zitat> %}"),
        ],
    );
}

#[test]
fn what_is_tera_2_is_left_alone() {
    for text in [
        "{# {% macro a() %} #}{% raw %}{{ a::b() }}{% endraw %}",
        "{{ \"a::b() | concat(with=1) is object x.0\" }}",
        "{% if a is starting_with(pat=\"x\") and b is map %}{{ 1.5 }}{{ a[0] }}",
        "{{ [x.y for x in p] | first }}{{ <karte a={1} /> }}{% <a.b> %}{% </a.b> %}",
        "{{ get_taxonomy_url(kind=\"t\", term=name) }}{% include \"a.html\" %}",
    ] {
        check(text, Dialect::Template, &[]);
        check(text, Dialect::Content, &[]);
    }
}

#[test]
fn unclosed_brackets_are_no_danger_whatever_stands_at_the_end() {
    check(
        "{{ makros::karte(titel=“Süd”}}",
        Dialect::Template,
        &[("makros::karte(titel=“Süd”", "{{ <karte titel={“Süd”} /> }}")],
    );
    check("{% zitat(von=“Müller”%}", Dialect::Content, &[("{% zitat(von=“Müller”%}", "von={“Müller”}")]);
    check("{{ a | filter(attribute=ü}}", Dialect::Template, &[("filter", "")]);
    check("{{ get_env(ü}}", Dialect::Template, &[("get_env(ü", "")]);
    check("{% if a is starting_with(ü%}", Dialect::Template, &[]);
    check("{% 'ää' macro ü(%}", Dialect::Template, &[("{% 'ää' macro ü(%}", "component ü(")]);
}
