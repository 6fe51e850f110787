//! No network: every question is refused.

use super::{Failure, Fetch, Request, Response};

/// Asks nobody.
#[derive(Debug, Clone, Copy)]
pub struct Offline;

impl Fetch for Offline {
    fn is_offline(&self) -> bool {
        true
    }

    fn fetch(&self, _: &Request) -> Result<Response, Failure> {
        Err(Failure::Offline)
    }
}
