//! What the operator may ask a running program, at an address of its own: `/live`, `/ready`, `/metrics` and a
//! page for people. Counts and causes only; nothing about anyone, and nothing can be changed here.

mod exposition;
mod health;
mod page;

use crate::app::App;
use crate::config::Guard;
use crate::http::{self, Answer, Listener, Peer, Service, check_framing};
use crate::metrics::Metrics;
use health::Health;
use hyper::body::Incoming;
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use hyper::{Method, Request, StatusCode};
use jiff::Timestamp;
use std::future::Future;
use std::sync::Arc;

/// Probes and a person: more connections would be somebody else.
const CONNECTIONS: usize = 64;

struct Admin {
    app: Arc<App>,
    started: Timestamp,
    /// Of this door, which nobody reads: the public one's are what counts.
    metrics: Arc<Metrics>,
}

/// Serves the operator's address until `shutdown` is ready.
pub async fn serve(
    listener: impl Into<Listener>,
    app: Arc<App>,
    shutdown: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    let started = app.clock.now();
    let admin = Admin { app, started, metrics: Arc::default() };
    http::open(listener.into(), Arc::new(admin), shutdown).await
}

impl Service for Admin {
    async fn answer(&self, request: Request<Incoming>, _: Peer) -> Answer {
        let answer = self.route(&request).await;
        if answer.status().is_client_error() { http::closing(answer) } else { answer }
    }

    fn guard(&self) -> Guard {
        Guard { connections: CONNECTIONS, connections_per_network: CONNECTIONS, ..Guard::default() }
    }

    fn metrics(&self) -> &Arc<Metrics> {
        &self.metrics
    }
}

impl Admin {
    async fn route(&self, request: &Request<Incoming>) -> Answer {
        if check_framing(request).is_err() {
            return said(StatusCode::BAD_REQUEST, "the request can be read in two ways");
        }
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            let mut answer = said(StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD");
            answer.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
            return answer;
        }
        match request.uri().path() {
            // That this is answered at all says that the program runs.
            "/live" => said(StatusCode::OK, "ok"),
            "/ready" => {
                let health = self.health().await;
                http::json(health.status(), &health.json())
            }
            "/metrics" => metrics(exposition::write(&self.app, &self.health().await, self.started)),
            "/" => http::html(StatusCode::OK, page::write(&self.app, &self.health().await, self.started)),
            _ => said(StatusCode::NOT_FOUND, "there are /, /live, /ready and /metrics"),
        }
    }

    async fn health(&self) -> Health {
        Health::examine(&self.app).await
    }
}

fn said(status: StatusCode, line: &str) -> Answer {
    http::text(status, format!("{line}\n"))
}

fn metrics(text: String) -> Answer {
    let mut answer = http::text(StatusCode::OK, text);
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    answer.headers_mut().insert(CONTENT_TYPE, kind);
    answer
}
