//! What the commands need beyond Rust and Node: found, installed where that is possible, named where not.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::process::{self, find, must, program, say};

/// Names under which a Chromium that takes `--headless` is known.
const CHROMIUM: &[&str] =
    &["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome"];

/// The file whose presence says that the packages of a lock file are installed: a copy of that lock file.
const STAMP: &str = "node_modules/.installed-lock.json";

/// Installs the npm packages of a folder exactly as its lock file says, unless they are there already.
pub fn npm_packages(folder: &str) -> Result<()> {
    let lock = process::root().join(folder).join("package-lock.json");
    let stamp = process::root().join(folder).join(STAMP);
    let wanted = std::fs::read(&lock).with_context(|| format!("cannot read {}", lock.display()))?;
    if std::fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    if find(&["npm"]).is_none() {
        bail!("npm is not installed; install Node.js 20 or newer (https://nodejs.org), then run this again");
    }
    say(&format!("installing the npm packages of {folder}/"));
    must(program("npm", folder).args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]))?;
    std::fs::write(&stamp, wanted).with_context(|| format!("cannot write {}", stamp.display()))
}

/// A Chromium for the browser tests: `CHROMIUM` in the environment, one on the PATH, or Debian's package.
pub fn chromium() -> Result<PathBuf> {
    if let Some(named) = std::env::var_os("CHROMIUM") {
        return Ok(PathBuf::from(named));
    }
    if let Some(found) = find(CHROMIUM) {
        return Ok(found);
    }
    from_debian("chromium")?;
    find(CHROMIUM).context(
        "no Chromium was found for the browser tests; install it (Debian: `sudo apt install chromium`) \
         or name one in the environment variable CHROMIUM",
    )
}

/// Programs that tests run beside ours, each with Debian's package for it.
const PEERS: &[(&str, &str)] = &[
    // Its mail parser reads back the mails that we write.
    ("python3", "python3"),
    // They stand in front of the function, with the configurations that we give.
    ("nginx", "nginx-light"),
    ("caddy", "caddy"),
    // It takes the mails.
    ("postfix", "postfix"),
    // It watches system calls, and lets them fail.
    ("strace", "strace"),
    // It reads and judges the units.
    ("systemd-analyze", "systemd"),
];

/// The programs that tests run beside ours.
pub fn peers() -> Result<()> {
    for (peer, package) in PEERS {
        if find(&[peer]).is_none() {
            from_debian(package)?;
            find(&[peer]).with_context(|| {
                format!("no {peer} was found; install it (Debian: `sudo apt install {package}`), then run this again")
            })?;
        }
    }
    Ok(())
}

/// PostgreSQL and pgbouncer: the tests of the store start their own.
pub fn postgres() -> Result<()> {
    for (package, is_there) in [("postgresql", has_postgres as fn() -> bool), ("pgbouncer", has_pgbouncer)] {
        if !is_there() {
            from_debian(package)?;
        }
        if !is_there() {
            bail!(
                "{package} was not found, and the tests of the store need it; install it (Debian: \
                 `sudo apt install {package}`), then run this again"
            );
        }
    }
    Ok(())
}

/// Debian keeps the server's programs of each version in a folder of its own, beside the PATH.
fn has_postgres() -> bool {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    find(&["initdb"]).is_some()
        || versions.into_iter().any(|version| version.path().join("bin/initdb").exists())
}

fn has_pgbouncer() -> bool {
    find(&["pgbouncer"]).is_some() || std::path::Path::new("/usr/sbin/pgbouncer").exists()
}

/// The test runner cargo-nextest.
pub fn nextest() -> Result<()> {
    if find(&["cargo-nextest"]).is_some() {
        return Ok(());
    }
    say("installing cargo-nextest, the test runner");
    must(process::cargo().args(["install", "--locked", "cargo-nextest"]))
}

/// Installs a Debian package where that is possible.
fn from_debian(package: &str) -> Result<()> {
    if find(&["apt-get"]).is_none() || !is_root() {
        return Ok(());
    }
    say(&format!("installing Debian's {package} for the tests"));
    must(program("apt-get", ".").args(["update", "-qq"]))?;
    let install = ["install", "-y", "-qq", "--no-install-recommends", package];
    must(program("apt-get", ".").env("DEBIAN_FRONTEND", "noninteractive").args(install))
}

fn is_root() -> bool {
    std::process::Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.starts_with(b"0\n"))
}
