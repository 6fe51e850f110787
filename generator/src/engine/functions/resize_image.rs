//! `resize_image`: notes down that an image is wanted in another size, and tells where it will be.

use std::sync::Arc;

use serde::Serialize;
use tera::{Error, Function, Kwargs, State, TeraResult, Value};

use super::Files;
use super::files::Found;
use crate::config::Config;
use crate::diagnostic::catalog::images::sentence;
use crate::images::{Encoding, FOLDER, Numbers, Operation, Origin, Problem, Request, Wanted};

/// `resize_image(path, width, height, op, format, quality, speed)`
pub struct ResizeImage {
    /// For addresses.
    pub config: Arc<Config>,
    /// Where images are looked for.
    pub files: Arc<Files>,
}

/// What a template is told of a processed image.
#[derive(Serialize)]
struct Resized {
    url: String,
    static_path: String,
    width: u32,
    height: u32,
    orig_width: u32,
    orig_height: u32,
}

impl ResizeImage {
    /// A processed image can be processed again; then its pixels are needed at once.
    fn origin(&self, path: &str) -> TeraResult<Origin> {
        let said = |problem| Error::message(sentence(path, &problem));
        match self.files.locate(path)? {
            Some(Found::File(file)) => Ok(Origin::File(file)),
            Some(Found::Made(name, bytes)) => Ok(Origin::Made(name, bytes)),
            Some(Found::Processed(wanted)) => {
                let bytes = self.files.images().bytes(&wanted).map_err(said)?;
                Ok(Origin::Made(wanted.path(), bytes))
            }
            None => Err(self.files.missing(path)),
        }
    }

    fn wanted(&self, path: &str, origin: Origin, kwargs: &Kwargs) -> TeraResult<Arc<Wanted>> {
        let said = |problem| Error::message(sentence(path, &problem));
        let numbers = Arguments(kwargs);
        let operation = Operation::named(kwargs.get::<&str>("op")?.unwrap_or("fill"), &numbers);
        let operation = operation.map_err(said)?;
        let images = self.files.images();
        let picture = images.picture(&origin).map_err(said)?;
        let format = kwargs.get::<&str>("format")?.unwrap_or("auto");
        let loss = picture.pixels().map_err(said)?.loss();
        let encoding = Encoding::named(format, loss, &numbers).map_err(said)?;
        let named = match path.strip_prefix("@/") {
            Some(below) => format!("content/{below}"),
            None => path.trim_start_matches('/').to_owned(),
        };
        images.want(origin, &Request { path: &named, operation, encoding }).map_err(said)
    }
}

impl Function<TeraResult<Value>> for ResizeImage {
    fn call(&self, kwargs: Kwargs, _: &State<'_>) -> TeraResult<Value> {
        let path: &str = kwargs.must_get("path")?;
        let wanted = self.wanted(path, self.origin(path)?, &kwargs)?;
        let (size, original) = (wanted.size(), wanted.original());
        Ok(Value::from_serializable(&Resized {
            url: format!("{}{}", self.config.permalink(FOLDER), wanted.name),
            static_path: format!("static/{}", wanted.path()),
            width: size.width,
            height: size.height,
            orig_width: original.width,
            orig_height: original.height,
        }))
    }
}

/// Numbers among the arguments of a call.
struct Arguments<'a>(&'a Kwargs);

impl Numbers for Arguments<'_> {
    fn number(&self, argument: &'static str, least: u32, most: u32) -> Result<Option<u32>, Problem> {
        // Only an argument that is there can be of a wrong type.
        let found = self.0.get::<&Value>(argument).ok().flatten();
        let Some(found) = found else { return Ok(None) };
        let number =
            self.0.get::<u32>(argument).ok().flatten().filter(|number| (least..=most).contains(number));
        number.map(Some).ok_or_else(|| Problem::OutOfRange {
            argument,
            found: found.to_string(),
            least,
            most,
        })
    }
}
