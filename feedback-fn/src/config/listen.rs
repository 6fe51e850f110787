//! Where to listen: an address, a file, or a socket that systemd passes.

use anyhow::{Context, ensure};
use serde::Deserialize;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

/// Where to listen.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Listen {
    /// At an address with a port.
    Address(SocketAddr),
    /// At a Unix socket, for a reverse proxy on this machine.
    Socket(PathBuf),
    /// At a socket that systemd (or who speaks its protocol) opened.
    Systemd,
}

impl TryFrom<String> for Listen {
    type Error = String;

    fn try_from(text: String) -> Result<Listen, String> {
        if text == "systemd" {
            return Ok(Listen::Systemd);
        }
        if let Some(path) = text.strip_prefix("unix:").filter(|path| !path.is_empty()) {
            return Ok(Listen::Socket(path.into()));
        }
        let wrong = |_| {
            format!(
                "`{text}` is not an address with a port, such as `127.0.0.1:8787`, nor `unix:` and a path, \
                 nor `systemd`"
            )
        };
        text.parse().map(Listen::Address).map_err(wrong)
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Listen::Address(address) => write!(f, "{address}"),
            Listen::Socket(path) => write!(f, "unix:{}", path.display()),
            Listen::Systemd => f.write_str("systemd"),
        }
    }
}

impl Listen {
    /// Where it is listened if nothing else is said: at the port that the platform names, which sends requests
    /// from outside; else for a reverse proxy on this machine.
    pub(super) fn unless_said(port: Option<&str>) -> anyhow::Result<Listen> {
        let Some(port) = port else {
            return Ok(Listen::Address(SocketAddr::from((Ipv4Addr::LOCALHOST, 8787))));
        };
        let port: u16 = port.parse().with_context(|| format!("`PORT` is `{port}` and not a port"))?;
        Ok(Listen::Address(SocketAddr::from((Ipv4Addr::UNSPECIFIED, port))))
    }

    /// Whether only one of the two could listen. The system chooses for port 0, and passes sockets in order.
    pub(super) fn is_same(&self, other: &Listen) -> bool {
        match self {
            Listen::Systemd => false,
            Listen::Address(address) => address.port() != 0 && self == other,
            Listen::Socket(_) => self == other,
        }
    }

    /// Relative paths count from `base`.
    pub(super) fn below(self, base: &Path) -> Listen {
        match self {
            Listen::Socket(path) => Listen::Socket(base.join(path)),
            other => other,
        }
    }
}

/// The mode of a Unix socket's file, as `chmod` takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct SocketMode(pub u32);

impl Default for SocketMode {
    /// For the owner and the group, which the proxy's user joins.
    fn default() -> SocketMode {
        SocketMode(0o660)
    }
}

impl TryFrom<String> for SocketMode {
    type Error = String;

    fn try_from(text: String) -> Result<SocketMode, String> {
        let mode = u32::from_str_radix(&text, 8).ok().filter(|mode| *mode <= 0o777);
        mode.map(SocketMode).ok_or(format!("`{text}` is not a mode such as `660`"))
    }
}

/// Where the operator looks how the program does. Not for the public.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdminConfig {
    /// Where to listen.
    pub listen: Listen,
    /// Says that others than programs on this machine may ask.
    #[serde(default)]
    pub public: bool,
}

impl AdminConfig {
    /// Refuses an address that can be reached from elsewhere, unless that is meant.
    pub(super) fn checked(self, base: &Path) -> anyhow::Result<AdminConfig> {
        if let Listen::Address(address) = self.listen {
            ensure!(
                self.public || address.ip().is_loopback(),
                "`admin.listen` is `{address}`, which others can reach; if that is meant, say `public = true` \
                 under `[admin]`"
            );
        }
        Ok(AdminConfig { listen: self.listen.below(base), ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn platform_names_the_port_unless_the_operator_names_more() {
        let said = |port| Listen::unless_said(port).map(|listen| listen.to_string()).ok();
        assert_eq!(said(None).as_deref(), Some("127.0.0.1:8787"));
        assert_eq!(said(Some("8080")).as_deref(), Some("0.0.0.0:8080"));
        assert_eq!(said(Some("http")), None);
    }

    #[test]
    fn places_are_said_in_three_ways() {
        for text in ["127.0.0.1:8787", "[::1]:80", "unix:/run/x.sock", "systemd"] {
            assert_eq!(Listen::try_from(text.to_owned()).unwrap().to_string(), text);
        }
        for text in ["", "unix:", "8787", "localhost:8787", "/run/x.sock"] {
            assert!(Listen::try_from(text.to_owned()).is_err(), "{text}");
        }
    }

    #[test]
    fn mode_is_octal() {
        assert_eq!(SocketMode::try_from("0660".to_owned()), Ok(SocketMode(0o660)));
        for text in ["", "888", "1777", "rw"] {
            assert!(SocketMode::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}
