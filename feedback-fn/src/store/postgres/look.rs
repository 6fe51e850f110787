//! `feedback-fn check`: whether a suggestion could be stored now, without making anything.

use super::config::PostgresOptions;
use super::trouble::told;
use super::{Background, SOON, link, schema};
use crate::store::StoreError;
use anyhow::{Context, Result, ensure};
use jiff::Timestamp;
use tokio_postgres::Client;
use tokio_postgres::types::Type;

/// More than computers that ask the time of a server differ.
const SKEW: i64 = 60_000;

/// Connects, looks and says what it found; fails if the service could not work with it.
pub fn check(options: &PostgresOptions, now: Timestamp) -> Result<String> {
    let wanted = options.clone();
    let looked = Background::start()?
        .wait_for(async move { link::once(&wanted, SOON, async |client| look(client, now).await).await });
    let found = looked.with_context(|| format!("the database {}", options.name))?;
    Ok(format!("{} {found}", options.name))
}

async fn look(client: &Client, now: Timestamp) -> Result<String> {
    clocks_must_agree(client, now).await?;
    let version = schema::version(client).await.map_err(StoreError::from)?;
    schema::must_be_known(version)?;
    if schema::must_be_present(version).is_err() {
        may_create(client).await?;
        return Ok("will be given its tables, or be upgraded, at the next start".to_owned());
    }
    let row = client
        .query_typed_one(
            "SELECT bool_and(pg_has_role(c.relowner, 'USAGE')), count(*)
             FROM pg_class c WHERE c.oid IN (to_regclass('suggestion'), to_regclass('delivery'),
                                             to_regclass('digest'), to_regclass('turn'))",
            &[],
        )
        .await
        .map_err(told)?;
    let (owned, tables): (Option<bool>, i64) = (row.try_get(0)?, row.try_get(1)?);
    ensure!(tables == 4, "tables are missing");
    ensure!(
        owned == Some(true),
        "the tables belong to another user, and only their owner can erase for good\nhint: \
         `ALTER TABLE … OWNER TO …`"
    );
    ensure!(!is_read_only(client).await?, "the database takes no changes (`default_transaction_read_only`)");
    Ok("can be written".to_owned())
}

async fn may_create(client: &Client) -> Result<()> {
    let sql = "SELECT coalesce(has_schema_privilege(current_schema(), 'CREATE'), FALSE)";
    let row = client.query_typed_one(sql, &[]).await.map_err(told)?;
    ensure!(
        row.try_get::<_, bool>(0)?,
        "the user may not make tables in it\nhint: make the user its owner: `ALTER DATABASE … OWNER TO …`"
    );
    Ok(())
}

async fn is_read_only(client: &Client) -> Result<bool> {
    let sql = "SELECT current_setting('transaction_read_only')::boolean";
    Ok(client.query_typed_one(sql, &[]).await.map_err(told)?.try_get(0)?)
}

/// A round ends, and a mail is due, by this computer's clock; replicas should agree about both.
async fn clocks_must_agree(client: &Client, now: Timestamp) -> Result<()> {
    let sql = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint - $1";
    let row = client.query_typed_one(sql, &[(&now.as_millisecond(), Type::INT8)]).await.map_err(told)?;
    let ahead: i64 = row.try_get(0)?;
    ensure!(
        ahead.abs() <= SKEW,
        "its clock and this computer's differ by {} s\nhint: let both ask a time server (`timedatectl`)",
        ahead.abs() / 1000
    );
    Ok(())
}
