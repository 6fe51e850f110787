//! A network for tests: scripted answers, a clock that only moves when somebody sleeps, and a real server on
//! this machine.

use std::collections::{BTreeMap, VecDeque};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{Clock, Failure, Fetch, Network, Request, Response};

/// Answers by address, one after the other; the last one stays.
#[derive(Default)]
pub(crate) struct Script {
    answers: Mutex<BTreeMap<String, VecDeque<Result<Response, Failure>>>>,
    asked: Mutex<Vec<Request>>,
}

impl Script {
    pub(crate) fn new(answers: &[(&str, &[Result<Response, Failure>])]) -> Arc<Self> {
        let answers = answers.iter().map(|(url, all)| ((*url).to_owned(), all.iter().cloned().collect()));
        Arc::new(Self { answers: Mutex::new(answers.collect()), asked: Mutex::default() })
    }

    /// Every question, in order.
    pub(crate) fn asked(&self) -> Vec<Request> {
        self.asked.lock().unwrap().clone()
    }

    /// The addresses asked, in order.
    pub(crate) fn urls(&self) -> Vec<String> {
        self.asked().into_iter().map(|request| request.url).collect()
    }
}

impl Fetch for Script {
    fn fetch(&self, request: &Request) -> Result<Response, Failure> {
        self.asked.lock().unwrap().push(request.clone());
        let mut answers = self.answers.lock().unwrap();
        let Some(left) = answers.get_mut(&request.url) else { return Err(Failure::Host) };
        if left.len() > 1 { left.pop_front().unwrap() } else { left.front().unwrap().clone() }
    }
}

/// An answer with a status and nothing else.
pub(crate) fn status(status: u16) -> Result<Response, Failure> {
    Ok(Response { status, ..Response::default() })
}

/// A page.
pub(crate) fn page(text: &str) -> Result<Response, Failure> {
    Ok(Response { status: 200, text: text.to_owned(), ..Response::default() })
}

/// A clock that stands still between sleeps.
pub(crate) struct StillClock {
    now: Mutex<Timestamp>,
    slept: Mutex<Vec<Duration>>,
}

impl StillClock {
    pub(crate) fn new() -> Arc<Self> {
        let now = "2026-11-24T10:00:00Z".parse().unwrap();
        Arc::new(Self { now: Mutex::new(now), slept: Mutex::default() })
    }

    /// Every sleep, in order, in milliseconds.
    pub(crate) fn slept(&self) -> Vec<u128> {
        self.slept.lock().unwrap().iter().map(Duration::as_millis).collect()
    }

    /// Lets time pass without anybody sleeping.
    pub(crate) fn pass(&self, duration: SignedDuration) {
        let mut now = self.now.lock().unwrap();
        *now = now.checked_add(duration).unwrap();
    }
}

impl Clock for StillClock {
    fn now(&self) -> Timestamp {
        *self.now.lock().unwrap()
    }

    fn sleep(&self, duration: Duration) {
        self.slept.lock().unwrap().push(duration);
        self.pass(SignedDuration::try_from(duration).unwrap());
    }
}

/// A scripted network.
pub(crate) fn network(script: &Arc<Script>, clock: &Arc<StillClock>) -> Network {
    Network { fetch: Arc::clone(script) as _, clock: Arc::clone(clock) as _ }
}

/// What a server has received: first line, headers, body, as they came.
pub(crate) type Seen = String;

/// How a server answers.
pub(crate) enum Reply {
    /// These bytes.
    Bytes(Vec<u8>),
    /// Nothing for so long.
    Silence(Duration),
    /// A page that never ends.
    Endless,
}

/// An answer with headers (each ended by CRLF) and a body.
pub(crate) fn reply(status: &str, headers: &str, body: &[u8]) -> Reply {
    let head =
        format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    Reply::Bytes([head.as_bytes(), body].concat())
}

/// A server on this machine; it ends with the test's process.
pub(crate) struct Server {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Server {
    /// Answers every request by its path.
    pub(crate) fn start(answer: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let (noted, answer) = (Arc::clone(&seen), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (noted, answer) = (Arc::clone(&noted), Arc::clone(&answer));
                std::thread::spawn(move || {
                    // Whoever has read enough hangs up.
                    let _ = serve(stream.unwrap(), &noted, answer.as_ref());
                });
            }
        });
        Self { address, seen }
    }

    /// The address of a path (`/a`).
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Every request, in order.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

fn serve(
    mut stream: TcpStream,
    noted: &Mutex<Vec<Seen>>,
    answer: &dyn Fn(&str) -> Reply,
) -> std::io::Result<()> {
    let request = received(&mut stream)?;
    let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
    noted.lock().unwrap().push(request);
    match answer(&path) {
        Reply::Bytes(bytes) => stream.write_all(&bytes),
        Reply::Silence(time) => {
            std::thread::sleep(time);
            Ok(())
        }
        Reply::Endless => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n")?;
            loop {
                stream.write_all(&[b'x'; 4096])?;
            }
        }
    }
}

/// A request with the body that its header announces.
fn received(stream: &mut TcpStream) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let read = stream.read(&mut buffer)?;
        bytes.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                line.to_ascii_lowercase().strip_prefix("content-length:").map(|value| value.trim().to_owned())
            });
            if body.len() >= length.and_then(|length| length.parse().ok()).unwrap_or(0) {
                return Ok(text);
            }
        }
        if read == 0 {
            return Ok(text);
        }
    }
}
