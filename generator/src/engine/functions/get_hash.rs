//! `get_hash`: SHA-2 of a file or a text, for `integrity` attributes.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tera::{Error, Function, Kwargs, State, TeraResult};

use super::digest::{Kind, hex};
use super::{Files, text};

/// `get_hash(path | literal, sha_type, base64)`
pub struct GetHash {
    /// Where files are looked for.
    pub files: Arc<Files>,
}

impl Function<TeraResult<String>> for GetHash {
    fn call(&self, kwargs: Kwargs, _: &State<'_>) -> TeraResult<String> {
        let path = text(&kwargs, "path")?;
        let literal = text(&kwargs, "literal")?;
        let kind = match kwargs.get::<u16>("sha_type")?.unwrap_or(384) {
            256 => Kind::Sha256,
            384 => Kind::Sha384,
            512 => Kind::Sha512,
            other => {
                return Err(Error::message(format!("`sha_type` is 256, 384 or 512, not {other}")));
            }
        };
        let digest = match (path, literal) {
            (Some(path), None) => match self.files.digest(&path, kind)? {
                Some(digest) => digest,
                None => return Err(Error::message(format!("there is no file `{path}`"))),
            },
            (None, Some(literal)) => kind.of(literal.as_bytes()),
            _ => return Err(Error::message("`get_hash` wants either `path` or `literal`")),
        };
        let in_base64 = kwargs.get::<bool>("base64")?.unwrap_or(true);
        Ok(if in_base64 { STANDARD.encode(&digest) } else { hex(&digest) })
    }
}
