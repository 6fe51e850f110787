//! What the operator's configuration says about the database, and what of it can be checked without one.

use super::tls;
use crate::rights;
use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio_postgres::config::{SslMode, TargetSessionAttrs};
use tokio_postgres_rustls::MakeRustlsConnect;

/// After so long without a word TCP asks whether the server is still there, and again after as long. Firewalls
/// forget quiet connections after minutes.
const KEEPALIVE: Duration = Duration::from_secs(30);

/// For each address of the server: where the way over IPv6 leads nowhere, there must be time for IPv4 before a
/// connection is given up.
const ADDRESS: Duration = Duration::from_secs(2);

/// A PostgreSQL database, as configured.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PostgresConfig {
    /// Name or address of the server (the name must be in its certificate), or the folder of its Unix socket.
    pub host: String,
    /// Its port; also part of the name of a Unix socket.
    #[serde(default = "default_port")]
    pub port: u16,
    /// The database: it should hold nothing else.
    pub database: String,
    /// Who logs in: the owner of the tables.
    pub user: String,
    /// A file that holds the password and nothing else.
    pub password_file: Option<PathBuf>,
    /// How the connection is encrypted; over a Unix socket it is not.
    #[serde(default)]
    pub tls: Tls,
    /// Certificates (PEM) that are trusted instead of the system's.
    pub ca_file: Option<PathBuf>,
}

/// How a connection is encrypted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tls {
    /// With a certificate that is checked, name included.
    #[default]
    Verify,
    /// Not at all: only to this computer itself.
    None,
}

/// A database that can be connected to, for all that can be known without connecting.
#[derive(Clone)]
pub struct PostgresOptions {
    pub(super) connection: tokio_postgres::Config,
    pub(super) tls: Option<MakeRustlsConnect>,
    /// For messages.
    pub(super) name: String,
    /// What was configured, for advice.
    pub(super) config: PostgresConfig,
}

impl std::fmt::Debug for PostgresOptions {
    /// Without the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PostgresOptions").field("name", &self.name).finish_non_exhaustive()
    }
}

fn default_port() -> u16 {
    5432
}

impl PostgresConfig {
    /// Reads the files that are named and checks the rest; relative paths count from `base`.
    pub fn options(&self, base: &Path) -> Result<PostgresOptions> {
        let mut connection = tokio_postgres::Config::new();
        connection
            .host(&self.host)
            .port(self.port)
            .dbname(&self.database)
            .user(&self.user)
            .application_name("feedback-fn")
            .target_session_attrs(TargetSessionAttrs::Any)
            .connect_timeout(ADDRESS)
            .keepalives_idle(KEEPALIVE)
            .keepalives_interval(KEEPALIVE);
        if let Some(file) = &self.password_file {
            connection.password(password(&base.join(file))?);
        }
        let tls = self.tls(base)?;
        connection.ssl_mode(if tls.is_some() { SslMode::Require } else { SslMode::Disable });
        let name = format!("`{}` at `{}`", self.database, self.host);
        Ok(PostgresOptions { connection, tls, name, config: self.clone() })
    }

    fn tls(&self, base: &Path) -> Result<Option<MakeRustlsConnect>> {
        if self.host.starts_with('/') {
            ensure!(self.ca_file.is_none(), "`ca_file` has no use: `{}` is a Unix socket", self.host);
            return Ok(None);
        }
        match self.tls {
            Tls::None if is_this_computer(&self.host) => Ok(None),
            Tls::None => bail!(
                "`tls = \"none\"` is for this computer only (a Unix socket, `127.0.0.1`, `::1` or `localhost`), \
                 and `{}` is another",
                self.host
            ),
            Tls::Verify => {
                let authorities = self.ca_file.as_ref().map(|file| read(&base.join(file))).transpose()?;
                tls::client(authorities.as_deref()).map(Some)
            }
        }
    }
}

fn password(path: &Path) -> Result<String> {
    let content = String::from_utf8(read(path)?).context("the password is not UTF-8")?;
    let password = content.trim_end_matches(['\r', '\n']);
    ensure!(!password.is_empty(), "the password file `{}` is empty", path.display());
    Ok(password.to_owned())
}

fn is_this_computer(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[expect(clippy::disallowed_methods, reason = "secrets and certificates are files that the operator names")]
fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|error| rights::unreadable("file", path, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(lines: &str) -> Result<PostgresOptions> {
        let folder = tempfile::tempdir()?;
        let config = format!("database = 'feedback'\nuser = 'feedback'\n{lines}");
        toml::from_str::<PostgresConfig>(&config)?.options(folder.path())
    }

    #[test]
    fn connection_is_encrypted_unless_it_ends_on_this_computer() {
        for (lines, encrypted) in [
            ("host = 'db.stadt.example'", true),
            ("host = 'localhost'", true),
            ("host = 'localhost'\ntls = 'none'", false),
            ("host = '::1'\ntls = 'none'", false),
            ("host = '/run/postgresql'", false),
        ] {
            let options = options(lines).unwrap();
            assert_eq!(options.tls.is_some(), encrypted, "{lines}");
            let mode = if encrypted { SslMode::Require } else { SslMode::Disable };
            assert_eq!(options.connection.get_ssl_mode(), mode, "{lines}");
        }
    }

    #[test]
    fn settings_that_could_leak_or_never_work_are_refused() {
        for (lines, part) in [
            ("host = 'db.stadt.example'\ntls = 'none'", "this computer only"),
            ("host = '192.168.1.1'\ntls = 'none'", "this computer only"),
            ("host = 'localhost'\ntls = 'prefer'", "unknown variant"),
            ("host = 'localhost'\npassword_file = 'none'", "cannot read"),
            ("host = 'localhost'\nca_file = 'none'", "cannot read"),
            ("host = '/run/postgresql'\nca_file = 'none'", "has no use"),
            ("host = 'localhost'\npassword = 'x'", "unknown field"),
            ("port = 5432", "missing field `host`"),
        ] {
            let error = format!("{:#}", options(lines).expect_err(lines));
            assert!(error.contains(part), "{lines}: {error}");
        }
    }

    #[test]
    fn password_is_what_stands_in_its_file_and_is_never_shown() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("password");
        for (content, expected) in
            [("geheim\n", Some("geheim")), ("ge heim \r\n", Some("ge heim ")), ("\n", None)]
        {
            #[expect(clippy::disallowed_methods, reason = "the operator's file")]
            std::fs::write(&path, content).unwrap();
            let config = "host = '/run'\ndatabase = 'f'\nuser = 'f'\npassword_file = 'password'";
            let options = toml::from_str::<PostgresConfig>(config).unwrap().options(folder.path());
            match expected {
                Some(password) => {
                    let options = options.unwrap();
                    assert_eq!(options.connection.get_password(), Some(password.as_bytes()));
                    assert!(!format!("{options:?}").contains("heim"));
                }
                None => assert!(options.unwrap_err().to_string().contains("is empty")),
            }
        }
    }
}
