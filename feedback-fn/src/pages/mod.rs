//! What residents and authors read: the check page, the second page, the receipt, the errors, the words of the mails;
//! from the contract's templates.
//!
//! Knows the contract and what a page shows; knows nothing of HTTP.

mod letters;
mod published;
mod render;
mod sample;
mod templates;

pub use letters::PresentLetters;
pub use published::Published;
pub use render::bare_error_page;
pub use templates::{AGAIN, REQUIRED, Templates};
