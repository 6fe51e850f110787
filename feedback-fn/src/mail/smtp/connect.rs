//! Opens the connection that everything else runs over.
//!
//! Behind a trait, so that tests put a scripted server at the other end of a pipe and let the clock run.

use super::stream::BoxStream;
use std::fmt;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::time::Duration;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

/// For an address after which another can be tried: the kernel has asked three times then (after 0, 1 and 3 s).
/// Where the way over IPv6 leads nowhere, the first address would otherwise take the time of all.
const PATIENCE: Duration = Duration::from_secs(5);

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
        let addresses = lookup_host((self.host.as_str(), self.port)).await?;
        let usable = addresses.filter(|address| !self.only_this_computer || address.ip().is_loopback());
        first(&usable.collect::<Vec<_>>()).await
    }
}

/// A connection to the first address that takes it. The last has the time that is left.
pub(super) async fn first(addresses: &[SocketAddr]) -> io::Result<TcpStream> {
    let none = || io::Error::new(io::ErrorKind::NotFound, "the name has no address that may be used");
    let (last, others) = addresses.split_last().ok_or_else(none)?;
    for address in others {
        if let Ok(Ok(stream)) = timeout(PATIENCE, open(*address)).await {
            return Ok(stream);
        }
    }
    open(*last).await
}

/// Without `TCP_NODELAY` text and dot, two writes, wait 40 ms for the delayed acknowledgement of the first.
async fn open(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}
