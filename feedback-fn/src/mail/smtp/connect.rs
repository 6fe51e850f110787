//! Opens the connection that everything else runs over.
//!
//! Behind a trait, so that tests put a scripted server at the other end of a pipe and let the clock run.

use super::stream::BoxStream;
use std::fmt;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use tokio::net::{TcpStream, lookup_host};

/// A connection in the future.
pub(super) type Connecting<'a> = Pin<Box<dyn Future<Output = io::Result<BoxStream>> + Send + 'a>>;

/// Opens connections to one server.
pub(super) trait Connect: Send + Sync + fmt::Debug {
    /// Opens one.
    fn connect(&self) -> Connecting<'_>;
}

/// Over TCP.
#[derive(Debug)]
pub(super) struct TcpConnect {
    pub host: String,
    pub port: u16,
    /// Connections without encryption end on this computer, whatever the name resolves to.
    pub only_this_computer: bool,
}

impl Connect for TcpConnect {
    fn connect(&self) -> Connecting<'_> {
        Box::pin(async { Ok(Box::new(self.tcp().await?) as BoxStream) })
    }
}

impl TcpConnect {
    /// Tries the addresses in the order of the resolver; the step's deadline bounds all of them.
    pub(super) async fn tcp(&self) -> io::Result<TcpStream> {
        let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address that may be used");
        for address in lookup_host((self.host.as_str(), self.port)).await? {
            if self.only_this_computer && !address.ip().is_loopback() {
                continue;
            }
            match open(address).await {
                Ok(stream) => return Ok(stream),
                Err(error) => last = error,
            }
        }
        Err(last)
    }
}

/// Without `TCP_NODELAY` text and dot, two writes, wait 40 ms for the delayed acknowledgement of the first.
async fn open(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}
