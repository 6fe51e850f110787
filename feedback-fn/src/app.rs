//! The program without its sockets: opened once, asked by any server that has a request.
//!
//! `http::serve` is one such server, the preview's another.

use crate::clock::Clock;
use crate::config::{Config, Network};
use crate::contract::Watch;
use crate::http::{Answer, Limiter, respond};
use crate::pages::Published;
use crate::reference::Prefix;
use crate::store::Store;
use crate::store::sqlite::{SqliteOptions, SqliteStore};
use crate::token::Seal;
use hyper::Request;
use hyper::body::Body;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::sync::Notify;

/// Everything that answering a request needs.
pub struct App {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) contract: Arc<Watch<Published>>,
    pub(crate) seal: Seal,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) limiter: Limiter,
    pub(crate) reference_prefix: Prefix,
    pub(crate) trusted_proxies: Vec<Network>,
    pub(crate) connections: usize,
    pub(crate) wake: Arc<Notify>,
    config: Config,
}

impl App {
    /// Opens contract, secret and store; makes what the data folder lacks.
    pub fn open(config: Config, clock: Arc<dyn Clock>) -> anyhow::Result<App> {
        let contract = Watch::open(&config.contract, clock.clone(), Published::prepare)?;
        config.create_data_folder()?;
        let seal = match &config.secret_file {
            Some(path) => Seal::from_file(path)?,
            None => Seal::from_own_file(&config.data.join("secret"))?,
        };
        let store = SqliteStore::open(&SqliteOptions { path: config.database(), reserve: config.reserve })?;
        Ok(App {
            clock,
            contract: Arc::new(contract),
            seal,
            store: Arc::new(store),
            limiter: Limiter::new(&config.guard)?,
            reference_prefix: config.reference_prefix.clone(),
            trusted_proxies: config.guard.trusted_proxies.clone(),
            connections: config.guard.connections,
            wake: Arc::new(Notify::new()),
            config,
        })
    }

    /// Answers a request that came from `peer`. Never fails: what goes wrong is an answer too.
    pub async fn handle<B: Body>(&self, request: Request<B>, peer: SocketAddr) -> Answer {
        respond(self, request, peer).await
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
