//! The program without its sockets: opened once, asked by any server that has a request.
//!
//! `http::serve` is one such server, the preview's another.

use crate::abuse::Repeats;
use crate::clock::Clock;
use crate::config::Config;
use crate::contract::Watch;
use crate::current::Current;
use crate::http::{Answer, Limiter, Peer, respond};
use crate::metrics::{Metrics, Route};
use crate::outbox::{Outbox, Tally, Wake, system_dice};
use crate::pages::{PresentLetters, Published};
use crate::reference::Draws;
use crate::retention::Retention;
use crate::store::Store;
use crate::token::Seal;
use hyper::Request;
use hyper::body::Body;
use jiff::Timestamp;
use std::convert::Infallible;
use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// For the mail in hand when the program is told to end.
const FAREWELL: Duration = Duration::from_secs(9);

/// What became of a configuration that was read again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loaded {
    /// It counts.
    Taken,
    /// Something is wrong with it.
    Refused,
}

/// Everything that answering a request needs.
pub struct App {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) contract: Arc<Watch<Published>>,
    pub(crate) seal: Seal,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) limiter: Current<Limiter>,
    pub(crate) repeats: Repeats,
    pub(crate) references: Draws,
    pub(crate) wake: Wake,
    pub(crate) tally: Arc<Tally>,
    pub(crate) metrics: Arc<Metrics>,
    /// Since when a changed configuration is refused, so that an older one counts.
    pub(crate) config_refused: Mutex<Option<Timestamp>>,
    /// Whether the program was told to end.
    pub(crate) ending: AtomicBool,
    pub(crate) config: Current<Config>,
}

impl App {
    /// Opens contract, secret, store and mail route; makes what the data folder lacks. A wrong setting
    /// of the mail stops the start and not the first mail.
    pub fn open(config: Config, clock: Arc<dyn Clock>) -> anyhow::Result<App> {
        let contract = Watch::open(&config.contract, clock.clone(), Published::prepare)?;
        config.transport.open(&config.base, &config.sender.sender()?)?;
        config.create_data_folder()?;
        // First, since the lock of a file lets only one program draw a secret.
        let store = config.store()?.open()?;
        let seal = match &config.secret_file {
            Some(path) => Seal::from_file(path)?,
            None => Seal::from_own_file(&config.data.join("secret"))?,
        };
        let now = clock.now();
        Ok(App {
            clock,
            contract: Arc::new(contract),
            seal,
            store,
            limiter: Current::new(Limiter::new(&config.guard, now)),
            repeats: Repeats::new(now),
            references: Draws::new(config.reference_prefix.clone()),
            wake: Wake::default(),
            tally: Arc::default(),
            metrics: Arc::default(),
            config_refused: Mutex::default(),
            ending: AtomicBool::new(false),
            config: Current::new(config),
        })
    }

    /// Answers a request that came from `peer`. Never fails: what goes wrong is an answer too.
    pub async fn handle<B: Body>(&self, request: Request<B>, peer: impl Into<Peer>) -> Answer {
        let route = Route::of(request.uri().path(), &self.contract.current().review.endpoint);
        let answer = respond(self, request, peer.into()).await;
        self.metrics.answered(route, answer.status());
        answer
    }

    /// Takes over the limits at the door and the settings of the mail, and looks at the contract; says which
    /// other settings differ, since those need a restart. If anything is wrong, nothing changes. Who runs the
    /// outbox starts it anew afterwards.
    pub fn reload(&self, mut config: Config) -> anyhow::Result<Vec<&'static str>> {
        let present = self.config.get();
        let fixed = config.keep_fixed(&present);
        config.transport.open(&config.base, &config.sender.sender()?)?;
        if config.guard.differs_in_rate(&present.guard) {
            self.limiter.set(Limiter::new(&config.guard, self.clock.now()));
        }
        self.config.set(config);
        self.contract.current();
        Ok(fixed)
    }

    /// Notes whether the configuration that was read last can be used. Who asks the admin address learns that an
    /// older one counts, and since when.
    pub fn note_config(&self, read: Loaded) {
        let mut since = self.config_refused.lock().unwrap_or_else(PoisonError::into_inner);
        *since = match read {
            Loaded::Taken => None,
            Loaded::Refused => since.or_else(|| Some(self.clock.now())),
        };
    }

    /// From now on the program is not ready for more: who asks the admin address sends requests elsewhere.
    pub fn end(&self) {
        self.ending.store(true, Ordering::Relaxed);
    }

    /// Delivers what waits in the store until `shutdown` is ready, then finishes the mail in hand.
    pub async fn run_outbox(&self, shutdown: impl Future<Output = ()>) -> anyhow::Result<()> {
        self.run_outbox_as_set(std::future::pending(), shutdown).await
    }

    /// The same, also until other settings are to count (`changed`). Then the mail in hand has all the time that it
    /// needs: cut off, it would perhaps have arrived and be sent again.
    pub async fn run_outbox_as_set(
        &self,
        changed: impl Future<Output = ()>,
        shutdown: impl Future<Output = ()>,
    ) -> anyhow::Result<()> {
        let config = self.config.get();
        let sender = config.sender.sender()?;
        let outbox = Outbox {
            store: self.store.clone(),
            clock: self.clock.clone(),
            letters: Arc::new(PresentLetters(self.contract.clone())),
            delivery: config.delivery.clone(),
            operator: config.operator.clone(),
            transport: config.transport.open(&config.base, &sender)?,
            sender,
            dice: system_dice(),
            wake: self.wake.clone(),
            tally: self.tally.clone(),
        };
        let (stop, stopped) = watch::channel(false);
        let mut worker = pin!(outbox.run(stopped));
        let mut shutdown = pin!(shutdown);
        tokio::select! {
            () = &mut worker => return Ok(()),
            () = changed => {
                stop.send_replace(true);
                tokio::select! {
                    () = &mut worker => return Ok(()),
                    () = &mut shutdown => {}
                }
            }
            () = &mut shutdown => {
                stop.send_replace(true);
            }
        }
        // What is cut off here comes back when its lease ends.
        let _ = tokio::time::timeout(FAREWELL, worker).await;
        Ok(())
    }

    /// Erases what is older than the present contract allows, now and once a day. May be dropped at any
    /// moment.
    pub async fn run_retention(&self) -> Infallible {
        let days = || self.contract.current().review.privacy.retention_days;
        Retention { store: self.store.clone(), clock: self.clock.clone(), days }.run().await
    }

    /// The durable memory, for those who list it.
    pub fn store(&self) -> Arc<dyn Store> {
        self.store.clone()
    }

    /// The path below which [`App::handle`] answers, as the present contract says.
    pub fn endpoint(&self) -> String {
        self.contract.current().review.endpoint.clone()
    }
}
