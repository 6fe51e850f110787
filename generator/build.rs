//! Fetches the search library elasticlunr.js, which the generator lays beside the indexes it writes.
//!
//! It is taken as npm delivers it, in the version of `package-lock.json`, and never copied into the
//! repository. It goes into cargo's own folder for this package, so that nothing appears among the
//! sources and two builds never meet; cargo calls this again only when one of the named files changes.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a build script reads and writes files before there is a World, and speaks to cargo"
)]

use std::path::{Path, PathBuf};
use std::process::Command;

/// What npm needs to know.
const MANIFESTS: [&str; 2] = ["package.json", "package-lock.json"];

/// The library, as npm lays it down.
const LIBRARY: &str = "node_modules/elasticlunr/elasticlunr.min.js";

/// Under this name the crate includes it.
const INCLUDED: &str = "elasticlunr.min.js";

fn main() {
    for name in ["build.rs"].iter().chain(&MANIFESTS) {
        println!("cargo::rerun-if-changed={name}");
    }
    if let Err(reason) = fetch() {
        println!("cargo::error={reason}");
    }
}

fn fetch() -> Result<(), String> {
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("cargo did not say where to write")?);
    let folder = out.join("npm");
    std::fs::create_dir_all(&folder).map_err(|error| cannot("create", &folder, &error))?;
    for name in MANIFESTS {
        std::fs::copy(name, folder.join(name)).map_err(|error| cannot("copy", Path::new(name), &error))?;
    }
    install(&folder)?;
    let library = folder.join(LIBRARY);
    std::fs::copy(&library, out.join(INCLUDED)).map_err(|error| cannot("copy", &library, &error))?;
    Ok(())
}

/// Exactly what the lock file says; what npm has fetched before comes from its cache, without the network.
fn install(folder: &Path) -> Result<(), String> {
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let arguments = ["ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"];
    let output = Command::new(npm).args(arguments).current_dir(folder).output().map_err(|error| {
        format!("npm cannot be started ({error}); install Node.js 20 or newer (https://nodejs.org), then build again")
    })?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = said.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    Err(format!(
        "npm cannot fetch the search library elasticlunr; it is fetched once and needs the network: {}",
        lines.join("; ")
    ))
}

fn cannot(what: &str, path: &Path, error: &std::io::Error) -> String {
    format!("cannot {what} {}: {error}", path.display())
}
