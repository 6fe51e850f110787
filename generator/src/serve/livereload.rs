//! The LiveReload protocol (version 7) over a web socket: tells every open page that the site was built again.
//!
//! The client is `livereload.js` beside this file; other clients of the protocol (browser extensions)
//! work as well. Source: <http://livereload.com/api/protocol/>.

use futures_util::{SinkExt, StreamExt};
use hyper_tungstenite::HyperWebsocket;
use hyper_tungstenite::tungstenite::Message;
use tokio::sync::broadcast;

/// The script that pages load.
pub const SCRIPT: &str = include_str!("livereload.js");

/// The element that loads it.
const ELEMENT: &str = r#"<script src="/livereload.js"></script>"#;

/// What the server says first.
const HELLO: &str = r#"{"command":"hello","protocols":["http://livereload.com/protocols/official-7"],"serverName":"auslage"}"#;

/// What changed, as the browser must know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Only this style sheet, by its path in the output; pages swap it without reloading.
    Style(String),
    /// Anything else.
    Page,
}

impl Change {
    /// What is to be told after files of the output changed.
    pub fn of(paths: &[String]) -> Self {
        match paths {
            [only] if only.ends_with(".css") => Self::Style(only.clone()),
            _ => Self::Page,
        }
    }

    fn message(&self) -> String {
        let (path, live_css) = match self {
            Self::Style(path) => (path.as_str(), true),
            Self::Page => ("/", false),
        };
        serde_json::json!({ "command": "reload", "path": path, "liveCSS": live_css }).to_string()
    }
}

/// Puts the element that loads the script before the last `</body>`, or at the end.
pub fn inject(html: &mut String, element: &str) {
    let at = html.rfind("</body>").unwrap_or(html.len());
    html.insert_str(at, element);
}

/// The page with the script.
pub fn with_script(mut html: String) -> String {
    inject(&mut html, ELEMENT);
    html
}

/// Talks to one page until it goes away.
pub async fn converse(socket: HyperWebsocket, mut changes: broadcast::Receiver<Change>) {
    let Ok(mut stream) = socket.await else { return };
    if stream.send(Message::text(HELLO)).await.is_err() {
        return;
    }
    loop {
        tokio::select! {
            change = changes.recv() => {
                let change = match change {
                    Ok(change) => change,
                    // Several builds while the page was slow: one reload is enough.
                    Err(broadcast::error::RecvError::Lagged(_)) => Change::Page,
                    Err(broadcast::error::RecvError::Closed) => return,
                };
                if stream.send(Message::text(change.message())).await.is_err() {
                    return;
                }
            }
            incoming = stream.next() => {
                if !matches!(incoming, Some(Ok(message)) if !message.is_close()) {
                    return;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Change, with_script};

    #[test]
    fn the_script_stands_before_the_last_end_of_the_body() {
        let html = with_script("<body><pre>&lt;/body></pre></body></html>".to_owned());
        assert!(html.ends_with("<script src=\"/livereload.js\"></script></body></html>"), "{html}");
        assert!(with_script("no body".to_owned()).ends_with("</script>"));
    }

    #[test]
    fn a_single_style_sheet_is_swapped_and_anything_else_reloads() {
        assert_eq!(Change::of(&["site.css".to_owned()]), Change::Style("site.css".to_owned()));
        assert_eq!(Change::of(&["site.css".to_owned(), "index.html".to_owned()]), Change::Page);
        assert_eq!(Change::of(&["index.html".to_owned()]), Change::Page);
    }
}
