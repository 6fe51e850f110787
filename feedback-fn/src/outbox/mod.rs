//! The worker that delivers what waits in the store.
