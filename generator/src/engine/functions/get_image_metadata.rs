//! `get_image_metadata`: size, format and EXIF of an image, from its head alone.

use std::sync::Arc;

use tera::{Error, Function, Kwargs, State, TeraResult, Value};

use super::Files;
use super::files::Found;
use crate::diagnostic::catalog::images::sentence;
use crate::images::{Metadata, Origin};

/// `get_image_metadata(path, allow_missing)`
pub struct GetImageMetadata {
    /// Where images are looked for.
    pub files: Arc<Files>,
}

impl Function<TeraResult<Value>> for GetImageMetadata {
    fn call(&self, kwargs: Kwargs, _: &State<'_>) -> TeraResult<Value> {
        let path: &str = kwargs.must_get("path")?;
        let may_be_missing = kwargs.get::<bool>("allow_missing")?.unwrap_or(false);
        let origin = match self.files.locate(path)? {
            Some(Found::File(file)) => Origin::File(file),
            Some(Found::Made(name, bytes)) => Origin::Made(name, bytes),
            Some(Found::Processed(wanted)) => {
                return Ok(Value::from_serializable(&Metadata::of_wanted(&wanted)));
            }
            None if may_be_missing => return Ok(Value::none()),
            None => return Err(self.files.missing(path)),
        };
        let picture = self.files.images().picture(&origin);
        let picture = picture.map_err(|problem| Error::message(sentence(path, &problem)))?;
        Ok(Value::from_serializable(&Metadata::of(&picture)))
    }
}
