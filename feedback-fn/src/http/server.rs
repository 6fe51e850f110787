//! Taking connections, within bounds that keep honest residents served.
//!
//! Who says nothing for 10 s is let go before hyper is told of them. hyper closes a connection whose header does
//! not arrive in as long again, but only if it has a timer. Bodies are bounded by `body`, answers by `wire`, how
//! many there are by a number of places and by `crowd`, and a connection as a whole by [`LIFETIME`].

use super::crowd::{Crowd, Seat};
use super::framing::Frames;
use super::listener::Stream;
use super::wire::Wire;
use super::{Answer, Listener, Peer, closing};
use crate::app::App;
use crate::config::Guard;
use crate::metrics::{Metrics, Present, count};
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{Instant, sleep, timeout};

const HEADER_DEADLINE: Duration = Duration::from_secs(10);
/// Of a connection. The answer to its next request then says that it is the last: who keeps connections to send
/// requests over, as reverse proxies do, must not send one into a connection that is just being closed.
const LIFETIME: Duration = Duration::from_secs(120);
/// For that next request: who sends none is let go before.
const GRACE: Duration = Duration::from_secs(15);
/// For the request under way when a connection or the program is told to end. Systems that end programs wait
/// for ten seconds before they kill, and the store still has to close.
const FAREWELL: Duration = Duration::from_secs(9);
/// For the first request of a connection that was taken just before the program was told to end: hyper would close
/// it without an answer, though its request may be on its way.
const COURTESY: Duration = Duration::from_millis(200);
/// After a failed accept (no file descriptors left): without a pause the loop would only burn time.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
const BUFFER: usize = 16 * 1024;
const MOST_HEADERS: usize = 64;

/// What answers requests behind a door.
pub(crate) trait Service: Send + Sync + 'static {
    /// Answers a request. Never fails: what goes wrong is an answer too.
    fn answer(&self, request: Request<Incoming>, peer: Peer) -> impl Future<Output = Answer> + Send;

    /// The present limits at this door.
    fn guard(&self) -> Guard;

    /// Where this door counts.
    fn metrics(&self) -> &Arc<Metrics>;
}

impl Service for App {
    fn answer(&self, request: Request<Incoming>, peer: Peer) -> impl Future<Output = Answer> + Send {
        self.handle(request, peer)
    }

    fn guard(&self) -> Guard {
        self.config.get().guard.clone()
    }

    fn metrics(&self) -> &Arc<Metrics> {
        &self.metrics
    }
}

/// Serves until `shutdown` is ready, then lets requests under way finish.
pub async fn serve(
    listener: impl Into<Listener>,
    app: Arc<App>,
    shutdown: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    open(listener.into(), app, shutdown).await
}

/// A connection's share of what there is; given back when it ends.
struct Share {
    _place: OwnedSemaphorePermit,
    _seat: Option<Seat>,
    _counted: Present,
}

/// Opens a door.
pub(crate) async fn open<S: Service>(
    listener: Listener,
    service: Arc<S>,
    shutdown: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    let connections = u32::try_from(service.guard().connections).unwrap_or(u32::MAX);
    let places = Arc::new(Semaphore::new(connections as usize));
    let crowd = Crowd::new()?;
    let (stop, stopped) = watch::channel(false);
    let mut shutdown = pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            biased;
            () = &mut shutdown => break,
            accepted = accept(&listener, &places, service.metrics()) => accepted,
        };
        let Some((stream, peer, place)) = accepted else { break };
        match share(&crowd, peer, &*service, place) {
            Some(share) => {
                drop(tokio::spawn(converse(stream, peer, service.clone(), stopped.clone(), share)))
            }
            // Closed without a word: who holds so many connections already is answered on those.
            None => count(&service.metrics().refused_connections),
        }
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
    listener: &Listener,
    places: &Arc<Semaphore>,
    metrics: &Metrics,
) -> Option<(Box<dyn Stream>, Peer, OwnedSemaphorePermit)> {
    let place = places.clone().acquire_owned().await.ok()?;
    let mut failures = 0;
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => return Some((stream, peer, place)),
            Err(error) => {
                count(&metrics.failed_accepts);
                // The first of a row: ten a second would hide everything else in the log.
                if failures == 0 {
                    tracing::warn!(event = "server.accept_failed", cause = %error);
                }
                failures += 1;
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// What a connection takes; none if its network has as many as it may have.
fn share<S: Service>(crowd: &Crowd, peer: Peer, service: &S, place: OwnedSemaphorePermit) -> Option<Share> {
    let guard = service.guard();
    let seat = match peer {
        Peer::Address(address) if !guard.trusts(address) => {
            Some(crowd.enter(address, guard.connections_per_network)?)
        }
        // A proxy speaks for everybody.
        Peer::Address(_) | Peer::Proxy => None,
    };
    let metrics = service.metrics();
    count(&metrics.connections);
    Some(Share { _place: place, _seat: seat, _counted: metrics.open_connections.enter() })
}

async fn converse<S: Service>(
    mut stream: Box<dyn Stream>,
    peer: Peer,
    service: Arc<S>,
    mut stopped: watch::Receiver<bool>,
    share: Share,
) {
    let mut first = 0;
    let said = tokio::select! {
        said = timeout(HEADER_DEADLINE, stream.read(std::slice::from_mut(&mut first))) => said,
        () = ending(&mut stopped) => timeout(COURTESY, stream.read(std::slice::from_mut(&mut first))).await,
    };
    // Otherwise it was closed, or said nothing.
    if let Ok(Ok(1)) = said {
        // In a box: buffers and all that hyper knows are kilobytes, and who says nothing must not hold them.
        Box::pin(talk(stream, first, peer, service, stopped)).await;
    }
    drop(share);
}

async fn talk<S: Service>(
    stream: Box<dyn Stream>,
    first: u8,
    peer: Peer,
    service: Arc<S>,
    mut stopped: watch::Receiver<bool>,
) {
    let frames = Frames::default();
    let wire = Wire::new(stream, first, frames.clone(), service.metrics().clone());
    let expires = Instant::now() + LIFETIME;
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(frames.next());
        let service = service.clone();
        // In a box: what answering needs is kilobytes, and a connection that asks nothing must not hold them.
        Box::pin(async move {
            let answer = service.answer(request, peer).await;
            Ok::<_, Infallible>(if Instant::now() < expires { answer } else { closing(answer) })
        })
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_DEADLINE)
        .max_buf_size(BUFFER)
        .max_headers(MOST_HEADERS)
        .half_close(false)
        .serve_connection(TokioIo::new(wire), service);
    let mut connection = pin!(connection);
    tokio::select! {
        // Errors here are the client's: it went away or spoke no HTTP.
        _ = connection.as_mut() => return,
        () = sleep(LIFETIME + GRACE) => {}
        () = ending(&mut stopped) => {
            if timeout(COURTESY, connection.as_mut()).await.is_ok() {
                return;
            }
        }
    }
    connection.as_mut().graceful_shutdown();
    let _ = timeout(FAREWELL, connection).await;
}

/// Ready when the program is told to end.
async fn ending(stopped: &mut watch::Receiver<bool>) {
    // An error says that the door is gone, which is the same.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}
