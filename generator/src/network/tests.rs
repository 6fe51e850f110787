//! Real questions to a real server on this machine, and what is remembered of answers.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;

use super::testing::{Reply, Script, Server, StillClock, network, page, reply, status};
use super::{Failure, Fetch, Http, Method, Offline, Request, Response, USER_AGENT};

const TIME: Duration = Duration::from_secs(20);

fn town(path: &str) -> Reply {
    match path {
        "/" => reply("200 OK", "Content-Type: text/html; charset=utf-8\r\n", "Grüße".as_bytes()),
        "/gone" => reply("410 Gone", "", b""),
        "/busy" => reply("503 Service Unavailable", "Retry-After: 7\r\n", b""),
        "/old" => reply("301 Moved Permanently", "Location: /new\r\n", b""),
        "/new" => reply("200 OK", "", b"new"),
        "/circle" => reply("302 Found", "Location: /circle\r\n", b""),
        "/away" => reply("302 Found", "Location: ftp://127.0.0.1/x\r\n", b""),
        "/latin" => reply("200 OK", "Content-Type: text/plain; charset=iso-8859-1\r\n", b"Gr\xfc\xdfe"),
        "/bytes" => reply("200 OK", "Content-Type: image/png\r\n", b"\x89PNG\xff"),
        "/slow" => Reply::Silence(Duration::from_secs(30)),
        "/endless" => Reply::Endless,
        "/nonsense" => Reply::Bytes(b"what?\r\n\r\n".to_vec()),
        _ => reply("404 Not Found", "", b""),
    }
}

fn asked(path: &str, limit: usize) -> Result<Response, Failure> {
    let server = Server::start(town);
    Http::new().fetch(&Request { limit, ..Request::get(server.url(path), TIME) })
}

#[track_caller]
fn check(path: &str, expected_status: u16, text: &str) {
    let answer = asked(path, 1000).unwrap();
    assert_eq!(
        (answer.status, answer.text.as_str(), answer.is_cut),
        (expected_status, text, false),
        "{path}"
    );
}

#[test]
fn every_status_is_an_answer() {
    check("/", 200, "Grüße");
    check("/gone", 410, "");
    check("/missing", 404, "");
    assert_eq!(asked("/busy", 0).unwrap().retry_after.as_deref(), Some("7"));
    assert_eq!(asked("/", 0).unwrap().content_type.as_deref(), Some("text/html; charset=utf-8"));
}

#[test]
fn redirects_are_followed_but_not_for_ever() {
    check("/old", 200, "new");
    assert_eq!(asked("/circle", 0), Err(Failure::Redirects));
    assert!(asked("/away", 0).is_err());
}

#[test]
fn text_of_other_encodings_is_read() {
    check("/latin", 200, "Grüße");
    assert_eq!(asked("/bytes", 100).unwrap().text, "\u{fffd}PNG\u{fffd}");
}

#[test]
fn no_more_is_read_than_was_asked_for() {
    let answer = asked("/endless", 10_000).unwrap();
    assert_eq!((answer.text.len(), answer.is_cut), (10_000, true));
    let answer = asked("/", 3).unwrap();
    // The third byte is half a letter.
    assert_eq!((answer.text.as_str(), answer.is_cut), ("Gr\u{fffd}", true));
    assert_eq!(asked("/endless", 0).unwrap().text, "");
}

#[test]
fn answers_that_take_too_long_are_not_waited_for() {
    let server = Server::start(town);
    let time = Duration::from_millis(300);
    for path in ["/slow", "/endless"] {
        let request = Request { limit: usize::MAX - 1, ..Request::get(server.url(path), time) };
        assert_eq!(Http::new().fetch(&request), Err(Failure::Time(time)), "{path}");
    }
}

#[test]
fn what_is_no_answer_is_a_failure() {
    assert!(matches!(asked("/nonsense", 0), Err(Failure::Protocol(_))));
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let refused = Http::new().fetch(&Request::get(format!("http://{closed}/"), TIME));
    assert!(matches!(refused, Err(Failure::Connection(_))), "{refused:?}");
    for url in ["file:///etc/passwd", "ftp://a.example/", "no address", "http://"] {
        let answer = Http::new().fetch(&Request::get(url, TIME));
        assert!(matches!(answer, Err(Failure::Address(_))), "{url}: {answer:?}");
    }
}

#[test]
fn program_says_its_name_and_sends_what_it_is_told() {
    let server = Server::start(town);
    let request = Request {
        method: Method::Post,
        headers: vec![("X-A".into(), "1".into()), ("X-A".into(), "2".into())],
        body: Some("grüß=1".into()),
        limit: 10,
        ..Request::get(server.url("/new#fragment"), TIME)
    };
    assert_eq!(Http::new().fetch(&request).unwrap().text, "new");
    let seen = server.seen().remove(0);
    let lower = seen.to_lowercase();
    assert!(seen.starts_with("POST /new HTTP/1.1\r\n"), "{seen}");
    assert!(lower.contains(&format!("user-agent: {USER_AGENT}\r\n")), "{seen}");
    assert!(lower.contains("x-a: 1\r\n") && lower.contains("x-a: 2\r\n"), "{seen}");
    assert!(seen.ends_with("\r\n\r\ngrüß=1"), "{seen}");
}

#[test]
fn offline_network_asks_nobody() {
    assert_eq!(Offline.fetch(&Request::get("http://a.example/", TIME)), Err(Failure::Offline));
    assert!(super::Network::default().fetch.is_offline());
}

#[test]
fn answers_are_remembered_for_their_time_and_failures_for_a_short_one() {
    let good = "https://a.example/daten.json";
    let bad = "https://b.example/";
    let script = Script::new(&[(good, &[page("1"), page("2")]), (bad, &[status(500), page("3")])]);
    let clock = StillClock::new();
    let remembering = network(&script, &clock).remembering(Duration::from_secs(900));
    let ask = |url: &str| remembering.fetch.fetch(&Request::get(url, TIME)).unwrap().text;
    assert_eq!((ask(good), ask(good)), ("1".into(), "1".into()));
    assert_eq!((ask(bad), ask(bad)), (String::new(), String::new()));
    clock.pass(SignedDuration::from_secs(31));
    assert_eq!((ask(good), ask(bad)), ("1".into(), "3".into()));
    clock.pass(SignedDuration::from_secs(900));
    assert_eq!(ask(good), "2");
    assert_eq!(script.asked().len(), 4);
}

#[test]
fn another_question_to_the_same_address_is_asked_anew() {
    let url = "https://a.example/";
    let script = Script::new(&[(url, &[page("1"), page("2")])]);
    let remembering = network(&script, &StillClock::new()).remembering(TIME);
    let other = Request { body: Some("x".into()), method: Method::Post, ..Request::get(url, TIME) };
    let fetch = Arc::clone(&remembering.fetch);
    assert_eq!(fetch.fetch(&Request::get(url, TIME)).unwrap().text, "1");
    assert_eq!(fetch.fetch(&other).unwrap().text, "2");
}
