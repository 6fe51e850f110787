//! `num_format`: a whole number with its thousands grouped as a language has it.

use num_format::{Locale, ToFormattedString};
use tera::{Error, Filter, Kwargs, State, TeraResult};

/// `num_format(locale)`
pub struct NumFormat {
    /// Where no locale is given.
    pub language: String,
}

impl Filter<i128, TeraResult<String>> for NumFormat {
    fn call(&self, number: i128, kwargs: Kwargs, _: &State<'_>) -> TeraResult<String> {
        let name = kwargs.get::<String>("locale")?;
        let name = name.as_deref().unwrap_or(&self.language);
        let locale = Locale::from_name(name).map_err(|_| {
            Error::message(format!("`{name}` is no locale for numbers, such as `de` or `en-GB`"))
        })?;
        Ok(number.to_formatted_string(&locale))
    }
}
