//! The stream between lettre's connection and the network: keeps question and answer in step.
//!
//! The greeting and EHLO were exchanged before lettre comes in ([`super::handshake`]); lettre insists on
//! doing both, so it gets them replayed. From then on every answer must come after its question: octets
//! that arrive unasked would make each following answer belong to the question before it.

use lettre::transport::smtp::client::AsyncTokioStream;
use std::fmt::Debug;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Octets in both directions.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Sync + Unpin + Debug {}

impl<T: AsyncRead + AsyncWrite + Send + Sync + Unpin + Debug> Stream for T {}

/// Any stream.
pub(super) type BoxStream = Box<dyn Stream>;

/// A stream whose handshake is over.
#[derive(Debug)]
pub(super) struct InStep {
    inner: BoxStream,
    /// What lettre reads before anything comes from the network.
    replay: Vec<u8>,
    /// Whether lettre's EHLO, which was sent already, is still to come.
    hello_to_swallow: bool,
    answer: Answer,
}

/// How far the answer to the last question has come.
#[derive(Debug, Default)]
struct Answer {
    /// The first four octets of the present line: code and separator.
    head: Vec<u8>,
    complete: bool,
}

impl InStep {
    /// `replay` are greeting and answer to EHLO as lettre shall see them.
    pub(super) fn new(inner: BoxStream, replay: Vec<u8>) -> InStep {
        InStep { inner, replay, hello_to_swallow: true, answer: Answer { head: Vec::new(), complete: true } }
    }

    fn poll_nothing_unasked(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        let mut octet = [0];
        let mut buffer = ReadBuf::new(&mut octet);
        match Pin::new(&mut self.inner).poll_read(cx, &mut buffer) {
            Poll::Pending => Ok(()),
            Poll::Ready(Err(error)) => Err(error),
            Poll::Ready(Ok(())) if buffer.filled().is_empty() => Err(closed()),
            Poll::Ready(Ok(())) => Err(unasked()),
        }
    }
}

impl Answer {
    /// Follows the lines `250-…`, `250 …` (RFC 5321 §4.2.1).
    fn take(&mut self, octets: &[u8]) -> io::Result<()> {
        for &octet in octets {
            if self.complete {
                return Err(unasked());
            }
            match octet {
                b'\n' => {
                    self.complete = self.head.get(3) != Some(&b'-');
                    self.head.clear();
                }
                _ if self.head.len() < 4 => self.head.push(octet),
                _ => {}
            }
        }
        Ok(())
    }
}

impl AsyncRead for InStep {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.replay.is_empty() {
            let length = self.replay.len().min(buffer.remaining());
            let replayed: Vec<u8> = self.replay.drain(..length).collect();
            buffer.put_slice(&replayed);
            return Poll::Ready(Ok(()));
        }
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.inner).poll_read(cx, buffer))?;
        Poll::Ready(self.answer.take(&buffer.filled()[before..]))
    }
}

impl AsyncWrite for InStep {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        if self.hello_to_swallow {
            self.hello_to_swallow = !octets.ends_with(b"\n");
            return Poll::Ready(Ok(octets.len()));
        }
        if self.answer.complete {
            self.poll_nothing_unasked(cx)?;
            self.answer.complete = false;
        }
        Pin::new(&mut self.inner).poll_write(cx, octets)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

impl AsyncTokioStream for InStep {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// The server ended the connection.
pub(super) fn closed() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "the server closed the connection")
}

/// The server spoke without being asked.
pub(super) fn unasked() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the server sent more than the answer")
}
