//! How many forms one network may send: a generic cell rate algorithm in a table of fixed size.
//!
//! A flood from many addresses cannot blow the table up; two networks that meet in one slot share a limit.
//! Slots are found by an HMAC with a key drawn at start: nothing here or in a dump names an address.

use crate::config::Guard;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;
use std::net::IpAddr;
use std::sync::Mutex;

const SLOTS: usize = 65_536;
const MINUTE_MS: i64 = 60_000;

/// Counts forms per network.
pub(crate) struct Limiter {
    key: Hmac<Sha256>,
    /// Per slot the instant (in ms) at which its network will have used up nothing.
    free_at: Mutex<Vec<i64>>,
    interval: i64,
    tolerance: i64,
}

impl Limiter {
    pub(crate) fn new(guard: &Guard) -> anyhow::Result<Limiter> {
        let mut key = [0; 32];
        getrandom::fill(&mut key)?;
        let interval = MINUTE_MS / i64::from(guard.forms_per_minute);
        Ok(Limiter {
            key: Hmac::new_from_slice(&key)?,
            free_at: Mutex::new(vec![i64::MIN; SLOTS]),
            interval,
            tolerance: interval.saturating_mul(i64::from(guard.burst) - 1),
        })
    }

    /// Counts a form; if it is one too many, says after how many seconds it would not be.
    pub(super) fn admit(&self, address: IpAddr, now: Timestamp) -> Result<(), u64> {
        let now = now.as_millisecond();
        let slot = self.slot(address);
        let mut free_at = self.free_at.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        // Further ahead than any count can be: the clock was set back.
        let impossible = free_at[slot] > now + self.tolerance + self.interval;
        let start = if impossible { now } else { free_at[slot].max(now) };
        let wait = start - self.tolerance - now;
        if wait > 0 {
            return Err(wait.unsigned_abs().div_ceil(1000));
        }
        free_at[slot] = start + self.interval;
        Ok(())
    }

    fn slot(&self, address: IpAddr) -> usize {
        let network: [u8; 8] = match address.to_canonical() {
            IpAddr::V4(address) => u64::from(address.to_bits()).to_be_bytes(),
            IpAddr::V6(address) => ((address.to_bits() >> 64) as u64 | 1 << 63).to_be_bytes(),
        };
        let mut mac = self.key.clone();
        mac.update(&network);
        let code = mac.finalize().into_bytes();
        usize::from(u16::from_be_bytes([code[0], code[1]]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    fn limiter() -> Limiter {
        Limiter::new(&Guard { forms_per_minute: 6, burst: 3, ..Guard::default() }).unwrap()
    }

    #[track_caller]
    fn check(limiter: &Limiter, address: &str, seconds: i64, expected: Result<(), u64>) {
        assert_eq!(limiter.admit(address.parse().unwrap(), at(seconds)), expected, "{address} at {seconds}");
    }

    #[test]
    fn burst_is_admitted_and_then_one_form_per_interval() {
        let limiter = limiter();
        for _ in 0..3 {
            check(&limiter, "192.0.2.1", 0, Ok(()));
        }
        check(&limiter, "192.0.2.1", 0, Err(10));
        check(&limiter, "192.0.2.1", 9, Err(1));
        check(&limiter, "192.0.2.1", 10, Ok(()));
        check(&limiter, "192.0.2.1", 10, Err(10));
    }

    #[test]
    fn clock_set_back_locks_nobody_out() {
        let limiter = limiter();
        check(&limiter, "192.0.2.1", 100_000, Ok(()));
        check(&limiter, "192.0.2.1", 0, Ok(()));
    }

    #[test]
    fn addresses_of_one_household_share_a_limit() {
        let limiter = limiter();
        for host in ["::1", "::2", "::3"] {
            check(&limiter, &format!("2001:db8:0:1{host}"), 0, Ok(()));
        }
        check(&limiter, "2001:db8:0:1::4", 0, Err(10));
    }
}
