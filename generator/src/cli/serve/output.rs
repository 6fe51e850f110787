//! The folder that is served: one that was asked for, which stays, or a temporary one, which goes with the server.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::cli::arguments::Serve;
use crate::cli::from_here;
use crate::cli::site_builder::{SiteOptions, configured_output};

/// Folders that are tried; others are there only if the same process number was used before and its
/// server was killed.
const TRIES: u32 = 1000;

/// A folder for the finished site.
#[derive(Debug)]
pub(super) enum Output {
    Kept(PathBuf),
    /// The site lies in a folder inside of this one, which nobody else can enter.
    Temporary {
        own: PathBuf,
        site: PathBuf,
    },
}

impl Output {
    /// By `--output-dir`, `--force` and `--store-html`.
    pub(super) fn choose(options: &Serve, site: &SiteOptions) -> Result<Self> {
        match &options.output_dir {
            Some(folder) if folder.exists() && !options.force => {
                bail!(
                    "the folder `{}` exists already; add --force to replace everything in it",
                    folder.display()
                )
            }
            Some(folder) => Ok(Self::Kept(from_here(folder))),
            None if options.store_html => Ok(Self::Kept(from_here(&configured_output(site)))),
            None => temporary(),
        }
    }

    pub(super) fn folder(&self) -> &Path {
        match self {
            Self::Kept(folder) | Self::Temporary { site: folder, .. } => folder,
        }
    }
}

fn temporary() -> Result<Output> {
    let folder = std::env::temp_dir();
    for number in 0..TRIES {
        let own = folder.join(format!("auslage-serve-{}-{number}", std::process::id()));
        match make(&own) {
            Ok(()) => return Ok(Output::Temporary { site: own.join("site"), own }),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => {
                return Err(error).with_context(|| format!("cannot make the folder `{}`", own.display()));
            }
        }
    }
    bail!(
        "cannot make a temporary folder in `{}`; clear it, or name a folder with --output-dir",
        folder.display()
    )
}

/// Makes a folder that was not there and is this user's alone: temporary folders are everybody's.
fn make(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[expect(clippy::disallowed_methods, reason = "the temporary folder was made for this server alone")]
impl Drop for Output {
    fn drop(&mut self) {
        if let Self::Temporary { own, .. } = self {
            // What cannot be removed lies among temporary files.
            let _ = std::fs::remove_dir_all(own);
        }
    }
}
