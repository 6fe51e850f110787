//! SHA-2 of files and texts, and what is known of it in a build.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest as _, Sha256, Sha384, Sha512};

/// How long a digest is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// 256 bits
    Sha256,
    /// 384 bits
    Sha384,
    /// 512 bits
    Sha512,
}

/// A digest.
pub(super) type Digest = Arc<[u8]>;

/// Digests of files, made in this build. The same style sheet is asked for on every page.
#[derive(Default)]
pub(super) struct Digests(Mutex<BTreeMap<(PathBuf, Kind), Digest>>);

impl Kind {
    /// The digest of some bytes.
    pub(super) fn of(self, bytes: &[u8]) -> Digest {
        match self {
            Self::Sha256 => Arc::from(Sha256::digest(bytes).as_slice()),
            Self::Sha384 => Arc::from(Sha384::digest(bytes).as_slice()),
            Self::Sha512 => Arc::from(Sha512::digest(bytes).as_slice()),
        }
    }
}

impl Digests {
    /// That of a file; `read` gives its bytes.
    ///
    /// # Errors
    /// Those of `read`; they are not kept.
    pub(super) fn get<E>(
        &self,
        path: &Path,
        kind: Kind,
        read: impl FnOnce() -> Result<Arc<[u8]>, E>,
    ) -> Result<Digest, E> {
        let key = (path.to_path_buf(), kind);
        let known = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(digest) = known().get(&key) {
            return Ok(Arc::clone(digest));
        }
        // Not while others wait: the few threads that ask at once each make it.
        let digest = kind.of(&read()?);
        known().insert(key, Arc::clone(&digest));
        Ok(digest)
    }
}

/// In hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing into a string does not fail");
        text
    })
}
