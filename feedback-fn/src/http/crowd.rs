//! How many connections one network may hold at once.
//!
//! Counted in a table of fixed size; the place of a network is found by an HMAC with a key drawn at start, so
//! that nothing here or in a dump names an address. Two networks that meet in one place share it.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

const PLACES: usize = 1 << 16;

/// The connections of all networks.
#[derive(Clone)]
pub(super) struct Crowd(Arc<Counts>);

struct Counts {
    key: Hmac<Sha256>,
    open: Mutex<Vec<u16>>,
}

/// One connection, until it is dropped.
pub(super) struct Seat {
    counts: Arc<Counts>,
    place: usize,
}

impl Crowd {
    pub(super) fn new() -> anyhow::Result<Crowd> {
        let mut key = [0; 32];
        getrandom::fill(&mut key)?;
        let open = Mutex::new(vec![0; PLACES]);
        Ok(Crowd(Arc::new(Counts { key: Hmac::new_from_slice(&key)?, open })))
    }

    /// A seat, unless the network of the address has `most` already.
    pub(super) fn enter(&self, address: IpAddr, most: usize) -> Option<Seat> {
        let place = self.0.place(address);
        let mut open = self.0.lock();
        let taken = &mut open[place];
        if usize::from(*taken) >= most || *taken == u16::MAX {
            return None;
        }
        *taken += 1;
        Some(Seat { counts: self.0.clone(), place })
    }
}

impl Counts {
    fn lock(&self) -> MutexGuard<'_, Vec<u16>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An IPv4 address or an IPv6 /64, which is the least that a household has.
    fn place(&self, address: IpAddr) -> usize {
        let network = match address.to_canonical() {
            IpAddr::V4(address) => u64::from(address.to_bits()),
            IpAddr::V6(address) => (address.to_bits() >> 64) as u64 | 1 << 63,
        };
        let mut mac = self.key.clone();
        mac.update(&network.to_be_bytes());
        let code = mac.finalize().into_bytes();
        usize::from(u16::from_be_bytes([code[0], code[1]]))
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.counts.lock()[self.place] -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn network_has_so_many_seats_and_gets_them_back() {
        let crowd = Crowd::new().unwrap();
        let enter = |address: &str| crowd.enter(address.parse().unwrap(), 2);
        let (first, _second) = (enter("192.0.2.1").unwrap(), enter("::ffff:192.0.2.1").unwrap());
        assert!(enter("192.0.2.1").is_none());
        drop(first);
        let _again = enter("192.0.2.1").unwrap();
        assert!(enter("192.0.2.1").is_none());
        let _household = (enter("2001:db8::1").unwrap(), enter("2001:db8::2").unwrap());
        assert!(enter("2001:db8::3").is_none());
        let _other = enter("2001:db8:0:1::1").unwrap();
    }
}
