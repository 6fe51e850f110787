//! The transport to a mail server: one connection, driven step by step, a deadline for each step.
//!
//! The flow: [`connect`] → [`handshake`] (greeting, EHLO, STARTTLS, TLS; our own code) → [`session`]
//! (AUTH, MAIL, RCPT, DATA over lettre's connection) → an outcome per the table below.
//! lettre's own transport is not used: its time-out bounds only the connect (L1), its pool hands on
//! connections whose replies are out of step (L2), its error tells no stage (L3), its STARTTLS keeps
//! octets from before the handshake (L5) and its socket waits for delayed acknowledgements (L6).
//!
//! | stage | silence, network, garbage | 4xx | 5xx | another 2xx or 3xx |
//! |---|---|---|---|---|
//! | connect … AUTH | route down | route down | route down | route down |
//! | MAIL | retry | retry | held (the outbox waits for three equal answers) | retry |
//! | RCPT, DATA | retry | retry | held | retry |
//! | the dot | unknown | retry | held | unknown |

mod connect;
mod handshake;
mod session;
mod stream;
#[cfg(test)]
mod tests;
pub mod tls;

pub use lettre::transport::smtp::authentication::Credentials;

use super::{Failure, Mail, Outcome, Stage, Transport};
use connect::{Connect, TcpConnect};
use lettre::transport::smtp::extension::ClientId;
use session::Session;
use std::fmt;
use std::future::Future;
use std::time::Duration;

/// A mail server and how to talk to it; checked.
pub struct SmtpSettings {
    /// Name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// The name for `EHLO`.
    pub hello: String,
    /// How the connection is encrypted.
    pub security: Security,
    /// Who logs in.
    pub credentials: Option<Credentials>,
}

/// How a connection is encrypted.
#[derive(Clone)]
pub enum Security {
    /// From the first octet.
    Implicit(tls::Client),
    /// After `STARTTLS`, or not at all.
    StartTls(tls::Client),
    /// Not: only addresses of this computer are connected to.
    None,
}

/// How long each step may take. The sum bounds a delivery; so long the outbox renews its lease.
#[derive(Debug, Clone, Copy)]
pub struct Deadlines {
    /// Looking up and connecting.
    pub connect: Duration,
    /// Greeting, EHLO, STARTTLS, the TLS handshake, AUTH: each.
    pub opening: Duration,
    /// MAIL and RCPT: each.
    pub envelope: Duration,
    /// The answer to DATA.
    pub data: Duration,
    /// Sending the text and the answer to the dot.
    pub dot: Duration,
    /// QUIT: the server's answer changes nothing.
    pub quit: Duration,
}

impl Default for Deadlines {
    /// RFC 5321 §4.5.3.2, shorter where Postfix is shorter by default.
    fn default() -> Deadlines {
        Deadlines {
            connect: Duration::from_secs(30),
            opening: Duration::from_secs(60),
            envelope: Duration::from_secs(60),
            data: Duration::from_secs(120),
            dot: Duration::from_secs(600),
            quit: Duration::from_secs(2),
        }
    }
}

impl Deadlines {
    /// No delivery takes longer, the connection included.
    pub fn total(&self) -> Duration {
        // Greeting, EHLO, STARTTLS, TLS, EHLO, AUTH.
        const OPENING_STEPS: u32 = 6;
        self.connect + OPENING_STEPS * self.opening + 2 * self.envelope + self.data + self.dot
    }
}

/// Sends mails to one server.
pub struct SmtpTransport {
    way: Way,
    /// Only while every answer was the one wanted.
    session: Option<Session>,
}

/// All that is needed for a new connection.
struct Way {
    connect: Box<dyn Connect>,
    security: Security,
    hello: ClientId,
    credentials: Option<Credentials>,
    deadlines: Deadlines,
}

impl SmtpTransport {
    /// A transport that connects at the first mail.
    pub fn new(settings: SmtpSettings) -> SmtpTransport {
        let connect = TcpConnect {
            host: settings.host,
            port: settings.port,
            only_this_computer: matches!(settings.security, Security::None),
        };
        SmtpTransport::over(Box::new(connect), settings.security, settings.hello, settings.credentials)
    }

    /// The same with other deadlines, for tests.
    pub fn with_deadlines(mut self, deadlines: Deadlines) -> SmtpTransport {
        self.way.deadlines = deadlines;
        self
    }

    fn over(
        connect: Box<dyn Connect>,
        security: Security,
        hello: String,
        credentials: Option<Credentials>,
    ) -> SmtpTransport {
        let hello = ClientId::Domain(hello);
        let way = Way { connect, security, hello, credentials, deadlines: Deadlines::default() };
        SmtpTransport { way, session: None }
    }
}

impl Transport for SmtpTransport {
    async fn send(&mut self, mail: &Mail) -> Outcome {
        // Taken out, so that a cancelled send drops the connection with it.
        let mut session = match self.session.take() {
            Some(session) => session,
            None => match self.way.open().await {
                Ok(session) => session,
                Err(failure) => return Outcome::RouteDown(failure),
            },
        };
        match session.deliver(mail, &self.way.deadlines).await {
            Ok(()) => {
                self.session = Some(session);
                Outcome::Delivered
            }
            Err(outcome) => outcome,
        }
    }

    async fn rest(&mut self) {
        if let Some(session) = self.session.take() {
            session.quit(self.way.deadlines.quit).await;
        }
    }

    async fn probe(&mut self) -> Result<(), Failure> {
        let session = self.way.open().await?;
        session.quit(self.way.deadlines.quit).await;
        Ok(())
    }
}

impl Way {
    async fn open(&self) -> Result<Session, Failure> {
        let stream = within(Stage::Connect, self.deadlines.connect, self.connect.connect()).await?;
        let stream = handshake::shake(stream, &self.security, &self.hello, self.deadlines.opening).await?;
        Session::open(stream, &self.hello, self.credentials.as_ref(), self.deadlines.opening).await
    }
}

impl fmt::Debug for SmtpTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpTransport").finish_non_exhaustive()
    }
}

/// Runs one step under its deadline.
async fn within<T, E: fmt::Display>(
    stage: Stage,
    deadline: Duration,
    step: impl Future<Output = Result<T, E>>,
) -> Result<T, Failure> {
    match tokio::time::timeout(deadline, step).await {
        Ok(result) => result.map_err(|error| Failure::new(stage, error)),
        Err(_) => Err(silence(stage, deadline)),
    }
}

fn silence(stage: Stage, deadline: Duration) -> Failure {
    Failure::new(stage, format!("no answer within {} seconds", deadline.as_secs()))
}
