//! Answers kept from build to build, so that an edit does not ask the network again.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{Clock, Failure, Fetch, Request, Response};

/// How long a failure is kept: long enough for a burst of edits, short enough for a cable put back.
const FAILURES: Duration = Duration::from_secs(30);

/// How many answers are kept. A site asks few; a template that makes up addresses must not fill the memory.
const MOST: usize = 256;

/// Asks through another [`Fetch`] what it does not remember.
pub struct Remembering {
    inner: Arc<dyn Fetch>,
    clock: Arc<dyn Clock>,
    time: Duration,
    kept: Mutex<BTreeMap<Request, Kept>>,
}

struct Kept {
    until: Timestamp,
    answer: Result<Response, Failure>,
}

impl Remembering {
    /// Keeps answers for `time`.
    pub fn new(inner: Arc<dyn Fetch>, clock: Arc<dyn Clock>, time: Duration) -> Self {
        Self { inner, clock, time, kept: Mutex::default() }
    }

    fn remembered(&self, request: &Request) -> Option<Result<Response, Failure>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.now();
        kept.retain(|_, kept| kept.until > now);
        kept.get(request).map(|kept| kept.answer.clone())
    }
}

impl Fetch for Remembering {
    fn is_offline(&self) -> bool {
        self.inner.is_offline()
    }

    fn fetch(&self, request: &Request) -> Result<Response, Failure> {
        if let Some(answer) = self.remembered(request) {
            return answer;
        }
        let answer = self.inner.fetch(request);
        let is_good = answer.as_ref().is_ok_and(Response::is_success);
        let time = if is_good { self.time } else { self.time.min(FAILURES) };
        let time = SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX);
        let until = self.clock.now().saturating_add(time).unwrap_or(Timestamp::MAX);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < MOST {
            kept.insert(request.clone(), Kept { until, answer: answer.clone() });
        }
        answer
    }
}
