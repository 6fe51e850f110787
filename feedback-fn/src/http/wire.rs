//! A connection as hyper sees it: what arrives is looked at by `framing`, and what is sent must get away in
//! time. hyper waits for ever for a reader that does not read.

use super::framing::Frames;
use crate::metrics::{Metrics, count};
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

/// For a whole answer, from its first byte. Our largest page takes a modem two seconds.
const ANSWER_DEADLINE: Duration = Duration::from_secs(15);

/// The connection.
pub(super) struct Wire<S> {
    stream: S,
    /// The first byte, which was read before anything else was known of the connection.
    first: Option<u8>,
    frames: Frames,
    metrics: Arc<Metrics>,
    /// When the first byte of what is being sent was.
    since: Option<Instant>,
    deadline: Option<Pin<Box<Sleep>>>,
}

impl<S> Wire<S> {
    /// Tells `frames` what arrives, beginning with `first`, and counts in `metrics` if nobody reads what is sent.
    pub(super) fn new(stream: S, first: u8, frames: Frames, metrics: Arc<Metrics>) -> Wire<S> {
        Wire { stream, first: Some(first), frames, metrics, since: None, deadline: None }
    }

    /// Passes on what came of sending; while nothing gets away, waits for the deadline as well.
    fn in_time<T>(&mut self, cx: &mut Context<'_>, sent: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        let since = *self.since.get_or_insert_with(Instant::now);
        if sent.is_ready() {
            return sent;
        }
        let deadline = self.deadline.get_or_insert_with(|| Box::pin(sleep_until(since + ANSWER_DEADLINE)));
        ready!(deadline.as_mut().poll(cx));
        count(&self.metrics.cut_readers);
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Wire<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let wire = self.get_mut();
        let before = buffer.filled().len();
        if let Some(first) = wire.first.take() {
            buffer.put_slice(&[first]);
            // What follows; if nothing does yet, hyper asks again.
            if let Poll::Ready(Err(error)) = Pin::new(&mut wire.stream).poll_read(cx, buffer) {
                return Poll::Ready(Err(error));
            }
        } else {
            ready!(Pin::new(&mut wire.stream).poll_read(cx, buffer))?;
        }
        wire.frames.scan(&buffer.filled()[before..]);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Wire<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let wire = self.get_mut();
        let sent = Pin::new(&mut wire.stream).poll_write(cx, bytes);
        wire.in_time(cx, sent)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let wire = self.get_mut();
        let sent = Pin::new(&mut wire.stream).poll_write_vectored(cx, pieces);
        wire.in_time(cx, sent)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// hyper flushes when it has handed over the whole answer.
    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let wire = self.get_mut();
        ready!(Pin::new(&mut wire.stream).poll_flush(cx))?;
        (wire.since, wire.deadline) = (None, None);
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}
