//! The door: HTTP/1.1 with limits, routes, answers.
//!
//! `server` keeps connections in bounds, `guard` refuses requests that could be read in two ways, `body`
//! reads within a size and a time, `limiter` counts per network, `routes` does what was asked.
//! TLS and HTTP/2 belong to the reverse proxy.

mod answer;
mod body;
mod guard;
mod limiter;
mod origin;
mod patience;
mod peer;
mod routes;
mod server;

pub use answer::Answer;
pub(crate) use limiter::Limiter;
pub use peer::Peer;
pub(crate) use routes::respond;
pub use server::serve;
