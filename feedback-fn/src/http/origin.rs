//! From which address a request comes, behind reverse proxies or not.

use super::Peer;
use crate::config::Network;
use hyper::HeaderMap;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// Stands for the proxy at our Unix socket, which has no address.
const PROXY: IpAddr = IpAddr::V6(Ipv6Addr::UNSPECIFIED);

/// Walks `X-Forwarded-For` from the right, past trusted proxies only: what stands further left is what
/// the client claims. Without trusted proxies the header is ignored; a proxy at our Unix socket is trusted,
/// since the file's mode says who may use it.
pub(super) fn address(peer: Peer, headers: &HeaderMap, trusted: &[Network]) -> IpAddr {
    // As bytes: what a client puts in front must not make the proxy's own entry unreadable.
    let claimed: Vec<&[u8]> = headers
        .get_all("x-forwarded-for")
        .iter()
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
        .collect();
    let mut address = match peer {
        Peer::Address(address) => address,
        Peer::Proxy => PROXY,
    };
    for (at, claim) in claimed.iter().rev().enumerate() {
        let first = at == 0 && peer == Peer::Proxy;
        if !first && !trusted.iter().any(|network| network.contains(address)) {
            break;
        }
        match entry(claim) {
            Some(next) => address = next,
            None => break,
        }
    }
    address
}

/// Whether the client reached the last proxy over TLS, as that proxy says; nobody else is believed.
pub(super) fn is_secure(peer: Peer, headers: &HeaderMap, trusted: &[Network]) -> bool {
    let believed = match peer {
        Peer::Address(address) => trusted.iter().any(|network| network.contains(address)),
        Peer::Proxy => true,
    };
    let mut said = headers.get_all("x-forwarded-proto").iter();
    believed && said.next().is_some_and(|value| value == "https") && said.next().is_none()
}

/// An address, or an address with a port, as some proxies write.
fn entry(claim: &[u8]) -> Option<IpAddr> {
    let claim = std::str::from_utf8(claim).ok()?.trim();
    claim.parse().ok().or_else(|| claim.parse().ok().map(|with_port: SocketAddr| with_port.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::header::HeaderValue;

    const PEER: Peer = Peer::Address(IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 1)));

    fn networks(trusted: &[&str]) -> Vec<Network> {
        trusted.iter().map(|text| Network::try_from((*text).to_owned()).unwrap()).collect()
    }

    #[track_caller]
    fn check(trusted: &[&str], forwarded: &'static str, expected: &str) {
        check_from(PEER, trusted, forwarded, expected);
    }

    #[track_caller]
    fn check_from(peer: Peer, trusted: &[&str], forwarded: &'static str, expected: &str) {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", HeaderValue::from_bytes(forwarded.as_bytes()).unwrap());
        let found = address(peer, &headers, &networks(trusted));
        assert_eq!(found, expected.parse::<IpAddr>().unwrap(), "{forwarded}");
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        check(&[], "192.0.2.9", "10.0.0.1");
        check(&["10.0.0.1"], "192.0.2.9", "192.0.2.9");
        check(&["10.0.0.1"], "203.0.113.5, 192.0.2.9", "192.0.2.9");
        check(&["10.0.0.0/8"], "203.0.113.5, 192.0.2.9, 10.0.0.2", "192.0.2.9");
        check(&["10.0.0.1"], "192.0.2.9:50123", "192.0.2.9");
        check(&["10.0.0.1"], "[2001:db8::9]:50123", "2001:db8::9");
        check(&["10.0.0.1"], "ü, 192.0.2.9", "192.0.2.9");
        check(&["10.0.0.0/8"], "nonsense", "10.0.0.1");
        check(&["10.0.0.0/8"], "192.0.2.9, nonsense, 10.0.0.2", "10.0.0.2");
    }
    #[test]
    fn proxy_at_the_unix_socket_is_believed_and_nobody_behind_it() {
        check_from(Peer::Proxy, &[], "192.0.2.9", "192.0.2.9");
        check_from(Peer::Proxy, &[], "203.0.113.5, 192.0.2.9", "192.0.2.9");
        check_from(Peer::Proxy, &["192.0.2.9"], "203.0.113.5, 192.0.2.9", "203.0.113.5");
        check_from(Peer::Proxy, &[], "nonsense", "::");
        check_from(Peer::Proxy, &[], "203.0.113.5, nonsense", "::");
    }

    #[track_caller]
    fn check_secure(peer: Peer, trusted: &[&str], said: &[&'static str], expected: bool) {
        let mut headers = HeaderMap::new();
        for value in said {
            headers.append("x-forwarded-proto", HeaderValue::from_static(value));
        }
        assert_eq!(is_secure(peer, &headers, &networks(trusted)), expected, "{said:?}");
    }

    #[test]
    fn only_a_trusted_proxy_says_that_the_way_was_secure() {
        check_secure(PEER, &["10.0.0.1"], &["https"], true);
        check_secure(Peer::Proxy, &[], &["https"], true);
        check_secure(PEER, &[], &["https"], false);
        check_secure(PEER, &["10.0.0.1"], &["http"], false);
        check_secure(PEER, &["10.0.0.1"], &[], false);
        check_secure(PEER, &["10.0.0.1"], &["https", "http"], false);
    }
}
