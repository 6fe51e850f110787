//! Answering finished jobs where they are waited for, those of a transaction together.
//!
//! The writer could tell each of those who wait. But whatever it tells another thread is a system call, and what a
//! job holds would be freed by another thread than the one that made it: in glibc both then wait for one lock, twice
//! a suggestion under load.

use super::writer::Job;
use tokio::runtime::Handle;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

/// Where finished jobs are answered.
pub(super) struct Answers(Option<UnboundedSender<Vec<Job>>>);

impl Answers {
    /// On the runtime that this is called on, until it ends. Otherwise by the writer itself.
    pub(super) fn here() -> Answers {
        let Ok(runtime) = Handle::try_current() else { return Answers(None) };
        let (sender, mut finished) = unbounded_channel();
        runtime.spawn(async move {
            while let Some(jobs) = finished.recv().await {
                answer(jobs);
            }
        });
        Answers(Some(sender))
    }

    /// Answers them. No bound is needed: all of them were in the writer's queue, which has one.
    pub(super) fn give(&self, finished: Vec<Job>) {
        let left = match &self.0 {
            Some(sender) => sender.send(finished).err().map(|refused| refused.0),
            None => Some(finished),
        };
        answer(left.unwrap_or_default());
    }
}

fn answer(finished: Vec<Job>) {
    finished.into_iter().for_each(|job| job.answer());
}
