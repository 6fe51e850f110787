//! What the store promises, against a real server.

mod cluster;
mod login;
mod outage;
mod pgbouncer;
mod refusals;
mod remains;
mod replicas;
mod tls;

use super::*;
use cluster::{Cluster, Database};

impl Database<'_> {
    /// How an operator configures it.
    fn config(&self) -> PostgresConfig {
        PostgresConfig {
            host: self.cluster.socket().display().to_string(),
            port: 5432,
            database: self.name.clone(),
            user: cluster::USER.into(),
            password_file: None,
            tls: Tls::Verify,
            ca_file: None,
        }
    }

    fn options(&self) -> PostgresOptions {
        self.config().options(std::path::Path::new("")).unwrap()
    }
}

/// A store whose leases end by the tests' clock.
fn by_callers_clock(options: &PostgresOptions) -> PostgresStore {
    drop(PostgresStore::open(options).unwrap());
    PostgresStore::start(options, Background::start().unwrap(), LeaseClock::Caller).unwrap()
}

crate::store::conformance::conformance_tests!({
    let database = Cluster::shared().database();
    (by_callers_clock(&database.options()), database)
});
