//! `resize_image` and `get_image_metadata`: known by name, not built yet.

use tera::{Error, Kwargs, State, TeraResult, Value};

/// A function that says it is not supported yet.
pub fn not_yet(
    name: &'static str,
) -> impl Fn(Kwargs, &State<'_>) -> TeraResult<Value> + Send + Sync + 'static {
    move |_: Kwargs, _: &State<'_>| {
        Err(Error::message(format!(
            "`{name}` is not supported yet; put the image into `static/` as it shall be"
        )))
    }
}
