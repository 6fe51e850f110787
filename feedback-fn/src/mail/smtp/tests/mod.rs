//! The outcome table and the six defects of lettre's transport, against a scripted server.

mod server;

use super::*;
use crate::mail::PlainAddress;
use server::{Act, Encryption, Script, Server};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::time::Instant;

const TEXT: &str = "From: a@stadt.example\r\nSubject: x\r\n\r\nerste Zeile\r\n.\r\n.zweite\r\n";

fn mail(recipient: &str) -> Mail {
    let address = |text: &str| text.parse::<PlainAddress>().unwrap();
    Mail {
        name: "LOE-0000-001X".into(),
        sender: address("beteiligung@stadt.example"),
        recipient: address(recipient),
        recipient_hash: "0".repeat(16),
        bytes: TEXT.as_bytes().to_vec(),
    }
}

fn transport(server: &Server, encryption: Encryption) -> SmtpTransport {
    let client = || tls::Client::new(Server::NAME, Some(server.certificate.as_bytes())).unwrap();
    let security = match encryption {
        Encryption::None => Security::None,
        Encryption::Implicit => Security::Implicit(client()),
        Encryption::StartTls => Security::StartTls(client()),
    };
    let credentials = Credentials::new("amt".into(), "geheim".into());
    SmtpTransport::over(Box::new(server.clone()), security, "stadt.example".into(), Some(credentials))
}

fn name(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Delivered => "delivered",
        Outcome::RouteDown(_) => "route down",
        Outcome::Retry(_) => "retry",
        Outcome::HeldMessage(_) => "held",
        Outcome::Unknown(_) => "unknown",
    }
}

fn failure(outcome: &Outcome) -> Option<&Failure> {
    match outcome {
        Outcome::Delivered => None,
        Outcome::RouteDown(failure)
        | Outcome::Retry(failure)
        | Outcome::HeldMessage(failure)
        | Outcome::Unknown(failure) => Some(failure),
    }
}

async fn send_one(encryption: Encryption, script: Script) -> (Outcome, Server) {
    let server = Server::new(encryption, [script]);
    let outcome = transport(&server, encryption).send(&mail("a@stadt.example")).await;
    (outcome, server)
}

#[tokio::test(start_paused = true)]
async fn mails_arrive_over_one_connection_with_every_encryption() {
    for encryption in [Encryption::None, Encryption::Implicit, Encryption::StartTls] {
        let server = Server::new(encryption, []);
        let mut transport = transport(&server, encryption);
        for recipient in ["a@stadt.example", "b@stadt.example"] {
            assert_eq!(transport.send(&mail(recipient)).await, Outcome::Delivered, "{encryption:?}");
        }
        transport.rest().await;
        server.seen(|seen| {
            assert_eq!(seen.connections, 1);
            let stuffed = TEXT.replace("\r\n.", "\r\n..");
            assert_eq!(seen.texts, vec![format!("{stuffed}.\r\n"); 2], "the octets, and no blank line more");
            let envelope: Vec<&str> =
                seen.lines.iter().map(String::as_str).filter(|line| line.contains('<')).collect();
            let from = "MAIL FROM:<beteiligung@stadt.example>";
            assert_eq!(envelope, [from, "RCPT TO:<a@stadt.example>", from, "RCPT TO:<b@stadt.example>"]);
            assert_eq!(seen.lines.last().map(String::as_str), Some("QUIT"));
        });
    }
}

#[tokio::test(start_paused = true)]
async fn l1_every_stage_ends_at_its_own_deadline() {
    for (stage, seconds, wanted) in [
        (Stage::Connect, 30, "route down"),
        (Stage::Greeting, 60, "route down"),
        (Stage::Hello, 60, "route down"),
        (Stage::StartTls, 60, "route down"),
        (Stage::Tls, 60, "route down"),
        (Stage::Auth, 60, "route down"),
        (Stage::Mail, 60, "retry"),
        (Stage::Recipient, 60, "retry"),
        (Stage::Data, 120, "retry"),
        (Stage::Dot, 600, "unknown"),
    ] {
        let start = Instant::now();
        let (outcome, _) = send_one(Encryption::StartTls, Script::at(stage, Act::Silent)).await;
        assert_eq!((name(&outcome), start.elapsed().as_secs()), (wanted, seconds), "{stage}");
        assert_eq!(failure(&outcome).map(|failure| failure.stage), Some(stage));
    }
}

#[tokio::test(start_paused = true)]
async fn l2_late_answer_to_one_mail_never_counts_for_the_next() {
    let late = Script::at(Stage::Dot, Act::Late(Duration::from_secs(601), "250 late\r\n"));
    let refused = Script::at(Stage::Dot, Act::Say("451 REFUSED\r\n"));
    let server = Server::new(Encryption::None, [late, refused]);
    let mut transport = transport(&server, Encryption::None);
    assert_eq!(name(&transport.send(&mail("a@stadt.example")).await), "unknown");
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(name(&transport.send(&mail("b@stadt.example")).await), "retry");
    assert_eq!(server.seen(|seen| seen.connections), 2);
}

#[tokio::test(start_paused = true)]
async fn l2_cancelled_mail_takes_its_connection_along() {
    let late = Script::at(Stage::Dot, Act::Late(Duration::from_secs(20), "250 late\r\n"));
    let refused = Script::at(Stage::Dot, Act::Say("451 REFUSED\r\n"));
    let server = Server::new(Encryption::None, [late, refused]);
    let mut transport = transport(&server, Encryption::None);
    let first = mail("a@stadt.example");
    let cancelled = tokio::time::timeout(Duration::from_secs(10), transport.send(&first)).await;
    assert!(cancelled.is_err());
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(name(&transport.send(&mail("b@stadt.example")).await), "retry");
    assert_eq!(server.seen(|seen| seen.connections), 2);
}

#[tokio::test(start_paused = true)]
async fn l2_answers_nobody_asked_for_end_the_connection() {
    for (stage, octets, wanted) in [
        (Stage::Greeting, "220 hello\r\n250 ok\r\n", "route down"),
        (Stage::Hello, "250 ok\r\n250 ok\r\n", "route down"),
        (Stage::Auth, "235 welcome\r\n250 ok\r\n", "route down"),
        (Stage::Mail, "250 ok\r\n250 ok\r\n", "retry"),
        (Stage::Recipient, "250 ok\r\n354 go\r\n", "retry"),
        (Stage::Data, "354 go\r\n250 queued\r\n", "retry"),
        (Stage::Dot, "250 ok\r\n250 ok\r\n", "unknown"),
    ] {
        let (outcome, _) = send_one(Encryption::None, Script::at(stage, Act::Say(octets))).await;
        assert_eq!(name(&outcome), wanted, "{stage}: {outcome:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn l3_stage_and_answer_decide_the_outcome() {
    const TABLE: [(Stage, &str, [&str; 5]); 10] = [
        // Another 2xx or 3xx than the usual; what follows from: closing, garbage, 4xx, 5xx, that other one.
        (Stage::Connect, "", ["route down"; 5]),
        (Stage::Greeting, "354 what\r\n", ["route down"; 5]),
        (Stage::Hello, "354 what\r\n", ["route down"; 5]),
        (Stage::StartTls, "250 ok\r\n", ["route down"; 5]),
        (Stage::Tls, "250 ok\r\n", ["route down"; 5]),
        (Stage::Auth, "250 ok\r\n", ["route down"; 5]),
        (Stage::Mail, "354 what\r\n", ["retry", "retry", "retry", "held", "retry"]),
        (Stage::Recipient, "252 perhaps\r\n", ["retry", "retry", "retry", "held", "retry"]),
        (Stage::Data, "250 ok\r\n", ["retry", "retry", "retry", "held", "retry"]),
        (Stage::Dot, "354 go\r\n", ["unknown", "unknown", "retry", "held", "unknown"]),
    ];
    for (stage, other, wanted) in TABLE {
        let acts = [
            Act::Close,
            Act::Say("\u{1}\u{2}HTTP/1.1 200 OK\r\n\r\n"),
            Act::Say("451 later\r\n"),
            Act::Say("550 5.7.1 no\r\n"),
            Act::Say(other),
        ];
        for (act, wanted) in acts.into_iter().zip(wanted) {
            // After STARTTLS, octets instead of a handshake are the stage before.
            let encryption = if stage == Stage::Tls { Encryption::Implicit } else { Encryption::StartTls };
            let (outcome, server) = send_one(encryption, Script::at(stage, act)).await;
            assert_eq!(name(&outcome), wanted, "{stage}, {act:?}: {outcome:?}");
            assert_eq!(failure(&outcome).map(|failure| failure.stage), Some(stage), "{act:?}");
            assert_eq!(server.seen(|seen| seen.connections), 1, "no second try by itself");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn recipient_whose_mail_the_server_sends_on_is_taken() {
    let script = Script::at(Stage::Recipient, Act::Say("251 user not local; will forward\r\n"));
    let (outcome, server) = send_one(Encryption::StartTls, script).await;
    assert_eq!(outcome, Outcome::Delivered);
    assert_eq!(server.seen(|seen| seen.texts.len()), 1);
}

#[tokio::test(start_paused = true)]
async fn wrong_password_is_the_routes_fault_and_told_apart() {
    let wrong = Script::at(Stage::Auth, Act::Say("535 5.7.8 authentication failed\r\n"));
    let (outcome, server) = send_one(Encryption::Implicit, wrong).await;
    assert!(failure(&outcome).is_some_and(Failure::is_wrong_password), "{outcome:?}");
    assert_eq!(name(&outcome), "route down");
    let probed = transport(&server, Encryption::Implicit).probe().await;
    assert_eq!(probed, Ok(()), "the second connection is taken");
}

#[tokio::test(start_paused = true)]
async fn l5_starttls_with_octets_before_the_handshake_is_refused() {
    let injected = Script::at(Stage::StartTls, Act::Say("220 go ahead\r\n250 AUTH PLAIN\r\n"));
    let (outcome, server) = send_one(Encryption::StartTls, injected).await;
    assert_eq!(failure(&outcome).map(|failure| failure.stage), Some(Stage::StartTls));
    assert_eq!(server.seen(|seen| seen.lines.clone()), ["EHLO stadt.example", "STARTTLS"]);
}

#[tokio::test(start_paused = true)]
async fn l5_server_without_starttls_gets_neither_password_nor_mail() {
    let stripped = Script::at(Stage::Hello, Act::Say("250-mail.stadt.example\r\n250 AUTH PLAIN\r\n"));
    let (outcome, server) = send_one(Encryption::StartTls, stripped).await;
    assert_eq!(failure(&outcome).map(|failure| failure.stage), Some(Stage::StartTls));
    assert_eq!(name(&outcome), "route down");
    assert_eq!(server.seen(|seen| seen.lines.clone()), ["EHLO stadt.example"]);
}

#[tokio::test(start_paused = true)]
async fn certificate_of_another_server_ends_the_connection() {
    for encryption in [Encryption::Implicit, Encryption::StartTls] {
        let server = Server::new(encryption, []);
        let other = Server::new(encryption, []);
        let trusting_another = server.clone().with_certificate(other.certificate);
        let outcome = transport(&trusting_another, encryption).send(&mail("a@stadt.example")).await;
        assert_eq!(failure(&outcome).map(|failure| failure.stage), Some(Stage::Tls), "{outcome:?}");
        assert!(server.seen(|seen| !seen.lines.iter().any(|line| line.starts_with("AUTH"))));
    }
}

#[tokio::test]
async fn l6_the_socket_does_not_wait_for_acknowledgements() {
    let port = Server::new(Encryption::None, []).listen().await;
    for only_this_computer in [true, false] {
        let way = TcpConnect { host: "127.0.0.1".into(), port, only_this_computer };
        assert!(way.tcp().await.unwrap().nodelay().unwrap());
    }
}

/// A socket at which connections are neither taken nor refused: its queue is full. Ends with what is returned.
async fn black_hole() -> (SocketAddr, impl Sized) {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(0).unwrap();
    let address = listener.local_addr().unwrap();
    let queued = tokio::net::TcpStream::connect(address).await.unwrap();
    (address, (listener, queued))
}

#[tokio::test(start_paused = true)]
async fn address_without_an_answer_leaves_time_for_the_next() {
    let (silent, _held) = black_hole().await;
    let port = Server::new(Encryption::None, []).listen().await;
    let answering = SocketAddr::from(([127, 0, 0, 1], port));
    let deadline = Deadlines::default().connect;
    let opened = within(Stage::Connect, deadline, connect::first(&[silent, silent, answering])).await;
    assert_eq!(opened.unwrap().peer_addr().unwrap(), answering);
    let start = Instant::now();
    within(Stage::Connect, deadline, connect::first(&[answering, silent])).await.unwrap();
    assert!(start.elapsed() < Duration::from_secs(5), "who answers is waited for, and nobody else");
    let refused = within(Stage::Connect, deadline, connect::first(&[silent])).await.unwrap_err();
    assert_eq!((refused.stage, start.elapsed()), (Stage::Connect, deadline), "the last has all that is left");
}

#[tokio::test]
async fn mails_arrive_over_a_real_socket() {
    let server = Server::new(Encryption::None, []);
    let settings = SmtpSettings {
        host: "localhost".into(),
        port: server.listen().await,
        hello: "stadt.example".into(),
        security: Security::None,
        credentials: None,
    };
    let mut transport = SmtpTransport::new(settings);
    assert_eq!(transport.probe().await, Ok(()));
    for _ in 0..20 {
        assert_eq!(transport.send(&mail("a@stadt.example")).await, Outcome::Delivered);
    }
    transport.rest().await;
    assert_eq!(server.seen(|seen| (seen.connections, seen.texts.len())), (2, 20));
}

#[tokio::test]
async fn connection_without_encryption_never_leaves_this_computer() {
    // An address of the documentation range (RFC 5737): it must not even be tried.
    let way = TcpConnect { host: "192.0.2.1".into(), port: 25, only_this_computer: true };
    assert_eq!(way.tcp().await.unwrap_err().kind(), std::io::ErrorKind::NotFound);
}
