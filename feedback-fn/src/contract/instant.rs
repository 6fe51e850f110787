//! An instant of the contract that remembers how it was written.
//!
//! The round closes at `2028-01-01T00:00:00+01:00`; a page that showed this in UTC would name the day before.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// An instant with its written form (RFC 3339 with offset).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Instant {
    written: String,
    timestamp: Timestamp,
}

impl Instant {
    /// The instant itself.
    pub fn timestamp(&self) -> Timestamp {
        self.timestamp
    }

    /// The written form.
    pub fn as_str(&self) -> &str {
        &self.written
    }
}

impl TryFrom<String> for Instant {
    type Error = jiff::Error;

    fn try_from(written: String) -> Result<Instant, jiff::Error> {
        let timestamp = written.parse()?;
        Ok(Instant { written, timestamp })
    }
}

impl From<Instant> for String {
    fn from(instant: Instant) -> String {
        instant.written
    }
}
