//! The LiveReload protocol (version 7) over a web socket: tells every open page that the site was built again.
//!
//! The client is `livereload.js` beside this file; other clients of the protocol (browser extensions)
//! work as well. Source: <http://livereload.com/api/protocol/>. A client speaks first: it says `hello` with
//! the protocols it knows, and takes anything but a `hello` in return for a mistake. Our own client also
//! says in its address which build its page is from, so that a build between the page and the web socket
//! is not missed.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use hyper_tungstenite::HyperWebsocket;
use hyper_tungstenite::tungstenite::Message;
use tokio::sync::broadcast;

use super::Shared;

/// The script that pages load.
pub const SCRIPT: &str = include_str!("livereload.js");

/// What the server answers.
const HELLO: &str = r#"{"command":"hello","protocols":["http://livereload.com/protocols/official-7"],"serverName":"auslage"}"#;

/// How often a silent connection is touched, so that nothing between takes it for dead.
const TOUCH: Duration = Duration::from_secs(30);

/// What changed, as the browser must know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Only these style sheets, by their paths in the output; pages swap them without reloading.
    Styles(Vec<String>),
    /// Anything else.
    Page,
}

impl Change {
    /// What is to be told after files of the output changed.
    pub fn of(paths: &[String]) -> Self {
        if !paths.is_empty() && paths.iter().all(|path| path.ends_with(".css")) {
            Self::Styles(paths.to_vec())
        } else {
            Self::Page
        }
    }

    fn messages(&self) -> Vec<Message> {
        match self {
            Self::Styles(paths) => paths.iter().map(|path| reload(path, true)).collect(),
            Self::Page => vec![reload("/", false)],
        }
    }
}

fn reload(path: &str, is_style: bool) -> Message {
    let message = serde_json::json!({ "command": "reload", "path": path, "liveCSS": is_style });
    Message::text(message.to_string())
}

/// Puts an element before the last `</body>`, or at the end.
pub fn inject(html: &mut String, element: &str) {
    let at = html.rfind("</body>").unwrap_or(html.len());
    html.insert_str(at, element);
}

/// The page with the element that loads the script; `version` is that of the build it is from.
pub fn with_script(mut html: String, version: u64) -> String {
    inject(&mut html, &format!("<script src=\"/livereload.js?build={version}\"></script>"));
    html
}

/// The build that a page is from, by the address of its web socket.
pub fn version(query: Option<&str>) -> Option<u64> {
    query?.split('&').find_map(|pair| pair.strip_prefix("build="))?.parse().ok()
}

/// Talks to one page until it goes away.
pub(super) async fn converse(socket: HyperWebsocket, shared: Arc<Shared>, shown: Option<u64>) {
    let mut changes = shared.changes.subscribe();
    let Ok(mut stream) = socket.await else { return };
    let mut touch = tokio::time::interval(TOUCH);
    let mut is_greeted = false;
    loop {
        let messages = tokio::select! {
            change = changes.recv() => match change {
                // What comes before the greeting is found by the build's number, or loaded by the page.
                _ if !is_greeted => Vec::new(),
                Ok(change) => change.messages(),
                // Several builds while the page was slow: one reload is enough.
                Err(broadcast::error::RecvError::Lagged(_)) => Change::Page.messages(),
                Err(broadcast::error::RecvError::Closed) => return,
            },
            incoming = stream.next() => match incoming {
                Some(Ok(Message::Text(text))) if is_hello(&text) => {
                    is_greeted = true;
                    let is_old = shown.is_some_and(|shown| shown != shared.version());
                    let missed = if is_old { Change::Page.messages() } else { Vec::new() };
                    std::iter::once(Message::text(HELLO)).chain(missed).collect()
                }
                Some(Ok(message)) if !message.is_close() => Vec::new(),
                _ => return,
            },
            _ = touch.tick() => vec![Message::Ping(Vec::new().into())],
        };
        for message in messages {
            if stream.send(message).await.is_err() {
                return;
            }
        }
    }
}

fn is_hello(text: &str) -> bool {
    serde_json::from_str::<serde_json::Value>(text).is_ok_and(|message| message["command"] == "hello")
}

#[cfg(test)]
mod tests {
    use super::{Change, version, with_script};

    #[test]
    fn the_script_stands_before_the_last_end_of_the_body() {
        let html = with_script("<body><pre>&lt;/body></pre></body></html>".to_owned(), 3);
        assert!(html.ends_with("<script src=\"/livereload.js?build=3\"></script></body></html>"), "{html}");
        assert!(with_script("no body".to_owned(), 0).ends_with("</script>"));
    }

    #[track_caller]
    fn check(paths: &[&str], expected: Change) {
        let paths: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
        assert_eq!(Change::of(&paths), expected);
    }

    #[test]
    fn style_sheets_are_swapped_and_anything_else_reloads() {
        check(&["site.css"], Change::Styles(vec!["site.css".to_owned()]));
        check(&["a.css", "b.css"], Change::Styles(vec!["a.css".to_owned(), "b.css".to_owned()]));
        check(&["site.css", "index.html"], Change::Page);
        check(&["index.html"], Change::Page);
        check(&[], Change::Page);
    }

    #[test]
    fn pages_say_which_build_they_are_from() {
        assert_eq!(version(Some("ext=Chrome&build=7")), Some(7));
        assert_eq!(version(Some("ext=Chrome&extver=2.1.0")), None);
        assert_eq!(version(None), None);
    }
}
