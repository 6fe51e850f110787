//! Whether others on this computer can read what residents wrote, or what signs and logs in.
//!
//! A file counts as open if others may read it and may pass through every folder above it: a database that
//! everybody may read is well kept in a folder that nobody may enter.

use super::terminal::counted;
use crate::config::Config;
use crate::mail::TransportConfig;
use crate::rights;
use anyhow::{Context, ensure};
use rustix::process::geteuid;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Who must not read it.
#[derive(Clone, Copy)]
enum Strangers {
    /// All but the owner. A file that this program makes has no other reader.
    Group,
    /// All but the owner and the group, by which a service reads what belongs to root.
    World,
}

impl Strangers {
    /// Bits of a mode that let them read.
    fn read(self) -> u32 {
        match self {
            Strangers::Group => 0o044,
            Strangers::World => 0o004,
        }
    }

    /// Bits that let them pass through a folder.
    fn enter(self) -> u32 {
        match self {
            Strangers::Group => 0o011,
            Strangers::World => 0o001,
        }
    }
}

/// Looks at everything that is to be kept from others, as far as it exists.
pub(super) fn check(config: &Config) -> anyhow::Result<String> {
    let open = problems(config)?;
    ensure!(open.is_empty(), "{}", open.join("; "));
    let there = kept(config).iter().filter(|(path, _)| path.exists()).count();
    let looked = counted(there as u64, "place");
    Ok(format!("others cannot read what is to be kept from them ({looked} looked at)"))
}

/// What others can read, each with the command that mends it.
pub(super) fn problems(config: &Config) -> anyhow::Result<Vec<String>> {
    let mut open = Vec::new();
    for (path, strangers) in kept(config).iter().filter(|(path, _)| path.exists()) {
        if is_open(path, *strangers)? {
            open.push(format!("others can read `{}`: `{}`", path.display(), closing(path, *strangers)?));
        }
    }
    open.extend(of_strangers(config)?);
    Ok(open)
}

/// The command that keeps others out, and not the service, to whom the operator's files need not belong.
fn closing(path: &Path, strangers: Strangers) -> anyhow::Result<String> {
    let is_own = metadata(path)?.uid() == geteuid().as_raw();
    let mode = |mode| format!("chmod {mode} {}", path.display());
    Ok(match strangers {
        _ if path.is_dir() => mode("700"),
        Strangers::Group => mode("600"),
        Strangers::World if geteuid().is_root() => mode("640"),
        Strangers::World if is_own => mode("600"),
        Strangers::World => rights::lending(path),
    })
}

/// Whether this is root, and the data folder another user's: root may do what the service may not, and what root
/// makes there the service cannot use.
pub(super) fn is_foreign_root(config: &Config) -> bool {
    let owner = metadata(&config.data).map_or(0, |metadata| metadata.uid());
    geteuid().is_root() && owner != 0 && config.postgres.is_none()
}

fn kept(config: &Config) -> Vec<(PathBuf, Strangers)> {
    let mut paths: Vec<PathBuf> = match &config.postgres {
        Some(postgres) => postgres.password_file.iter().map(|file| config.base.join(file)).collect(),
        None => vec![config.data.clone()],
    };
    paths.extend(config.secret_file.clone());
    match &config.transport {
        TransportConfig::Files(files) => paths.push(config.base.join(&files.folder)),
        TransportConfig::Smtp(smtp) => {
            paths.extend(smtp.password_file.as_ref().map(|file| config.base.join(file)));
        }
    }
    let paths = paths.into_iter().map(|path| (path, Strangers::World));
    paths.chain(made(config).into_iter().map(|path| (path, Strangers::Group))).collect()
}

/// The files of the data folder.
fn made(config: &Config) -> Vec<PathBuf> {
    if config.postgres.is_some() {
        return Vec::new();
    }
    let database = config.database();
    let beside = |ending: &str| PathBuf::from(format!("{}{ending}", database.display()));
    vec![database.clone(), beside("-wal"), beside("-shm"), config.data.join("secret")]
}

fn is_open(path: &Path, strangers: Strangers) -> anyhow::Result<bool> {
    let path = path.canonicalize().with_context(|| format!("cannot see `{}`", path.display()))?;
    let mode = |path: &Path| metadata(path).map(|metadata| metadata.mode());
    let readable = mode(&path)? & strangers.read() != 0;
    for folder in path.ancestors().skip(1) {
        if mode(folder)? & strangers.enter() == 0 {
            return Ok(false);
        }
    }
    Ok(readable)
}

/// Files of the data folder that belong to somebody else than the folder, as after a start by `root`.
fn of_strangers(config: &Config) -> anyhow::Result<Vec<String>> {
    let mut strangers = Vec::new();
    if config.postgres.is_some() || !config.data.is_dir() {
        return Ok(strangers);
    }
    let owner = metadata(&config.data)?.uid();
    let lock = config.database().with_extension("lock");
    for path in [config.database(), lock, config.data.join("secret")].iter().filter(|path| path.exists()) {
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
