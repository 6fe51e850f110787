//! The store of a configuration, opened for a command: whether the service runs beside it or not.

use crate::config::Config;
use crate::store::{Store, StoreError};
use std::sync::Arc;
use std::time::Duration;

/// How often erasing is tried while another program reads the store, and how long is waited in between.
const TRIES: u32 = 10;
const PAUSE: Duration = Duration::from_secs(1);

/// Opens the store of a configuration and asks it something.
pub(super) fn ask<T>(
    config: &Config,
    question: impl AsyncFnOnce(Arc<dyn Store>) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async { question(config.store()?.open_beside()?).await })
}

/// Repeats what fails while another program reads the store: erased texts are then still in its log.
pub(super) async fn patiently<T>(
    mut work: impl AsyncFnMut() -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    for _ in 1..TRIES {
        match work().await {
            Err(StoreError::Failed(_)) => tokio::time::sleep(PAUSE).await,
            other => return other,
        }
    }
    work().await
}
