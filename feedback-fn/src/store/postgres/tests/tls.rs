//! Over the network: encrypted, the server's certificate checked, with a password.

#![expect(clippy::disallowed_methods, reason = "the operator's files")]

use super::cluster::USER;
use super::*;
use crate::store::conformance::entry;
use std::net::TcpListener;

/// A server that takes only encrypted connections with a password.
const ACCESS: &str = "local all all trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n";
const SETTINGS: &str = "\nlisten_addresses = '127.0.0.1'\nssl = on\npassword_encryption = 'scram-sha-256'\n";

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[tokio::test]
async fn password_goes_only_to_the_server_that_the_certificate_names() {
    let identity = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let stranger = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let (certificate, key) = (identity.cert.pem(), identity.signing_key.serialize_pem());
    let files = [("server.crt", &*certificate), ("server.key", &*key), ("pg_hba.conf", ACCESS)];
    let port = free_port();
    let cluster = Cluster::with(port, SETTINGS, &files);
    let database = cluster.database();
    database.psql(&format!("ALTER ROLE {USER} PASSWORD 'geheim'"));

    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, content: &str| std::fs::write(folder.path().join(name), content).unwrap();
    write("right", "geheim\n");
    write("wrong", "geheimer\n");
    write("ca.pem", &certificate);
    write("stranger.pem", &stranger.cert.pem());
    let sound = PostgresConfig {
        host: "localhost".into(),
        port,
        password_file: Some("right".into()),
        ca_file: Some("ca.pem".into()),
        ..database.config()
    };
    let store = PostgresStore::open(&sound.options(folder.path()).unwrap()).unwrap();
    store.accept(entry(1)).await.unwrap();
    let encrypted = "SELECT bool_and(ssl) AND count(*) > 0 FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
                     WHERE usename = 'feedback'";
    assert_eq!(database.psql(encrypted), "t");

    for (config, part) in [
        (
            PostgresConfig { ca_file: Some("stranger.pem".into()), ..sound.clone() },
            "invalid peer certificate",
        ),
        (PostgresConfig { host: "127.0.0.1".into(), ..sound.clone() }, "certificate not valid for name"),
        (
            PostgresConfig { password_file: Some("wrong".into()), ..sound.clone() },
            "password authentication failed",
        ),
        (PostgresConfig { password_file: None, ..sound.clone() }, "password missing"),
        (PostgresConfig { tls: Tls::None, ca_file: None, ..sound.clone() }, "no encryption"),
    ] {
        let error = PostgresStore::open(&config.options(folder.path()).unwrap()).err().unwrap();
        let error = format!("{error:#}");
        assert!(error.contains(part), "{config:?}: {error}");
    }
}

#[test]
fn server_without_encryption_is_told_nothing() {
    let port = free_port();
    let cluster = Cluster::with(port, "\nlisten_addresses = '127.0.0.1'\n", &[]);
    let database = cluster.database();
    let folder = tempfile::tempdir().unwrap();
    let identity = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    std::fs::write(folder.path().join("ca.pem"), identity.cert.pem()).unwrap();
    let config = PostgresConfig {
        host: "localhost".into(),
        port,
        ca_file: Some("ca.pem".into()),
        ..database.config()
    };
    let error = PostgresStore::open(&config.options(folder.path()).unwrap()).err().unwrap();
    assert!(format!("{error:#}").contains("server does not support TLS"), "{error:#}");
}
