//! `load_data` in templates of whole sites.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::diagnostic::report::{Format, render};
use crate::network::testing::{Reply, Script, Server, StillClock, network, page, reply, status};
use crate::network::{Failure, Method, Network};
use crate::pipeline::{Destination, Options, build};
use crate::world::{MemoryWorld, World};

/// The page that a template makes, or the report.
fn rendered(template: &str, files: &[(&str, &str)], network: Network) -> Result<String, String> {
    let mut world = MemoryWorld::new(jiff::civil::date(2026, 11, 24))
        .with("zola.toml", "base_url = 'https://stadt.example'\n")
        .with("templates/index.html", template);
    for (path, text) in files {
        world = world.with(*path, *text);
    }
    let world: Arc<dyn World> = Arc::new(world);
    let options = Options { destination: Destination::Memory, network, ..Options::default() };
    let mut outcome = build(&world, &options).unwrap();
    if outcome.diagnostics.is_empty() {
        return Ok(String::from_utf8(outcome.files.remove("index.html").unwrap()).unwrap());
    }
    Err(render(&outcome.diagnostics, world.as_ref(), Path::new(""), Format::Human))
}

#[track_caller]
fn check(template: &str, script: &Arc<Script>, expected: &str) {
    let found = rendered(template, &[], network(script, &StillClock::new()));
    assert_eq!(found.as_deref(), Ok(expected), "{template}");
}

/// The report has these pieces.
#[track_caller]
fn refused(template: &str, script: &Arc<Script>, pieces: &[&str]) {
    let report = rendered(template, &[], network(script, &StillClock::new())).unwrap_err();
    for piece in pieces {
        assert!(report.contains(piece), "{report}\nexpected: {piece}");
    }
}

const URL: &str = "https://daten.example/a.json";

#[test]
fn answer_of_another_site_is_text_unless_a_format_is_named() {
    let script = Script::new(&[(URL, &[page("{\"a\": [1, 2]}")])]);
    check("{{ load_data(url='https://daten.example/a.json') | safe }}", &script, "{\"a\": [1, 2]}");
    check(
        "{% set d = load_data(url='https://daten.example/a.json', format='json') %}{{ d.a[1] }}",
        &script,
        "2",
    );
    let asked = script.asked();
    assert_eq!(asked[0].headers, [("Accept".to_owned(), "text/plain".to_owned())]);
    assert_eq!(asked[1].headers, [("Accept".to_owned(), "application/json".to_owned())]);
}

#[test]
fn same_question_is_asked_once_in_a_build() {
    let script = Script::new(&[(URL, &[page("1"), page("2"), page("3")])]);
    check(
        "{% for i in [1, 2, 3] %}{{ load_data(url='https://daten.example/a.json') }}{% endfor %}\
         {{ load_data(url='https://daten.example/a.json', headers=['X=1']) }}\
         {{ load_data(url='https://daten.example/a.json', method='POST') }}",
        &script,
        "11123",
    );
}

#[test]
fn body_and_its_type_go_with_post_only() {
    let script = Script::new(&[(URL, &[page("x")])]);
    check(
        "{{ load_data(url='https://daten.example/a.json', method='post', body='q=1', content_type='text/x', headers=['A=b=c', 'A=d']) }}",
        &script,
        "x",
    );
    check(
        "{{ load_data(url='https://daten.example/a.json', body='q=1', content_type='text/x') }}",
        &script,
        "x",
    );
    let asked = script.asked();
    assert_eq!((asked[0].method, asked[0].body.as_deref()), (Method::Post, Some("q=1")));
    let headers: Vec<String> =
        asked[0].headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    assert_eq!(headers, ["A: b=c", "A: d", "Accept: text/plain", "Content-Type: text/x"]);
    assert_eq!((asked[1].method, asked[1].body.as_deref()), (Method::Get, None));
}

#[test]
fn failure_is_told_at_the_call_with_status_and_host() {
    let script = Script::new(&[(URL, &[status(503)])]);
    refused(
        "<p>\n{{ load_data(url='https://daten.example/a.json') }}",
        &script,
        &[
            "`daten.example` answers `503 Service Unavailable` for `https://daten.example/a.json`",
            "templates/index.html:2:4",
            "`required=false`",
        ],
    );
    let script = Script::new(&[(URL, &[Err(Failure::Time(Duration::from_secs(30)))])]);
    refused(
        "{{ load_data(url='https://daten.example/a.json') }}",
        &script,
        &["`https://daten.example/a.json` cannot be fetched: no answer within 30 seconds"],
    );
    refused("{{ load_data(url='a.json') }}", &script, &["`a.json` cannot be fetched: it is no URL"]);
    refused(
        "{{ load_data(url='https://daten.example/a.json', method='put') }}",
        &script,
        &["`get` or `post`"],
    );
    refused(
        "{{ load_data(url='https://daten.example/a.json', headers=['x y=1']) }}",
        &script,
        &["`Name=value`"],
    );
    refused("{{ load_data(url='https://daten.example/a.json', headers=['x']) }}", &script, &["`Name=value`"]);
    refused(
        "{{ load_data(url='https://daten.example/a.json', path='b') }}",
        &script,
        &["wants one of `path`, `url` and `literal`"],
    );
}

#[test]
fn what_is_not_required_may_be_missing_but_not_broken() {
    let script = Script::new(&[(URL, &[status(404)]), ("https://daten.example/b", &[page("{")])]);
    for call in [
        "url='https://daten.example/a.json'",
        "url='https://weg.example/'",
        "url='x'",
        "path='../x'",
        "path='x'",
    ] {
        check(&format!("{{{{ load_data({call}, required=false) is none }}}}"), &script, "true");
    }
    refused(
        "{{ load_data(url='https://daten.example/b', format='json', required=false) }}",
        &script,
        &["`https://daten.example/b`: no JSON: line 1, column 1"],
    );
    refused(
        "{{ load_data(url='https://daten.example/b', format='x', required=false) }}",
        &script,
        &["no format"],
    );
}

#[test]
fn offline_build_asks_nobody_and_says_so() {
    let report =
        rendered("{{ load_data(url='https://daten.example/a.json') }}", &[], Network::default()).unwrap_err();
    assert!(
        report.contains("`https://daten.example/a.json` cannot be fetched: this build may not ask"),
        "{report}"
    );
    assert!(report.contains("hint: leave out `--offline`"), "{report}");
}

#[test]
fn mistake_in_a_file_is_told_in_that_file() {
    for (name, text, place, code) in [
        ("a.json", "{\n \"ä\": 1,\n}", "daten/a.json:3:1", "data-syntax"),
        ("a.toml", "\u{feff}a = 1\nb = 'x\n", "daten/a.toml:2:7", "toml-syntax"),
        ("a.yaml", "a: 1\na: 2\n", "daten/a.yaml:2:1", "yaml-syntax"),
        ("a.csv", "a,b\n1\n", "daten/a.csv:2:1", "data-syntax"),
        ("a.xml", "<a>\n<b></a>", "daten/a.xml:2:4", "data-syntax"),
    ] {
        let template = format!("x\n{{% set d = load_data(path='daten/{name}') %}}");
        let file = format!("daten/{name}");
        let report = rendered(&template, &[(&file, text)], Network::default()).unwrap_err();
        assert!(report.contains(&format!("--> {place}\n")), "{report}");
        assert!(
            report.contains(code) && report.contains("note: loaded here\n --> templates/index.html:2:12"),
            "{report}"
        );
    }
}

#[test]
fn mistake_in_a_file_that_a_page_loads_is_told_in_that_file() {
    let page = "+++\ntitle = 'x'\n+++\n{% set d = load_data(path='a.json') %}";
    let report = rendered("x", &[("content/a.md", page), ("a.json", "{]")], Network::default()).unwrap_err();
    assert!(report.contains("--> a.json:1:2\n") && report.contains(" --> content/a.md:4:12"), "{report}");
}

#[test]
fn real_server_answers() {
    let server = Server::start(|path| match path {
        "/liste.csv" => reply("200 OK", "Content-Type: text/csv; charset=iso-8859-1\r\n", b"a,b\n\xfc,2\n"),
        "/endless" => Reply::Endless,
        _ => reply("404 Not Found", "", b""),
    });
    let template = format!(
        "{{% set d = load_data(url='{}', format='csv') %}}{{{{ d.records[0][0] }}}}",
        server.url("/liste.csv")
    );
    assert_eq!(rendered(&template, &[], Network::online()).as_deref(), Ok("ü"));
    let template = format!("{{{{ load_data(url='{}') }}}}", server.url("/endless"));
    let report = rendered(&template, &[], Network::online()).unwrap_err();
    assert!(report.contains("is larger than 64 MiB"), "{report}");
}

#[test]
fn what_does_not_answer_is_asked_once_in_a_build() {
    for failure in [Err(Failure::Time(Duration::from_secs(30))), status(503)] {
        let script = Script::new(&[(URL, &[failure])]);
        check(
            "{% for i in range(end=50) %}{{ load_data(url='https://daten.example/a.json', required=false) is none }}{% endfor %}",
            &script,
            &"true".repeat(50),
        );
        assert_eq!(script.asked().len(), 1);
        refused(
            "{{ load_data(url='https://daten.example/a.json', required=false) }}{{ load_data(url='https://daten.example/a.json') }}",
            &script,
            &["daten.example"],
        );
        assert_eq!(script.asked().len(), 2);
    }
}
