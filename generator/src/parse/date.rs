//! Dates of front matter and file names: RFC 3339, TOML's local forms, and YAML's loose ones.

use std::sync::LazyLock;

use jiff::civil;
use jiff::tz::Offset;
use regex::{Captures, Regex};

use crate::parse::MatterDate;

/// The timestamp type of YAML 1.1, whose parts may have one digit.
static LOOSE: LazyLock<Regex> = LazyLock::new(|| {
    let day = r"(?<y>\d{4})-(?<m>\d{1,2})-(?<d>\d{1,2})";
    let time = r"(?<h>\d{1,2}):(?<min>\d{2}):(?<s>\d{2})(?<f>\.\d{0,9})?";
    let zone = r"[ \t]*(?:(?<z>Z)|(?<oh>[-+]\d{1,2})(?::(?<om>\d{2}))?)?";
    Regex::new(&format!(r"^{day}(?:(?:[Tt]|[ \t]+){time}{zone})?$")).expect("the pattern is constant")
});

/// A date, perhaps with a time, in front of a file name.
static IN_NAME: LazyLock<Regex> = LazyLock::new(|| {
    let day = r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])";
    let time = r"T(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:Z|[-+](?:[01]\d|2[0-3]):[0-5]\d)";
    Regex::new(&format!(r"^(?<date>{day}(?:{time})?)(?:\s?[-_](?<rest>.+))?"))
        .expect("the pattern is constant")
});

/// Reads a date. `None` where it is none, or only a time.
pub fn parse(text: &str) -> Option<MatterDate> {
    match text.parse::<toml::value::Datetime>() {
        Ok(date) => from_toml(&date),
        Err(_) => from_loose(text),
    }
}

/// Date and, without it, rest of a file name that starts with one.
pub fn in_name(name: &str) -> Option<(&str, Option<&str>)> {
    let captures = IN_NAME.captures(name)?;
    let part = |group| captures.name(group).map(|found| found.as_str());
    Some((part("date")?, part("rest")))
}

fn from_toml(date: &toml::value::Datetime) -> Option<MatterDate> {
    let day = date.date.as_ref()?;
    let time = date.time.as_ref();
    let second = time.and_then(|time| time.second).unwrap_or(0);
    let written = crate::data::date_text(date);
    let moment = civil::date(i16::try_from(day.year).ok()?, 1, 1)
        .with()
        .month(i8::try_from(day.month).ok()?)
        .day(i8::try_from(day.day).ok()?)
        .build()
        .ok()?
        .to_datetime(civil::Time::midnight())
        .with()
        .hour(i8::try_from(time.map_or(0, |time| time.hour)).ok()?)
        .minute(i8::try_from(time.map_or(0, |time| time.minute)).ok()?)
        // A leap second sorts with the last ordinary one.
        .second(i8::try_from(second.min(59)).ok()?)
        .subsec_nanosecond(i32::try_from(time.and_then(|time| time.nanosecond).unwrap_or(0)).ok()?)
        .build()
        .ok()?;
    let minutes = match date.offset {
        Some(toml::value::Offset::Custom { minutes }) => i32::from(minutes),
        _ => 0,
    };
    finish(written, moment, minutes)
}

fn from_loose(text: &str) -> Option<MatterDate> {
    let captures = LOOSE.captures(text)?;
    let moment = civil::DateTime::new(
        number(&captures, "y")?,
        number(&captures, "m")?,
        number(&captures, "d")?,
        number(&captures, "h").unwrap_or(0),
        number(&captures, "min").unwrap_or(0),
        number(&captures, "s").unwrap_or(0),
        number(&captures, "f").map_or(0, nanoseconds),
    )
    .ok()?;
    let hours: i32 = number(&captures, "oh").unwrap_or(0);
    let minutes: i32 = number(&captures, "om").unwrap_or(0);
    if hours.abs() > 23 || minutes > 59 {
        return None;
    }
    let minutes = hours * 60 + if hours < 0 { -minutes } else { minutes };
    let zone = match minutes {
        0 => "Z".to_owned(),
        _ => format!(
            "{}{:02}:{:02}",
            if minutes < 0 { '-' } else { '+' },
            minutes.abs() / 60,
            minutes.abs() % 60
        ),
    };
    // `%.f` writes nothing for whole seconds and no zeros at the end.
    finish(format!("{}{zone}", moment.strftime("%Y-%m-%dT%H:%M:%S%.f")), moment, minutes)
}

fn finish(text: String, moment: civil::DateTime, offset_minutes: i32) -> Option<MatterDate> {
    let offset = Offset::from_seconds(offset_minutes * 60).ok()?;
    let timestamp = offset.to_timestamp(moment).ok()?.as_nanosecond();
    let month = u8::try_from(moment.month()).ok()?;
    let day = u8::try_from(moment.day()).ok()?;
    Some(MatterDate { text, timestamp, day: (i32::from(moment.year()), month, day) })
}

/// Of a fraction of a second, cut off as Zola does.
#[expect(clippy::cast_possible_truncation, reason = "a fraction below 1 gives less than a billion")]
fn nanoseconds(fraction: f64) -> i32 {
    (fraction * 1e9) as i32
}

fn number<T: std::str::FromStr>(captures: &Captures<'_>, group: &str) -> Option<T> {
    captures.name(group)?.as_str().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(written: &str, text: &str, seconds: f64) {
        let date = parse(written).unwrap_or_else(|| panic!("`{written}` is a date"));
        let timestamp = (seconds * 1000.0) as i128 * 1_000_000;
        assert_eq!((date.text.as_str(), date.timestamp), (text, timestamp), "{written}");
    }

    #[test]
    fn dates_are_read_as_zola_reads_them() {
        let day = 1_772_841_600.0; // 2026-03-07T00:00:00Z
        for (written, text, timestamp) in [
            ("2026-03-07", "2026-03-07", day),
            ("2026-3-7", "2026-03-07T00:00:00Z", day),
            ("2026-03-07T10:00:00Z", "2026-03-07T10:00:00Z", day + 36_000.0),
            ("2026-03-07 10:20:30 +2", "2026-03-07T10:20:30+02:00", day + 30_030.0),
            ("2026-03-07T18:30:00+02:00", "2026-03-07T18:30:00+02:00", day + 59_400.0),
            ("2026-03-07T18:30:00", "2026-03-07T18:30:00", day + 66_600.0),
            ("2026-3-7 8:05:00.250 -1:30", "2026-03-07T08:05:00.25-01:30", day + 34_500.25),
        ] {
            check(written, text, timestamp);
        }
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for written in ["gestern", "2026-13-01", "2026-02-30", "2026", "10:00:00", "", "2026-1-1 25:00:00"] {
            assert_eq!(parse(written), None, "{written}");
        }
    }

    #[test]
    fn a_date_in_front_of_a_name_is_split_off() {
        for (name, expected) in [
            ("2026-01-15-amtsblatt", Some(("2026-01-15", Some("amtsblatt")))),
            ("2026-01-16_Amtsblatt zwei", Some(("2026-01-16", Some("Amtsblatt zwei")))),
            ("2026-01-17 - Mit Abstand", Some(("2026-01-17", Some(" Mit Abstand")))),
            ("2026-01-19T10:00:00Z-mit-zeit", Some(("2026-01-19T10:00:00Z", Some("mit-zeit")))),
            ("2026-01-18", Some(("2026-01-18", None))),
            ("2026-01-23 ohne-trenner", Some(("2026-01-23", None))),
            ("2026-13-01-kein-monat", None),
            ("amtsblatt", None),
        ] {
            assert_eq!(in_name(name), expected, "{name}");
        }
    }
}
