//! Questions over HTTP, by way of `ureq`: blocking, with a time limit for the whole answer, bounded bodies,
//! bounded redirects, the certificates of the system.

use std::io::Read;
use std::time::Duration;

use ureq::config::Config;
use ureq::http;
use ureq::tls::{RootCerts, TlsConfig};
use url::Url;

use super::{Failure, Fetch, MOST_REDIRECTS, Method, Request, Response, USER_AGENT};

/// The real network.
pub struct Http {
    agent: ureq::Agent,
}

impl Http {
    /// With the proxy that the environment names, if any.
    pub fn new() -> Self {
        let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
        let config = Config::builder()
            .tls_config(tls)
            .user_agent(USER_AGENT)
            .http_status_as_error(false)
            .max_redirects(MOST_REDIRECTS)
            .max_redirects_will_error(true)
            .build();
        Self { agent: config.new_agent() }
    }
}

impl Default for Http {
    fn default() -> Self {
        Self::new()
    }
}

impl Fetch for Http {
    fn fetch(&self, request: &Request) -> Result<Response, Failure> {
        let time = request.time;
        let failure = |error| failure(error, time);
        let question = question(request)?;
        let answer = match &request.body {
            Some(body) => {
                let question = question.body(body.as_str()).map_err(|error| protocol(&error))?;
                let question = self.agent.configure_request(question).timeout_global(Some(time)).build();
                self.agent.run(question)
            }
            None => {
                let question = question.body(()).map_err(|error| protocol(&error))?;
                let question = self.agent.configure_request(question).timeout_global(Some(time)).build();
                self.agent.run(question)
            }
        };
        read(answer.map_err(failure)?, request.limit).map_err(failure)
    }
}

/// The question without its body. Fragments are not sent; other schemes than HTTP are not asked.
fn question(request: &Request) -> Result<http::request::Builder, Failure> {
    let mut url = Url::parse(&request.url).map_err(|error| Failure::Address(error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Failure::Address(format!("`{}` is neither `http` nor `https`", url.scheme())));
    }
    url.set_fragment(None);
    let method = match request.method {
        Method::Get => http::Method::GET,
        Method::Post => http::Method::POST,
    };
    let mut question = http::Request::builder().method(method).uri(url.as_str());
    for (name, value) in &request.headers {
        question = question.header(name, value);
    }
    Ok(question)
}

fn read(answer: http::Response<ureq::Body>, limit: usize) -> Result<Response, ureq::Error> {
    let status = answer.status().as_u16();
    let header = |name: http::HeaderName| {
        answer.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
    };
    let (retry_after, content_type) = (header(http::header::RETRY_AFTER), header(http::header::CONTENT_TYPE));
    let mut response = Response { status, retry_after, content_type, ..Response::default() };
    if limit == 0 {
        return Ok(response);
    }
    // One byte more tells whether there is more; the limit holds for what was unpacked.
    let mut bytes = Vec::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    answer.into_body().into_reader().take(most).read_to_end(&mut bytes)?;
    response.is_cut = bytes.len() > limit;
    bytes.truncate(limit);
    response.text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    };
    if response.text.starts_with('\u{feff}') {
        response.text.remove(0);
    }
    Ok(response)
}

fn failure(error: ureq::Error, time: Duration) -> Failure {
    match error {
        ureq::Error::Timeout(_) => Failure::Time(time),
        ureq::Error::HostNotFound => Failure::Host,
        ureq::Error::TooManyRedirects => Failure::Redirects,
        ureq::Error::BadUri(reason) => Failure::Address(reason),
        ureq::Error::Io(error) => Failure::Connection(error.to_string()),
        ureq::Error::ConnectionFailed => Failure::Connection("the host does not take it".to_owned()),
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) | ureq::Error::ConnectProxyFailed(_) => {
            Failure::Connection(error.to_string())
        }
        other => Failure::Protocol(other.to_string()),
    }
}

fn protocol(error: &http::Error) -> Failure {
    Failure::Protocol(error.to_string())
}
