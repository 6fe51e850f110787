//! Files that are no part of the site but kept from run to run, such as what other sites answered.

use std::path::Path;

use anyhow::{Context as _, Result};

/// Writes a file whole or not at all. A folder that is made for it is kept out of version control.
///
/// # Errors
/// Where it cannot be written.
#[expect(clippy::disallowed_methods, reason = "this room is the edge that writes")]
pub fn write_aside(path: &Path, text: &str) -> Result<()> {
    let written = || format!("cannot write `{}`", path.display());
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.exists()) {
        std::fs::create_dir_all(folder).with_context(written)?;
        std::fs::write(folder.join(".gitignore"), "*\n").with_context(written)?;
    }
    let beside = path.with_extension("json.new");
    std::fs::write(&beside, text).with_context(written)?;
    std::fs::rename(&beside, path).with_context(written)
}
