//! A function that runs on a free port with a clock that stands still, and a client that writes bytes.

use bytes::Bytes;
use feedback_fn::abuse::READING;
use feedback_fn::clock::{Clock, ManualClock};
use feedback_fn::config::Config;
use feedback_fn::store::{DeliveryState, Listed, Which};
use feedback_fn::{App, serve};
use http_body_util::{BodyExt, Full};
use hyper::Request;
use jiff::Timestamp;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub const REVIEW: &str = include_str!("../fixtures/review.json");
pub const ENDPOINT: &str = "/rueckmeldung/";
pub const PASSAGE: &str = "Der Bus fährt stündlich.";

pub struct Function {
    pub folder: TempDir,
    pub clock: Arc<ManualClock>,
    pub app: Arc<App>,
    pub address: SocketAddr,
}

impl Function {
    /// In the middle of the fixture's round.
    pub async fn start() -> Function {
        Function::start_with("").await
    }

    /// With additional lines of configuration, tables last.
    pub async fn start_with(lines: &str) -> Function {
        Function::start_from(lines, REVIEW).await
    }

    /// With another contract.
    pub async fn start_from(lines: &str, review: &str) -> Function {
        Function::start_configured(&configuration(lines), review).await
    }

    /// With a configuration of one's own.
    pub async fn start_configured(configuration: &str, review: &str) -> Function {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("review.json"), review).unwrap();
        let clock = Arc::new(ManualClock::at(time("2026-12-01T12:00:00+01:00")));
        let config = Config::from_toml(configuration, folder.path()).unwrap();
        let app = Arc::new(App::open(config, clock.clone()).unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(serve(listener, app.clone(), std::future::pending()));
        Function { folder, clock, app, address }
    }

    pub fn contract_file(&self) -> PathBuf {
        self.folder.path().join("review.json")
    }

    pub fn set_time(&self, instant: &str) {
        self.clock.set(time(instant));
        assert_eq!(self.clock.now(), time(instant));
    }

    pub async fn stored(&self) -> Vec<Listed> {
        self.app.store().list(Which::All, 100).await.unwrap()
    }

    /// Ready when no mail waits.
    pub async fn delivered(&self) {
        let waits = |listed: &Listed| {
            listed.deliveries.iter().any(|delivery| delivery.state == DeliveryState::Waiting)
        };
        while self.stored().await.iter().any(waits) {
            tokio::task::yield_now().await;
        }
    }

    /// Posts a form as a browser does.
    pub async fn post(&self, page: &str, fields: &[(&str, &str)]) -> Reply {
        self.post_with(page, fields, "Accept: text/html,application/xhtml+xml\r\n").await
    }

    /// Posts a form as a program does.
    pub async fn post_json(&self, page: &str, fields: &[(&str, &str)]) -> Reply {
        self.post_with(page, fields, "Accept: application/json\r\n").await
    }

    pub async fn post_with(&self, page: &str, fields: &[(&str, &str)], headers: &str) -> Reply {
        let body = encoded(fields);
        self.raw(&format!(
            "POST {ENDPOINT}{page} HTTP/1.1\r\nHost: strategie.example\r\n{headers}Connection: close\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        ))
        .await
    }

    pub async fn get(&self, path: &str) -> Reply {
        get(self.address, path).await
    }

    /// Sends these bytes and reads until the other side closes.
    pub async fn raw(&self, request: &str) -> Reply {
        raw(self.address, request).await
    }

    /// Posts to `check`, reads the check page and gives its token.
    pub async fn token(&self, fields: &[(&str, &str)]) -> String {
        let page = self.post("check", fields).await;
        assert_eq!(page.status, 200, "{}", page.body);
        self.read();
        page.field("token")
    }

    /// Takes the time that a person takes for a page.
    pub fn read(&self) {
        self.clock.advance(READING);
    }

    /// Posts a body from this address, with these headers besides those of every form; without a socket.
    pub async fn post_from(
        &self,
        peer: &str,
        page: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Reply {
        let body = body.into();
        let request = Request::post(format!("{ENDPOINT}{page}"))
            .header("host", "strategie.example")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("content-length", body.len());
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let peer = SocketAddr::new(peer.parse().unwrap(), 50_000);
        let (head, body) = self.app.handle(request.body(Full::new(body)).unwrap(), peer).await.into_parts();
        let lines = head.headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()));
        Reply {
            status: head.status.as_u16(),
            head: lines.collect::<Vec<_>>().join("\r\n"),
            body: String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap(),
        }
    }

    /// Both steps; the answer of the second.
    pub async fn suggest(&self, fields: &[(&str, &str)]) -> Reply {
        let token = self.token(fields).await;
        self.send(fields, &token).await
    }

    pub async fn send(&self, fields: &[(&str, &str)], token: &str) -> Reply {
        self.post("send", &[fields, &[("token", token)]].concat()).await
    }
}

pub async fn get(address: SocketAddr, path: &str) -> Reply {
    raw(address, &format!("GET {path} HTTP/1.1\r\nHost: strategie.example\r\nConnection: close\r\n\r\n"))
        .await
}

/// Sends these bytes and reads until the other side closes.
pub async fn raw(address: SocketAddr, request: &str) -> Reply {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // A refusal may come, and the connection close, before everything is written.
    let _ = stream.write_all(request.as_bytes()).await;
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes).await;
    Reply::parse(&String::from_utf8(bytes).unwrap())
}

pub fn configuration(lines: &str) -> String {
    format!(
        "listen = \"127.0.0.1:0\"\ncontract = \"review.json\"\ndata = \"data\"\nreference_prefix = \"LOE\"\n{lines}\n\
         [sender]\naddress = \"strategie@stadt.example\"\nname = \"Strategie\"\n\
         [transport.files]\nfolder = \"mails\"\n"
    )
}

/// As browsers encode a form.
pub fn encoded(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

pub fn time(instant: &str) -> Timestamp {
    instant.parse().unwrap()
}

/// The fixture's contract with a piece of its text replaced.
pub fn replace_contract(path: &Path, from: &str, to: &str) {
    assert!(REVIEW.contains(from), "{from}");
    std::fs::write(path, REVIEW.replace(from, to)).unwrap();
}

/// An answer as it came over the wire.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Reply {
    pub fn parse(text: &str) -> Reply {
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text, ""));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        Reply { status, head: head.to_owned(), body: body.to_owned() }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .find(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// The content of the element with this id.
    pub fn element(&self, id: &str) -> Option<&str> {
        self.body.split_once(&format!("id=\"{id}\">"))?.1.split_once("</").map(|(content, _)| content)
    }

    /// The value of the field with this name.
    pub fn field(&self, name: &str) -> String {
        let field = self.body.split_once(&format!("name=\"{name}\" value=\""));
        let value = field.and_then(|(_, rest)| rest.split_once('"'));
        value.unwrap_or_else(|| panic!("no field `{name}` in {}", self.body)).0.to_owned()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// The reference that the redirection names.
    pub fn reference(&self) -> String {
        assert_eq!(self.status, 303, "{}", self.body);
        let location = self.header("location").unwrap();
        location.strip_prefix("/rueckmeldung/receipt?nr=").unwrap().to_owned()
    }
}
