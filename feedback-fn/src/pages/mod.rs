//! What residents see: the check page, the receipt, the errors; from the contract's templates.
//!
//! Knows the contract and what a page shows; knows nothing of HTTP.

mod published;
mod templates;

pub use published::Published;
pub use templates::{REQUIRED, Templates};
