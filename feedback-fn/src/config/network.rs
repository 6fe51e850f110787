//! A network in CIDR notation, such as `10.0.0.0/8`, or a single address.

use serde::Deserialize;
use std::net::IpAddr;

/// A network, or a single address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Network {
    bits: u128,
    length: u32,
}

impl Network {
    /// Whether every address of IPv4, or all, lie in it.
    pub fn is_everything(&self) -> bool {
        let is_ipv4 = self.length == 96 && self.bits >> 32 == 0xffff;
        self.length == 0 || is_ipv4
    }

    /// Whether the address lies in the network.
    pub fn contains(&self, address: IpAddr) -> bool {
        let differing = self.bits ^ bits(address);
        differing.checked_shr(128 - self.length).unwrap_or(0) == 0
    }
}

/// IPv4 as IPv4-mapped IPv6: one comparison serves both, and a mapped address is its IPv4 address.
fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

impl TryFrom<String> for Network {
    type Error = String;

    fn try_from(text: String) -> Result<Network, String> {
        let wrong = || format!("`{text}` is not an address or a network such as `10.0.0.0/8`");
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text.as_str(), None),
        };
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let length: u32 = match length {
            Some(length) => length.parse().map_err(|_| wrong())?,
            None => longest,
        };
        if length > longest {
            return Err(wrong());
        }
        Ok(Network { bits: bits(address), length: 128 - longest + length })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(network: &str, address: &str, expected: bool) {
        let network = Network::try_from(network.to_owned()).unwrap();
        assert_eq!(network.contains(address.parse().unwrap()), expected, "{address}");
    }

    #[test]
    fn address_lies_in_its_networks() {
        check("10.0.0.0/8", "10.200.3.4", true);
        check("10.0.0.0/8", "11.0.0.1", false);
        check("10.0.0.0/8", "::ffff:10.1.2.3", true);
        check("127.0.0.1", "127.0.0.1", true);
        check("127.0.0.1", "127.0.0.2", false);
        check("0.0.0.0/0", "8.8.8.8", true);
        check("0.0.0.0/0", "2001:db8::1", false);
        check("::/0", "2001:db8::1", true);
        check("2001:db8::/32", "2001:db8:1::1", true);
        check("2001:db8::/32", "2001:db9::1", false);
    }

    #[test]
    fn other_text_is_no_network() {
        for text in ["", "x", "10.0.0.0/33", "10.0.0/8", "::1/129", "10.0.0.0/-1", "10.0.0.0/"] {
            assert!(Network::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}
