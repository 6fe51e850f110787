//! `get_hash`: SHA-2 of a file or a text, for `integrity` attributes.

use std::fmt::Write as _;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256, Sha384, Sha512};
use tera::{Error, Function, Kwargs, State, TeraResult};

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
        let bytes: Arc<[u8]> = match (path, literal) {
            (Some(path), None) => match self.files.find(&path)? {
                Some(bytes) => bytes,
                None => return Err(Error::message(format!("there is no file `{path}`"))),
            },
            (None, Some(literal)) => Arc::from(literal.as_bytes()),
            _ => return Err(Error::message("`get_hash` wants either `path` or `literal`")),
        };
        let digest = match kwargs.get::<u16>("sha_type")?.unwrap_or(384) {
            256 => Sha256::digest(&bytes).to_vec(),
            384 => Sha384::digest(&bytes).to_vec(),
            512 => Sha512::digest(&bytes).to_vec(),
            other => {
                return Err(Error::message(format!("`sha_type` is 256, 384 or 512, not {other}")));
            }
        };
        let in_base64 = kwargs.get::<bool>("base64")?.unwrap_or(true);
        Ok(if in_base64 { STANDARD.encode(&digest) } else { hex(&digest) })
    }
}

/// The digest of some bytes, in hexadecimal digits.
pub fn hex_digest<D: Digest>(bytes: &[u8]) -> String {
    hex(&D::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing into a string does not fail");
        text
    })
}
