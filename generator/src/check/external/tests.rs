//! Which links to other sites are asked, how, and what is told of the answers.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;

use super::cache::Cache;
use super::{Selection, Tally, plan};
use crate::check::pages::{ExternalLink, Written};
use crate::config::{Config, LinkLevel, Places};
use crate::diagnostic::{Diagnostics, Severity, Span};
use crate::network::testing::{Reply, Script, Server, StillClock, network, page, reply, status};
use crate::network::{Failure, Network, Response};

const DAY: SignedDuration = SignedDuration::from_hours(24);

fn link(url: &str) -> ExternalLink {
    link_in(url, "/s/content/a.md")
}

fn link_in(url: &str, file: &str) -> ExternalLink {
    let written = Written { in_content: vec![Span::file(file)], ..Written::default() };
    ExternalLink { url: url.to_owned(), spellings: BTreeSet::from([url.to_owned()]), written }
}

fn of_template(url: &str) -> ExternalLink {
    let written = Written {
        elsewhere: Some(Span::file("/s/templates/base.html")),
        pages: vec!["a/index.html".into(), "b/index.html".into()],
        ..Written::default()
    };
    ExternalLink { url: url.to_owned(), spellings: BTreeSet::new(), written }
}

fn config() -> Config {
    let places = Places { root: "/s".into(), content: "/s/content".into(), ..Places::default() };
    Config { places, ..Config::default() }
}

fn all() -> Selection {
    Selection { only: Vec::new(), trusted: DAY }
}

fn asked(links: &[ExternalLink], network: &Network, cache: &mut Cache) -> (Vec<String>, Tally) {
    asked_with(links, &config(), &all(), network, cache)
}

fn asked_with(
    links: &[ExternalLink],
    config: &Config,
    selection: &Selection,
    network: &Network,
    cache: &mut Cache,
) -> (Vec<String>, Tally) {
    let plan = plan(links, config, cache, selection, network);
    let tally = plan.tally;
    (told(&plan.ask(network, cache, &mut |_| {})), tally)
}

fn told(diagnostics: &Diagnostics) -> Vec<String> {
    let all = diagnostics.sorted().into_iter().map(|diagnostic| {
        let severity = if diagnostic.severity == Severity::Error { "error" } else { "warning" };
        format!("{severity}: {}", diagnostic.message)
    });
    all.collect()
}

/// What is told after these answers to one link, and how long was waited, in milliseconds.
#[track_caller]
fn check(answers: &[Result<Response, Failure>], expected: &[&str], slept: &[u128]) {
    let (script, clock) = (Script::new(&[("https://a.example/x", answers)]), StillClock::new());
    let links = [link("https://a.example/x")];
    let (told, _) = asked(&links, &network(&script, &clock), &mut Cache::default());
    assert_eq!(told, expected);
    assert_eq!(clock.slept(), slept);
}

fn patient(status: u16, retry_after: &str) -> Result<Response, Failure> {
    Ok(Response { status, retry_after: Some(retry_after.to_owned()), ..Response::default() })
}

#[test]
fn good_answers_are_not_told() {
    for good in [200, 204, 304] {
        check(&[status(good)], &[], &[]);
    }
}

#[test]
fn bad_answers_are_told_with_status_and_host() {
    check(
        &[status(404)],
        &["error: the link `https://a.example/x` does not work: `a.example` answers `404 Not Found`"],
        &[],
    );
    check(
        &[status(403)],
        &["error: the link `https://a.example/x` does not work: `a.example` answers `403 Forbidden`"],
        &[],
    );
    check(
        &[Err(Failure::Host)],
        &["error: the link `https://a.example/x` does not work: the host is not known"],
        &[],
    );
    check(
        &[Err(Failure::Redirects)],
        &["error: the link `https://a.example/x` does not work: more than 10 redirects"],
        &[],
    );
}

#[test]
fn what_may_pass_is_asked_again() {
    check(&[status(500), status(200)], &[], &[1000]);
    check(&[Err(Failure::Time(Duration::from_secs(20))), status(502), status(200)], &[], &[1000, 4000]);
    check(
        &[status(503)],
        &[
            "error: the link `https://a.example/x` does not work: `a.example` answers `503 Service Unavailable`",
        ],
        &[1000, 4000],
    );
    check(
        &[Err(Failure::Connection("reset".into()))],
        &["error: the link `https://a.example/x` does not work: no connection: reset"],
        &[1000, 4000],
    );
}

#[test]
fn hosts_are_waited_for_as_long_as_they_ask_within_bounds() {
    check(&[patient(429, "30"), status(200)], &[], &[30_000]);
    check(&[patient(503, "Tue, 24 Nov 2026 10:00:45 GMT"), status(200)], &[], &[45_000]);
    // Less than the program would wait anyway, or nothing that can be read.
    check(&[patient(429, "0"), status(200)], &[], &[1000]);
    check(&[patient(429, "soon"), status(200)], &[], &[1000]);
    check(
        &[patient(429, "3600")],
        &[
            "warning: it is not known whether the link `https://a.example/x` works: `a.example` answers `429 Too Many Requests` and asks to come back in 3600 seconds",
        ],
        &[],
    );
    check(
        &[status(429)],
        &[
            "warning: it is not known whether the link `https://a.example/x` works: `a.example` answers `429 Too Many Requests`",
        ],
        &[1000, 4000],
    );
}

#[test]
fn anchors_are_looked_for_in_one_answer() {
    let url = "https://a.example/x";
    let text = "<h2 id='eins'></h2><a name='zwei'></a><h2 id='user-content-drei'></h2><b id='ü'>";
    let (script, clock) = (Script::new(&[(url, &[page(text)])]), StillClock::new());
    let names = ["eins", "zwei", "drei", "%C3%BC", "top", "vier", "/route", "!x", ""];
    let links: Vec<ExternalLink> = names.iter().map(|name| link(&format!("{url}#{name}"))).collect();
    let (told, tally) = asked(&links, &network(&script, &clock), &mut Cache::default());
    assert_eq!(
        told,
        ["error: the link `https://a.example/x#vier` leads to `#vier`, which that page does not have"]
    );
    assert_eq!((script.asked().len(), tally.asked), (1, 1));
    assert!(script.asked()[0].limit > 0);
}

#[test]
fn only_pages_have_anchors() {
    let url = "https://a.example/x.pdf";
    let pdf = Response { status: 200, content_type: Some("application/pdf".into()), ..Response::default() };
    let script = Script::new(&[(url, &[Ok(pdf)])]);
    let links = [link("https://a.example/x.pdf#page=3")];
    assert_eq!(
        asked(&links, &network(&script, &StillClock::new()), &mut Cache::default()).0,
        [] as [&str; 0]
    );
}

#[test]
fn anchor_behind_what_is_read_is_not_called_missing() {
    let long = Response { status: 200, is_cut: true, text: "<p id=a>".into(), ..Response::default() };
    let script = Script::new(&[("https://a.example/", &[Ok(long)])]);
    let links = [link("https://a.example/#a"), link("https://a.example/#b")];
    let (told, _) = asked(&links, &network(&script, &StillClock::new()), &mut Cache::default());
    assert_eq!(
        told,
        [
            "warning: it is not known whether the link `https://a.example/#b` works: the page is too long to look for its anchors"
        ]
    );
}

#[test]
fn body_is_read_only_for_anchors() {
    let script = Script::new(&[("https://a.example/", &[status(200)])]);
    asked(&[link("https://a.example/")], &network(&script, &StillClock::new()), &mut Cache::default());
    assert_eq!(script.asked()[0].limit, 0);
}

#[test]
fn configuration_decides_what_is_asked_and_how_bad_it_is() {
    let mut config = config();
    config.link_checker.skip_prefixes = vec!["https://skip.example".into()];
    config.link_checker.skip_anchor_prefixes = vec!["https://script.example/".into()];
    config.link_checker.external_level = LinkLevel::Warn;
    let mut globs = globset::GlobSetBuilder::new();
    globs.add(globset::Glob::new("drafts/*.md").unwrap());
    config.link_checker.ignored_files = globs.build().unwrap();
    let script =
        Script::new(&[("https://script.example/", &[page("")]), ("https://a.example/", &[status(404)])]);
    let links = [
        link("https://skip.example/x"),
        link("https://script.example/#x"),
        link("https://a.example/"),
        link_in("https://ignored.example/", "/s/content/drafts/b.md"),
    ];
    let network = network(&script, &StillClock::new());
    let (told, tally) = asked_with(&links, &config, &all(), &network, &mut Cache::default());
    assert_eq!(
        told,
        ["warning: the link `https://a.example/` does not work: `a.example` answers `404 Not Found`"]
    );
    assert_eq!(tally, Tally { asked: 2, cached: 0, skipped: 2 });
}

#[test]
fn only_links_of_the_named_files_are_asked() {
    let links = [
        link_in("https://a.example/", "/s/content/a.md"),
        link_in("https://b.example/", "/s/content/b.md"),
        of_template("https://t.example/"),
    ];
    for (only, expected) in [
        (vec!["/s/content/a.md"], vec!["https://a.example/"]),
        (vec!["/s/templates/base.html"], vec!["https://t.example/"]),
        (vec!["/s/content/b.md", "/s/zola.toml"], vec!["https://b.example/", "https://t.example/"]),
        (vec!["/s/content/"], vec!["https://a.example/", "https://b.example/"]),
        (vec!["/s"], vec!["https://a.example/", "https://b.example/", "https://t.example/"]),
        (vec!["/s/content/missing.md"], vec![]),
    ] {
        let script = Script::new(&[]);
        let only: Vec<PathBuf> = only.into_iter().map(PathBuf::from).collect();
        let selection = Selection { only, trusted: DAY };
        let network = network(&script, &StillClock::new());
        asked_with(&links, &config(), &selection, &network, &mut Cache::default());
        let mut urls = script.urls();
        urls.sort();
        assert_eq!(urls, expected);
    }
}

#[test]
fn good_answers_are_kept_for_their_time_and_bad_ones_asked_again() {
    let (good, bad) = ("https://a.example/", "https://b.example/");
    let (script, clock) =
        (Script::new(&[(good, &[page("<p id=x>")]), (bad, &[status(404)])]), StillClock::new());
    let network = network(&script, &clock);
    let mut cache = Cache::default();
    let links = [link("https://a.example/#x"), link(bad)];
    assert_eq!(asked(&links, &network, &mut cache).1, Tally { asked: 2, cached: 0, skipped: 0 });
    let mut cache = Cache::parse(&cache.text(crate::network::Clock::now(clock.as_ref()), DAY));
    assert_eq!(asked(&links, &network, &mut cache).1, Tally { asked: 1, cached: 1, skipped: 0 });
    // Another anchor of the same page is not known yet.
    assert_eq!(asked(&[link("https://a.example/#y")], &network, &mut cache).1.asked, 1);
    assert_eq!(asked(&[link(good)], &network, &mut cache).1.cached, 1);
    clock.pass(SignedDuration::from_hours(25));
    assert_eq!(asked(&[link(good)], &network, &mut cache).1.asked, 1);
}

#[test]
fn damaged_cache_is_as_good_as_none() {
    for text in
        ["", "{", "[]", r#"{"version":2,"links":{}}"#, r#"{"version":1,"links":{"x":{"status":"a"}}}"#]
    {
        assert_eq!(Cache::parse(text), Cache::default(), "{text}");
    }
    let future =
        r#"{"version":1,"links":{"https://a.example/":{"status":200,"checked":"2030-01-01T00:00:00Z"}}}"#;
    let script = Script::new(&[("https://a.example/", &[status(200)])]);
    let (_, tally) = asked(
        &[link("https://a.example/")],
        &network(&script, &StillClock::new()),
        &mut Cache::parse(future),
    );
    assert_eq!(tally.asked, 1);
}

#[test]
fn host_is_asked_one_at_a_time_with_pauses_and_given_up_once() {
    let urls = ["https://a.example/1", "https://a.example/2", "https://a.example/3"];
    let timeout: Result<Response, Failure> = Err(Failure::Time(Duration::from_secs(20)));
    let answers: Vec<(&str, &[Result<Response, Failure>])> =
        urls.iter().map(|url| (*url, std::slice::from_ref(&timeout))).collect();
    let (script, clock) = (Script::new(&answers), StillClock::new());
    let links: Vec<ExternalLink> = urls.iter().map(|url| link(url)).collect();
    let (told, _) = asked(&links, &network(&script, &clock), &mut Cache::default());
    assert_eq!(told.len(), 3);
    assert_eq!(script.asked().len(), 5);
    assert_eq!(clock.slept(), [1000, 4000, 500, 500]);
}

/// Ten links of one host with these answers, the last for all that follow: how many are asked, and how
/// many problems of which kind are told.
#[track_caller]
fn check_host(answers: &[Result<Response, Failure>], asked_times: usize, errors: usize, warnings: usize) {
    let urls: Vec<String> = (0..10).map(|number| format!("https://a.example/{number}")).collect();
    let rest = answers.iter().chain(std::iter::repeat(&answers[answers.len() - 1]));
    let answers: Vec<_> =
        urls.iter().zip(rest).map(|(url, answer)| (url.as_str(), std::slice::from_ref(answer))).collect();
    let script = Script::new(&answers);
    let links: Vec<ExternalLink> = urls.iter().map(|url| link(url)).collect();
    let (told, _) = asked(&links, &network(&script, &StillClock::new()), &mut Cache::default());
    let count = |kind: &str| told.iter().filter(|line| line.starts_with(kind)).count();
    assert_eq!((script.asked().len(), count("error"), count("warning")), (asked_times, errors, warnings));
}

#[test]
fn host_that_never_answers_is_asked_about_three_links_only() {
    let late = || Err(Failure::Time(Duration::from_secs(20)));
    check_host(&[late()], 5, 10, 0);
    check_host(&[Err(Failure::Host)], 3, 10, 0);
    // Nothing is known of the others of a host that has answered.
    check_host(&[status(200), late()], 6, 3, 6);
    check_host(&[late(), late(), status(200), late(), late(), status(404)], 12, 9, 0);
}

#[test]
fn redirects_in_a_circle_are_no_silence() {
    check_host(&[Err(Failure::Redirects), Err(Failure::Redirects), status(503)], 26, 10, 0);
}

#[test]
fn answers_are_kept_host_by_host() {
    let (network, mut cache) = (network(&Script::new(&[]), &StillClock::new()), Cache::default());
    let (links, config) = ([link("https://a.example/"), link("https://b.example/")], config());
    let mut kept = Vec::new();
    plan(&links, &config, &cache, &all(), &network).ask(&network, &mut cache, &mut |cache| {
        kept.push(cache.text(network.clock.now(), DAY).matches("\"checked\"").count());
    });
    assert_eq!(kept, [1, 2]);
}

#[test]
fn link_of_a_template_is_told_once_with_its_pages() {
    let script = Script::new(&[("https://t.example/", &[status(410)])]);
    let network = network(&script, &StillClock::new());
    let mut cache = Cache::default();
    let links = [of_template("https://t.example/")];
    let config = config();
    let plan = plan(&links, &config, &cache, &all(), &network);
    let diagnostics = plan.ask(&network, &mut cache, &mut |_| {});
    let only = diagnostics.iter().next().unwrap();
    assert_eq!(only.span, Some(Span::file("/s/templates/base.html")));
    assert_eq!(only.notes[0].message, "in the page `a/index.html` and 1 more page");
}

#[test]
fn address_that_cannot_be_asked_is_told() {
    let (told, _) =
        asked(&[link("https://")], &network(&Script::new(&[]), &StillClock::new()), &mut Cache::default());
    assert_eq!(told, ["error: the link `https://` does not work: empty host"]);
}

/// The whole way over real sockets: two tries, an anchor, a redirect, a dead end.
#[test]
fn real_server_is_asked() {
    let tries = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let server = Server::start(move |path| match path {
        "/busy" if tries.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0 => {
            reply("503 Service Unavailable", "Retry-After: 1\r\n", b"")
        }
        "/busy" => reply("200 OK", "", b""),
        "/old" => reply("301 Moved Permanently", "Location: /page\r\n", b""),
        "/page" => reply("200 OK", "Content-Type: text/html\r\n", b"<h1 id='da'>x</h1>"),
        "/endless" => Reply::Endless,
        _ => reply("404 Not Found", "", b""),
    });
    let urls = ["/busy", "/old#da", "/page#weg", "/nichts", "/endless"].map(|path| server.url(path));
    let links: Vec<ExternalLink> = urls.iter().map(|url| link(url)).collect();
    let network = Network { clock: StillClock::new(), ..Network::online() };
    let (told, tally) = asked(&links, &network, &mut Cache::default());
    let host = server.url("").trim_start_matches("http://").to_owned();
    assert_eq!(
        told,
        [
            format!("error: the link `{}` leads to `#weg`, which that page does not have", urls[2]),
            format!("error: the link `{}` does not work: `{host}` answers `404 Not Found`", urls[3]),
        ]
    );
    assert_eq!(tally.asked, 5);
}
