//! From which address a request comes, behind reverse proxies or not.

use crate::config::Network;
use hyper::HeaderMap;
use std::net::{IpAddr, SocketAddr};

/// Walks `X-Forwarded-For` from the right, past trusted proxies only: what stands further left is what
/// the client claims. Without trusted proxies the header is ignored.
pub(super) fn address(peer: IpAddr, headers: &HeaderMap, trusted: &[Network]) -> IpAddr {
    // As bytes: what a client puts in front must not make the proxy's own entry unreadable.
    let claimed: Vec<&[u8]> = headers
        .get_all("x-forwarded-for")
        .iter()
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
        .collect();
    let mut address = peer;
    for claim in claimed.iter().rev() {
        if !trusted.iter().any(|network| network.contains(address)) {
            break;
        }
        match entry(claim) {
            Some(next) => address = next,
            None => break,
        }
    }
    address
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

    #[track_caller]
    fn check(trusted: &[&str], forwarded: &'static str, expected: &str) {
        let trusted: Vec<Network> =
            trusted.iter().map(|text| Network::try_from((*text).to_owned()).unwrap()).collect();
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", HeaderValue::from_bytes(forwarded.as_bytes()).unwrap());
        let found = address("10.0.0.1".parse().unwrap(), &headers, &trusted);
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
}
