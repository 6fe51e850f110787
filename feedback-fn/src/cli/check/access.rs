//! Whether others on this computer can read what residents wrote, or what signs and logs in.
//!
//! A file counts as open if others may read it and may pass through every folder above it: a database that
//! everybody may read is well kept in a folder that nobody may enter.

use crate::config::Config;
use crate::mail::TransportConfig;
use anyhow::{Context, ensure};
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

const OTHERS_READ: u32 = 0o004;
const OTHERS_ENTER: u32 = 0o001;

/// Looks at everything that is to be kept from others, as far as it exists.
pub(super) fn check(config: &Config) -> anyhow::Result<String> {
    let wanted = kept(config);
    let there: Vec<&PathBuf> = wanted.iter().filter(|path| path.exists()).collect();
    let mut open = Vec::new();
    for path in &there {
        if is_open(path)? {
            let mode = if path.is_dir() { "700" } else { "600" };
            open.push(format!("others can read `{0}`: `chmod {mode} {0}`", path.display()));
        }
    }
    open.extend(strangers(config)?);
    ensure!(open.is_empty(), "{}", open.join("; "));
    Ok(format!("others can read none of the {} files and folders that are to be kept from them", there.len()))
}

fn kept(config: &Config) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = match &config.postgres {
        Some(postgres) => postgres.password_file.iter().map(|file| config.base.join(file)).collect(),
        None => {
            let database = config.database();
            let beside = |ending: &str| PathBuf::from(format!("{}{ending}", database.display()));
            let secret = config.data.join("secret");
            vec![config.data.clone(), database.clone(), beside("-wal"), beside("-shm"), secret]
        }
    };
    paths.extend(config.secret_file.clone());
    match &config.transport {
        TransportConfig::Files(files) => paths.push(config.base.join(&files.folder)),
        TransportConfig::Smtp(smtp) => {
            paths.extend(smtp.password_file.as_ref().map(|file| config.base.join(file)));
        }
    }
    paths
}

fn is_open(path: &Path) -> anyhow::Result<bool> {
    let path = path.canonicalize().with_context(|| format!("cannot see `{}`", path.display()))?;
    let mode = |path: &Path| metadata(path).map(|metadata| metadata.mode());
    let readable = mode(&path)? & OTHERS_READ != 0;
    for folder in path.ancestors().skip(1) {
        if mode(folder)? & OTHERS_ENTER == 0 {
            return Ok(false);
        }
    }
    Ok(readable)
}

/// Files of the data folder that belong to somebody else than the folder, as after a start by `root`.
fn strangers(config: &Config) -> anyhow::Result<Vec<String>> {
    let mut strangers = Vec::new();
    if config.postgres.is_some() || !config.data.is_dir() {
        return Ok(strangers);
    }
    let owner = metadata(&config.data)?.uid();
    for path in [config.database(), config.data.join("secret")].iter().filter(|path| path.exists()) {
        let other = metadata(path)?.uid();
        if other != owner {
            strangers.push(format!(
                "`{0}` belongs to user {other}, its folder to user {owner}: `chown {owner} {0}`",
                path.display()
            ));
        }
    }
    Ok(strangers)
}

fn metadata(path: &Path) -> anyhow::Result<Metadata> {
    std::fs::metadata(path).with_context(|| format!("cannot see `{}`", path.display()))
}
