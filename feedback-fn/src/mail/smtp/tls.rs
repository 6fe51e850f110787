//! The client's side of TLS: whom to trust, and the handshake.
//!
//! Certificates are always checked; there is no setting that turns it off. A server with a certificate
//! of its own authority is trusted by `ca_file`.

use super::stream::BoxStream;
use anyhow::{Context, Result, ensure};
use std::io;
use std::sync::Arc;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// A client for one server.
#[derive(Clone)]
pub struct Client {
    connector: TlsConnector,
    name: ServerName<'static>,
}

impl Client {
    /// Trusts `authorities` (PEM) for `host`, or without them what the system trusts.
    pub fn new(host: &str, authorities: Option<&[u8]>) -> Result<Client> {
        let name = ServerName::try_from(host.to_owned())
            .with_context(|| format!("`host` is no name or address: `{host}`"))?;
        let roots = match authorities {
            Some(pem) => given(pem)?,
            None => of_the_system()?,
        };
        let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .context("TLS")?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Client { connector: TlsConnector::from(Arc::new(config)), name })
    }

    pub(super) async fn handshake(&self, stream: BoxStream) -> io::Result<BoxStream> {
        let encrypted = self.connector.connect(self.name.clone(), stream).await?;
        Ok(Box::new(encrypted))
    }
}

fn given(pem: &[u8]) -> Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        roots.add(certificate.context("`ca_file` is not PEM")?).context("a certificate in `ca_file`")?;
    }
    ensure!(!roots.is_empty(), "`ca_file` holds no certificate");
    Ok(roots)
}

/// Single certificates that cannot be read are common in system stores; none at all is an error.
fn of_the_system() -> Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    roots.add_parsable_certificates(found.certs);
    ensure!(
        !roots.is_empty(),
        "this system has no certificates to check a mail server against: install them (`ca-certificates`) or give `ca_file`"
    );
    Ok(roots)
}
