//! Takes residents' suggestions from plain HTML forms, stores them durably and mails them to the authors.
//!
//! The flow: `http` guards and reads a request → `form` validates it into a draft → `pages` shows the
//! check page with a `token` → the token comes back → `abuse` judges → `store` makes it durable → 303 and
//! the reference.
//! From there `outbox` claims deliveries and `mail` composes and sends them; no mail on the request path.
//! `export` writes what is stored for other programs and for the council; `responses` reads the council's answers.
//! `admin` tells the operator how all of it does.
//! `contract` is what the generator says about the site; `config` is what the operator says.

pub mod abuse;
mod admin;
mod app;
pub mod cli;
pub mod clock;
pub mod config;
pub mod contract;
mod current;
pub mod export;
pub mod form;
mod http;
pub mod mail;
mod markdown;
pub mod metrics;
pub mod outbox;
pub mod pages;
pub mod reference;
pub mod responses;
pub mod retention;
mod rights;
pub mod store;
pub mod suggestion;
pub mod token;

pub use admin::serve as serve_admin;
pub use app::{App, Loaded};
pub use http::{Answer, Listener, Peer, serve};
