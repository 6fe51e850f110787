//! `load_data`: a file of the site or a literal as a value. Addresses on the network are not supported yet.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tera::{Error, Function, Kwargs, State, TeraResult, Value};

use super::Files;
use super::data::{self, Format};

/// `load_data(path | literal, format, required)`
pub struct LoadData {
    files: Arc<Files>,
    /// What was loaded in this build, by path and format.
    loaded: Mutex<BTreeMap<(String, Format), Value>>,
}

impl LoadData {
    /// Nothing loaded yet.
    pub fn new(files: Arc<Files>) -> Self {
        Self { files, loaded: Mutex::default() }
    }

    fn file(&self, path: &str, format: Format, is_required: bool) -> TeraResult<Value> {
        let key = (path.to_owned(), format);
        let loaded = || self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(value) = loaded().get(&key) {
            return Ok(value.clone());
        }
        let bytes = match (self.files.find(path), is_required) {
            (Ok(Some(bytes)), _) => bytes,
            (_, false) => return Ok(Value::none()),
            (Err(error), true) => return Err(error),
            (Ok(None), true) => return Err(Error::message(format!("there is no file `{path}`"))),
        };
        let text = std::str::from_utf8(&bytes)
            .map_err(|error| Error::message(format!("`{path}` is no text: {error}")))?;
        let value = data::read(text, format).map_err(|error| Error::message(format!("`{path}`: {error}")))?;
        loaded().insert(key, value.clone());
        Ok(value)
    }
}

impl Function<TeraResult<Value>> for LoadData {
    fn call(&self, kwargs: Kwargs, _: &State<'_>) -> TeraResult<Value> {
        let is_required = kwargs.get::<bool>("required")?.unwrap_or(true);
        let format = kwargs.get::<&str>("format")?.map(Format::named).transpose()?;
        let sources =
            (kwargs.get::<&str>("path")?, kwargs.get::<&str>("literal")?, kwargs.get::<&str>("url")?);
        match sources {
            (Some(path), None, None) => {
                self.file(path, format.unwrap_or_else(|| Format::of_file(path)), is_required)
            }
            (None, Some(literal), None) => data::read(literal, format.unwrap_or(Format::Plain)),
            (None, None, Some(_)) => Err(Error::message(
                "`load_data` from the network is not supported yet; put the file into the site and name its `path`",
            )),
            _ => Err(Error::message("`load_data` wants one of `path` and `literal`")),
        }
    }
}
