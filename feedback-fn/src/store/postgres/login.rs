//! What to do when the database cannot be connected to: one hint for each way in which that fails.
//!
//! Told by the code of PostgreSQL, or of the system where PostgreSQL was not reached: never by its words, which
//! come in the language of the server.

use super::config::PostgresOptions;
use super::trouble::told;
use anyhow::anyhow;
use std::error::Error;
use std::io::ErrorKind;
use tokio_postgres::error::SqlState;

/// The failure as a sentence, with what to do about it where that is known.
pub(super) fn advised(error: tokio_postgres::Error, options: &PostgresOptions) -> anyhow::Error {
    let advice = match error.code() {
        Some(code) => by_code(code, options),
        None => below::<std::io::Error>(&error)
            .and_then(|error| by_kind(error.kind(), options))
            .or_else(|| without_password(&error, options)),
    };
    let told = told(error);
    match advice {
        Some(advice) => anyhow!("{told:#}\nhint: {advice}"),
        None => told,
    }
}

fn by_code(code: &SqlState, options: &PostgresOptions) -> Option<String> {
    let (user, database) = (&options.config.user, &options.config.database);
    Some(match *code {
        // `peer` says no, no line of pg_hba.conf fits, or there is no such role: one code for all three.
        SqlState::INVALID_AUTHORIZATION_SPECIFICATION if is_socket(options) => format!(
            "with `peer` in pg_hba.conf only the system user `{user}` may log in as `{user}`: name the role like \
             the user of this program (`createuser`), map one to the other in pg_ident.conf, or write \
             `scram-sha-256` and set `password_file`"
        ),
        SqlState::INVALID_AUTHORIZATION_SPECIFICATION => format!(
            "make the role (`createuser --pwprompt {user}`), and let it in from this computer: `hostssl {database} \
             {user} … scram-sha-256` in pg_hba.conf"
        ),
        SqlState::INVALID_PASSWORD => format!(
            "`password_file` must hold the password of the role `{user}`, which may be missing as well: \
             `\\password {user}` in psql sets it, `createuser --pwprompt {user}` makes the role"
        ),
        SqlState::INVALID_CATALOG_NAME => format!(
            "make the database: `createdb --owner={user} --encoding=UTF8 --template=template0 {database}`"
        ),
        SqlState::INSUFFICIENT_PRIVILEGE => format!(
            "let the role in: `GRANT CONNECT ON DATABASE {database} TO {user}`, or make it the owner of the database"
        ),
        SqlState::TOO_MANY_CONNECTIONS => {
            "a program uses up to five connections: raise `max_connections`, or put pgbouncer in between"
                .to_owned()
        }
        _ => return None,
    })
}

fn by_kind(kind: ErrorKind, options: &PostgresOptions) -> Option<String> {
    let (host, port) = (&options.config.host, options.config.port);
    Some(match (kind, is_socket(options)) {
        (ErrorKind::NotFound, true) => format!(
            "there is no socket `{host}/.s.PGSQL.{port}`: start PostgreSQL, or set `host` to one of its folders \
             (`SHOW unix_socket_directories`) and `port` to its port"
        ),
        (ErrorKind::PermissionDenied, true) => format!(
            "the user of this program may not use the socket `{host}/.s.PGSQL.{port}`: see \
             `unix_socket_permissions` and `unix_socket_group` in postgresql.conf"
        ),
        (ErrorKind::ConnectionRefused, true) => {
            format!("nobody listens at the socket `{host}/.s.PGSQL.{port}`: start PostgreSQL")
        }
        (ErrorKind::ConnectionRefused, false) => format!(
            "nobody listens at port {port} of `{host}`: start PostgreSQL, and look at `listen_addresses` and \
             `port` in postgresql.conf"
        ),
        _ => return None,
    })
}

/// The library has only words for it; they are its own, and the test notices if they change.
fn without_password(error: &tokio_postgres::Error, options: &PostgresOptions) -> Option<String> {
    let is_wanted = error.source().is_some_and(|source| source.to_string() == "password missing");
    is_wanted
        .then(|| format!("PostgreSQL wants a password for `{}`: set `password_file`", options.config.user))
}

fn is_socket(options: &PostgresOptions) -> bool {
    options.config.host.starts_with('/')
}

/// The first error of this kind among the causes.
fn below<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    std::iter::successors(Some(error), |error| (*error).source()).find_map(|error| error.downcast_ref())
}
