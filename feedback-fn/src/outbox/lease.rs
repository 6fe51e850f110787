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
/// For so long it is believed without asking the store that they are still ours. The store is asked before a mail
/// rather than the clock trusted, which may have been set, or have stood still with everything else.
const BELIEVED: Duration = Duration::from_secs(5);

/// What one claim brought.
pub(super) struct Leases {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    claims: Vec<Claim>,
    /// When they were claimed or renewed.
    renewed: Timestamp,
}

impl Leases {
    /// Claimed at `claimed`, or a little later.
    pub(super) fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        claims: Vec<Claim>,
        claimed: Timestamp,
    ) -> Leases {
        Leases { store, clock, claims, renewed: claimed }
    }

    /// Whether it is still ours, for long enough to begin with it.
    pub(super) async fn hold(&mut self, claim: Claim) -> bool {
        if !self.is_younger_than(BELIEVED) {
            self.renew().await;
        }
        self.is_younger_than(LEASE - RENEW_EVERY) && self.claims.contains(&claim)
    }

    fn is_younger_than(&self, age: Duration) -> bool {
        let now = self.clock.now();
        now >= self.renewed && now < later(self.renewed, age)
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
            Ok(held) => (self.claims, self.renewed) = (held, now),
            Err(error) => tracing::warn!(event = "lease.not_renewed", cause = %error),
        }
    }
}
