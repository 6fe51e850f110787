//! Composing mails to the authors and handing them over.
//!
//! The flow: a delivery → [`context`] for the templates → rendered subject and body (by `pages`) →
//! [`compose`] → a [`Mail`] → [`Transport::send`] → an [`Outcome`].
//! What resident's text reaches a message has passed [`text`]. Not for deciding when to try again
//! (`outbox`) and not for keeping anything (`store`).

pub mod address;
pub mod compose;
pub mod config;
pub mod context;
pub mod diff;
pub mod digest;
pub mod files;
pub mod smtp;
pub mod text;
mod wire;

pub use address::PlainAddress;
pub use compose::{About, Letter, Mail, Poison, Sender, compose, guarded};
pub use config::{FilesConfig, Route, SenderConfig, SmtpConfig, Tls, TransportConfig};

use std::fmt;
use std::future::Future;

/// Takes mails, one at a time.
pub trait Transport: Send + 'static {
    /// Tries to hand over one mail. Always ends: every step has a deadline.
    fn send(&mut self, mail: &Mail) -> impl Future<Output = Outcome> + Send;

    /// Says that no more mails come for now; an open connection is closed.
    fn rest(&mut self) -> impl Future<Output = ()> + Send;

    /// Tries the way without sending anything.
    fn probe(&mut self) -> impl Future<Output = Result<(), Failure>> + Send;
}

/// What came of handing over one mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The other side has taken responsibility.
    Delivered,
    /// The way is closed, whatever the mail: nothing was tried with it.
    RouteDown(Failure),
    /// Not this time.
    Retry(Failure),
    /// Refused for good.
    HeldMessage(Failure),
    /// All was sent and no answer came: perhaps delivered. To be sent again with the same Message-ID.
    Unknown(Failure),
}

/// The step of a hand-over at which something failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Looking up the host and connecting.
    Connect,
    /// Waiting for the server's first line.
    Greeting,
    /// `EHLO`.
    Hello,
    /// `STARTTLS`.
    StartTls,
    /// The TLS handshake with the check of the certificate.
    Tls,
    /// `AUTH`.
    Auth,
    /// `MAIL FROM`.
    Mail,
    /// `RCPT TO`.
    Recipient,
    /// `DATA`.
    Data,
    /// The text and the dot after it.
    Dot,
    /// Writing a file.
    File,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Stage::Connect => "connecting",
            Stage::Greeting => "waiting for the greeting",
            Stage::Hello => "EHLO",
            Stage::StartTls => "STARTTLS",
            Stage::Tls => "TLS",
            Stage::Auth => "AUTH",
            Stage::Mail => "MAIL FROM",
            Stage::Recipient => "RCPT TO",
            Stage::Data => "DATA",
            Stage::Dot => "the end of the mail",
            Stage::File => "writing the file",
        })
    }
}

/// Why a hand-over failed; for the operator. Holds the server's words, never a resident's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Where.
    pub stage: Stage,
    /// The code of the server's answer, if one came.
    pub code: Option<u16>,
    /// What happened.
    pub what: String,
}

impl Failure {
    /// A failure without an answer of the server.
    pub fn new(stage: Stage, what: impl fmt::Display) -> Failure {
        Failure { stage, code: None, what: text::HeaderText::new(&what.to_string()).to_string() }
    }

    /// An answer that is not the one wanted.
    pub fn answered(stage: Stage, code: u16, what: impl fmt::Display) -> Failure {
        Failure { code: Some(code), ..Failure::new(stage, what) }
    }

    /// Whether the server refused user name or password: nobody but the operator can mend it.
    pub fn is_wrong_password(&self) -> bool {
        self.stage == Stage::Auth && matches!(self.code, Some(500..=599))
    }

    /// What an operator may do about it.
    pub fn advice(&self) -> &'static str {
        match self.stage {
            Stage::Connect => "check `host` and `port`, and whether a firewall lets the connection pass",
            Stage::Greeting => {
                "the server took the connection and did not speak SMTP: check `port` against `tls` (465 is \
                 `implicit`, 587 is `starttls`)"
            }
            Stage::Hello => "the server refused this computer's name: set `hello` to a name that it knows",
            Stage::StartTls => {
                "the server does not offer STARTTLS on this port: try `tls = \"implicit\"`, port 465"
            }
            Stage::Tls if self.what.contains("corrupt message") => {
                "the server does not speak TLS from the start on this port: write `tls = \"starttls\"` (port 587), or take \
                 port 465"
            }
            Stage::Tls => {
                "the certificate was not accepted: check `host`, or give the authority's certificate as `ca_file`"
            }
            Stage::Auth => "check `username` and the content of `password_file`",
            Stage::Mail => "the server refused the sender: check `address` of the sender",
            Stage::Recipient => {
                "the server refused the recipient: check the address in the site's configuration"
            }
            Stage::Data | Stage::Dot => "ask the server's operator why it did not take the mail",
            Stage::File => "check that the folder exists, has room and may be written",
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code {
            Some(code) => write!(f, "{}: the server answered {code} ({})", self.stage, self.what),
            None => write!(f, "{}: {}", self.stage, self.what),
        }
    }
}

impl std::error::Error for Failure {}
