//! Dates that carry their precision: `2021-02-01`, `2020-04`, `2020-Q4`, `2020-summer`, `2019-late`, `2022`,
//! each with `~` at the end for "about".
//!
//! Knows the calendar and EDTF; how a date is said in a language stands in
//! [`vocabulary`](super::vocabulary).

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;

/// A date as exact as its source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FuzzyDate {
    /// Four digits.
    pub year: i16,
    /// The part of the year.
    pub part: Part,
    /// Whether the source says "about".
    pub about: bool,
}

/// Which part of its year a [`FuzzyDate`] means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// All of it.
    Year,
    /// Beginning, middle or end.
    Third(Third),
    /// A season.
    Season(Season),
    /// 1 to 4.
    Quarter(u8),
    /// 1 to 12.
    Month(i8),
    /// Month and day.
    Day(i8, i8),
}

/// A part of a year without exact bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the variants are the words of the date format")]
pub enum Third {
    Early,
    Mid,
    Late,
}

/// A season of the northern hemisphere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the variants are the words of the date format")]
pub enum Season {
    Spring,
    Summer,
    Autumn,
    Winter,
}

/// Why a text is no date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateProblem {
    /// It has none of the forms.
    Form,
    /// There is no such month, quarter or day.
    Impossible,
}

impl FuzzyDate {
    /// First and last day it can mean. The bounds of seasons and thirds are a convention for sorting:
    /// winter runs from December of the year to February of the next, thirds have four months.
    pub fn bounds(&self) -> (Date, Date) {
        let (first, last) = match self.part {
            Part::Year => (1, 12),
            Part::Third(Third::Early) => (1, 4),
            Part::Third(Third::Mid) => (5, 8),
            Part::Third(Third::Late) => (9, 12),
            Part::Season(Season::Spring) => (3, 5),
            Part::Season(Season::Summer) => (6, 8),
            Part::Season(Season::Autumn) => (9, 11),
            Part::Season(Season::Winter) => return (self.day(12, 1), self.following_february()),
            Part::Quarter(quarter) => {
                let first = (quarter.cast_signed() - 1) * 3 + 1;
                (first, first + 2)
            }
            Part::Month(month) => (month, month),
            Part::Day(month, day) => return (self.day(month, day), self.day(month, day)),
        };
        (self.day(first, 1), self.day(last, 1).last_of_month())
    }

    /// In the Extended Date/Time Format (ISO 8601-2:2019): seasons 21 to 24, quarters 33 to 36. Thirds
    /// have no form of their own and become the year with "approximately".
    pub fn edtf(&self) -> String {
        let year = self.year;
        let (text, about) = match self.part {
            Part::Year => (format!("{year:04}"), self.about),
            Part::Third(_) => (format!("{year:04}"), true),
            Part::Season(season) => (format!("{year:04}-{}", 21 + season as u8), self.about),
            Part::Quarter(quarter) => (format!("{year:04}-{}", 32 + quarter), self.about),
            Part::Month(month) => (format!("{year:04}-{month:02}"), self.about),
            Part::Day(month, day) => (format!("{year:04}-{month:02}-{day:02}"), self.about),
        };
        if about { text + "~" } else { text }
    }

    fn day(&self, month: i8, day: i8) -> Date {
        Date::new(self.year, month, day).expect("parsing refuses days that do not exist")
    }

    fn following_february(&self) -> Date {
        Date::new(self.year.saturating_add(1), 2, 1).map_or(Date::MAX, Date::last_of_month)
    }
}

impl FromStr for FuzzyDate {
    type Err = DateProblem;

    fn from_str(text: &str) -> Result<Self, DateProblem> {
        let (text, about) = match text.strip_suffix('~') {
            Some(text) => (text, true),
            None => (text, false),
        };
        let (year, rest) = match text.split_once('-') {
            Some((year, rest)) => (year, Some(rest)),
            None => (text, None),
        };
        let year = digits(year, 4).ok_or(DateProblem::Form)?;
        let part = rest.map_or(Ok(Part::Year), part)?;
        if year == 0 {
            return Err(DateProblem::Impossible);
        }
        if let Part::Day(month, day) = part {
            Date::new(year, month, day).map_err(|_| DateProblem::Impossible)?;
        }
        Ok(Self { year, part, about })
    }
}

impl fmt::Display for FuzzyDate {
    /// As it is written in front matter.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04}", self.year)?;
        match self.part {
            Part::Year => {}
            Part::Third(third) => write!(formatter, "-{}", THIRDS[third as usize].0)?,
            Part::Season(season) => write!(formatter, "-{}", SEASONS[season as usize].0)?,
            Part::Quarter(quarter) => write!(formatter, "-Q{quarter}")?,
            Part::Month(month) => write!(formatter, "-{month:02}")?,
            Part::Day(month, day) => write!(formatter, "-{month:02}-{day:02}")?,
        }
        formatter.write_str(if self.about { "~" } else { "" })
    }
}

const THIRDS: [(&str, Third); 3] = [("early", Third::Early), ("mid", Third::Mid), ("late", Third::Late)];

const SEASONS: [(&str, Season); 4] = [
    ("spring", Season::Spring),
    ("summer", Season::Summer),
    ("autumn", Season::Autumn),
    ("winter", Season::Winter),
];

/// What stands behind the year.
fn part(text: &str) -> Result<Part, DateProblem> {
    if let Some((_, third)) = THIRDS.iter().find(|(word, _)| *word == text) {
        return Ok(Part::Third(*third));
    }
    if let Some((_, season)) = SEASONS.iter().find(|(word, _)| *word == text) {
        return Ok(Part::Season(*season));
    }
    if let Some(quarter) = text.strip_prefix('Q') {
        let quarter = digits(quarter, 1).ok_or(DateProblem::Form)?;
        let quarter = u8::try_from(quarter).map_err(|_| DateProblem::Impossible)?;
        return if (1..=4).contains(&quarter) {
            Ok(Part::Quarter(quarter))
        } else {
            Err(DateProblem::Impossible)
        };
    }
    let (month, day) = match text.split_once('-') {
        Some((month, day)) => (month, Some(two_digits(day)?)),
        None => (text, None),
    };
    let month = two_digits(month)?;
    if !(1..=12).contains(&month) {
        return Err(DateProblem::Impossible);
    }
    Ok(day.map_or(Part::Month(month), |day| Part::Day(month, day)))
}

fn two_digits(text: &str) -> Result<i8, DateProblem> {
    digits(text, 2).and_then(|number| i8::try_from(number).ok()).ok_or(DateProblem::Form)
}

fn digits(text: &str, count: usize) -> Option<i16> {
    let right = text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    right.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, first: &str, last: &str, edtf: &str) {
        let date: FuzzyDate = text.parse().expect("a date");
        let (from, to) = date.bounds();
        assert_eq!((from.to_string().as_str(), to.to_string().as_str()), (first, last), "{text}");
        assert_eq!(date.edtf(), edtf, "{text}");
        assert_eq!(date.to_string(), text);
    }

    #[test]
    fn every_form_has_its_bounds_and_its_edtf() {
        for (text, first, last, edtf) in [
            ("2021-02-01", "2021-02-01", "2021-02-01", "2021-02-01"),
            ("2020-02", "2020-02-01", "2020-02-29", "2020-02"),
            ("2020-Q1", "2020-01-01", "2020-03-31", "2020-33"),
            ("2020-Q4", "2020-10-01", "2020-12-31", "2020-36"),
            ("2020-spring", "2020-03-01", "2020-05-31", "2020-21"),
            ("2020-summer", "2020-06-01", "2020-08-31", "2020-22"),
            ("2020-autumn", "2020-09-01", "2020-11-30", "2020-23"),
            ("2019-winter", "2019-12-01", "2020-02-29", "2019-24"),
            ("2019-early", "2019-01-01", "2019-04-30", "2019~"),
            ("2019-mid", "2019-05-01", "2019-08-31", "2019~"),
            ("2019-late", "2019-09-01", "2019-12-31", "2019~"),
            ("2022", "2022-01-01", "2022-12-31", "2022"),
            ("2020-04~", "2020-04-01", "2020-04-30", "2020-04~"),
            ("2019-late~", "2019-09-01", "2019-12-31", "2019~"),
            ("9999-winter", "9999-12-01", "9999-12-31", "9999-24"),
        ] {
            check(text, first, last, edtf);
        }
    }

    #[test]
    fn what_is_no_date_is_refused_with_its_reason() {
        for (text, problem) in [
            ("", DateProblem::Form),
            ("21", DateProblem::Form),
            ("2021-2-1", DateProblem::Form),
            ("01.02.2021", DateProblem::Form),
            ("2021-02-01T10:00:00", DateProblem::Form),
            ("2020-Sommer", DateProblem::Form),
            ("2020-q4", DateProblem::Form),
            ("2020~-04", DateProblem::Form),
            ("open", DateProblem::Form),
            ("２０２０", DateProblem::Form),
            ("0000", DateProblem::Impossible),
            ("2020-13", DateProblem::Impossible),
            ("2020-00", DateProblem::Impossible),
            ("2020-Q5", DateProblem::Impossible),
            ("2021-02-29", DateProblem::Impossible),
            ("2021-02-00", DateProblem::Impossible),
        ] {
            assert_eq!(text.parse::<FuzzyDate>(), Err(problem), "{text}");
        }
    }
}
