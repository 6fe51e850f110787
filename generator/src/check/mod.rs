//! Stage 6: rules over everything that is known before pages are rendered.
//!
//! What one file shows on its own is reported by the stage that reads it; here stands what only the
//! whole shows.

mod links;
mod search;
mod strategy;
mod unnoticed;

pub use links::links;
pub use search::search;
pub use strategy::strategy;
pub use unnoticed::unnoticed;
