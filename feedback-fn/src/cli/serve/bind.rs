//! Opening the sockets that are listened at.

use crate::Listener;
use crate::config::{Listen, SocketMode};
use anyhow::{Context, anyhow, bail, ensure};
use listenfd::ListenFd;
use std::fs::Permissions;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::os::unix::net::UnixStream;
use std::path::Path;
use tokio::net::{TcpListener, UnixListener};

const NO_SOCKET: &str = "systemd passed no socket, and `listen` is \"systemd\"\nhint: start it with `systemctl start \
                         feedback-fn.socket feedback-fn.service`; by hand, `listen` has to name an address";
const ONE_SOCKET: &str = "systemd passed one socket, and `[admin] listen = \"systemd\"` needs a second\nhint: add a \
                          `ListenStream=` with `systemctl edit feedback-fn.socket`, then `systemctl restart \
                          feedback-fn.socket feedback-fn.service`";
/// Of a file where the socket is to be.
pub(in crate::cli) const NO_SOCKET_FILE: &str =
    "there is a file that is no socket; move it away, or change `listen`";
/// Who else may use an address.
pub(in crate::cli) const OTHERS: &str =
    "another program uses it: `ss -ltnp` shows which; end it, or change `listen`";
/// The socket unit of the package listens at the address that people write first.
const OWN_SOCKET: &str =
    "systemd may hold it for this program: write `listen = \"systemd\"`, or stop the socket unit";

/// The sockets that systemd passed, if it did.
pub(super) struct Inherited(ListenFd);

impl Inherited {
    /// Takes them out of the environment. Once, at the start.
    pub(super) fn from_environment() -> Inherited {
        Inherited(ListenFd::from_env())
    }

    /// The socket at this place in the order of the socket unit.
    fn take(&mut self, at: usize) -> anyhow::Result<Listener> {
        ensure!(self.0.len() > at, "{}", if self.0.len() == 0 { NO_SOCKET } else { ONE_SOCKET });
        if let Ok(Some(listener)) = self.0.take_tcp_listener(at) {
            listener.set_nonblocking(true)?;
            return Ok(TcpListener::from_std(listener)?.into());
        }
        let listener = self.0.take_unix_listener(at).context("what systemd passed is no stream socket")?;
        let listener = listener.context("a socket that systemd passed was taken already")?;
        listener.set_nonblocking(true)?;
        Ok(UnixListener::from_std(listener)?.into())
    }
}

/// Opens a socket; `at` is its place among those of systemd.
pub(super) async fn open(
    listen: &Listen,
    mode: SocketMode,
    inherited: &mut Inherited,
    at: usize,
) -> anyhow::Result<Listener> {
    match listen {
        Listen::Address(address) => {
            let others = match inherited.0.len() {
                0 => OTHERS,
                _ => OWN_SOCKET,
            };
            let listener = TcpListener::bind(address).await;
            Ok(listener.map_err(|error| refused(*address, &error, others))?.into())
        }
        Listen::Socket(path) => {
            ensure!(has_folder(path), "{}", no_folder(&listen.to_string()));
            socket(path, mode).with_context(|| format!("cannot listen at `{listen}`"))
        }
        Listen::Systemd => inherited.take(at),
    }
}

/// Why an address cannot be listened at, and what to do; `others` says who may have it.
pub(in crate::cli) fn refused(address: SocketAddr, error: &io::Error, others: &str) -> anyhow::Error {
    let hint = match error.kind() {
        ErrorKind::AddrNotAvailable => {
            "this computer has no such address (`ip address` shows which it has): behind a proxy on the same computer \
             write `127.0.0.1` with the port"
        }
        ErrorKind::PermissionDenied => {
            "ports below 1024 are for root: take another one, or let systemd listen (`listen = \"systemd\"`)"
        }
        _ => others,
    };
    anyhow!("cannot listen at `{address}`: {error}\nhint: {hint}")
}

/// What is missing for a Unix socket.
pub(in crate::cli) fn no_folder(listen: &str) -> String {
    format!(
        "cannot listen at `{listen}`: its folder does not exist\nhint: make it, for the user of the service; the unit \
         makes `/run/feedback-fn`"
    )
}

/// Also where nobody can tell: what is wrong then is told by who binds.
pub(in crate::cli) fn has_folder(path: &Path) -> bool {
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    folder.is_none_or(|folder| folder.try_exists().unwrap_or(true))
}

#[expect(clippy::disallowed_methods, reason = "commands are an edge")]
fn socket(path: &Path, mode: SocketMode) -> anyhow::Result<Listener> {
    if is_left_over(path)? {
        std::fs::remove_file(path)?;
    }
    let listener = UnixListener::bind(path)?;
    // Until here the umask decides, which gives others no right to write and so none to connect.
    std::fs::set_permissions(path, Permissions::from_mode(mode.0))?;
    Ok(listener.into())
}

/// Whether a program that is dead left the socket's file; fails if something else is there.
fn is_left_over(path: &Path) -> anyhow::Result<bool> {
    let kind = match std::fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        found => found?.file_type(),
    };
    ensure!(kind.is_socket(), "{NO_SOCKET_FILE}");
    match UnixStream::connect(path) {
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => Ok(true),
        Ok(_) => bail!("another program listens there; end it, or change `listen`"),
        Err(error) => Err(error).context("a socket is there, and nobody can say whether it is used"),
    }
}
