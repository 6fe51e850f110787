//! `proxy/nginx.conf` in front of the program.

use crate::town::{Proxy, Town, serves_a_town};
use crate::{adapted, free_port, program};
use std::net::TcpStream;
use std::process::Command;
use std::sync::Arc;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

const NAME: &str = "strategie.stadt.example";

#[test]
fn town_is_served_by_nginx() {
    let town = Town::new();
    let (plain, secure) = (free_port(), free_port());
    let folder = town.folder.path();
    let at = |name: &str| folder.join(name).display().to_string();
    let certificate = rcgen::generate_simple_self_signed([NAME.to_owned()]).unwrap();
    std::fs::write(at("fullchain.pem"), certificate.cert.pem()).unwrap();
    std::fs::write(at("privkey.pem"), certificate.signing_key.serialize_pem()).unwrap();
    let sample = adapted(
        "proxy/nginx.conf",
        &[
            ("listen 80;", &format!("listen 127.0.0.1:{plain};")),
            ("    listen [::]:80;\n", ""),
            ("listen 443 ssl http2;", &format!("listen 127.0.0.1:{secure} ssl http2;")),
            ("    listen [::]:443 ssl http2;\n", ""),
            ("/srv/strategie/public", &town.public()),
            ("127.0.0.1:8787", &format!("127.0.0.1:{}", town.port)),
            ("/etc/ssl/strategie/fullchain.pem", &at("fullchain.pem")),
            ("/etc/ssl/strategie/privkey.pem", &at("privkey.pem")),
            ("/var/log/nginx/strategie.log", &at("access.log")),
            ("/var/log/nginx/strategie-error.log", &at("error.log")),
        ],
    );
    let scratch = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    let scratch = scratch.map(|kind| format!("{kind}_temp_path {};", at(kind))).join("\n");
    let whole = format!(
        "daemon off; pid {}; error_log stderr crit; events {{}}\nhttp {{ {scratch}\n{sample} }}",
        at("nginx.pid")
    );
    std::fs::write(at("nginx.conf"), whole).unwrap();
    let mut command = Command::new(program("nginx"));
    command.args(["-p", &at(""), "-c", &at("nginx.conf")]);
    let _proxy = Proxy::start(&mut command, secure);

    let mut roots = RootCertStore::empty();
    roots.add(certificate.cert.der().clone()).unwrap();
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let client = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let client = Arc::new(client.with_root_certificates(roots).with_no_client_auth());
    serves_a_town(|| {
        let name = ServerName::try_from(NAME).unwrap();
        let connection = ClientConnection::new(client.clone(), name).unwrap();
        StreamOwned::new(connection, TcpStream::connect(("127.0.0.1", secure)).unwrap())
    });

    let log = std::fs::read_to_string(at("access.log")).unwrap();
    assert!(log.contains("POST /rueckmeldung/send"), "{log}");
    assert!(!log.contains("127.0.0.1") && !log.contains("192.0.2."), "the log names addresses: {log}");
    assert!(!log.contains("?nr="), "the log names references: {log}");
}
