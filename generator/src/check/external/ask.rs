//! Asks other sites, politely: one question at a time per host with a pause between, a few hosts at once,
//! again where a host is busy, and as long as it asks to wait, within bounds.
//!
//! Questions are `GET`, as Zola's. `HEAD` would save little: of a body nothing is read unless an anchor is
//! looked for, and many servers answer `HEAD` with an error of its own, so that it had to be followed by
//! `GET` at just those hosts that count requests.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use percent_encoding::percent_decode_str;
use url::Url;

use super::retry_after::wait;
use crate::check::pages::scan::scan;
use crate::network::{Failure, Network, Request, Response, status_text};

/// How many hosts are asked at once; Zola's number on small machines.
const HOSTS_AT_ONCE: usize = 8;

/// Between two questions to one host, as Zola waits.
const PAUSE: Duration = Duration::from_millis(500);

/// How long one answer may take.
const TIME: Duration = Duration::from_secs(20);

/// How long to wait before the second and the third try, where the host does not say.
const BACKOFF: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(4)];

/// The longest that a host is waited for.
const MOST_PATIENCE: Duration = Duration::from_secs(60);

/// How many questions in a row a host may leave without an answer; it is not asked the others.
const MOST_SILENCES: usize = 3;

/// How much of a page is read to find an anchor.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// An address to be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Without fragment.
    pub url: String,
    /// Its host and port.
    pub host: String,
    /// Anchors to look for.
    pub fragments: BTreeSet<String>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It is there.
    Works {
        /// The status.
        status: u16,
        /// Anchors that were looked for and found.
        anchors: BTreeSet<String>,
        /// Anchors that the page does not have.
        missing: BTreeSet<String>,
        /// Whether the page was too long to be sure about the others.
        too_long: bool,
    },
    /// It is not.
    Broken {
        /// The status, if there was an answer.
        status: Option<u16>,
        /// Why.
        reason: String,
    },
    /// The host would rather be asked later.
    Unknown {
        /// The status, if there was an answer.
        status: Option<u16>,
        /// Why.
        reason: String,
    },
}

impl Question {
    /// About an address.
    ///
    /// # Errors
    /// Why it cannot be asked.
    pub fn new(url: &str, fragments: BTreeSet<String>) -> Result<Self, String> {
        let parsed = Url::parse(url).map_err(|error| error.to_string())?;
        if !matches!(parsed.scheme(), "http" | "https") {
            return Err(format!("`{}` is neither `http` nor `https`", parsed.scheme()));
        }
        let host = parsed.host_str().ok_or("it has no host")?;
        let port = parsed.port().map(|port| format!(":{port}")).unwrap_or_default();
        Ok(Self { url: url.to_owned(), host: format!("{host}{port}"), fragments })
    }

    fn request(&self) -> Request {
        let accept = ("Accept".to_owned(), "text/html, */*".to_owned());
        let limit = if self.fragments.is_empty() { 0 } else { MOST_BYTES };
        Request { headers: vec![accept], limit, ..Request::get(&self.url, TIME) }
    }
}

/// Asks everything; the answers by address. `heard` is told the answers of each host as soon as they are
/// there, one host at a time.
pub fn ask_all(
    questions: Vec<Question>,
    network: &Network,
    heard: impl FnMut(&[(String, Answer)]) + Send,
) -> BTreeMap<String, Answer> {
    let mut hosts: BTreeMap<String, Vec<Question>> = BTreeMap::new();
    for question in questions {
        hosts.entry(question.host.clone()).or_default().push(question);
    }
    let workers = hosts.len().min(HOSTS_AT_ONCE);
    let waiting: Mutex<VecDeque<Vec<Question>>> = Mutex::new(hosts.into_values().collect());
    let answers = Mutex::new((BTreeMap::new(), heard));
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
                while let Some(questions) = next() {
                    let found = ask_host(&questions, network);
                    let mut answers = answers.lock().unwrap_or_else(PoisonError::into_inner);
                    (answers.1)(&found);
                    answers.0.extend(found);
                }
            });
        }
    });
    answers.into_inner().unwrap_or_else(PoisonError::into_inner).0
}

/// What is known of a host.
struct Host {
    /// How often a question is asked; once if it could not be reached.
    tries: usize,
    /// Whether it ever answered.
    has_answered: bool,
    /// How many questions in a row it left without an answer.
    silences: usize,
}

impl Host {
    fn new() -> Self {
        Self { tries: BACKOFF.len() + 1, has_answered: false, silences: 0 }
    }

    fn note(&mut self, result: &Result<Response, Failure>) {
        if matches!(result, Err(Failure::Host | Failure::Time(_) | Failure::Connection(_))) {
            self.tries = 1;
            self.silences += 1;
        } else {
            self.has_answered = true;
            self.silences = 0;
        }
    }

    /// The answer to all further questions, if the host is not waited for any more: that to the last one,
    /// but nothing is known of a host that has answered others.
    fn given_up(&self, last: Option<&Answer>) -> Option<Answer> {
        match last?.clone() {
            _ if self.silences < MOST_SILENCES => None,
            Answer::Broken { status, reason } if self.has_answered => {
                Some(Answer::Unknown { status, reason })
            }
            last => Some(last),
        }
    }
}

/// All questions to one host, one after the other.
fn ask_host(questions: &[Question], network: &Network) -> Vec<(String, Answer)> {
    let mut host = Host::new();
    let mut answers: Vec<(String, Answer)> = Vec::with_capacity(questions.len());
    for question in questions {
        let last = answers.last().map(|(_, answer)| answer);
        let answer = host.given_up(last).unwrap_or_else(|| {
            if last.is_some() {
                network.clock.sleep(PAUSE);
            }
            let result = ask(question, network, host.tries);
            host.note(&result);
            judge(result, question, network)
        });
        answers.push((question.url.clone(), answer));
    }
    answers
}

fn ask(question: &Question, network: &Network, tries: usize) -> Result<Response, Failure> {
    let request = question.request();
    let mut left = BACKOFF.iter().take(tries.saturating_sub(1));
    loop {
        let result = network.fetch.fetch(&request);
        let Some(backoff) = left.next().filter(|_| may_change(&result)) else {
            return result;
        };
        let asked = result.as_ref().ok().and_then(|response| wanted_patience(response, network));
        match asked {
            Some(time) if time > MOST_PATIENCE => return result,
            Some(time) => network.clock.sleep(time.max(*backoff)),
            None => network.clock.sleep(*backoff),
        }
    }
}

/// Whether another try may give another answer.
fn may_change(result: &Result<Response, Failure>) -> bool {
    match result {
        Ok(response) => response.status == 429 || response.status >= 500,
        Err(failure) => failure.is_passing(),
    }
}

fn wanted_patience(response: &Response, network: &Network) -> Option<Duration> {
    wait(response.retry_after.as_deref()?, network.clock.now())
}

fn judge(result: Result<Response, Failure>, question: &Question, network: &Network) -> Answer {
    let response = match result {
        Ok(response) => response,
        Err(failure) => return Answer::Broken { status: None, reason: failure.to_string() },
    };
    let status = response.status;
    if (200..300).contains(&status) || status == 304 {
        return anchors(&response, question);
    }
    let later = wanted_patience(&response, network).filter(|_| may_change(&Ok(response.clone())));
    let reason = format!("`{}` answers `{}`", question.host, status_text(status));
    match later {
        Some(time) => Answer::Unknown {
            status: Some(status),
            reason: format!("{reason} and asks to come back in {} seconds", time.as_secs()),
        },
        None if status == 429 => Answer::Unknown { status: Some(status), reason },
        None => Answer::Broken { status: Some(status), reason },
    }
}

fn anchors(response: &Response, question: &Question) -> Answer {
    let kind = response.content_type.as_deref().unwrap_or("text/html");
    let is_page = kind.contains("html") || kind.contains("xml");
    let has_anchors = is_page && !question.fragments.is_empty();
    let known = if has_anchors { scan(&response.text).anchors } else { BTreeSet::new() };
    let is_there = |fragment: &String| {
        let decoded = percent_decode_str(fragment).decode_utf8_lossy();
        // GitHub and others prefix the ids of what people write.
        let prefixed = format!("user-content-{decoded}");
        !is_page
            || fragment.eq_ignore_ascii_case("top")
            || [fragment.as_str(), &decoded, &prefixed].into_iter().any(|id| known.contains(id))
    };
    let (found, missing) = question.fragments.iter().cloned().partition(is_there);
    Answer::Works {
        status: response.status,
        anchors: found,
        missing: if response.is_cut { BTreeSet::new() } else { missing },
        too_long: response.is_cut,
    }
}
