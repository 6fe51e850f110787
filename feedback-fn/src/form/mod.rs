//! From the body of a request to a validated draft, or a refusal that says what to do.
//!
//! [`Form`] is what was sent, kept for showing it again; [`Draft`](crate::suggestion::Draft) is what passed.
//! Knows nothing of HTTP and of pages.

mod fields;
mod refusal;
mod validate;

pub use fields::{Form, FormError};
pub use refusal::{Code, Refusal};
pub use validate::draft;
