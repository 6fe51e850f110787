//! Blocks of code whose coloring did not come to an end. Its thread cannot be stopped, so that while a site
//! is served each build would add one to those that run: what was late once is not tried again until the
//! program ends. It is the block that is remembered and not its language, because others of the language
//! have colors again once this one is gone, as after a build of a new program.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use sha2::{Digest as _, Sha256};

use super::extras::Extras;
use super::registry::{self, Digest};

static LATE: Mutex<BTreeSet<Digest>> = Mutex::new(BTreeSet::new());

/// A block, with all that decides about how long it takes.
pub(super) struct Block<'a> {
    pub(super) extras: &'a Extras,
    pub(super) language: &'a str,
    pub(super) text: &'a str,
}

impl Block<'_> {
    /// Whether it took too long in this build or an earlier one.
    pub(super) fn was_late(&self) -> bool {
        let late = late();
        !late.is_empty() && late.contains(&self.digest())
    }

    /// Remembers it.
    pub(super) fn note_late(&self) {
        late().insert(self.digest());
    }

    fn digest(&self) -> Digest {
        let mut digest = Sha256::new();
        digest.update(registry::digest(self.extras));
        digest.update(self.language.len().to_le_bytes());
        digest.update(self.language);
        digest.update(self.text);
        digest.finalize().into()
    }
}

fn late() -> MutexGuard<'static, BTreeSet<Digest>> {
    LATE.lock().unwrap_or_else(PoisonError::into_inner)
}
