//! What residents see: the check page, the receipt, the errors; from the contract's templates.
//!
//! Knows the contract and what a page shows; knows nothing of HTTP.

mod published;
mod render;
mod sample;
mod templates;

pub use published::Published;
pub use render::bare_error_page;
pub use templates::{REQUIRED, Templates};
