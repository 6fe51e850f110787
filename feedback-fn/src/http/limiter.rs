//! How many forms one network may send: a generic cell rate algorithm in tables of fixed size.
//!
//! A flood from many addresses cannot blow the tables up. Each network has two places, found by an HMAC
//! with a key of the day, and is held back only if both are used up: a flood hinders those only who share
//! both with it. Nothing here or in a dump names an address, and with the key of the day nobody can be
//! found in what is left of the day before. The counts outlive the key by as long as they matter.

use crate::abuse::Daily;
use crate::config::Guard;
use crate::suggestion::{Mark, Marks};
use jiff::{SignedDuration, Timestamp};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

const PLACES: usize = 1 << 16;
const MINUTE_US: i64 = 60_000_000;
/// A whole IPv6 /48 may send so much more than one /64 of it: it is what one customer gets at most
/// (RFC 6177), and has 65,536 of them to change between.
const WIDER: i64 = 16;

/// Counts forms per network.
pub(crate) struct Limiter {
    counts: Mutex<Daily<Counts>>,
    narrow: Rate,
    wide: Rate,
}

/// What may be sent, in microseconds.
#[derive(Clone, Copy)]
struct Rate {
    interval: i64,
    tolerance: i64,
}

impl Rate {
    fn new(per_minute: i64, burst: i64) -> Rate {
        let interval = MINUTE_US / per_minute;
        Rate { interval, tolerance: interval.saturating_mul(burst - 1) }
    }

    /// How far ahead of the clock a place can be.
    fn furthest(self) -> i64 {
        self.tolerance.saturating_add(self.interval)
    }
}

/// A network, with what it may send.
struct Net {
    name: [u8; 9],
    rate: Rate,
}

/// Per place the instant (in microseconds) at which its network will have used up nothing.
struct Counts(Vec<i64>);

impl Counts {
    /// In two halves, for the two places of a network. Zeroed pages cost no memory before they are written.
    fn none() -> Counts {
        Counts(vec![0; 2 * PLACES])
    }

    /// The lower of a network's places. What lies further ahead than any count can comes from a clock that
    /// was set back since.
    fn free_at(&self, code: [u8; 32], latest: i64) -> i64 {
        let possible = |at: &usize| Some(self.0[*at]).filter(|free_at| *free_at <= latest).unwrap_or(0);
        places(code).iter().map(possible).min().unwrap_or(0)
    }

    fn set(&mut self, code: [u8; 32], free_at: i64, latest: i64) {
        for at in places(code) {
            let place = &mut self.0[at];
            *place = if *place > latest { free_at } else { free_at.max(*place) };
        }
    }
}

fn places(code: [u8; 32]) -> [usize; 2] {
    let place = |at: usize| usize::from(u16::from_be_bytes([code[at], code[at + 1]]));
    [place(0), PLACES + place(2)]
}

impl Limiter {
    pub(crate) fn new(guard: &Guard, now: Timestamp) -> Limiter {
        let (per_minute, burst) = (i64::from(guard.forms_per_minute), i64::from(guard.burst));
        Limiter {
            counts: Mutex::new(Daily::new(now, Counts::none)),
            narrow: Rate::new(per_minute, burst),
            wide: Rate::new(per_minute * WIDER, burst * WIDER),
        }
    }

    /// Counts a form, and marks it if its network has used up half of what it may send at once. If the form
    /// is one too many, says after how many seconds it would not be, and counts nothing.
    pub(super) fn admit(&self, address: IpAddr, now: Timestamp) -> Result<Marks, u64> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.turn(now, SignedDuration::from_micros(self.narrow.furthest().max(self.wide.furthest())));
        let now = now.as_microsecond();
        let nets = self.nets(address);
        let starts: Vec<i64> = nets.iter().map(|net| counts.start(net, now)).collect();
        let waits = nets.iter().zip(&starts).map(|(net, start)| start - net.rate.tolerance - now);
        let wait = waits.max().unwrap_or(0);
        if wait > 0 {
            return Err(wait.unsigned_abs().div_ceil(1_000_000));
        }
        let mut marks = Marks::default();
        for (net, start) in nets.iter().zip(starts) {
            let free_at = start + net.rate.interval;
            counts.set(net, free_at, now);
            if free_at - now > net.rate.furthest() / 2 {
                marks = marks.union([Mark::Rate].into_iter().collect());
            }
        }
        Ok(marks)
    }

    /// IPv4 by address; IPv6 by /64, which is a household, and by /48.
    fn nets(&self, address: IpAddr) -> Vec<Net> {
        let net = |length: u8, bits: u64, rate| {
            let mut name = [length; 9];
            name[1..].copy_from_slice(&bits.to_be_bytes());
            Net { name, rate }
        };
        match address.to_canonical() {
            IpAddr::V4(address) => vec![net(32, u64::from(address.to_bits()), self.narrow)],
            IpAddr::V6(address) => {
                let prefix = (address.to_bits() >> 64) as u64;
                vec![net(64, prefix, self.narrow), net(48, prefix >> 16, self.wide)]
            }
        }
    }
}

impl Daily<Counts> {
    /// From when on the network's next form counts: also what it sent under the last key counts.
    fn start(&self, net: &Net, now: i64) -> i64 {
        let latest = now.saturating_add(net.rate.furthest());
        let keys = std::iter::once(&self.present).chain(&self.before);
        keys.map(|keyed| keyed.memory.free_at(keyed.code(&net.name), latest)).max().unwrap_or(0).max(now)
    }

    fn set(&mut self, net: &Net, free_at: i64, now: i64) {
        let latest = now.saturating_add(net.rate.furthest());
        let code = self.present.code(&net.name);
        self.present.memory.set(code, free_at, latest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 24 * 60 * 60;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    fn limiter() -> Limiter {
        Limiter::new(&Guard { forms_per_minute: 6, burst: 3, ..Guard::default() }, at(0))
    }

    #[track_caller]
    fn check(limiter: &Limiter, address: &str, seconds: i64, expected: Result<(), u64>) {
        let admitted = limiter.admit(address.parse().unwrap(), at(seconds)).map(|_| ());
        assert_eq!(admitted, expected, "{address} at {seconds}");
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
        for _ in 0..3 {
            check(&limiter, "192.0.2.1", 80_000, Ok(()));
        }
        for _ in 0..3 {
            check(&limiter, "192.0.2.1", 0, Ok(()));
        }
        check(&limiter, "192.0.2.1", 0, Err(10));
    }

    #[test]
    fn addresses_of_one_household_share_a_limit() {
        let limiter = limiter();
        for host in ["::1", "::2", "::3"] {
            check(&limiter, &format!("2001:db8:0:1{host}"), 0, Ok(()));
        }
        check(&limiter, "2001:db8:0:1::4", 0, Err(10));
    }

    #[test]
    fn who_changes_between_the_networks_of_one_customer_has_a_limit_as_well() {
        let limiter = limiter();
        let admitted = (0..1_000)
            .filter(|net| limiter.admit(format!("2001:db8:0:{net:x}::1").parse().unwrap(), at(0)).is_ok())
            .count();
        assert_eq!(admitted, 48, "sixteen times one household");
        check(&limiter, "2001:db8:1::1", 0, Ok(()));
    }

    #[test]
    fn flood_does_not_start_anew_with_the_key() {
        let limiter = limiter();
        for second in [DAY - 1, DAY - 1, DAY - 1] {
            check(&limiter, "192.0.2.1", second, Ok(()));
        }
        check(&limiter, "192.0.2.1", DAY, Err(9));
        check(&limiter, "192.0.2.1", DAY + 9, Ok(()));
        check(&limiter, "192.0.2.1", DAY + 9, Err(10));
        // Long after the last key was forgotten.
        for _ in 0..3 {
            check(&limiter, "192.0.2.1", DAY + 3_600, Ok(()));
        }
        check(&limiter, "192.0.2.1", DAY + 3_600, Err(10));
    }

    #[test]
    fn half_of_a_burst_is_marked() {
        let limiter = Limiter::new(&Guard { forms_per_minute: 6, burst: 8, ..Guard::default() }, at(0));
        let marked: Vec<bool> =
            (0..8).map(|_| !limiter.admit("192.0.2.1".parse().unwrap(), at(0)).unwrap().is_empty()).collect();
        assert_eq!(marked, [false, false, false, false, true, true, true, true]);
    }

    /// T20. With one place per network four of the thousand would be held back. Keys are random: with two
    /// places, three are held back once in a million times.
    #[test]
    fn flood_from_many_addresses_hinders_nobody_else() {
        let limiter = limiter();
        for flooder in 0..256 {
            let address = format!("198.51.100.{flooder}").parse().unwrap();
            for _ in 0..100 {
                let _ = limiter.admit(address, at(0));
            }
        }
        let hindered = (0..1_000)
            .filter(|honest| {
                let address = format!("10.0.{}.{}", honest / 250, honest % 250).parse().unwrap();
                limiter.admit(address, at(0)).is_err()
            })
            .count();
        println!("256 addresses flood, 1,000 others send a form: {hindered} of them held back");
        assert!(hindered <= 2, "{hindered}");
    }
}
