//! Auslage's generator: a static site generator compatible with Zola 0.23 that also understands a
//! municipality's strategy under public review.
//!
//! A compiler in stages, each a function from values to values:
//! [`discover`] → [`parse`] → [`site`] (resolve) → [`compose`] → [`strategy`] and [`review`] (interpret)
//! → [`check`] → [`render`] → [`emit`]. Files and the date come through [`world::World`]; mistakes in
//! the input are [`diagnostic::Diagnostics`].

pub mod bodies;
pub mod check;
pub mod cli;
pub mod compose;
pub mod config;
pub mod data;
pub mod diagnostic;
pub mod discover;
pub mod emit;
pub mod engine;
pub mod guard;
pub mod highlight;
pub mod images;
pub mod markup;
pub mod network;
pub mod parse;
pub mod pipeline;
pub mod render;
pub mod review;
pub mod search;
pub mod serve;
pub mod site;
pub mod strategy;
pub mod values;
pub mod world;
