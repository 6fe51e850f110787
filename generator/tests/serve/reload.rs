//! LiveReload, spoken by a real web socket client in the order in which browsers speak it.

use std::net::TcpStream;

use hyper_tungstenite::tungstenite::{Message, WebSocket, client};
use serde_json::Value;

use super::client::{connect, get};
use super::program::{Program, site};
use super::write;

const HELLO: &str =
    r#"{"command":"hello","protocols":["http://livereload.com/protocols/official-7"],"ver":"4.0.2"}"#;

struct Page(WebSocket<TcpStream>);

impl Page {
    /// A page that is from a certain build.
    fn open(program: &Program, query: &str) -> Self {
        let url = format!("ws://{}/livereload{query}", program.address);
        Self(client(url, connect(&program.address)).unwrap().0)
    }

    fn say(&mut self, text: &str) {
        self.0.send(Message::text(text)).unwrap();
    }

    fn hear(&mut self) -> Value {
        loop {
            match self.0.read().unwrap() {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("{other}"),
            }
        }
    }

    #[track_caller]
    fn expect(&mut self, command: &str, path: Option<&str>, is_style: Option<bool>) {
        let message = self.hear();
        let heard = (message["command"].as_str(), message["path"].as_str(), message["liveCSS"].as_bool());
        assert_eq!(heard, (Some(command), path, is_style));
    }
}

#[test]
fn open_pages_are_greeted_and_told_of_changes() {
    let site = site();
    let program = Program::serve(site.path(), &[]);
    let mut page = Page::open(&program, "");
    page.say(HELLO);
    let hello = page.hear();
    assert_eq!(hello["command"], "hello");
    assert_eq!(hello["protocols"][0], "http://livereload.com/protocols/official-7");
    page.say(r#"{"command":"info","url":"http://localhost/"}"#);
    page.say("no json");

    write(site.path(), "static/site.css", "body { color: blue }");
    page.expect("reload", Some("site.css"), Some(true));
    write(site.path(), "content/a.md", "+++\ntitle = \"A\"\n+++\nAnother page.\n");
    page.expect("reload", Some("/"), Some(false));
    assert!(get(&program.address, "/a/").text().contains("Another page."));
    write(site.path(), "content/a.md", "+++\ntitle = \"A\n+++\nBroken.\n");
    page.expect("reload", Some("/"), Some(false));
    let broken = get(&program.address, "/a/").text();
    assert!(broken.contains("Another page.") && broken.contains("<dialog open"), "{broken}");
    write(site.path(), "content/a.md", "+++\ntitle = \"A\"\n+++\nMended.\n");
    page.expect("reload", Some("/"), Some(false));
    let mended = get(&program.address, "/a/").text();
    assert!(mended.contains("Mended.") && !mended.contains("<dialog"), "{mended}");
}

#[test]
fn nothing_is_said_before_the_greeting_and_nothing_is_missed() {
    let site = site();
    let program = Program::serve(site.path(), &[]);
    let shown = get(&program.address, "/a/").text();
    let query = &shown[shown.find("?build=").unwrap()..];
    let query = &query[..query.find('"').unwrap()];
    let mut late = Page::open(&program, query);
    // Waits for the build by means of a page that is greeted already.
    let mut early = Page::open(&program, "");
    early.say(HELLO);
    early.expect("hello", None, None);
    write(site.path(), "content/a.md", "+++\ntitle = \"A\"\n+++\nAnother page.\n");
    early.expect("reload", Some("/"), Some(false));
    late.say(HELLO);
    late.expect("hello", None, None);
    late.expect("reload", Some("/"), Some(false));
}
