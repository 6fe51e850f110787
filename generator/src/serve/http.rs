//! HTTP/1.1 for one person on one machine: files of the output, live reload, mounted services.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{
    ACCEPT_RANGES, ALLOW, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, LOCATION, RANGE,
};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;

use super::{Shared, files, livereload, overlay};

type Reply = Response<Full<Bytes>>;

/// Accepts connections for ever.
pub async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    loop {
        let Ok((stream, peer)) = listener.accept().await else {
            // No file descriptor left: wait for one instead of turning in a circle.
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            let service = service_fn(move |request| {
                let shared = Arc::clone(&shared);
                async move { Ok::<_, Infallible>(answer(request, peer, &shared).await) }
            });
            let connection = hyper::server::conn::http1::Builder::new()
                .timer(TokioTimer::new())
                .serve_connection(TokioIo::new(stream), service)
                .with_upgrades();
            // A browser that closes its connection is no news.
            let _ = connection.await;
        });
    }
}

async fn answer(request: Request<Incoming>, peer: SocketAddr, shared: &Shared) -> Reply {
    let address = request.uri().path().to_owned();
    if let Some(mount) = shared.mounts.iter().find(|mount| mount.serves(&address)) {
        return mount.answer(request, peer).await;
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return plain(StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD\n", |reply| {
            reply.header(ALLOW, "GET, HEAD")
        });
    }
    if address == "/livereload" && hyper_tungstenite::is_upgrade_request(&request) {
        return upgrade(request, shared);
    }
    if address == "/livereload.js" {
        return typed(StatusCode::OK, "text/javascript; charset=utf-8", livereload::SCRIPT.into());
    }
    if files::needs_slash(&shared.output, &address) {
        let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
        return plain(StatusCode::MOVED_PERMANENTLY, "", |reply| {
            reply.header(LOCATION, format!("{address}/{query}"))
        });
    }
    let range = request.headers().get(RANGE).and_then(|value| value.to_str().ok());
    file_or_404(&address, range, request.method(), shared)
}

fn upgrade(mut request: Request<Incoming>, shared: &Shared) -> Reply {
    match hyper_tungstenite::upgrade(&mut request, None) {
        Ok((response, socket)) => {
            tokio::spawn(livereload::converse(socket, shared.changes.subscribe()));
            response
        }
        Err(error) => plain(StatusCode::BAD_REQUEST, &format!("{error}\n"), |reply| reply),
    }
}

fn file_or_404(address: &str, range: Option<&str>, method: &Method, shared: &Shared) -> Reply {
    if let Some(file) = files::file_for(&shared.output, address)
        && let Some(bytes) = read(&file)
    {
        return file_reply(&file, bytes, range, method, shared);
    }
    let page = files::file_for(&shared.output, "/404.html").and_then(|file| read(&file));
    match (page, shared.report()) {
        (Some(bytes), _) => html_reply(StatusCode::NOT_FOUND, bytes, shared),
        (None, Some(report)) => {
            typed(StatusCode::NOT_FOUND, HTML, livereload::with_script(overlay::page(&report)).into())
        }
        (None, None) => plain(StatusCode::NOT_FOUND, "there is no such page\n", |reply| reply),
    }
}

const HTML: &str = "text/html; charset=utf-8";

fn file_reply(file: &Path, bytes: Vec<u8>, range: Option<&str>, method: &Method, shared: &Shared) -> Reply {
    let media_type = files::media_type(file);
    if media_type == HTML {
        return html_reply(StatusCode::OK, bytes, shared);
    }
    let len = bytes.len() as u64;
    let head = Response::builder()
        .header(CONTENT_TYPE, media_type)
        .header(ACCEPT_RANGES, "bytes")
        .header(CACHE_CONTROL, "no-store");
    let (head, body) = match files::byte_range(range, len) {
        Ok(None) => (head.status(StatusCode::OK), bytes),
        Ok(Some(range)) => (
            head.status(StatusCode::PARTIAL_CONTENT)
                .header(CONTENT_RANGE, format!("bytes {}-{}/{len}", range.start, range.end - 1)),
            bytes[range.start as usize..range.end as usize].to_vec(),
        ),
        Err(files::OutsideFile) => (
            head.status(StatusCode::RANGE_NOT_SATISFIABLE).header(CONTENT_RANGE, format!("bytes */{len}")),
            Vec::new(),
        ),
    };
    let head = head.header(CONTENT_LENGTH, body.len());
    finish(head, if *method == Method::HEAD { Vec::new() } else { body })
}

fn html_reply(status: StatusCode, bytes: Vec<u8>, shared: &Shared) -> Reply {
    let html = String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
    let html = match shared.report() {
        Some(report) => overlay::with_report(html, &report),
        None => html,
    };
    typed(status, HTML, livereload::with_script(html).into())
}

fn typed(status: StatusCode, media_type: &str, body: Vec<u8>) -> Reply {
    finish(
        Response::builder().status(status).header(CONTENT_TYPE, media_type).header(CACHE_CONTROL, "no-store"),
        body,
    )
}

fn plain(
    status: StatusCode,
    text: &str,
    extend: impl FnOnce(hyper::http::response::Builder) -> hyper::http::response::Builder,
) -> Reply {
    let head = Response::builder().status(status).header(CONTENT_TYPE, "text/plain; charset=utf-8");
    finish(extend(head), text.as_bytes().to_vec())
}

fn finish(head: hyper::http::response::Builder, body: Vec<u8>) -> Reply {
    head.body(Full::new(Bytes::from(body))).unwrap_or_else(|_| {
        let mut reply = Response::new(Full::default());
        *reply.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        reply
    })
}

#[expect(clippy::disallowed_methods, reason = "the server reads the output, which is not part of the World")]
fn read(file: &Path) -> Option<Vec<u8>> {
    std::fs::read(file).ok()
}
