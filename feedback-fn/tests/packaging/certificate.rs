//! The town's certificate, from nobody but the test, and a client that trusts it.

use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

const NAME: &str = "strategie.stadt.example";

pub struct Certificate {
    /// The file of the certificate.
    pub chain: String,
    /// The file of its key.
    pub key: String,
    client: Arc<ClientConfig>,
}

impl Certificate {
    pub fn made_in(folder: &Path) -> Certificate {
        let [chain, key] = ["fullchain.pem", "privkey.pem"].map(|name| folder.join(name));
        let certificate = rcgen::generate_simple_self_signed([NAME.to_owned()]).unwrap();
        std::fs::write(&chain, certificate.cert.pem()).unwrap();
        std::fs::write(&key, certificate.signing_key.serialize_pem()).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(certificate.cert.der().clone()).unwrap();
        let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
        let client =
            ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let client = Arc::new(client.with_root_certificates(roots).with_no_client_auth());
        Certificate { chain: chain.display().to_string(), key: key.display().to_string(), client }
    }

    /// A connection to whoever has this certificate at this port.
    pub fn connect(&self, port: u16) -> StreamOwned<ClientConnection, TcpStream> {
        let name = ServerName::try_from(NAME).unwrap();
        let connection = ClientConnection::new(self.client.clone(), name).unwrap();
        StreamOwned::new(connection, TcpStream::connect(("127.0.0.1", port)).unwrap())
    }
}
