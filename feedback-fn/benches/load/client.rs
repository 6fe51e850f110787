//! Residents and others, over plain sockets.

use crate::program::Program;
use feedback_fn::form;
use feedback_fn::suggestion::Marks;
use jiff::Timestamp;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

static NUMBER: AtomicU64 = AtomicU64::new(0);
/// What every suggestion says beside its number. Encoded once: load and program share the machine's cores.
static TEXT: LazyLock<String> = LazyLock::new(|| "Bitte mehr Bänke an den Wegen. ".repeat(30));
static ENCODED: LazyLock<String> =
    LazyLock::new(|| form_urlencoded::byte_serialize(TEXT.as_bytes()).collect());

/// Where forms come from.
pub struct Form(IpAddr);

impl Form {
    /// From this address of the machine itself.
    pub fn from(a: u8, b: u8, c: u8, d: u8) -> Form {
        Form(Ipv4Addr::new(a, b, c, d).into())
    }

    /// A connection from there.
    pub async fn connect(&self, program: &Program) -> TcpStream {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddr::new(self.0, 0)).unwrap();
        let stream = socket.connect(program.address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        stream
    }
}

/// Requests that are made before the clock runs: a resident's check page holds its form, token and all, before it is
/// sent, and load and program share the machine's cores.
pub struct Stock<'a> {
    program: &'a Program,
    made: RefCell<VecDeque<String>>,
}

impl Stock<'_> {
    /// So many for this program; further ones are made when they are asked for.
    pub fn of(program: &Program, count: usize) -> Stock<'_> {
        Stock { program, made: RefCell::new((0..count).map(|_| request(program)).collect()) }
    }

    /// The next one.
    pub fn take(&self) -> String {
        self.made.borrow_mut().pop_front().unwrap_or_else(|| request(self.program))
    }
}

/// A request that sends a suggestion of about 1 kB, with the token that the check page would have given.
pub fn request(program: &Program) -> String {
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let text = format!("Vorschlag {number}: {}", *TEXT);
    let mut form = form::Form { target: "6.1.1".into(), suggestion: text, ..form::Form::default() };
    form.token = program.seal.issue(&form, Marks::default(), Timestamp::now());
    let body = format!("target=6.1.1&suggestion=Vorschlag+{number}%3A+{}&token={}", *ENCODED, form.token);
    format!(
        "POST /rueckmeldung/send HTTP/1.1\r\nHost: strategie.example\r\nAccept: application/json\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Sends a request over a connection that stays, and reads the answer to its end; its status.
pub async fn exchange(stream: &mut TcpStream, request: &str) -> Option<u16> {
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut bytes = Vec::with_capacity(1024);
    loop {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
        let Some(end) = bytes.windows(4).position(|end| end == b"\r\n\r\n") else { continue };
        let head = std::str::from_utf8(&bytes[..end]).ok()?;
        let length = head.lines().filter_map(|line| line.split_once(": ")).find_map(|(name, value)| {
            name.eq_ignore_ascii_case("content-length").then(|| value.parse().ok())?
        });
        if bytes.len() - end - 4 >= length.unwrap_or(0) {
            return head.split(' ').nth(1)?.parse().ok();
        }
    }
}

/// Connections that say nothing, from many addresses.
pub async fn idle(program: &Program, count: usize) -> Vec<TcpStream> {
    let mut streams = Vec::with_capacity(count);
    for number in 0..count {
        let [.., high, low] = (number as u32 / 20).to_be_bytes();
        streams.push(Form::from(127, 1, high, low).connect(program).await);
    }
    streams
}

/// As many connections whose header comes slowly as ones whose body does.
pub async fn slow(program: &Program, count: usize) -> Vec<TcpStream> {
    let mut streams = idle(program, 2 * count).await;
    let whole = request(program);
    let (head, _) = whole.split_once("\r\n\r\n").unwrap();
    for (number, stream) in streams.iter_mut().enumerate() {
        let part = if number % 2 == 0 { "POST /rueckmel" } else { head };
        stream.write_all(part.as_bytes()).await.unwrap();
        if number % 2 == 1 {
            stream.write_all(b"\r\n\r\nta").await.unwrap();
        }
    }
    streams
}

/// Sends forms as fast as it can, and does not care about answers.
pub async fn flood(program: &Program, form: &Form) -> Infallible {
    let mut stream = form.connect(program).await;
    let request = request(program);
    loop {
        if exchange(&mut stream, &request).await != Some(201) {
            stream = form.connect(program).await;
        }
    }
}
