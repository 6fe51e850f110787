//! A site in memory, for tests.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;

use super::{Artifact, ArtifactContent, Need, Sink};
use crate::world::World;

/// Files by their paths below the output.
pub struct Memory {
    world: Arc<dyn World>,
    files: Mutex<BTreeMap<String, Vec<u8>>>,
}

impl Memory {
    /// An empty one; copied files come from `world`.
    pub fn new(world: Arc<dyn World>) -> Self {
        Self { world, files: Mutex::default() }
    }

    /// What was put into it.
    pub fn into_files(self) -> BTreeMap<String, Vec<u8>> {
        self.files.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sink for Memory {
    fn need(&self, _: &str) -> Need {
        Need::Bytes
    }

    fn put(&self, artifact: Artifact) -> anyhow::Result<()> {
        let bytes = match artifact.content {
            ArtifactContent::Bytes(bytes) => bytes,
            ArtifactContent::Copy(from) => {
                let bytes = self.world.read(&from);
                bytes.with_context(|| format!("cannot read `{}`", from.display()))?.to_vec()
            }
        };
        self.files.lock().unwrap_or_else(PoisonError::into_inner).insert(artifact.path, bytes);
        Ok(())
    }
}
