//! `Retry-After` (RFC 9110, 10.2.3): seconds, or a date.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;

/// How long a host asks to wait; `None` for what cannot be read.
pub(super) fn wait(header: &str, now: Timestamp) -> Option<Duration> {
    let header = header.trim();
    if let Ok(seconds) = header.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(header).ok()?;
    let date = date.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    let now = u64::try_from(now.as_second()).unwrap_or_default();
    Some(Duration::from_secs(date.saturating_sub(now)))
}

#[cfg(test)]
mod tests {
    use super::wait;
    use std::time::Duration;

    #[track_caller]
    fn check(header: &str, seconds: Option<u64>) {
        let now = "2026-11-24T10:00:00Z".parse().unwrap();
        assert_eq!(wait(header, now), seconds.map(Duration::from_secs), "{header}");
    }

    #[test]
    fn seconds_and_dates_are_understood() {
        check("120", Some(120));
        check(" 0 ", Some(0));
        check("Tue, 24 Nov 2026 10:00:30 GMT", Some(30));
        check("Tue, 24 Nov 2026 09:00:00 GMT", Some(0));
        check("99999999999999999999", None);
        check("soon", None);
        check("-5", None);
    }
}
