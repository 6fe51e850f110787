//! Connections: opened when one is needed, checked, kept for the next question, given up when in doubt.
//!
//! Nothing is kept in a session but the connection itself: every question is one statement or one transaction,
//! and statements have no names, so that pgbouncer may give each transaction to another connection.
//! Every wait ends: a server that does not answer is away.

use super::config::PostgresOptions;
use super::trouble::{Trouble, told};
use super::{login, schema};
use crate::store::StoreError;
use anyhow::{anyhow, ensure};
use std::future::poll_fn;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_postgres::{Client, Connection, NoTls};

/// Name, TCP, TLS, login and the look at the settings.
const CONNECT: Duration = Duration::from_secs(5);
/// For a connection that others are using. Nobody waits for mails; a request has its own patience.
const TURN: Duration = Duration::from_secs(60);
/// How often a transaction that PostgreSQL undid for another's sake is done again.
const REPEATS: u32 = 5;

/// A question to the database: asked again if PostgreSQL says that it may be.
pub(super) type Question<T> = Box<dyn for<'c> Fn(&'c Client) -> super::Reply<'c, T> + Send + Sync>;

/// A connection that nobody else uses meanwhile. Who drops it closes it in the middle of whatever it does, and the
/// server undoes what has not ended. Left to itself it would wait for the answer to what was asked last, and so
/// would one that was given up while it was being opened: a pgbouncer that is paused lets in and does not answer.
struct Link {
    client: Client,
    task: JoinHandle<()>,
}

impl Link {
    async fn open(options: &PostgresOptions) -> anyhow::Result<Link> {
        let connection = &options.connection;
        let advised = |error| login::advised(error, options);
        let (client, task) = match &options.tls {
            Some(tls) => {
                let (client, connection) = connection.connect(tls.clone()).await.map_err(advised)?;
                (client, tokio::spawn(run_silently(connection)))
            }
            None => {
                let (client, connection) = connection.connect(NoTls).await.map_err(advised)?;
                (client, tokio::spawn(run_silently(connection)))
            }
        };
        let link = Link { client, task };
        must_be_durable(&link.client).await?;
        Ok(link)
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Moves what is asked and answered until the connection ends. Awaiting it would do the same and write what the
/// server remarks beside its answers (NOTICE) into the log: it may hold paths and values. That the server should
/// not send them (`client_min_messages`) cannot be said through every pgbouncer.
async fn run_silently<S, T>(mut connection: Connection<S, T>)
where
    S: AsyncRead + AsyncWrite + Unpin,
    T: AsyncRead + AsyncWrite + Unpin,
{
    while let Some(Ok(_)) = poll_fn(|context| connection.poll_message(context)).await {}
}

/// Connections to one database.
pub(super) struct Links {
    options: PostgresOptions,
    idle: Mutex<Vec<Link>>,
    room: Semaphore,
}

impl Links {
    /// At most `most` connections at once.
    pub(super) fn new(options: PostgresOptions, most: usize) -> Links {
        Links { options, idle: Mutex::default(), room: Semaphore::new(most) }
    }

    /// Asks, over a connection that is open or is opened for it. An answer is waited for no longer than `patience`.
    pub(super) async fn ask<T>(
        &self,
        question: &(dyn for<'c> Fn(&'c Client) -> super::Reply<'c, T> + Send + Sync),
        patience: Duration,
    ) -> Result<T, StoreError> {
        self.try_ask(question, patience).await.map_err(StoreError::from)
    }

    /// The same; what PostgreSQL said is still to be told apart.
    pub(super) async fn try_ask<T>(
        &self,
        question: &(dyn for<'c> Fn(&'c Client) -> super::Reply<'c, T> + Send + Sync),
        patience: Duration,
    ) -> Result<T, Trouble> {
        let room = timeout(TURN, self.room.acquire()).await;
        let _room =
            room.map_err(|_| StoreError::Away(anyhow!("all connections to the database are busy")))?;
        let mut repeats = REPEATS;
        loop {
            let link = self.link().await.map_err(StoreError::Away)?;
            let answer = timeout(patience, question(&link.client)).await;
            match answer {
                Err(_) => {
                    let cause = anyhow!("the database has not answered for {} s", patience.as_secs());
                    return Err(StoreError::Away(cause).into());
                }
                Ok(Err(trouble)) if trouble.may_be_repeated() && repeats > 0 => {
                    repeats -= 1;
                    self.keep(link);
                }
                Ok(answer) => {
                    self.keep(link);
                    return answer;
                }
            }
        }
    }

    async fn link(&self) -> anyhow::Result<Link> {
        while let Some(link) = self.idle().pop() {
            if !link.client.is_closed() {
                return Ok(link);
            }
        }
        let opened = timeout(CONNECT, async {
            let link = Link::open(&self.options).await?;
            schema::must_be_present(schema::version(&link.client).await.map_err(StoreError::from)?)?;
            Ok(link)
        });
        opened.await.unwrap_or_else(|_| Err(late()))
    }

    fn keep(&self, link: Link) {
        if !link.client.is_closed() {
            self.idle().push(link);
        }
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Link>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One connection for one purpose, before the tables are known to be there.
pub(super) async fn once<T>(
    options: &PostgresOptions,
    patience: Duration,
    work: impl AsyncFnOnce(&Client) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let link = timeout(CONNECT, Link::open(options)).await.unwrap_or_else(|_| Err(late()))?;
    let done = timeout(patience, work(&link.client)).await;
    done.unwrap_or_else(|_| Err(anyhow!("the database has not answered for {} s", patience.as_secs())))
}

fn late() -> anyhow::Error {
    anyhow!("no connection to the database within {} s", CONNECT.as_secs())
}

/// Refuses a server that says "committed" before it is so, and one that cannot keep our texts.
async fn must_be_durable(client: &Client) -> anyhow::Result<()> {
    let row = client
        .query_typed_one(
            "SELECT current_setting('fsync'), current_setting('synchronous_commit'),
                    current_setting('server_encoding'), pg_is_in_recovery()",
            &[],
        )
        .await
        .map_err(told)?;
    let (fsync, commit): (String, String) = (row.try_get(0)?, row.try_get(1)?);
    let (encoding, is_standby): (String, bool) = (row.try_get(2)?, row.try_get(3)?);
    ensure!(!is_standby, "the server is a standby, which takes nothing");
    ensure!(
        fsync == "on",
        "the server has `fsync = {fsync}`: what residents sent would be lost with a loss of power\nhint: set it \
         to `on` in postgresql.conf"
    );
    ensure!(
        commit != "off",
        "the server has `synchronous_commit = off` for this user: what residents sent could be lost after it \
         was acknowledged\nhint: `ALTER ROLE … SET synchronous_commit = on`, or in postgresql.conf"
    );
    ensure!(
        encoding == "UTF8",
        "the database has the encoding {encoding}, which lacks letters that residents may write\nhint: make it \
         with `createdb --encoding=UTF8 --template=template0`"
    );
    Ok(())
}

/// Begins a transaction in which each statement sees what was committed before it, whatever the server's default
/// is: rows that were waited for must be looked at again. A lock is waited for less long than an answer.
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = '8s'";

/// Does `work` in one transaction, or nothing of it.
pub(super) async fn transaction<T>(
    client: &Client,
    work: impl Future<Output = Result<T, Trouble>>,
) -> Result<T, Trouble> {
    client.batch_execute(BEGIN).await?;
    match work.await {
        Ok(done) => client.batch_execute("COMMIT").await.map(|()| done).map_err(Trouble::from),
        Err(trouble) => {
            // If this fails the connection is gone, and with it the transaction.
            let _ = client.batch_execute("ROLLBACK").await;
            Err(trouble)
        }
    }
}

/// A transaction of somebody else's that has asked `sql` and stays open until the first of both is dropped.
#[cfg(test)]
pub(super) async fn hold(
    options: &PostgresOptions,
    sql: &str,
) -> (tokio::sync::oneshot::Sender<()>, JoinHandle<()>) {
    let link = Link::open(options).await.unwrap();
    link.client.batch_execute(&format!("BEGIN ISOLATION LEVEL REPEATABLE READ; {sql}")).await.unwrap();
    let (end, ended) = tokio::sync::oneshot::channel();
    let held = tokio::spawn(async move {
        let _ = ended.await;
        link.client.batch_execute("ROLLBACK").await.unwrap();
    });
    (end, held)
}
