//! The opening of a conversation up to the point where mail can be spoken of: greeting, EHLO, STARTTLS, TLS.
//!
//! Our own code, because the security of STARTTLS lies in what happens to octets that arrive before the
//! handshake (CVE-2011-0411): here an answer followed by anything else ends the conversation.
//! Every failure here is the route's, never a mail's.

use super::stream::{BoxStream, InStep, closed, unasked};
use super::{Security, within};
use crate::mail::{Failure, Stage};
use lettre::transport::smtp::extension::ClientId;
use std::io;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// RFC 5321 §4.5.3.1.5 has 512 octets to a line; servers exceed it.
const LONGEST_LINE: usize = 1000;
const LONGEST_REPLY: usize = 16 * 1024;

/// An answer of the server.
struct Reply {
    code: u16,
    lines: Vec<String>,
}

/// Opens the conversation on a fresh stream. `deadline` bounds each step.
pub(super) async fn shake(
    mut stream: BoxStream,
    security: &Security,
    hello: &ClientId,
    deadline: Duration,
) -> Result<InStep, Failure> {
    if let Security::Implicit(client) = security {
        stream = within(Stage::Tls, deadline, client.handshake(stream)).await?;
    }
    let greeting = within(Stage::Greeting, deadline, read(&mut stream)).await?;
    expect(Stage::Greeting, 220, &greeting)?;
    let mut features = say_hello(&mut stream, hello, deadline).await?;
    if let Security::StartTls(client) = security {
        if !features.offers("STARTTLS") {
            return Err(Failure::new(Stage::StartTls, "the server does not offer it"));
        }
        let ready = within(Stage::StartTls, deadline, ask(&mut stream, "STARTTLS")).await?;
        expect(Stage::StartTls, 220, &ready)?;
        stream = within(Stage::Tls, deadline, client.handshake(stream)).await?;
        // What the server said in the clear counts no longer (RFC 3207 §4.2).
        features = say_hello(&mut stream, hello, deadline).await?;
    }
    Ok(InStep::new(stream, replay(&features)))
}

async fn say_hello(stream: &mut BoxStream, hello: &ClientId, deadline: Duration) -> Result<Reply, Failure> {
    let reply = within(Stage::Hello, deadline, ask(stream, &format!("EHLO {hello}"))).await?;
    expect(Stage::Hello, 250, &reply)?;
    Ok(reply)
}

fn expect(stage: Stage, wanted: u16, reply: &Reply) -> Result<(), Failure> {
    match reply.code == wanted {
        true => Ok(()),
        false => Err(Failure::answered(stage, reply.code, reply.lines.join(" "))),
    }
}

/// Greeting and EHLO for lettre.
fn replay(features: &Reply) -> Vec<u8> {
    let mut octets = b"220 ready\r\n".to_vec();
    for (index, line) in features.lines.iter().enumerate() {
        let separator = if index + 1 == features.lines.len() { ' ' } else { '-' };
        octets.extend_from_slice(format!("250{separator}{line}\r\n").as_bytes());
    }
    octets
}

async fn ask(stream: &mut BoxStream, command: &str) -> io::Result<Reply> {
    stream.write_all(format!("{command}\r\n").as_bytes()).await?;
    stream.flush().await?;
    read(stream).await
}

/// Reads one whole answer, and refuses anything that came along with it.
async fn read(stream: &mut BoxStream) -> io::Result<Reply> {
    let mut octets = Vec::new();
    loop {
        if stream.read_buf(&mut octets).await? == 0 {
            return Err(closed());
        }
        if let Some((reply, length)) = Reply::parse(&octets)? {
            return if length == octets.len() { Ok(reply) } else { Err(unasked()) };
        }
        if octets.len() > LONGEST_REPLY {
            return Err(garbage());
        }
    }
}

impl Reply {
    fn offers(&self, feature: &str) -> bool {
        let named =
            |line: &String| line.split(' ').next().is_some_and(|word| word.eq_ignore_ascii_case(feature));
        self.lines.iter().skip(1).any(named)
    }

    /// The first answer in `octets` and its length, or nothing while its last line is missing.
    fn parse(octets: &[u8]) -> io::Result<Option<(Reply, usize)>> {
        let mut reply: Option<Reply> = None;
        let mut start = 0;
        while let Some(length) = octets[start..].iter().position(|&octet| octet == b'\n') {
            let (code, last, text) = line(&octets[start..start + length]).ok_or_else(garbage)?;
            let reply = reply.get_or_insert(Reply { code, lines: Vec::new() });
            if reply.code != code {
                return Err(garbage());
            }
            reply.lines.push(text);
            start += length + 1;
            if last {
                return Ok(Some((Reply { code, lines: std::mem::take(&mut reply.lines) }, start)));
            }
        }
        if octets.len() - start > LONGEST_LINE {
            return Err(garbage());
        }
        Ok(None)
    }
}

/// `250-text` or `250 text`: code, whether it is the last line, text.
fn line(octets: &[u8]) -> Option<(u16, bool, String)> {
    let text = std::str::from_utf8(octets).ok()?;
    let text = text.strip_suffix('\r').unwrap_or(text);
    let (code, rest) = text.split_at_checked(3)?;
    let sound = code.bytes().all(|octet| octet.is_ascii_digit()) && text.len() <= LONGEST_LINE;
    let code = code.parse().ok().filter(|code| sound && (200..600).contains(code))?;
    match rest.split_at_checked(1) {
        None => Some((code, true, String::new())),
        Some((" ", text)) => Some((code, true, text.to_owned())),
        Some(("-", text)) => Some((code, false, text.to_owned())),
        Some(_) => None,
    }
}

fn garbage() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the server's answer is not SMTP")
}
