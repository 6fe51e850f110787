//! The files of `packaging`, each used as its reader would use it: the reverse proxies really stand in front
//! of the program, systemd reads its units.
//!
//! What they need is installed by `cargo xtask test`; without it these tests fail and say what is missing.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests make real files and stop at the first surprise"
)]

mod caddy;
mod certificate;
mod container;
mod debian;
mod manual;
mod nginx;
mod systemd;
mod town;

use std::path::PathBuf;

/// A file of `packaging`.
fn packaged(path: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("packaging").join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A sample with the places of this test in it; each must stand there, or the sample has changed.
#[track_caller]
fn adapted(sample: &str, places: &[(&str, &str)]) -> String {
    places.iter().fold(packaged(sample), |text, (from, to)| {
        assert!(text.contains(from), "`{from}` is not in {sample}");
        text.replace(from, to)
    })
}

/// A program that the tests cannot do without.
#[track_caller]
fn program(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let more = ["/usr/sbin", "/sbin", "/usr/bin"].map(PathBuf::from);
    let mut folders = std::env::split_paths(&path).chain(more);
    let found = folders.find_map(|folder| Some(folder.join(name)).filter(|path| path.is_file()));
    found.unwrap_or_else(|| panic!("`{name}` is not installed; `cargo xtask test` installs it where it can"))
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
