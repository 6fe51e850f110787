//! Whether the function could listen where it is told to. While it runs, it is the one who does.

use crate::cli::serve::bind;
use crate::config::{Config, Listen};
use crate::rights;
use anyhow::{anyhow, bail, ensure};
use rustix::fs::Access;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::FileTypeExt;
use std::path::Path;
use std::time::Duration;

/// Another program on this computer answers at once, or is none that speaks HTTP.
const PATIENCE: Duration = Duration::from_secs(2);

/// Tries both addresses; forms go to `endpoint`.
pub(super) fn check(config: &Config, endpoint: &str) -> anyhow::Result<String> {
    let public = door(&config.listen, &format!("{endpoint}health"))?;
    let admin = config.admin.as_ref().map(|admin| door(&admin.listen, "/live")).transpose()?;
    Ok([Some(public), admin].into_iter().flatten().collect::<Vec<_>>().join(", "))
}

fn door(listen: &Listen, path: &str) -> anyhow::Result<String> {
    match listen {
        Listen::Address(address) => at(*address, path),
        Listen::Socket(file) => socket(file).map(|()| format!("`{listen}`")),
        Listen::Systemd => Ok("the socket is systemd's".to_owned()),
    }
}

fn at(address: SocketAddr, path: &str) -> anyhow::Result<String> {
    match TcpListener::bind(address) {
        Ok(_) => Ok(format!("`{address}` is free")),
        Err(error) if error.kind() == ErrorKind::AddrInUse && answers(address, path) => {
            Ok(format!("the function answers at `{address}`"))
        }
        Err(error) => Err(bind::refused(address, &error, bind::OTHERS)),
    }
}

/// Whether a function answers there that it lives.
fn answers(address: SocketAddr, path: &str) -> bool {
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
        let mut answer = [0; 12];
        stream.read_exact(&mut answer)?;
        Ok(String::from_utf8_lossy(&answer).into_owned())
    };
    ask().is_ok_and(|answer| answer == "HTTP/1.1 200")
}

fn socket(file: &Path) -> anyhow::Result<()> {
    let shown = format!("unix:{}", file.display());
    ensure!(bind::has_folder(file), "{}", bind::no_folder(&shown));
    let folder = file.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    rustix::fs::access(folder, Access::WRITE_OK | Access::EXEC_OK)
        .map_err(|error| anyhow!("cannot listen at `{shown}`: {error}\nhint: {}", rights::advice(folder)))?;
    match std::fs::symlink_metadata(file) {
        Ok(found) if !found.file_type().is_socket() => {
            bail!("cannot listen at `{shown}`: {}", bind::NO_SOCKET_FILE)
        }
        _ => Ok(()),
    }
}
