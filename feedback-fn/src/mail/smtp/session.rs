//! One conversation after the handshake: AUTH once, then MAIL, RCPT, DATA and the text for each mail.
//!
//! Says for each stage what an unwanted answer means (the table in [`super`]). After anything but the
//! wanted answer the session is over: whoever holds it drops it.

use super::stream::InStep;
use super::{Credentials, Deadlines, silence};
use crate::mail::{Failure, Mail, Outcome, Stage};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::Mechanism;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands;
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Response;
use std::error::Error as _;
use std::fmt::Display;
use std::future::Future;
use std::time::Duration;

/// What a server says that takes a recipient: its own, or one whose mail it sends on (RFC 5321 §3.4, §4.3.2).
const TAKEN: [u16; 2] = [250, 251];

/// A conversation in which every answer so far was the one wanted.
pub(super) struct Session {
    connection: AsyncSmtpConnection,
}

impl Session {
    /// Takes over a stream after its handshake, and logs in.
    pub(super) async fn open(
        stream: InStep,
        hello: &ClientId,
        credentials: Option<&Credentials>,
        deadline: Duration,
    ) -> Result<Session, Failure> {
        let opening = AsyncSmtpConnection::connect_with_transport(Box::new(stream), hello);
        let mut connection = super::within(Stage::Hello, deadline, opening).await?;
        if let Some(credentials) = credentials {
            let login = connection.auth(&[Mechanism::Plain, Mechanism::Login], credentials);
            answer(Stage::Auth, &[235], deadline, login).await?;
        }
        Ok(Session { connection })
    }

    /// Hands over one mail. On any error the session must be dropped.
    pub(super) async fn deliver(&mut self, mail: &Mail, deadlines: &Deadlines) -> Result<(), Outcome> {
        let from = commands::Mail::new(Some(mail.sender.address()), Vec::new());
        self.command(Stage::Mail, &[250], deadlines.envelope, from).await?;
        let to = commands::Rcpt::new(mail.recipient.address(), Vec::new());
        self.command(Stage::Recipient, &TAKEN, deadlines.envelope, to).await?;
        self.command(Stage::Data, &[354], deadlines.data, commands::Data).await?;
        // lettre ends the text with CRLF itself.
        let text = mail.bytes.strip_suffix(b"\r\n").unwrap_or(&mail.bytes);
        let sending = self.connection.message(text);
        answer(Stage::Dot, &[250], deadlines.dot, sending).await.map_err(outcome)
    }

    async fn command<C: Display>(
        &mut self,
        stage: Stage,
        wanted: &[u16],
        deadline: Duration,
        command: C,
    ) -> Result<(), Outcome> {
        answer(stage, wanted, deadline, self.connection.command(command)).await.map_err(outcome)
    }

    /// Takes leave. What the server says to that does not matter.
    pub(super) async fn quit(mut self, deadline: Duration) {
        let _ = tokio::time::timeout(deadline, self.connection.quit()).await;
    }
}

/// Waits for an answer; only one with a code of `wanted` is.
async fn answer(
    stage: Stage,
    wanted: &[u16],
    deadline: Duration,
    step: impl Future<Output = Result<Response, Error>>,
) -> Result<(), Failure> {
    match tokio::time::timeout(deadline, step).await {
        Err(_) => Err(silence(stage, deadline)),
        Ok(Ok(response)) if wanted.iter().any(|code| response.has_code(*code)) => Ok(()),
        Ok(Ok(response)) => {
            Err(refused(stage, &response.code().to_string(), response.first_line().unwrap_or_default()))
        }
        Ok(Err(error)) => Err(failure(stage, &error)),
    }
}

fn failure(stage: Stage, error: &Error) -> Failure {
    let cause = error.source().map(ToString::to_string).unwrap_or_else(|| error.to_string());
    match error.status() {
        Some(code) => refused(stage, &code.to_string(), &cause),
        None => Failure::new(stage, cause),
    }
}

fn refused(stage: Stage, code: &str, what: &str) -> Failure {
    match code.parse() {
        Ok(code) => Failure::answered(stage, code, what),
        Err(_) => Failure::new(stage, what),
    }
}

/// What an unwanted answer means, once the mail is spoken of.
fn outcome(failure: Failure) -> Outcome {
    match (failure.stage, failure.code) {
        (_, Some(400..=499)) => Outcome::Retry(failure),
        (_, Some(500..=599)) => Outcome::HeldMessage(failure),
        (Stage::Dot, _) => Outcome::Unknown(failure),
        _ => Outcome::Retry(failure),
    }
}
