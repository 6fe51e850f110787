//! The leases of what was claimed together. They are short, so that what a killed program held goes out soon, and
//! renewed while a mail is being sent, so that nobody else sends it meanwhile.

use crate::clock::{Clock, later};
use crate::mail::smtp::Deadlines;
use crate::store::{Claim, Store};
use jiff::Timestamp;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

/// Two renewals may fail before a mail goes to somebody else, and noting what became of it may take a minute.
pub(super) const LEASE: Duration = Duration::from_secs(3 * 60);
const RENEW_EVERY: Duration = Duration::from_secs(60);

/// What one claim brought.
pub(super) struct Leases {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    claims: Vec<Claim>,
    /// From then on all of it may be somebody else's.
    until: Timestamp,
}

impl Leases {
    /// Claimed at `claimed`, or a little later.
    pub(super) fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        claims: Vec<Claim>,
        claimed: Timestamp,
    ) -> Leases {
        Leases { store, clock, claims, until: later(claimed, LEASE) }
    }

    /// Whether it is still ours, for long enough to begin with it.
    pub(super) async fn hold(&mut self, claim: Claim) -> bool {
        let now = self.clock.now();
        if now < self.until && later(now, LEASE - RENEW_EVERY) >= self.until {
            self.renew().await;
        }
        self.clock.now() < self.until && self.claims.contains(&claim)
    }

    /// Works, and renews meanwhile; no longer than a mail may take, should the work hang.
    pub(super) async fn renew_during<T>(&mut self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        for _ in 0..=Deadlines::default().total().as_secs() / RENEW_EVERY.as_secs() {
            let renewing = async {
                tokio::time::sleep(RENEW_EVERY).await;
                self.renew().await;
            };
            tokio::select! {
                biased;
                done = &mut work => return done,
                () = renewing => {}
            }
        }
        work.await
    }

    async fn renew(&mut self) {
        let now = self.clock.now();
        match self.store.renew(self.claims.clone(), now, LEASE).await {
            Ok(held) => (self.claims, self.until) = (held, later(now, LEASE)),
            Err(error) => tracing::warn!(%error, "the leases of mails were not renewed"),
        }
    }
}
