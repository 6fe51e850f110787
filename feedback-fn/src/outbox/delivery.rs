//! What the operator says about delivery (`[delivery]`): how many mails are too many, who gets one a day, and
//! whether residents get a confirmation.
//!
//! Pure: settings and instants in, decisions out. Not for counting (`quota`).

use crate::clock::berlin;
use crate::mail::PlainAddress;
use anyhow::{Context, ensure};
use jiff::civil::Time;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde::Deserialize;

/// `[delivery]` of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DeliveryConfig {
    /// Mails that one author gets in any hour, digests included; 0: any number.
    pub mails_per_hour: u32,
    /// Mails that leave in any minute, whoever gets them; 0: any number.
    pub mails_per_minute: u32,
    /// Authors who get all suggestions of a day in one mail.
    pub daily_digest: Vec<String>,
    /// The hour of that mail, from 0 to 23, in local time (Europe/Berlin).
    pub daily_hour: i8,
    /// Whether residents who give an address get a mail with their number.
    pub confirm: bool,
}

impl Default for DeliveryConfig {
    /// 120 a minute empty a backlog of 50 000 mails in seven hours, and no mail server takes that for an attack.
    fn default() -> DeliveryConfig {
        DeliveryConfig {
            mails_per_hour: 20,
            mails_per_minute: 120,
            daily_digest: Vec::new(),
            daily_hour: 7,
            confirm: false,
        }
    }
}

impl DeliveryConfig {
    /// Refuses what could never work.
    pub fn check(&self) -> anyhow::Result<()> {
        ensure!((0..24).contains(&self.daily_hour), "`delivery.daily_hour` is not an hour from 0 to 23");
        for address in &self.daily_digest {
            let context = || format!("`delivery.daily_digest` has `{address}`");
            address.parse::<PlainAddress>().with_context(context)?;
        }
        Ok(())
    }

    /// Mails an hour to one author, if there is a limit.
    pub(super) fn per_hour(&self) -> Option<usize> {
        (self.mails_per_hour > 0).then_some(self.mails_per_hour as usize)
    }

    /// Of these, how many may be about one suggestion: the others are kept for digests, which in a flood are
    /// several an hour.
    pub(super) fn alone_per_hour(&self) -> Option<usize> {
        self.per_hour().map(|all| all / 2)
    }

    /// Mails a minute, if there is a limit.
    pub(super) fn per_minute(&self) -> Option<usize> {
        (self.mails_per_minute > 0).then_some(self.mails_per_minute as usize)
    }

    /// Whether an author gets one mail a day.
    pub(super) fn is_daily(&self, address: &str) -> bool {
        self.daily_digest.iter().any(|daily| daily.eq_ignore_ascii_case(address))
    }

    /// How long a mail may wait before somebody is to look, where it is `usual` without daily digests: on the
    /// longest day of the year one of those waits for 25 hours.
    pub fn patience(&self, usual: SignedDuration) -> SignedDuration {
        match self.daily_digest.is_empty() {
            true => usual,
            false => usual + SignedDuration::from_hours(25),
        }
    }

    /// When the next daily digest is due: once on each day of the calendar. On the day on which the hour is
    /// left out, that is an hour later by the clock; where it comes twice, the first time.
    pub(super) fn next_daily(&self, now: Timestamp) -> Timestamp {
        let hour = Time::new(self.daily_hour, 0, 0, 0).unwrap_or(Time::midnight());
        let today = berlin().to_datetime(now).date();
        let days = [today, today.saturating_add(1.day())];
        let mut instants = days
            .into_iter()
            .filter_map(|day| berlin().to_ambiguous_timestamp(day.to_datetime(hour)).compatible().ok());
        // Only at the end of all time there is no tomorrow.
        instants.find(|instant| *instant > now).unwrap_or(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(hour: i8, now: &str, due: &str) {
        let config = DeliveryConfig { daily_hour: hour, ..DeliveryConfig::default() };
        let now: Timestamp = now.parse().unwrap();
        assert_eq!(config.next_daily(now), due.parse().unwrap(), "{hour} o'clock after {now}");
    }

    #[test]
    fn daily_digest_comes_at_its_hour_by_the_clock_on_the_wall() {
        check(7, "2027-01-10T05:59:59Z", "2027-01-10T06:00:00Z");
        check(7, "2027-01-10T06:00:00Z", "2027-01-11T06:00:00Z");
        check(7, "2027-07-10T12:00:00Z", "2027-07-11T05:00:00Z");
        check(0, "2026-12-31T22:59:00Z", "2026-12-31T23:00:00Z");
    }

    #[test]
    fn daily_digest_comes_once_on_the_days_on_which_the_clock_is_changed() {
        // On 28 March 2027 there is no 02:00, on 31 October 2027 there are two.
        check(7, "2027-03-27T06:00:00Z", "2027-03-28T05:00:00Z");
        check(2, "2027-03-27T12:00:00Z", "2027-03-28T01:00:00Z");
        check(2, "2027-03-28T01:00:00Z", "2027-03-29T00:00:00Z");
        check(2, "2027-10-30T12:00:00Z", "2027-10-31T00:00:00Z");
        check(2, "2027-10-31T00:00:00Z", "2027-11-01T01:00:00Z");
        check(2, "2027-10-31T00:30:00Z", "2027-11-01T01:00:00Z");
        check(7, "2027-10-30T05:00:00Z", "2027-10-31T06:00:00Z");
    }

    #[test]
    fn setting_that_cannot_work_is_refused() {
        let refused = |config: DeliveryConfig| format!("{:#}", config.check().unwrap_err());
        let config = DeliveryConfig { daily_hour: 24, ..DeliveryConfig::default() };
        assert!(refused(config).contains("from 0 to 23"));
        let config = DeliveryConfig { daily_digest: vec!["amt".into()], ..DeliveryConfig::default() };
        assert!(refused(config).contains("`amt`"));
    }
}
