//! The second door to the outside: other sites, asked over HTTP, and the time that passes while asking.
//!
//! What asks (`load_data`, the link checker) gives a [`Request`] to a [`Fetch`] and waits by a [`Clock`], so
//! that a test can script both. [`Http`] is the real one; [`Offline`] refuses, and is what a build gets
//! unless its command says otherwise; [`Remembering`] keeps answers between the builds of `serve`.
//! Knows no pages and no templates.

mod http;
mod offline;
mod remembering;
mod system;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

pub use http::Http;
pub use offline::Offline;
pub use remembering::Remembering;
pub use system::SystemClock;

/// How the program introduces itself.
pub const USER_AGENT: &str = concat!("auslage/", env!("CARGO_PKG_VERSION"));

/// How often an answer may lead elsewhere.
pub const MOST_REDIRECTS: u32 = 10;

/// Asks other sites.
pub trait Fetch: Send + Sync {
    /// Whether this is a door that stays shut, so that questions need not be thought of.
    fn is_offline(&self) -> bool {
        false
    }

    /// Asks once, redirects followed. Any status is an answer.
    ///
    /// # Errors
    /// Where there is no answer.
    fn fetch(&self, request: &Request) -> Result<Response, Failure>;
}

/// Time that passes between questions.
pub trait Clock: Send + Sync {
    /// This moment.
    fn now(&self) -> Timestamp;
    /// Waits.
    fn sleep(&self, duration: Duration);
}

/// The ways to ask and to wait.
#[derive(Clone)]
pub struct Network {
    /// Asks.
    pub fetch: Arc<dyn Fetch>,
    /// Waits.
    pub clock: Arc<dyn Clock>,
}

impl Network {
    /// The real one.
    pub fn online() -> Self {
        Self { fetch: Arc::new(Http::new()), clock: Arc::new(SystemClock) }
    }

    /// The same, with answers that are kept for `time`.
    #[must_use]
    pub fn remembering(self, time: Duration) -> Self {
        let fetch = Remembering::new(self.fetch, Arc::clone(&self.clock), time);
        Self { fetch: Arc::new(fetch), ..self }
    }
}

/// Nothing outside is asked.
impl Default for Network {
    fn default() -> Self {
        Self { fetch: Arc::new(Offline), clock: Arc::new(SystemClock) }
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Network")
    }
}

/// The methods that are needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// `GET`
    Get,
    /// `POST`
    Post,
}

/// A question.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Request {
    /// How it is asked.
    pub method: Method,
    /// An absolute address; only `http` and `https` are asked.
    pub url: String,
    /// Names and values, in order.
    pub headers: Vec<(String, String)>,
    /// What is sent along.
    pub body: Option<String>,
    /// How much of the answer's body is read, in bytes; with 0 none of it.
    pub limit: usize,
    /// How long the whole answer may take.
    pub time: Duration,
}

impl Request {
    /// `GET` without headers and without reading a body.
    pub fn get(url: impl Into<String>, time: Duration) -> Self {
        Self { method: Method::Get, url: url.into(), headers: Vec::new(), body: None, limit: 0, time }
    }
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Response {
    /// Its status.
    pub status: u16,
    /// `Retry-After`, as it was sent.
    pub retry_after: Option<String>,
    /// `Content-Type`, as it was sent.
    pub content_type: Option<String>,
    /// What was read of its body, as text.
    pub text: String,
    /// Whether there was more of it than was asked for.
    pub is_cut: bool,
}

impl Response {
    /// Whether the status is a success (2xx).
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The build may not ask.
    Offline,
    /// The address cannot be asked: another scheme, no host, no URL at all.
    Address(String),
    /// Nobody knows the host.
    Host,
    /// It took longer than the question allowed.
    Time(Duration),
    /// More than [`MOST_REDIRECTS`].
    Redirects,
    /// The connection did not come about or broke off.
    Connection(String),
    /// What came is no answer, or the question no question.
    Protocol(String),
}

impl Failure {
    /// Whether asking again may help.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Time(_) | Self::Connection(_))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Offline => formatter.write_str("this build may not ask other sites"),
            Self::Address(reason) => write!(formatter, "the address cannot be asked: {reason}"),
            Self::Host => formatter.write_str("the host is not known"),
            Self::Time(time) => write!(formatter, "no answer within {} seconds", time.as_secs_f32()),
            Self::Redirects => write!(formatter, "more than {MOST_REDIRECTS} redirects"),
            Self::Connection(reason) => write!(formatter, "no connection: {reason}"),
            Self::Protocol(reason) => write!(formatter, "no valid answer: {reason}"),
        }
    }
}

/// What a status says, as HTTP names it: `404 Not Found`.
pub fn status_text(status: u16) -> String {
    let reason = ureq::http::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    match reason {
        Some(reason) => format!("{status} {reason}"),
        None => status.to_string(),
    }
}

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
