//! What looks like a machine, and what is done about it.
//!
//! Marks go in, a [`Judgement`] comes out: accept, ask once more on a second page, or keep in quarantine
//! until an operator has looked. Nothing is refused and nothing is lost for what it says. `signs` finds marks
//! in a text and in the time it took, `repeats` knows texts that were sent before, `daily` keeps the key
//! under which anything is remembered here: in memory, for a day.
//! Knows nothing of HTTP and pages; who asks from which network is counted in `http::limiter`.

mod daily;
mod judgement;
mod repeats;
mod signs;

pub(crate) use daily::Daily;
pub use judgement::{Judgement, Policy, is_suspicious, judge};
pub use repeats::{Gist, Repeats};
pub use signs::{READING, haste, in_text};
