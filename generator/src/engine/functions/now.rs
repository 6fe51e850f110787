//! `now`: the day of the build. Its hour is midnight, so that two builds of one day are the same.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use tera::{Error, Function, Kwargs, State, TeraResult, Value};

/// `now(utc, timestamp)`
pub struct Now {
    /// The day.
    pub today: Date,
}

impl Function<TeraResult<Value>> for Now {
    fn call(&self, kwargs: Kwargs, _: &State<'_>) -> TeraResult<Value> {
        // Zola writes the instant in UTC whether or not it is asked for UTC.
        kwargs.get::<bool>("utc")?;
        let midnight = TimeZone::UTC
            .to_timestamp(self.today.at(0, 0, 0, 0))
            .map_err(|error| Error::chain("the day of the build is out of range", error))?;
        Ok(match kwargs.get::<bool>("timestamp")?.unwrap_or(false) {
            true => midnight.as_second().into(),
            false => midnight.to_string().into(),
        })
    }
}
