//! Bounds of what a template may do: a site may be anyone's, and a loop in a loop in a loop must end in a
//! message, not in a machine without memory.
//!
//! The engine itself bounds `range` (100,000 numbers), the depth of components (20) and of nested
//! expressions, and refuses includes in a circle. Here it is what a template writes and how long it takes
//! to write it; time is looked at when something is written.

use std::io::{self, Write};
use std::time::{Duration, Instant};

/// Most bytes that a template may write into one file.
const MAX_BYTES: usize = 256 << 20;

/// Longest time that a template may take for one file. The slowest of Zola's own sites takes less than a
/// second for all of its files.
const MAX_TIME: Duration = Duration::from_secs(60);

/// Writes between two looks at the clock.
const WRITES: u32 = 4096;

/// What a template was stopped for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// It wrote too much: the limit in MiB.
    Bytes(usize),
    /// It took too long: the limit in seconds.
    Time(u64),
}

/// Takes what a template writes, up to the bounds.
pub struct Bounded {
    bytes: Vec<u8>,
    max_bytes: usize,
    deadline: Instant,
    writes: u32,
    reached: Option<Bound>,
}

impl Bounded {
    /// Nothing written yet; time runs from now.
    pub fn new() -> Self {
        Self::with(MAX_BYTES, MAX_TIME)
    }

    fn with(max_bytes: usize, max_time: Duration) -> Self {
        let deadline = Instant::now() + max_time;
        Self { bytes: Vec::with_capacity(4096), max_bytes, deadline, writes: 0, reached: None }
    }

    /// The bound that was reached, if the template failed for it.
    pub fn reached(&self) -> Option<Bound> {
        self.reached
    }

    /// What was written. The engine writes UTF-8; what is none is replaced.
    pub fn into_text(self) -> String {
        String::from_utf8(self.bytes)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
    }

    fn stop(&mut self, bound: Bound) -> io::Error {
        self.reached = Some(bound);
        io::Error::other("a bound was reached")
    }
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > self.max_bytes {
            return Err(self.stop(Bound::Bytes(self.max_bytes >> 20)));
        }
        self.writes = self.writes.wrapping_add(1);
        if self.writes.is_multiple_of(WRITES) && Instant::now() > self.deadline {
            return Err(self.stop(Bound::Time(MAX_TIME.as_secs())));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Bound, Bounded};
    use std::time::Duration;
    use tera::{Context, Tera};

    const LOOPS: &str =
        "{% for a in range(end=100000) %}{% for b in range(end=100000) %}x{% endfor %}{% endfor %}";

    #[track_caller]
    fn check(mut bounded: Bounded, expected: Bound) {
        let mut tera = Tera::default();
        tera.add_raw_template("a.html", LOOPS).unwrap();
        assert!(tera.render_to("a.html", &Context::new(), &mut bounded).is_err());
        assert_eq!(bounded.reached(), Some(expected));
    }

    #[test]
    fn endless_loops_end() {
        check(Bounded::with(1 << 20, Duration::from_secs(3600)), Bound::Bytes(1));
        check(Bounded::with(usize::MAX, Duration::ZERO), Bound::Time(60));
    }

    #[test]
    fn what_stays_within_the_bounds_is_kept() {
        let mut tera = Tera::default();
        tera.add_raw_template("a.html", "ä{% for a in range(end=3) %}{{ a }}{% endfor %}").unwrap();
        let mut bounded = Bounded::new();
        tera.render_to("a.html", &Context::new(), &mut bounded).unwrap();
        assert_eq!((bounded.reached(), bounded.into_text().as_str()), (None, "ä012"));
    }
}
