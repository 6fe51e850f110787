//! TLS to the database: whom to trust. Certificates are always checked, names included.

use anyhow::{Context, Result, ensure};
use std::sync::Arc;
use tokio_postgres_rustls::MakeRustlsConnect;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// Trusts `authorities` (PEM), or without them what the system trusts.
pub(super) fn client(authorities: Option<&[u8]>) -> Result<MakeRustlsConnect> {
    let mut roots = RootCertStore::empty();
    match authorities {
        Some(pem) => {
            for certificate in CertificateDer::pem_slice_iter(pem) {
                let certificate = certificate.context("`ca_file` is not PEM")?;
                roots.add(certificate).context("a certificate in `ca_file`")?;
            }
            ensure!(!roots.is_empty(), "`ca_file` holds no certificate");
        }
        None => {
            // Single certificates that cannot be read are common in system stores; none at all is an error.
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            ensure!(
                !roots.is_empty(),
                "this system has no certificates to check a database server against: install them \
                 (`ca-certificates`) or give `ca_file`"
            );
        }
    }
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .context("TLS")?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}
