//! Bytes that no browser sends: what could be read in two ways is refused, the rest does no harm.

use crate::support::{ENDPOINT, Function, Reply};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";
const HEALTH: &str = "GET /rueckmeldung/health HTTP/1.1\r\nHost: a\r\n\r\n";

/// Statuses of all answers, and whether the function ended the connection by itself.
async fn answers(function: &Function, request: &[u8]) -> Vec<u16> {
    let (mut reader, mut writer) = TcpStream::connect(function.address).await.unwrap().into_split();
    let _ = writer.write_all(request).await;
    drop(writer);
    let mut bytes = Vec::new();
    let _ = reader.read_to_end(&mut bytes).await;
    let text = String::from_utf8(bytes).unwrap();
    text.split("HTTP/1.1 ").skip(1).map(|answer| answer[..3].parse().unwrap()).collect()
}

/// One answer with this status, although another request follows at once: the connection is closed.
async fn refused(function: &Function, request: &str, status: u16) {
    let found = answers(function, format!("{request}{HEALTH}").as_bytes()).await;
    assert_eq!(found, [status], "{request:?}");
}

fn post(headers: &str, body: &str) -> String {
    format!("POST {ENDPOINT}check HTTP/1.1\r\nHost: a\r\n{FORM}{headers}\r\n{body}")
}

#[tokio::test]
async fn lengths_that_can_be_read_in_two_ways_are_refused() {
    let function = Function::start().await;
    for length in ["+3", "-3", "", "3 3", "3, 3", "3,4", "0x3", "99999999999999999999999", "\"3\""] {
        refused(&function, &post(&format!("Content-Length: {length}\r\n"), "a=b"), 400).await;
    }
    refused(&function, &post("Content-Length: 3\r\nContent-Length: 3\r\n", "a=b"), 400).await;
    refused(&function, &post("Content-Length: 3\r\nContent-Length: 4\r\n", "a=b"), 400).await;
    refused(&function, &post("Content-Length : 3\r\n", "a=b"), 400).await;
}

#[tokio::test]
async fn transfer_encodings_are_refused_in_all_forms() {
    let function = Function::start().await;
    let body = "3\r\na=b\r\n0\r\n\r\n";
    for encoding in [
        "Transfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 3",
        "Content-Length: 13\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: identity",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        "Transfer-Encoding : chunked",
        "Transfer-Encoding:\x0bchunked",
        "X: a\r\n Transfer-Encoding: chunked",
    ] {
        refused(&function, &post(&format!("{encoding}\r\n"), body), 400).await;
    }
    let old = post("Transfer-Encoding: chunked\r\n", body).replace("HTTP/1.1", "HTTP/1.0");
    refused(&function, &old, 400).await;
    refused(&function, &post("Transfer-Encoding: chunked\r\n", "3;x=\"\n\"\r\na=b\r\n0\r\n\r\n"), 400).await;
}

#[tokio::test]
async fn headers_with_other_line_ends_or_folds_are_refused() {
    let function = Function::start().await;
    for head in [
        "GET /rueckmeldung/health HTTP/1.1\nHost: a\n\n",
        "GET /rueckmeldung/health HTTP/1.1\r\nHost: a\n\r\n",
        "GET /rueckmeldung/health HTTP/1.1\r\nHost: a\r\n\n",
        "GET /rueckmeldung/health HTTP/1.1\r\nHost: a\rX: b\r\n\r\n",
        "GET /rueckmeldung/health HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n",
        "GET /rueckmeldung/health HTTP/1.1\r\nHost: a\r\nX: b\0c\r\n\r\n",
        "\nGET /rueckmeldung/health HTTP/1.1\r\nHost: a\r\n\r\n",
    ] {
        refused(&function, head, 400).await;
    }
}

#[tokio::test]
async fn host_is_named_once_and_the_target_is_a_path() {
    let function = Function::start().await;
    for head in [
        "GET /rueckmeldung/health HTTP/1.1\r\n\r\n",
        "GET /rueckmeldung/health HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
        "GET http://a/rueckmeldung/health HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET http://b/rueckmeldung/health HTTP/1.1\r\nHost: a\r\n\r\n",
    ] {
        refused(&function, head, 400).await;
    }
    refused(&function, "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 404).await;
    refused(&function, "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", 404).await;
}

#[tokio::test]
async fn what_is_too_large_is_refused() {
    let function = Function::start().await;
    let get = |rest: &str| format!("GET /rueckmeldung/health{rest}\r\n\r\n");
    refused(&function, &get(&format!(" HTTP/1.1\r\nHost: a\r\nX: {}", "x".repeat(70_000))), 431).await;
    refused(&function, &get(&format!(" HTTP/1.1\r\nHost: a{}", "\r\nX: x".repeat(200))), 431).await;
    refused(&function, &get(&format!("?{} HTTP/1.1\r\nHost: a", "x".repeat(10_000_000))), 431).await;
    for length in ["10000000000", "9223372036854775807"] {
        refused(&function, &post(&format!("Content-Length: {length}\r\n"), "a=b"), 413).await;
    }
    let fields = "a=&".repeat(100_000);
    refused(&function, &post(&format!("Content-Length: {}\r\n", fields.len()), &fields), 400).await;
}

#[tokio::test]
async fn other_protocols_are_not_spoken() {
    let function = Function::start().await;
    let preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    assert_eq!(answers(&function, preface.as_bytes()).await, [] as [u16; 0]);
    assert_eq!(answers(&function, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03").await, [400]);
    let upgrade = "GET /rueckmeldung/health HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\n\
                   Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n";
    assert_eq!(answers(&function, format!("{upgrade}{HEALTH}").as_bytes()).await, [200, 200]);
}

#[tokio::test]
async fn requests_that_follow_each_other_are_answered_in_order() {
    let function = Function::start().await;
    let body = "target=6.1.1&suggestion=x";
    let form = post(&format!("Content-Length: {}\r\n", body.len()), body);
    assert_eq!(answers(&function, format!("{form}{HEALTH}{form}").as_bytes()).await, [200; 3]);
    // What hangs over is a request of its own, and nonsense.
    assert_eq!(answers(&function, format!("{form}garbage\r\n\r\n").as_bytes()).await, [200, 400]);
    assert_eq!(answers(&function, format!("{form}\nGET / HTTP/1.1\n\n").as_bytes()).await, [200, 400]);
    assert_eq!(answers(&function, format!("\r\n\r\n{form}").as_bytes()).await, [200]);
}

#[tokio::test]
async fn body_that_is_cut_short_is_refused() {
    let function = Function::start().await;
    let cut = post("Content-Length: 50\r\n", "target=6.1.1&suggestion=x");
    assert_eq!(answers(&function, cut.as_bytes()).await, [400]);
    assert_eq!(answers(&function, post("Content-Length: 0\r\n", "").as_bytes()).await, [404]);
}

#[tokio::test]
async fn client_that_asks_first_is_told_to_go_on_unless_it_is_too_much() {
    let function = Function::start().await;
    let body = "target=6.1.1&suggestion=x";
    let mut stream = TcpStream::connect(function.address).await.unwrap();
    let expect = |length: usize| {
        post(&format!("Content-Length: {length}\r\nConnection: close\r\nExpect: 100-continue\r\n"), "")
    };
    stream.write_all(expect(body.len()).as_bytes()).await.unwrap();
    let mut told = [0; 25];
    stream.read_exact(&mut told).await.unwrap();
    assert_eq!(&told, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(body.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert_eq!(Reply::parse(&answer).status, 200);

    refused(&function, &expect(10_000_000_000), 413).await;
}

#[tokio::test]
async fn other_ways_to_name_path_or_method_lead_nowhere() {
    let function = Function::start().await;
    for path in [
        "/rueckmeldung/%2e%2e/rueckmeldung/health",
        "/rueckmeldung/../rueckmeldung/health",
        "/rueckmeldung/%68ealth",
        "//rueckmeldung/health",
        "/rueckmeldung/health/",
        "/rueckmeldung/health%00",
        "/RUECKMELDUNG/health",
    ] {
        assert_eq!(function.get(path).await.status, 404, "{path}");
    }
    for header in ["X-HTTP-Method-Override: POST", "X-HTTP-Method: POST", "X-Method-Override: POST"] {
        let request = format!("GET /rueckmeldung/send?_method=POST HTTP/1.1\r\nHost: a\r\n{header}\r\n\r\n");
        refused(&function, &request, 405).await;
    }
}

/// Asks for a form from another address of this machine.
async fn form_from(function: &Function, from: [u8; 4], forwarded: &str) -> u16 {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((from, 0).into()).unwrap();
    let mut stream = socket.connect(function.address).await.unwrap();
    let body = "target=6.1.1&suggestion=x";
    let headers = format!("Connection: close\r\nContent-Length: {}\r\n{forwarded}", body.len());
    stream.write_all(post(&headers, body).as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    Reply::parse(&answer).status
}

#[tokio::test]
async fn who_used_up_a_limit_takes_nothing_from_256_others() {
    let function = Function::start_with("guard = { burst = 2 }").await;
    for _ in 0..20 {
        form_from(&function, [127, 0, 0, 1], "").await;
    }
    assert_eq!(form_from(&function, [127, 0, 0, 1], "").await, 429);
    let mut others = 0;
    for host in 0..=255 {
        others += usize::from(form_from(&function, [127, 0, 1, host], "").await == 200);
    }
    // Two networks may share a place in the limiter's table: by chance once in some hundred runs.
    assert!(others >= 255, "{others} of 256");
}

#[tokio::test]
async fn forwarded_addresses_are_believed_from_trusted_proxies_only() {
    let function = Function::start_with("guard = { burst = 2, trusted_proxies = [\"127.0.0.9\"] }").await;
    let forged = |host: u8| format!("X-Forwarded-For: 192.0.2.{host}\r\n");
    for host in 0..2 {
        assert_eq!(form_from(&function, [127, 0, 0, 1], &forged(host)).await, 200);
    }
    assert_eq!(form_from(&function, [127, 0, 0, 1], &forged(2)).await, 429, "a new name each time");
    for host in 0..10 {
        assert_eq!(form_from(&function, [127, 0, 0, 9], &forged(host)).await, 200);
    }
    // What a client puts in front of the proxy's own entry does not count.
    let behind = |host: u8| format!("X-Forwarded-For: 203.0.113.{host}, 192.0.2.200\r\n");
    for host in 0..2 {
        assert_eq!(form_from(&function, [127, 0, 0, 9], &behind(host)).await, 200);
    }
    assert_eq!(form_from(&function, [127, 0, 0, 9], &behind(2)).await, 429);
}

#[tokio::test]
async fn receipt_does_not_tell_whether_a_reference_exists() {
    let function = Function::start().await;
    let stored = function.suggest(&[("target", "6.1.1"), ("suggestion", "x")]).await.reference();
    let elsewhere = Function::start().await;
    let never = elsewhere.suggest(&[("target", "6.1.1"), ("suggestion", "x")]).await.reference();
    let mut seen = Vec::new();
    for reference in [&stored, &never] {
        let reply = function.get(&format!("/rueckmeldung/receipt?nr={reference}")).await;
        let lines: Vec<&str> = reply.head.lines().filter(|line| !line.starts_with("date:")).collect();
        seen.push((reply.status, lines.join("\n"), reply.body.replace(reference.as_str(), "R")));
    }
    assert_eq!(seen[0].0, 200, "{seen:?}");
    assert_eq!(seen[0], seen[1]);
    let health = function.get("/rueckmeldung/health").await;
    assert_eq!(health.body, "ok", "no counts in public");
}
