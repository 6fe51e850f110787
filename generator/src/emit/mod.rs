//! Stage 8, the only one that writes: lays artifacts down in the output, touching only what differs,
//! each file by temporary file and rename, and removes what is stale.

use std::path::PathBuf;

/// A file of the finished site.
#[derive(Debug, Clone)]
pub struct Artifact {
    /// Below the output, with `/`: `themen/index.html`
    pub path: String,
    /// What it holds.
    pub content: ArtifactContent,
}

/// Bytes that were made, or a file that is copied.
#[derive(Debug, Clone)]
pub enum ArtifactContent {
    /// Made by this build.
    Bytes(Vec<u8>),
    /// Copied from the world as it is.
    Copy(PathBuf),
}
