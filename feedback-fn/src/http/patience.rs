//! How long a resident waits for the store.
//!
//! The store bounds how many may wait for its writer; here the wait itself is bounded. Whoever is told to
//! come again may have been stored all the same, just later: the token is the same then, and so is the
//! reference, so that sending again stores nothing twice.

use crate::app::App;
use crate::store::{self, StoreError};
use anyhow::anyhow;
use std::time::Duration;
use tokio::time::timeout;

/// A writer that keeps up answers in milliseconds; one that does not is better asked later.
const PATIENCE: Duration = Duration::from_secs(2);

/// The store's answer, if it comes in time.
pub(super) async fn in_time<T>(app: &App, answer: store::Answer<'_, T>) -> Result<T, StoreError> {
    let _waiting = app.metrics.waiting_for_store.enter();
    let late = || StoreError::Away(anyhow!("no answer in {} s", PATIENCE.as_secs()));
    timeout(PATIENCE, answer).await.unwrap_or_else(|_| Err(late()))
}
