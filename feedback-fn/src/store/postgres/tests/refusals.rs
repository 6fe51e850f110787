//! Databases with which the store does not work, and what it says about them.

use super::cluster::USER;
use super::*;
use crate::store::conformance::entry;
use jiff::SignedDuration;

#[expect(clippy::disallowed_methods, reason = "the database has the computer's clock")]
fn now() -> Timestamp {
    Timestamp::now()
}

/// Both the service and `check` say it.
#[track_caller]
fn refused(options: &PostgresOptions, part: &str) {
    let opened = PostgresStore::open(options).err().map(|error| format!("{error:#}")).unwrap_or_default();
    assert!(opened.contains(part), "at the start: {opened:?}");
    let checked = check(options, now()).err().map(|error| format!("{error:#}")).unwrap_or_default();
    assert!(checked.contains(part), "by `check`: {checked:?}");
}

#[test]
fn commit_that_is_not_durable_is_refused() {
    let database = Cluster::shared().database();
    database.psql(&format!("ALTER DATABASE {} SET synchronous_commit = off", database.name));
    refused(&database.options(), "`synchronous_commit = off`");
    database.psql(&format!("ALTER DATABASE {} SET synchronous_commit = local", database.name));
    assert!(PostgresStore::open(&database.options()).is_ok());
}

#[test]
fn server_that_does_not_write_to_its_disk_is_refused() {
    let cluster = Cluster::own("fsync = off");
    refused(&cluster.database().options(), "`fsync = off`");
}

#[tokio::test]
async fn setting_that_comes_later_does_not_make_commits_less_durable() {
    let cluster = Cluster::own("");
    let database = cluster.database();
    let store = PostgresStore::open(&database.options()).unwrap();
    store.accept(entry(1)).await.unwrap();
    database.psql("ALTER SYSTEM SET synchronous_commit = off");
    database.psql("SELECT pg_reload_conf()");
    // Tells with which setting a suggestion is committed.
    database.psql(
        "CREATE TABLE seen (setting text);
         CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
             'BEGIN INSERT INTO seen VALUES (current_setting(''synchronous_commit'')); RETURN NEW; END';
         CREATE TRIGGER see AFTER INSERT ON suggestion FOR EACH ROW EXECUTE FUNCTION see()",
    );
    assert_eq!(database.psql("SHOW synchronous_commit"), "off");
    store.accept(entry(2)).await.unwrap();
    assert_eq!(database.psql("SELECT setting FROM seen"), "on");
    // A new connection is not even used.
    database.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'feedback'");
    let refused = loop {
        match store.accept(entry(3)).await.unwrap_err().to_string() {
            // The server's farewell was not read yet.
            closed if !closed.contains("synchronous_commit") => tokio::task::yield_now().await,
            refused => break refused,
        }
    };
    assert!(refused.contains("`synchronous_commit = off`"), "{refused}");
}

#[test]
fn database_of_a_newer_program_is_refused() {
    let database = Cluster::shared().database();
    drop(PostgresStore::open(&database.options()).unwrap());
    database.psql("INSERT INTO feedback_version (version) VALUES (99)");
    refused(&database.options(), "version 99");
    let error = PostgresStore::open_beside(&database.options()).err().unwrap();
    assert!(format!("{error:#}").contains("version 99"), "{error:#}");
}

#[test]
fn command_makes_no_tables() {
    let database = Cluster::shared().database();
    let error = PostgresStore::open_beside(&database.options()).err().unwrap();
    assert!(format!("{error:#}").contains("`feedback-fn serve` makes them"), "{error:#}");
    assert_eq!(database.psql("SELECT count(*) FROM pg_class WHERE relname = 'suggestion'"), "0");
}

#[test]
fn upgrade_that_fails_leaves_nothing_behind() {
    let database = Cluster::shared().database();
    // In the way of the last table that the first step makes.
    database.psql(&format!("CREATE TABLE turn (); ALTER TABLE turn OWNER TO {USER}"));
    assert!(PostgresStore::open(&database.options()).is_err());
    let ours =
        "SELECT count(*) FROM pg_class WHERE relname IN ('suggestion', 'delivery', 'feedback_version')";
    assert_eq!(database.psql(ours), "0");
    database.psql("DROP TABLE turn");
    assert!(PostgresStore::open(&database.options()).is_ok());
}

#[test]
fn letters_that_the_database_lacks_are_noticed_before_a_resident_uses_them() {
    let database = Cluster::shared().database();
    let latin = format!("{}_latin", database.name);
    database.psql(&format!(
        "CREATE DATABASE {latin} OWNER {USER} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0"
    ));
    let config = PostgresConfig { database: latin, ..database.config() };
    refused(&config.options(std::path::Path::new("")).unwrap(), "encoding LATIN1");
}

#[test]
fn what_is_wrong_with_the_way_to_the_database_is_named() {
    let database = Cluster::shared().database();
    let options = |config: PostgresConfig| config.options(std::path::Path::new("")).unwrap();
    refused(&options(PostgresConfig { port: 1, ..database.config() }), "error connecting to server");
    refused(
        &options(PostgresConfig { database: "none".into(), ..database.config() }),
        "\"none\" does not exist",
    );
    refused(
        &options(PostgresConfig { user: "nobody".into(), ..database.config() }),
        "\"nobody\" does not exist",
    );
}

#[test]
fn check_says_what_the_first_start_will_do_and_makes_nothing() {
    let database = Cluster::shared().database();
    let found = check(&database.options(), now()).unwrap();
    assert!(found.contains("will be given its tables"), "{found}");
    drop(PostgresStore::open(&database.options()).unwrap());
    let found = check(&database.options(), now()).unwrap();
    assert!(found.contains("can be written"), "{found}");
}

#[test]
fn check_notices_missing_rights_and_wrong_clocks() {
    let database = Cluster::shared().database();
    let told = |now| format!("{:#}", check(&database.options(), now).unwrap_err());
    let ten_minutes = SignedDuration::from_mins(10);
    assert!(told(now() + ten_minutes).contains("clock"), "{}", told(now() + ten_minutes));
    assert!(told(now() - ten_minutes).contains("differ by 600 s"));
    database.psql("ALTER SCHEMA public OWNER TO postgres");
    assert!(told(now()).contains("may not make tables"), "{}", told(now()));
    database.psql(&format!("ALTER SCHEMA public OWNER TO {USER}"));
    drop(PostgresStore::open(&database.options()).unwrap());
    database.psql("ALTER TABLE delivery OWNER TO postgres");
    assert!(told(now()).contains("belong to another user"), "{}", told(now()));
}
