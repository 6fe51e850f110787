//! Ways in which the database cannot be connected to, and what an operator is told to do; what the server remarks.

use super::cluster::USER;
use super::*;
use std::io::Write;
use std::path::Path;

/// `anna` is let in by her system user only, `otto` by his word, everybody else by a password.
const LOGINS: &str =
    "local all postgres trust\nlocal all anna peer\nlocal all otto trust\nlocal all all scram-sha-256\n";

fn cluster() -> Cluster {
    let cluster = Cluster::with(5432, "", &[("pg_hba.conf", LOGINS)]);
    for user in ["anna", "otto"] {
        cluster.psql("postgres", &format!("CREATE ROLE {user} LOGIN"));
    }
    cluster
}

#[track_caller]
fn check(config: &PostgresConfig, said: &str, hint: &str) {
    let options = config.options(Path::new("")).unwrap();
    let error = format!("{:#}", PostgresStore::open(&options).err().unwrap());
    let (what, advice) = error.split_once("\nhint: ").unwrap_or_else(|| panic!("no hint: {error}"));
    assert!(what.contains(said), "{error}");
    assert!(advice.contains(hint) && !advice.contains('\n'), "{error}");
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the operator's file")]
fn login_that_is_refused_comes_with_advice() {
    let cluster = cluster();
    let database = cluster.database();
    let config = database.config();
    let of = |user: &str| PostgresConfig { user: user.into(), ..config.clone() };
    check(&config, "password missing", "wants a password for `feedback`: set `password_file`");
    let folder = tempfile::tempdir().unwrap();
    let password = folder.path().join("password");
    std::fs::write(&password, "wrong").unwrap();
    let with_password = PostgresConfig { password_file: Some(password), ..config.clone() };
    check(&with_password, "28P01", "must hold the password of the role `feedback`");
    check(&of("anna"), "28000", "only the system user `anna` may log in as `anna`");
    let elsewhere = PostgresConfig { database: "nowhere".into(), ..of("otto") };
    check(&elsewhere, "3D000", "createdb --owner=otto --encoding=UTF8 --template=template0 nowhere");
    database.psql(&format!("REVOKE CONNECT ON DATABASE {} FROM PUBLIC", database.name));
    check(&of("otto"), "42501", &format!("GRANT CONNECT ON DATABASE {} TO otto", database.name));
}

#[test]
fn server_that_is_not_there_comes_with_advice() {
    let folder = tempfile::tempdir().unwrap();
    let config = PostgresConfig {
        host: folder.path().display().to_string(),
        port: 5433,
        database: "f".into(),
        user: USER.into(),
        password_file: None,
        tls: Tls::None,
        ca_file: None,
    };
    let socket = folder.path().join(".s.PGSQL.5433");
    let path = socket.display();
    check(&config, "No such file", &format!("there is no socket `{path}`"));
    drop(std::os::unix::net::UnixListener::bind(&socket).unwrap());
    check(&config, "refused", &format!("nobody listens at the socket `{path}`"));
    // The system gives nobody the port 1 by itself.
    let by_network = PostgresConfig { host: "127.0.0.1".into(), port: 1, ..config };
    check(&by_network, "refused", "nobody listens at port 1 of `127.0.0.1`");
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn what_the_server_remarks_is_not_logged() {
    let lines = Lines::default();
    let writer = lines.clone();
    // For the whole process: libraries do not speak to the subscriber of a thread.
    tracing_subscriber::fmt().with_writer(move || writer.clone()).init();
    let database = Cluster::shared().database();
    let remark = "DO $$ BEGIN RAISE NOTICE '/canary'; RAISE WARNING '/canary'; END $$";
    let (end, held) = link::hold(&database.options(), remark).await;
    drop(end);
    held.await.unwrap();
    tracing::info!("written");
    let log = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("written") && !log.contains("canary"), "{log}");
}
