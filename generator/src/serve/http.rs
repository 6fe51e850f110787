//! HTTP/1.1 for one person on one machine: files of the output, live reload, mounted services.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::header::{
    ACCEPT_RANGES, ACCESS_CONTROL_ALLOW_ORIGIN, ALLOW, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE,
    CONTENT_TYPE, HOST, HeaderMap, HeaderName, IF_RANGE, LOCATION, ORIGIN, RANGE, VARY,
};
use hyper::http::response::Builder as Head;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;

use super::body::{self, Body};
use super::{Shared, files, livereload, overlay};

type Reply = Response<Body>;

const HTML: &str = "text/html; charset=utf-8";

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

async fn answer(request: Request<Incoming>, peer: SocketAddr, shared: &Arc<Shared>) -> Reply {
    let asked = format!("{} {}", request.method(), request.uri());
    let reply = route(request, peer, shared).await;
    tracing::debug!(status = reply.status().as_u16(), "{asked}");
    reply
}

async fn route(request: Request<Incoming>, peer: SocketAddr, shared: &Arc<Shared>) -> Reply {
    if let Some(foreign) = foreign_host(&request, shared) {
        return plain(
            StatusCode::MISDIRECTED_REQUEST,
            &format!(
                "`{foreign}` is not a name of this machine; start the server with --base-url to be asked by this name\n"
            ),
        );
    }
    let address = request.uri().path().to_owned();
    if let Some(mount) = shared.mounts.iter().find(|mount| mount.serves(&address)) {
        return mount.answer(request, peer).await.map(body::boxed);
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let mut reply = plain(StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD\n");
        reply.headers_mut().insert(ALLOW, hyper::header::HeaderValue::from_static("GET, HEAD"));
        return reply;
    }
    match address.as_str() {
        "/livereload" if hyper_tungstenite::is_upgrade_request(&request) => upgrade(request, shared),
        "/livereload.js" => typed(StatusCode::OK, "text/javascript; charset=utf-8", livereload::SCRIPT),
        _ => page(&request, &address, shared).await,
    }
}

/// The host of a request that this server is not to be asked for.
fn foreign_host(request: &Request<Incoming>, shared: &Shared) -> Option<String> {
    let named = text(request.headers(), HOST).into_iter().chain(request.uri().host());
    named.map(str::to_owned).find(|host| !shared.hosts.accept(host))
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn upgrade(mut request: Request<Incoming>, shared: &Arc<Shared>) -> Reply {
    let shown = livereload::version(request.uri().query());
    match hyper_tungstenite::upgrade(&mut request, None) {
        Ok((response, socket)) => {
            tokio::spawn(livereload::converse(socket, Arc::clone(shared), shown));
            response.map(body::boxed)
        }
        Err(error) => plain(StatusCode::BAD_REQUEST, &format!("{error}\n")),
    }
}

/// A file of the site, whose addresses all begin with the base path.
async fn page(request: &Request<Incoming>, address: &str, shared: &Shared) -> Reply {
    let base = &shared.base_path;
    let Some(below) = address.strip_prefix(base.as_str()) else {
        return match address {
            "/" => redirect(&format!("{base}/")),
            _ => not_found(shared).await,
        };
    };
    let output = &shared.output;
    if below.is_empty() || files::needs_slash(output, below) {
        let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
        return redirect(&format!("{address}/{query}"));
    }
    let version = shared.version();
    match files::file_for(output, below) {
        Some(file) => match file_reply(&file, request, version, shared).await {
            Ok(reply) => reply,
            // Removed or replaced by a folder since it was found.
            Err(_) => not_found(shared).await,
        },
        None => not_found(shared).await,
    }
}

/// Not for ever: another site may be served at this address tomorrow.
fn redirect(to: &str) -> Reply {
    let head = Response::builder().status(StatusCode::FOUND).header(LOCATION, to);
    finish(head.header(CACHE_CONTROL, "no-store"), body::full(""))
}

/// The site's own page for this, or the report where nothing was built.
async fn not_found(shared: &Shared) -> Reply {
    let version = shared.version();
    let page = match files::file_for(&shared.output, "/404.html") {
        Some(file) => tokio::fs::read(file).await.ok(),
        None => None,
    };
    match (page, shared.report()) {
        (Some(bytes), _) => html_reply(StatusCode::NOT_FOUND, bytes, version, shared),
        (None, Some(report)) => {
            let page = livereload::with_script(overlay::page(&report), version);
            typed(StatusCode::NOT_FOUND, HTML, page)
        }
        (None, None) => plain(StatusCode::NOT_FOUND, "there is no such page\n"),
    }
}

async fn file_reply(
    file: &Path,
    request: &Request<Incoming>,
    version: u64,
    shared: &Shared,
) -> std::io::Result<Reply> {
    let media_type = files::media_type(file);
    if media_type == HTML {
        return Ok(html_reply(StatusCode::OK, tokio::fs::read(file).await?, version, shared));
    }
    let headers = request.headers();
    let opened = tokio::fs::File::open(file).await?;
    let len = opened.metadata().await?.len();
    // A range of the version that a browser has is none of this one: there is nothing to compare them by.
    let range = if headers.contains_key(IF_RANGE) { None } else { text(headers, RANGE) };
    let head = Response::builder()
        .header(CONTENT_TYPE, media_type)
        .header(ACCEPT_RANGES, "bytes")
        .header(CACHE_CONTROL, "no-store");
    let head = shared_with(head, headers, shared);
    let (head, range) = match files::byte_range(range, len) {
        Ok(None) => (head.status(StatusCode::OK), 0..len),
        Ok(Some(range)) => (
            head.status(StatusCode::PARTIAL_CONTENT)
                .header(CONTENT_RANGE, format!("bytes {}-{}/{len}", range.start, range.end - 1)),
            range,
        ),
        Err(files::OutsideFile) => (
            head.status(StatusCode::RANGE_NOT_SATISFIABLE).header(CONTENT_RANGE, format!("bytes */{len}")),
            0..0,
        ),
    };
    let head = head.header(CONTENT_LENGTH, range.end - range.start);
    let is_head = *request.method() == Method::HEAD;
    Ok(finish(head, if is_head { body::full("") } else { body::part(opened, range).await? }))
}

/// Lets pages of this machine under another name read fonts and modules, as browsers ask for.
fn shared_with(head: Head, headers: &HeaderMap, shared: &Shared) -> Head {
    let head = head.header(VARY, "Origin");
    match text(headers, ORIGIN) {
        Some(origin) if shared.hosts.share_with(origin, text(headers, HOST)) => {
            head.header(ACCESS_CONTROL_ALLOW_ORIGIN, origin)
        }
        _ => head,
    }
}

fn html_reply(status: StatusCode, bytes: Vec<u8>, version: u64, shared: &Shared) -> Reply {
    let html = String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
    let html = match shared.report() {
        Some(report) => overlay::with_report(html, &report),
        None => html,
    };
    typed(status, HTML, livereload::with_script(html, version))
}

fn typed(status: StatusCode, media_type: &str, bytes: impl Into<bytes::Bytes>) -> Reply {
    let head = Response::builder().status(status).header(CONTENT_TYPE, media_type);
    finish(head.header(CACHE_CONTROL, "no-store"), body::full(bytes))
}

fn plain(status: StatusCode, text: &str) -> Reply {
    typed(status, "text/plain; charset=utf-8", text.to_owned())
}

fn finish(head: Head, body: Body) -> Reply {
    head.body(body).unwrap_or_else(|_| {
        let mut reply = Response::new(body::full(""));
        *reply.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        reply
    })
}
