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

/// Those for whom the database is away, not told yet.
struct Stranded {
    jobs: Vec<Job>,
    error: StoreError,
}

/// Works until all senders are gone.
pub(super) async fn run(links: Links, mut jobs: mpsc::Receiver<Job>) {
    let mut batch = Vec::with_capacity(BATCH);
    while jobs.recv_many(&mut batch, BATCH).await > 0 {
        if let Err(mut stranded) = keep(&links, std::mem::take(&mut batch)).await {
            tracing::error!(event = "store.away", cause = %stranded.error);
            // Before anybody is told: who hears it and sends again is tried anew.
            let waiting = jobs.len();
            stranded.jobs.extend(std::iter::from_fn(|| jobs.try_recv().ok()).take(waiting));
            tell(stranded);
        }
    }
}

/// Keeps a batch and answers all who wait for it, unless the database is away, which concerns others too.
async fn keep(links: &Links, batch: Vec<Job>) -> Result<(), Stranded> {
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
            let stranded = Stranded { jobs: batch, error: StoreError::from(trouble) };
            if let StoreError::Away(_) = stranded.error {
                return Err(stranded);
            }
            tracing::error!(event = "store.commit_failed", cause = %stranded.error);
            tell(stranded);
            Ok(())
        }
    }
}

/// One of a batch cannot be stored: its neighbors can.
async fn one_by_one(links: &Links, batch: Vec<Job>) -> Result<(), Stranded> {
    let mut jobs = batch.into_iter();
    while let Some(job) = jobs.next() {
        if let Err(mut stranded) = Box::pin(keep(links, vec![job])).await {
            stranded.jobs.extend(jobs);
            return Err(stranded);
        }
    }
    Ok(())
}

fn tell(stranded: Stranded) {
    stranded.jobs.into_iter().for_each(|job| answer(job, Err(stranded.error.again())));
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
