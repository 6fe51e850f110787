//! The door: HTTP/1.1 with limits, routes, answers.
//!
//! `server` keeps connections in bounds (`crowd` those of one network), `wire` cuts off who does not read,
//! `framing` and `guard` refuse requests that could be read in two ways, `body` reads within a size and a
//! time, `limiter` counts per network, `foreign` tells forms of other sites, `patience` bounds the wait for
//! the store, `routes` does what was asked.
//! TLS and HTTP/2 belong to the reverse proxy.

mod answer;
mod body;
mod crowd;
mod foreign;
mod framing;
mod guard;
mod limiter;
mod listener;
mod origin;
mod patience;
mod peer;
mod routes;
mod server;
mod wire;

pub use answer::Answer;
pub(crate) use answer::{closing, html, json, text};
pub(crate) use guard::check_framing;
pub(crate) use limiter::Limiter;
pub use listener::Listener;
pub use peer::Peer;
pub(crate) use routes::respond;
pub use server::serve;
pub(crate) use server::{Service, open};
