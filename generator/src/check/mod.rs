//! Stage 6: rules over everything that is known before pages are rendered; and, for `auslage check`, over
//! the rendered pages and what they link to on other sites.
//!
//! What one file shows on its own is reported by the stage that reads it; here stands what only the
//! whole shows.

pub mod external;
mod links;
pub mod pages;
mod search;
mod strategy;
mod unnoticed;

pub use links::links;
pub use search::search;
pub use strategy::strategy;
pub use unnoticed::unnoticed;

/// Codes of what is wrong with links of Markdown. They keep nobody from rendering the pages: their other
/// problems are told in the same run.
pub const LINK_CODES: [&str; 4] =
    ["link-to-markdown-file", "link-without-target", "missing-anchor", "missing-link-target"];
