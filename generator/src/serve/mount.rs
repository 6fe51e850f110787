//! Other services under the same address, such as the feedback function in the preview.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::{Request, Response};

/// The answer of a mounted service, on its way.
pub type Answer = Pin<Box<dyn Future<Output = Response<Full<Bytes>>> + Send>>;

/// A service that answers every request below a path.
#[derive(Clone)]
pub struct Mount {
    prefix: String,
    handler: Arc<dyn Fn(Request<Incoming>, SocketAddr) -> Answer + Send + Sync>,
}

impl Mount {
    /// A service for every address that begins with `prefix` (`/rueckmeldung/`).
    pub fn new<F, R>(prefix: impl Into<String>, handler: F) -> Self
    where
        F: Fn(Request<Incoming>, SocketAddr) -> R + Send + Sync + 'static,
        R: Future<Output = Response<Full<Bytes>>> + Send + 'static,
    {
        let handler = Arc::new(move |request, peer| Box::pin(handler(request, peer)) as Answer);
        Self { prefix: prefix.into(), handler }
    }

    /// Whether it is responsible for an address.
    pub fn serves(&self, address: &str) -> bool {
        address.starts_with(&self.prefix)
    }

    /// Its answer.
    pub fn answer(&self, request: Request<Incoming>, peer: SocketAddr) -> Answer {
        (self.handler)(request, peer)
    }
}
