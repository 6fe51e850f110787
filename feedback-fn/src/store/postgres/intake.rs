//! The task that keeps suggestions: takes what waits, does all of it in one transaction, answers after COMMIT.
//!
//! So one COMMIT pays for many residents. While the database is away nobody waits for it twice: all who wait are
//! told at once.

use super::link::Links;
use super::rows;
use super::trouble::Trouble;
use crate::store::{Accepted, Entry, StoreError};
use anyhow::anyhow;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// Suggestions that may wait.
pub(super) const QUEUE: usize = 1024;
/// Suggestions per COMMIT.
const BATCH: usize = 128;
/// After so long without an answer the database is away. What was sent may be stored nevertheless: then sending it
/// again finds it by its nonce. Residents wait less long, see `http`.
const PATIENCE: Duration = Duration::from_secs(10);

/// A suggestion, and who waits for its reference.
pub(super) struct Job {
    pub(super) entry: Arc<Entry>,
    pub(super) reply: oneshot::Sender<Result<Accepted, StoreError>>,
}

/// Works until all senders are gone.
pub(super) async fn run(links: Links, mut jobs: mpsc::Receiver<Job>) {
    let mut batch = Vec::with_capacity(BATCH);
    while jobs.recv_many(&mut batch, BATCH).await > 0 {
        if let Err(error) = keep(&links, std::mem::take(&mut batch)).await {
            tracing::error!(event = "store.away", cause = %error);
            while let Ok(job) = jobs.try_recv() {
                answer(job, Err(error.again()));
            }
        }
    }
}

/// Keeps a batch and answers all who wait for it. An error says that the database is away for others too.
async fn keep(links: &Links, batch: Vec<Job>) -> Result<(), StoreError> {
    let entries: Arc<[Arc<Entry>]> = batch.iter().map(|job| job.entry.clone()).collect();
    match accept(links, entries).await {
        Ok(mut found) => {
            batch.into_iter().for_each(|job| {
                let accepted = found.answer(&job.entry);
                answer(job, accepted);
            });
            Ok(())
        }
        Err(trouble) if trouble.is_about_values() && batch.len() > 1 => one_by_one(links, batch).await,
        Err(trouble) => {
            let error = StoreError::from(trouble);
            batch.into_iter().for_each(|job| answer(job, Err(error.again())));
            match error {
                StoreError::Away(_) => Err(error),
                _ => {
                    tracing::error!(event = "store.commit_failed", cause = %error);
                    Ok(())
                }
            }
        }
    }
}

/// One of a batch cannot be stored: its neighbors can.
async fn one_by_one(links: &Links, batch: Vec<Job>) -> Result<(), StoreError> {
    let mut away = None;
    for job in batch {
        match &away {
            None => away = Box::pin(keep(links, vec![job])).await.err(),
            Some(error) => answer(job, Err(StoreError::again(error))),
        }
    }
    away.map_or(Ok(()), Err)
}

async fn accept(links: &Links, entries: Arc<[Arc<Entry>]>) -> Result<rows::Found, Trouble> {
    let question: super::link::Question<rows::Found> = Box::new(move |client| {
        let entries = entries.clone();
        Box::pin(async move {
            let given = rows::Given::new(entries.iter().map(Arc::as_ref))?;
            rows::accept(client, &given).await
        })
    });
    links.try_ask(&question, PATIENCE).await
}

fn answer(job: Job, accepted: Result<Accepted, StoreError>) {
    // A receiver that is gone (its request was cut off) does not undo what was stored.
    let _ = job.reply.send(accepted);
}

/// What is said when the task is gone.
pub(super) fn gone() -> StoreError {
    StoreError::Failed(anyhow!("the task that writes to the database has ended"))
}
