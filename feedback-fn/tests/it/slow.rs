//! Clients that are slow, many or idle on purpose, over real sockets.
//!
//! Time passes by itself here whenever nothing else happens (`start_paused`), so no test waits.

use crate::support::{Function, Reply};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{Instant, interval, timeout};

const HEAD: &str = "POST /rueckmeldung/check HTTP/1.1\r\nHost: a\r\n\
                    Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 60\r\n\r\n";
const HEALTH: &str = "GET /rueckmeldung/health HTTP/1.1\r\nHost: a\r\n\r\n";

/// Sends `start` at once and `rest` a byte a second, until the function ends the connection; says what it
/// answered and after how long.
async fn drip(function: &Function, start: &str, rest: &str) -> (String, Duration) {
    let begun = Instant::now();
    let (mut reader, mut writer) = TcpStream::connect(function.address).await.unwrap().into_split();
    writer.write_all(start.as_bytes()).await.unwrap();
    let rest = rest.to_owned();
    let writing = tokio::spawn(async move {
        let mut second = interval(Duration::from_secs(1));
        for byte in rest.into_bytes() {
            second.tick().await;
            if writer.write_all(&[byte]).await.is_err() {
                break;
            }
        }
        std::future::pending::<()>().await;
    });
    let mut answer = Vec::new();
    let _ = reader.read_to_end(&mut answer).await;
    writing.abort();
    (String::from_utf8(answer).unwrap(), begun.elapsed())
}

#[track_caller]
fn check(ended: (String, Duration), seconds: u64, status: u16) {
    let (answer, after) = ended;
    assert!((seconds..=seconds + 1).contains(&after.as_secs()), "after {after:?}: {answer}");
    assert_eq!(Reply::parse(&answer).status, status, "{answer}");
}

#[tokio::test(start_paused = true)]
async fn slow_header_ends_after_ten_seconds() {
    let function = Function::start().await;
    check(drip(&function, "", "").await, 10, 0);
    check(drip(&function, "GET / HT", "").await, 10, 0);
    check(drip(&function, "GET / HTTP/1.1\r\nHost: a\r\n", &"X-A: b\r\n".repeat(100)).await, 10, 0);
}

#[tokio::test(start_paused = true)]
async fn idle_connection_ends_after_ten_seconds() {
    let function = Function::start().await;
    check(drip(&function, HEALTH, "").await, 10, 200);
    check(drip(&function, &HEALTH.repeat(2), "GET /").await, 10, 200);
}

#[tokio::test(start_paused = true)]
async fn slow_body_ends_after_five_seconds_with_an_answer() {
    let function = Function::start().await;
    check(drip(&function, HEAD, "").await, 5, 400);
    check(drip(&function, HEAD, &"a".repeat(60)).await, 5, 400);
}

#[tokio::test(start_paused = true)]
async fn busy_connection_ends_after_two_minutes_and_its_last_answer_says_so() {
    let function = Function::start().await;
    let (mut reader, mut writer) = TcpStream::connect(function.address).await.unwrap().into_split();
    let begun = Instant::now();
    tokio::spawn(async move {
        let mut pause = interval(Duration::from_secs(5));
        while writer.write_all(HEALTH.as_bytes()).await.is_ok() {
            pause.tick().await;
        }
    });
    let mut answers = String::new();
    let _ = reader.read_to_string(&mut answers).await;
    assert!((119..=125).contains(&begun.elapsed().as_secs()), "{:?}", begun.elapsed());
    let told: Vec<bool> =
        answers.split("HTTP/1.1 200").skip(1).map(|answer| answer.contains("connection: close")).collect();
    assert!(told.len() > 20 && told.ends_with(&[false, true]), "a proxy sends nothing more: {told:?}");
}

/// Asks without end and reads nothing: the kernel's buffers fill, and then ours would.
#[tokio::test(start_paused = true)]
async fn reader_that_does_not_read_is_cut_off_after_fifteen_seconds() {
    let function = Function::start().await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let mut stream = socket.connect(function.address).await.unwrap();
    let requests = HEALTH.repeat(1000);
    // Full buffers both ways: from now on neither side moves.
    let mut last = Instant::now();
    while let Ok(Ok(_)) = timeout(Duration::from_secs(1), stream.write(requests.as_bytes())).await {
        last = Instant::now();
    }
    // The write half fails when the connection is gone, however much is left to read.
    while stream.write(b"x").await.is_ok() {}
    assert!((14..=16).contains(&last.elapsed().as_secs()), "{:?}", last.elapsed());
}

#[tokio::test(start_paused = true)]
async fn two_thousand_slow_connections_hinder_nobody() {
    let guard = "guard = { connections = 4096, connections_per_network = 64 }";
    let function = Function::start_with(guard).await;
    let mut held = Vec::new();
    for number in 0..2000_u16 {
        let socket = TcpSocket::new_v4().unwrap();
        let [low, high] = (number / 50).to_le_bytes();
        socket.bind(([127, 1, high, low], 0).into()).unwrap();
        let mut stream = socket.connect(function.address).await.unwrap();
        stream.write_all([HEAD, "GET /", HEALTH][usize::from(number) % 3].as_bytes()).await.unwrap();
        held.push(stream);
    }
    assert_eq!(function.get("/rueckmeldung/health").await.body, "ok");
    let form = [("target", "6.1.1"), ("suggestion", "Mehr Bänke")];
    assert_eq!(function.post("check", &form).await.status, 200);
    // They are all let go, so that they do not hold their places for ever.
    for mut stream in held {
        let _ = tokio::io::copy(&mut stream, &mut tokio::io::sink()).await;
    }
}

/// Whether a connection from this address is taken.
async fn taken(function: &Function, from: [u8; 4]) -> Option<TcpStream> {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((from, 0).into()).unwrap();
    let mut stream = socket.connect(function.address).await.unwrap();
    let _ = stream.write_all(HEALTH.as_bytes()).await;
    let mut first = [0; 12];
    stream.read_exact(&mut first).await.is_ok().then_some(stream)
}

#[tokio::test]
async fn one_network_gets_so_many_connections_and_others_theirs() {
    let function = Function::start_with("guard = { connections_per_network = 3 }").await;
    let mut held = Vec::new();
    for _ in 0..3 {
        held.push(taken(&function, [127, 0, 0, 5]).await.unwrap());
    }
    assert!(taken(&function, [127, 0, 0, 5]).await.is_none());
    assert!(taken(&function, [127, 0, 0, 6]).await.is_some());
    held.clear();
    while taken(&function, [127, 0, 0, 5]).await.is_none() {}
}

#[tokio::test]
async fn trusted_proxy_gets_more_connections() {
    let guard = "guard = { connections_per_network = 1, trusted_proxies = [\"127.0.0.5\"] }";
    let function = Function::start_with(guard).await;
    let _held =
        (taken(&function, [127, 0, 0, 5]).await.unwrap(), taken(&function, [127, 0, 0, 5]).await.unwrap());
}

/// Without a place the connection waits, unanswered and not refused.
#[tokio::test(start_paused = true)]
async fn whoever_does_not_fit_waits_until_a_place_is_free() {
    let function = Function::start_with("guard = { connections = 2 }").await;
    let _held =
        (taken(&function, [127, 0, 0, 5]).await.unwrap(), taken(&function, [127, 0, 0, 6]).await.unwrap());
    let begun = Instant::now();
    assert_eq!(function.get("/rueckmeldung/health").await.body, "ok");
    assert_eq!(begun.elapsed().as_secs(), 10, "until an idle one was let go");
}

#[tokio::test(start_paused = true)]
async fn program_ends_within_ten_seconds_whatever_clients_do() {
    let function = Function::start().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let app = function.app.clone();
    let serving = tokio::spawn(feedback_fn::serve(listener, app, async { drop(stopped.await) }));
    let mut held = Vec::new();
    for start in ["", "GET /", HEALTH, HEAD] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(start.as_bytes()).await.unwrap();
        held.push(stream);
    }
    tokio::time::sleep(Duration::from_millis(10)).await;
    let told = Instant::now();
    stop.send(()).unwrap();
    serving.await.unwrap().unwrap();
    assert!(told.elapsed() < Duration::from_secs(10), "{:?}", told.elapsed());
}
