//! A mail server that does what a test tells it, at the other end of a pipe.
//!
//! A pipe instead of a socket, so that tokio's clock can stand still and jump: deadlines of ten minutes
//! are tested to the second in no time. What is about sockets is tested with sockets.

use crate::mail::Stage;
use crate::mail::smtp::connect::{Connect, Connecting};
use crate::mail::smtp::stream::BoxStream;
use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// What the server does at a stage instead of the usual.
#[derive(Debug, Clone, Copy)]
pub enum Act {
    /// Sends these octets.
    Say(&'static str),
    /// Sends these octets after a while.
    Late(Duration, &'static str),
    /// Says nothing and keeps the connection.
    Silent,
    /// Closes the connection.
    Close,
}

/// How the server encrypts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Encryption {
    #[default]
    None,
    Implicit,
    StartTls,
}

/// What happens on one connection.
#[derive(Debug, Clone, Default)]
pub struct Script(Vec<(Stage, Act)>);

impl Script {
    /// Everything as usual but for one stage.
    pub fn at(stage: Stage, act: Act) -> Script {
        Script(vec![(stage, act)])
    }

    fn act(&self, stage: Stage) -> Option<Act> {
        self.0.iter().find(|(at, _)| *at == stage).map(|(_, act)| *act)
    }
}

/// What the server saw.
#[derive(Debug, Default)]
pub struct Seen {
    /// Connections opened.
    pub connections: usize,
    /// Lines of all connections, without the text of mails.
    pub lines: Vec<String>,
    /// Texts of mails up to the dot, as they were on the wire.
    pub texts: Vec<String>,
}

/// The server; also the way to it. Connections follow the scripts in their order, then the usual.
#[derive(Debug, Clone)]
pub struct Server {
    scripts: Arc<Mutex<VecDeque<Script>>>,
    seen: Arc<Mutex<Seen>>,
    encryption: Encryption,
    tls: Arc<ServerConfig>,
    /// The server's certificate, which is its own authority.
    pub certificate: String,
}

impl Server {
    pub const NAME: &str = "mail.stadt.example";

    pub fn new(encryption: Encryption, scripts: impl IntoIterator<Item = Script>) -> Server {
        let identity = rcgen::generate_simple_self_signed([Server::NAME.to_owned()]).unwrap();
        let key = PrivateKeyDer::try_from(identity.signing_key.serialize_der()).unwrap();
        let tls = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![identity.cert.der().clone()], key)
            .unwrap();
        Server {
            scripts: Arc::new(Mutex::new(scripts.into_iter().collect())),
            seen: Arc::default(),
            encryption,
            tls: Arc::new(tls),
            certificate: identity.cert.pem(),
        }
    }

    /// Serves on a real socket as well; returns its port.
    pub async fn listen(&self) -> u16 {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = self.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                server.note(|seen| seen.connections += 1);
                let stream: BoxStream = Box::new(stream);
                let talk = Talk {
                    server: server.clone(),
                    script: Script::default(),
                    stream: BufReader::new(stream),
                };
                tokio::spawn(talk.serve());
            }
        });
        port
    }

    /// The same server, whose clients trust another certificate.
    pub fn with_certificate(self, certificate: String) -> Server {
        Server { certificate, ..self }
    }

    pub fn seen<T>(&self, look: impl FnOnce(&Seen) -> T) -> T {
        look(&self.seen.lock().unwrap())
    }

    fn note(&self, note: impl FnOnce(&mut Seen)) {
        note(&mut self.seen.lock().unwrap());
    }
}

impl Connect for Server {
    fn connect(&self) -> Connecting<'_> {
        let script = self.scripts.lock().unwrap().pop_front().unwrap_or_default();
        Box::pin(async move {
            self.note(|seen| seen.connections += 1);
            match script.act(Stage::Connect) {
                Some(Act::Silent) => std::future::pending().await,
                Some(_) => Err(io::ErrorKind::ConnectionRefused.into()),
                None => {
                    let (ours, theirs) = tokio::io::duplex(1 << 20);
                    let talk = Talk { server: self.clone(), script, stream: BufReader::new(Box::new(ours)) };
                    tokio::spawn(talk.serve());
                    Ok(Box::new(theirs) as BoxStream)
                }
            }
        })
    }
}

struct Talk {
    server: Server,
    script: Script,
    stream: BufReader<BoxStream>,
}

impl Talk {
    async fn serve(mut self) {
        // A client that goes away ends the talk; what matters is what was seen until then.
        let _ = self.talk().await;
    }

    async fn talk(&mut self) -> io::Result<()> {
        if self.server.encryption == Encryption::Implicit {
            self.encrypt().await?;
        }
        self.answer(Stage::Greeting, "220 mail.stadt.example ESMTP\r\n").await?;
        let mut line = String::new();
        loop {
            line.clear();
            if self.stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            self.server.note(|seen| seen.lines.push(line.trim_end().to_owned()));
            match line.split([' ', '\r']).next().unwrap_or_default() {
                "EHLO" => self.answer(Stage::Hello, self.features()).await?,
                "STARTTLS" => {
                    self.answer(Stage::StartTls, "220 go ahead\r\n").await?;
                    self.encrypt().await?;
                }
                "AUTH" => self.answer(Stage::Auth, "235 welcome\r\n").await?,
                "MAIL" => self.answer(Stage::Mail, "250 ok\r\n").await?,
                "RCPT" => self.answer(Stage::Recipient, "250 ok\r\n").await?,
                "DATA" => {
                    self.answer(Stage::Data, "354 go ahead\r\n").await?;
                    self.text().await?;
                    self.answer(Stage::Dot, "250 queued\r\n").await?;
                }
                "QUIT" => return self.say("221 bye\r\n").await,
                _ => self.say("500 what\r\n").await?,
            }
        }
    }

    fn features(&self) -> &'static str {
        match self.server.encryption {
            Encryption::StartTls
                if !self.server.seen(|seen| seen.lines.iter().any(|line| line == "STARTTLS")) =>
            {
                "250-mail.stadt.example\r\n250 STARTTLS\r\n"
            }
            _ => "250-mail.stadt.example\r\n250-SIZE 1000000\r\n250 AUTH PLAIN LOGIN\r\n",
        }
    }

    async fn answer(&mut self, stage: Stage, usual: &str) -> io::Result<()> {
        match self.script.act(stage) {
            None => self.say(usual).await,
            Some(Act::Say(octets)) => self.say(octets).await,
            Some(Act::Late(wait, octets)) => {
                tokio::time::sleep(wait).await;
                self.say(octets).await
            }
            Some(Act::Silent) => std::future::pending().await,
            Some(Act::Close) => Err(io::ErrorKind::ConnectionReset.into()),
        }
    }

    async fn say(&mut self, octets: &str) -> io::Result<()> {
        self.stream.write_all(octets.as_bytes()).await?;
        self.stream.flush().await
    }

    async fn text(&mut self) -> io::Result<()> {
        let mut text = Vec::new();
        while !text.ends_with(b"\r\n.\r\n") {
            text.push(self.stream.read_u8().await?);
        }
        let text = String::from_utf8_lossy(&text).into_owned();
        self.server.note(|seen| seen.texts.push(text));
        Ok(())
    }

    async fn encrypt(&mut self) -> io::Result<()> {
        match self.script.act(Stage::Tls) {
            Some(Act::Silent) => return std::future::pending().await,
            Some(Act::Close) => return Err(io::ErrorKind::ConnectionReset.into()),
            Some(Act::Say(octets)) | Some(Act::Late(_, octets)) => self.say(octets).await?,
            None => {}
        }
        let (unused, _) = tokio::io::duplex(1);
        let plain = std::mem::replace(&mut self.stream, BufReader::new(Box::new(unused))).into_inner();
        let encrypted = TlsAcceptor::from(self.server.tls.clone()).accept(plain).await?;
        self.stream = BufReader::new(Box::new(encrypted));
        Ok(())
    }
}
