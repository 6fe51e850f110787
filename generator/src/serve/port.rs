//! Which port: the one that was asked for, or the nearest free one where nobody asked.

use std::io;
use std::net::{IpAddr, SocketAddr};

use anyhow::{Context, Result, bail};
use tokio::net::TcpListener;

/// The port to listen on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Port {
    /// This one, and the next free one above it if it is taken.
    Preferred(u16),
    /// This one or none.
    Exact(u16),
}

/// How many ports are tried above the preferred one.
const TRIES: u16 = 100;

/// Listens, so that the builder may know the address.
///
/// # Errors
/// Where no port is to be had.
pub async fn listen(interface: IpAddr, port: Port) -> Result<TcpListener> {
    let (first, tries) = match port {
        Port::Preferred(first) => (first, TRIES),
        Port::Exact(only) => (only, 0),
    };
    for candidate in first..=first.saturating_add(tries) {
        match TcpListener::bind(SocketAddr::new(interface, candidate)).await {
            Ok(listener) => return Ok(listener),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && tries > 0 => {}
            Err(error) => {
                return Err(error).with_context(|| format!("cannot listen on {interface}:{candidate}"));
            }
        }
    }
    bail!("no free port between {first} and {}", first.saturating_add(tries))
}

#[cfg(test)]
mod tests {
    use super::{Port, listen};
    use std::net::{IpAddr, Ipv4Addr};

    #[tokio::test]
    async fn a_taken_port_is_passed_over_unless_it_was_asked_for() {
        let interface = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let first = listen(interface, Port::Preferred(20_111)).await.unwrap();
        let taken = first.local_addr().unwrap().port();
        let second = listen(interface, Port::Preferred(taken)).await.unwrap();
        assert!(second.local_addr().unwrap().port() > taken);
        let error = listen(interface, Port::Exact(taken)).await.unwrap_err();
        assert!(error.to_string().contains(&format!("cannot listen on 127.0.0.1:{taken}")), "{error}");
    }
}
