//! What the operator's configuration says about mail, and the way it opens.
//!
//! The raw forms ([`TransportConfig`], [`SenderConfig`]) are read by serde; opening them checks all that
//! can be checked without a connection, so that a wrong setting stops the start and not the first mail.

use super::compose::Sender;
use super::files::FilesTransport;
use super::smtp::{Credentials, Security, SmtpSettings, SmtpTransport, tls};
use super::text::HeaderText;
use super::{Failure, Mail, Outcome, Transport};
use crate::rights;
use anyhow::{Context, Result, anyhow, bail, ensure};
use serde::Deserialize;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

/// Who the mails come from, as configured.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SenderConfig {
    /// An address of the municipality's own domain.
    pub address: String,
    /// The name beside it.
    pub name: String,
}

/// How mails leave, as configured.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "RawTransport")]
pub enum TransportConfig {
    /// As files in a folder.
    Files(FilesConfig),
    /// To a mail server.
    Smtp(SmtpConfig),
}

/// Both ways as they stand in the file: which one is meant must be clear.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTransport {
    files: Option<FilesConfig>,
    smtp: Option<SmtpConfig>,
}

/// Mails as files.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FilesConfig {
    /// Where they are written; made if it does not exist.
    pub folder: PathBuf,
}

/// A mail server.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmtpConfig {
    /// Name or address of the server; the name must be in its certificate.
    pub host: String,
    /// By default 465, with `starttls` 587, with `none` 25.
    pub port: Option<u16>,
    /// How the connection is encrypted.
    #[serde(default)]
    pub tls: Tls,
    /// Who logs in; without it nobody does.
    pub username: Option<String>,
    /// A file that holds the password and nothing else.
    pub password_file: Option<PathBuf>,
    /// Certificates (PEM) that are trusted instead of the system's.
    pub ca_file: Option<PathBuf>,
    /// The name this computer gives in `EHLO`; by default the domain of the sender.
    pub hello: Option<String>,
}

/// How a connection is encrypted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tls {
    /// From the first octet (RFC 8314).
    #[default]
    Implicit,
    /// After `STARTTLS`; a server that does not offer it gets no mail.
    StartTls,
    /// Not at all: only to this computer itself.
    None,
}

/// A way for mails to leave, opened.
#[derive(Debug)]
pub enum Route {
    /// Files in a folder.
    Files(FilesTransport),
    /// A mail server.
    Smtp(Box<SmtpTransport>),
}

impl SenderConfig {
    /// The checked sender.
    pub fn sender(&self) -> Result<Sender> {
        let address =
            self.address.parse().with_context(|| format!("the sender's address `{}`", self.address))?;
        Ok(Sender { address, name: HeaderText::new(&self.name) })
    }
}

impl TryFrom<RawTransport> for TransportConfig {
    type Error = &'static str;

    fn try_from(raw: RawTransport) -> Result<TransportConfig, &'static str> {
        match (raw.files, raw.smtp) {
            (Some(files), None) => Ok(TransportConfig::Files(files)),
            (None, Some(smtp)) => Ok(TransportConfig::Smtp(smtp)),
            (Some(_), Some(_)) => Err(
                "`[transport.files]` and `[transport.smtp]` are both there: put `#` before all lines of one",
            ),
            (None, None) => Err("mails have no way: write `[transport.smtp]` or `[transport.files]`"),
        }
    }
}

impl TransportConfig {
    /// The mail server and its port.
    pub fn place(&self) -> Option<String> {
        match self {
            TransportConfig::Files(_) => None,
            TransportConfig::Smtp(smtp) => Some(format!("{}:{}", smtp.host, smtp.port())),
        }
    }

    /// Checks the settings and opens the way; relative paths count from `base`. Connects to nothing yet.
    pub fn open(&self, base: &Path, sender: &Sender) -> Result<Route> {
        match self {
            TransportConfig::Files(files) => {
                let folder = base.join(&files.folder);
                let transport = FilesTransport::new(folder.clone());
                transport.map(Route::Files).map_err(|error| {
                    anyhow!(
                        "the folder of the mails `{}`: {error}\nhint: {}",
                        folder.display(),
                        rights::advice(&folder)
                    )
                })
            }
            TransportConfig::Smtp(smtp) => {
                let settings = smtp.settings(base, sender)?;
                Ok(Route::Smtp(Box::new(SmtpTransport::new(settings))))
            }
        }
    }
}

impl SmtpConfig {
    fn settings(&self, base: &Path, sender: &Sender) -> Result<SmtpSettings> {
        ensure!(
            self.tls != Tls::None || is_this_computer(&self.host),
            "`tls = \"none\"` is for this computer only (`127.0.0.1`, `::1` or `localhost`), and `{}` is another",
            self.host
        );
        let hello = self.hello.as_deref().unwrap_or(sender.address.domain());
        ensure!(is_host_name(hello), "`hello` is not a host name: `{hello}`");
        Ok(SmtpSettings {
            host: self.host.clone(),
            port: self.port(),
            hello: hello.to_owned(),
            security: self.security(base)?,
            credentials: self.credentials(base)?,
        })
    }

    fn port(&self) -> u16 {
        self.port.unwrap_or(match self.tls {
            Tls::Implicit => 465,
            Tls::StartTls => 587,
            Tls::None => 25,
        })
    }

    fn security(&self, base: &Path) -> Result<Security> {
        if self.tls == Tls::None {
            return Ok(Security::None);
        }
        let authorities = match &self.ca_file {
            Some(file) => Some(read(&base.join(file))?),
            None => None,
        };
        let client = tls::Client::new(&self.host, authorities.as_deref())?;
        Ok(match self.tls {
            Tls::StartTls => Security::StartTls(client),
            _ => Security::Implicit(client),
        })
    }

    fn credentials(&self, base: &Path) -> Result<Option<Credentials>> {
        match (&self.username, &self.password_file) {
            (None, None) => Ok(None),
            (Some(username), Some(file)) => {
                let content =
                    String::from_utf8(read(&base.join(file))?).context("the password is not UTF-8")?;
                let password = content.trim_end_matches(['\r', '\n']);
                ensure!(!password.is_empty(), "the password file `{}` is empty", file.display());
                Ok(Some(Credentials::new(username.clone(), password.to_owned())))
            }
            _ => bail!("`username` and `password_file` belong together: give both or none"),
        }
    }
}

impl Transport for Route {
    async fn send(&mut self, mail: &Mail) -> Outcome {
        match self {
            Route::Files(files) => files.send(mail).await,
            Route::Smtp(smtp) => smtp.send(mail).await,
        }
    }

    async fn rest(&mut self) {
        match self {
            Route::Files(files) => files.rest().await,
            Route::Smtp(smtp) => smtp.rest().await,
        }
    }

    async fn probe(&mut self) -> Result<(), Failure> {
        match self {
            Route::Files(files) => files.probe().await,
            Route::Smtp(smtp) => smtp.probe().await,
        }
    }
}

fn is_this_computer(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn is_host_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
}

#[expect(clippy::disallowed_methods, reason = "secrets and certificates are files that the operator names")]
fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|error| rights::unreadable("file", path, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn open(config: &str) -> Result<Route> {
        let folder = tempfile::tempdir()?;
        let sender = SenderConfig { address: "beteiligung@stadt.example".into(), name: "Stadt".into() };
        toml::from_str::<TransportConfig>(config)?.open(folder.path(), &sender.sender()?)
    }

    #[test]
    fn a_route_opens_from_sound_settings() {
        for config in [
            "[files]\nfolder = 'mails'",
            "[smtp]\nhost = 'mail.stadt.example'",
            "[smtp]\nhost = 'mail.stadt.example'\ntls = 'starttls'\nport = 2587",
            "[smtp]\nhost = '127.0.0.1'\ntls = 'none'\nport = 2525",
            "[smtp]\nhost = '::1'\ntls = 'none'",
            "[smtp]\nhost = 'localhost'\ntls = 'none'",
        ] {
            assert!(open(config).is_ok(), "{config}: {:?}", open(config).err());
        }
    }

    #[test]
    fn a_route_that_could_leak_or_never_work_is_refused_at_the_start() {
        for (config, part) in [
            ("[smtp]\nhost = 'mail.stadt.example'\ntls = 'none'", "this computer only"),
            ("[smtp]\nhost = '192.168.1.1'\ntls = 'none'", "this computer only"),
            ("[smtp]\nhost = 'mail.stadt.example'\nusername = 'x'", "belong together"),
            ("[smtp]\nhost = 'mail.stadt.example'\nusername = 'x'\npassword_file = 'none'", "cannot read"),
            ("[smtp]\nhost = 'mail.stadt.example'\nca_file = 'none'", "cannot read"),
            ("[smtp]\nhost = 'mail.stadt.example'\nhello = \"a\\r\\nb\"", "hello"),
            ("[smtp]\nhost = 'mail.stadt.example'\npasword = 'x'", "unknown field"),
            ("[files]\nfolder = 'x'\nport = 1", "unknown field"),
            ("[pigeon]\n", "unknown field `pigeon`"),
            ("", "mails have no way"),
            ("[files]\nfolder = 'x'\n[smtp]\nhost = 'mail.stadt.example'", "are both there"),
        ] {
            let error = format!("{:#}", open(config).expect_err(config));
            assert!(error.contains(part), "{config}: {error}");
        }
    }
}
