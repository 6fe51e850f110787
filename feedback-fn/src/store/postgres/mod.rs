//! The store in a PostgreSQL database: for any number of programs on any number of machines.
//!
//! A runtime of its own talks to the database, so that neither a cut request nor the command that asks ends in the
//! middle of a transaction. One task keeps suggestions, in batches (`intake`); everything else is asked over a few
//! connections (`link`). Not for what is asked: the statements are in `rows`.
//!
//! Between replicas: a delivery is claimed with `FOR UPDATE SKIP LOCKED` and a generation number, leases end by the
//! clock of the database, and nothing is kept in sessions, so that pgbouncer may stand in between.

mod config;
mod erase;
mod intake;
mod link;
mod login;
mod look;
mod rows;
mod schema;
mod tls;
mod trouble;

pub use config::{PostgresConfig, PostgresOptions, Tls};
pub use look::check;

use super::{
    Accepted, Amount, Answer, Change, Claim, Delivery, DeliveryId, Digest, DigestId, Entry, Listed, Outcome,
    Position, Purged, Recorded, Stats, Store, StoreError, Which,
};
use crate::reference::Reference;
use anyhow::{Context, anyhow};
use jiff::Timestamp;
use link::{Links, Question};
use rows::LeaseClock;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};
use trouble::Trouble;

/// The answer to a question, in the future.
type Reply<'c, T> = Pin<Box<dyn Future<Output = Result<T, Trouble>> + Send + 'c>>;

/// Connections beside the one that keeps suggestions: outbox, requests and an operator ask at the same time.
const CONNECTIONS: usize = 4;
/// For a statement about few rows.
const SOON: Duration = Duration::from_secs(10);
/// For a statement about many, or one that writes a table anew.
const LATER: Duration = Duration::from_secs(120);
/// For what waits to be written when the program ends.
const FAREWELL: Duration = Duration::from_secs(10);

/// The store in a PostgreSQL database.
pub struct PostgresStore {
    links: Arc<Links>,
    intake: Option<mpsc::Sender<intake::Job>>,
    /// Says something, by falling silent, when the intake has ended.
    ended: Mutex<std::sync::mpsc::Receiver<()>>,
    clock: LeaseClock,
    /// By how much the clock of leases was ahead of the caller's when something was claimed last.
    ahead: Arc<AtomicI64>,
    /// Whether rows were deleted whose room is not free yet.
    is_littered: Arc<AtomicBool>,
    runtime: Background,
}

impl PostgresStore {
    /// Connects, makes or upgrades the tables, and starts to work. Leases stay as they are: another replica may
    /// hold them.
    pub fn open(options: &PostgresOptions) -> anyhow::Result<PostgresStore> {
        let runtime = Background::start()?;
        let wanted = options.clone();
        let opened = runtime.wait_for(async move {
            link::once(&wanted, LATER, async |client| {
                Ok(schema::upgrade(client).await.map_err(StoreError::from)?)
            })
            .await
        });
        opened.with_context(|| format!("cannot open the store {}", options.name))?;
        PostgresStore::start(options, runtime, LeaseClock::Database)
    }

    /// Opens a database for a command. An older one is not upgraded.
    pub fn open_beside(options: &PostgresOptions) -> anyhow::Result<PostgresStore> {
        let runtime = Background::start()?;
        let wanted = options.clone();
        let opened = runtime.wait_for(async move {
            link::once(&wanted, SOON, async |client| {
                schema::must_be_present(schema::version(client).await.map_err(StoreError::from)?)
            })
            .await
        });
        opened.with_context(|| format!("cannot open the store {}", options.name))?;
        PostgresStore::start(options, runtime, LeaseClock::Database)
    }

    fn start(
        options: &PostgresOptions,
        runtime: Background,
        clock: LeaseClock,
    ) -> anyhow::Result<PostgresStore> {
        let (intake, jobs) = mpsc::channel(intake::QUEUE);
        let (end, ended) = std::sync::mpsc::channel();
        let links = Links::new(options.clone(), 1);
        runtime.handle.spawn(async move {
            intake::run(links, jobs).await;
            drop::<std::sync::mpsc::Sender<()>>(end);
        });
        Ok(PostgresStore {
            links: Arc::new(Links::new(options.clone(), CONNECTIONS)),
            intake: Some(intake),
            ended: Mutex::new(ended),
            clock,
            ahead: Arc::default(),
            is_littered: Arc::default(),
            runtime,
        })
    }

    fn work<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, StoreError>> + Send + 'static,
    ) -> Answer<'_, T> {
        let task = self.runtime.handle.spawn(work);
        Box::pin(async move { task.await.unwrap_or_else(|error| Err(StoreError::Failed(error.into()))) })
    }

    fn ask<T: Send + 'static>(
        &self,
        patience: Duration,
        question: impl for<'c> Fn(&'c tokio_postgres::Client) -> Reply<'c, T> + Send + Sync + 'static,
    ) -> Answer<'_, T> {
        let links = self.links.clone();
        let question: Question<T> = Box::new(question);
        self.work(async move { links.ask(&question, patience).await })
    }
}

impl Store for PostgresStore {
    fn accept(&self, entry: Entry) -> Answer<'_, Accepted> {
        let (reply, answer) = oneshot::channel();
        let sent = match &self.intake {
            Some(intake) => intake.try_send(intake::Job { entry: Arc::new(entry), reply }),
            None => return Box::pin(async { Err(intake::gone()) }),
        };
        Box::pin(async move {
            match sent {
                Ok(()) => answer.await.unwrap_or_else(|_| Err(intake::gone())),
                Err(TrySendError::Full(_)) => {
                    Err(StoreError::Away(anyhow!("too many suggestions wait to be written")))
                }
                Err(TrySendError::Closed(_)) => Err(intake::gone()),
            }
        })
    }

    fn find(&self, nonce: [u8; 16]) -> Answer<'_, Option<Reference>> {
        self.ask(SOON, move |client| Box::pin(async move { rows::reference_of_nonce(client, &nonce).await }))
    }

    fn claim_due(&self, now: Timestamp, limit: usize, lease: Duration) -> Answer<'_, Vec<Delivery>> {
        let (clock, ahead) = (self.clock, self.ahead.clone());
        self.ask(SOON, move |client| {
            let ahead = ahead.clone();
            Box::pin(async move {
                let (claimed, by) = rows::claim_due(client, clock, now, limit, lease).await?;
                ahead.store(by, Ordering::Relaxed);
                Ok(claimed)
            })
        })
    }

    fn record(
        &self,
        id: DeliveryId,
        generation: u64,
        outcome: Outcome,
        now: Timestamp,
    ) -> Answer<'_, Recorded> {
        self.ask(SOON, move |client| {
            let outcome = outcome.clone();
            Box::pin(async move { rows::record(client, id, generation, &outcome, now).await })
        })
    }

    fn renew(&self, claims: Vec<Claim>, now: Timestamp, lease: Duration) -> Answer<'_, Vec<Claim>> {
        let clock = self.clock;
        self.ask(SOON, move |client| {
            let claims = claims.clone();
            Box::pin(async move { rows::renew(client, clock, &claims, now, lease).await })
        })
    }

    fn postpone(
        &self,
        id: DeliveryId,
        generation: u64,
        due: Timestamp,
        now: Timestamp,
    ) -> Answer<'_, Recorded> {
        self.ask(SOON, move |client| Box::pin(rows::postpone(client, id, generation, due, now)))
    }

    fn claim_digest(&self, now: Timestamp, lease: Duration) -> Answer<'_, Option<Digest>> {
        let clock = self.clock;
        self.ask(SOON, move |client| Box::pin(rows::claim_digest(client, clock, now, lease)))
    }

    fn record_digest(
        &self,
        id: DigestId,
        generation: u64,
        outcome: Outcome,
        now: Timestamp,
    ) -> Answer<'_, Recorded> {
        self.ask(SOON, move |client| {
            let outcome = outcome.clone();
            Box::pin(async move { rows::record_digest(client, id, generation, &outcome, now).await })
        })
    }

    fn next_due(&self) -> Answer<'_, Option<Timestamp>> {
        let ahead = self.ahead.load(Ordering::Relaxed);
        self.ask(SOON, move |client| Box::pin(rows::next_due(client, ahead)))
    }

    fn sent_between(&self, address: String, from: Timestamp, to: Timestamp) -> Answer<'_, u64> {
        self.ask(SOON, move |client| {
            let address = address.clone();
            Box::pin(async move { rows::sent_between(client, &address, from, to).await })
        })
    }

    fn take_turn(&self, what: &'static str, now: Timestamp, every: Duration) -> Answer<'_, bool> {
        let clock = self.clock;
        self.ask(SOON, move |client| Box::pin(rows::take_turn(client, clock, what, now, every)))
    }

    fn give_turn_back(&self, what: &'static str) -> Answer<'_, ()> {
        self.ask(SOON, move |client| Box::pin(rows::give_turn_back(client, what)))
    }

    /// Room of what was erased is free before the answer that finds no more to erase.
    fn purge(&self, before: Timestamp, limit: usize) -> Answer<'_, Purged> {
        let (links, is_littered) = (self.links.clone(), self.is_littered.clone());
        self.work(async move {
            let delete: Question<Purged> =
                Box::new(move |client| Box::pin(erase::purge(client, before, limit)));
            let purged = links.ask(&delete, LATER).await?;
            if purged.suggestions > 0 {
                is_littered.store(true, Ordering::Relaxed);
            }
            if purged.suggestions < limit && is_littered.load(Ordering::Relaxed) {
                let vacuum: Question<()> = Box::new(|client| Box::pin(erase::vacuum(client)));
                links.ask(&vacuum, LATER).await?;
                is_littered.store(false, Ordering::Relaxed);
            }
            Ok(purged)
        })
    }

    fn erase(&self, reference: Reference) -> Answer<'_, bool> {
        let links = self.links.clone();
        self.work(async move {
            let delete: Question<bool> = Box::new(move |client| {
                let reference = reference.clone();
                Box::pin(async move { erase::erase(client, &reference).await })
            });
            let erased = links.ask(&delete, SOON).await?;
            let rewrite: Question<()> = Box::new(|client| Box::pin(erase::rewrite(client)));
            links.ask(&rewrite, LATER).await?;
            Ok(erased)
        })
    }

    fn list(&self, which: Which, limit: usize) -> Answer<'_, Vec<Listed>> {
        self.ask(LATER, move |client| Box::pin(rows::list(client, which, limit)))
    }

    fn count(&self, which: Which) -> Answer<'_, u64> {
        self.ask(LATER, move |client| Box::pin(rows::count(client, which)))
    }

    fn show(&self, reference: Reference) -> Answer<'_, Option<Listed>> {
        self.ask(SOON, move |client| {
            let reference = reference.clone();
            Box::pin(async move { rows::show(client, &reference).await })
        })
    }

    fn page(&self, after: Position, limit: usize) -> Answer<'_, Vec<Listed>> {
        self.ask(LATER, move |client| Box::pin(rows::page(client, after, limit)))
    }

    fn change(&self, of: Amount, change: Change, now: Timestamp) -> Answer<'_, u64> {
        self.ask(LATER, move |client| {
            let (of, change) = (of.clone(), change.clone());
            Box::pin(async move { rows::change(client, &of, &change, now).await })
        })
    }

    fn stats(&self) -> Answer<'_, Stats> {
        self.ask(SOON, |client| Box::pin(rows::stats(client)))
    }
}

impl Drop for PostgresStore {
    /// Lets the intake finish what waits, so that no answer is left open.
    fn drop(&mut self) {
        self.intake = None;
        let ended = self.ended.get_mut().unwrap_or_else(PoisonError::into_inner);
        let _ = ended.recv_timeout(FAREWELL);
    }
}

/// The runtime that talks to the database.
struct Background {
    handle: Handle,
    runtime: Option<Runtime>,
}

impl Background {
    fn start() -> anyhow::Result<Background> {
        let runtime =
            Builder::new_multi_thread().worker_threads(1).thread_name("store").enable_all().build()?;
        Ok(Background { handle: runtime.handle().clone(), runtime: Some(runtime) })
    }

    /// Waits for work on it, also where the caller is asynchronous.
    fn wait_for<T: Send + 'static>(
        &self,
        work: impl Future<Output = anyhow::Result<T>> + Send + 'static,
    ) -> anyhow::Result<T> {
        let (send, receive) = std::sync::mpsc::channel();
        self.handle.spawn(async move {
            // Who waits is on the stack of the caller.
            let _ = send.send(work.await);
        });
        receive.recv().unwrap_or_else(|_| Err(anyhow!("the work on the database panicked")))
    }
}

impl Drop for Background {
    /// Dropping a runtime would wait for its work, which is forbidden where the caller is asynchronous.
    fn drop(&mut self) {
        self.runtime.take().into_iter().for_each(Runtime::shutdown_background);
    }
}

#[cfg(test)]
mod tests;
