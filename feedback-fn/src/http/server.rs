//! Taking connections, within bounds that keep honest residents served.
//!
//! hyper closes a connection whose header does not arrive in 10 s, but only if it has a timer. Bodies are
//! bounded by `body`; a connection as a whole by [`LIFETIME`], which also ends readers that do not read.

use crate::app::App;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{sleep, timeout};

const HEADER_DEADLINE: Duration = Duration::from_secs(10);
/// Of a connection; then it takes no further request.
const LIFETIME: Duration = Duration::from_secs(120);
/// For the request under way when a connection or the program is told to end.
const FAREWELL: Duration = Duration::from_secs(10);
/// After a failed accept (no file descriptors left): without a pause the loop would only burn time.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
const BUFFER: usize = 16 * 1024;
const MOST_HEADERS: usize = 64;

/// Serves until `shutdown` is ready, then lets requests under way finish.
pub async fn serve(
    listener: TcpListener,
    app: Arc<App>,
    shutdown: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    let connections = u32::try_from(app.config.get().guard.connections).unwrap_or(u32::MAX);
    let places = Arc::new(Semaphore::new(connections as usize));
    let (stop, stopped) = watch::channel(false);
    let mut shutdown = pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            biased;
            () = &mut shutdown => break,
            accepted = accept(&listener, &places) => accepted,
        };
        let Some((stream, peer, place)) = accepted else { break };
        tokio::spawn(converse(stream, peer, app.clone(), stopped.clone(), place));
    }
    drop(listener);
    stop.send_replace(true);
    // Whoever has a place still answers; all places free means that all connections have ended.
    if timeout(FAREWELL, places.acquire_many(connections)).await.is_err() {
        tracing::warn!(event = "server.cut_off");
    }
    Ok(())
}

/// A place first, then the connection: who does not fit waits in the kernel's queue. Survives EMFILE.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let place = places.clone().acquire_owned().await.ok()?;
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => return Some((stream, peer, place)),
            Err(error) => {
                tracing::warn!(event = "server.accept_failed", cause = %error);
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn converse(
    stream: TcpStream,
    peer: SocketAddr,
    app: Arc<App>,
    mut stopped: watch::Receiver<bool>,
    place: OwnedSemaphorePermit,
) {
    // Answers are small: waiting to fill a packet only delays them.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let app = app.clone();
        async move { Ok::<_, Infallible>(app.handle(request, peer).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_DEADLINE)
        .max_buf_size(BUFFER)
        .max_headers(MOST_HEADERS)
        .half_close(false)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    tokio::select! {
        // Errors here are the client's: it went away or spoke no HTTP.
        _ = connection.as_mut() => return,
        () = sleep(LIFETIME) => {}
        _ = stopped.wait_for(|stopped| *stopped) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = timeout(FAREWELL, connection).await;
    drop(place);
}
