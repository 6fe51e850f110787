//! Makes the octets of one mail to one recipient.
//!
//! Takes rendered texts and gives a finished message: the same letter gives the same octets, so that a
//! mail sent twice is recognised by its Message-ID. Not for rendering (`pages`) and not for sending.

use super::address::PlainAddress;
use super::text::{BodyText, HeaderText};
use super::wire;
use crate::contract::Recipient;
use crate::reference::Reference;
use jiff::Timestamp;
use lettre::Message;
use lettre::message::header::{ContentTransferEncoding, ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, SinglePart};
use sha2::{Digest, Sha256};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, SystemTime};

/// Who the mails come from: the municipality's own address, so that SPF and DMARC hold.
#[derive(Debug, Clone)]
pub struct Sender {
    /// In `From` and in the envelope.
    pub address: PlainAddress,
    /// The name beside it; the same in every mail.
    pub name: HeaderText,
}

/// A letter to one recipient, rendered and not yet a message.
#[derive(Debug, Clone)]
pub struct Letter<'a> {
    /// What it is about.
    pub about: About<'a>,
    /// The mail's `Date`: the same when it is sent again.
    pub date: Timestamp,
    /// Who gets it.
    pub recipient: &'a Recipient,
    /// The rendered subject.
    pub subject: &'a str,
    /// The rendered body.
    pub body: &'a str,
}

/// What a letter is about: decides its name, its thread and whom an answer goes to.
#[derive(Debug, Clone, Copy)]
pub enum About<'a> {
    /// One suggestion, to an author.
    Suggestion {
        /// Its reference.
        reference: &'a Reference,
        /// The round's number, part of the thread.
        round: u32,
        /// The target's id, part of the thread: mail programs show the letters to a passage together.
        target: &'a str,
        /// The resident's address as typed; used only if it is a [`PlainAddress`].
        reply_to: Option<&'a str>,
    },
    /// One suggestion, to the resident who made it.
    Confirmation {
        /// Its reference.
        reference: &'a Reference,
    },
    /// Many suggestions, to an author.
    Digest {
        /// The store's number of the digest.
        number: i64,
    },
    /// The program itself, to its operator.
    Program {
        /// A word in lower case for the name of the mail.
        what: &'a str,
    },
}

impl About<'_> {
    /// What the mail is called: the same when it is sent again, another for every other mail to this recipient.
    /// A database that was begun anew counts its digests from 1 again: the date tells them apart.
    fn name(self, date: Timestamp) -> String {
        match self {
            About::Suggestion { reference, .. } => reference.as_str().to_owned(),
            About::Confirmation { reference } => format!("{}.confirmation", reference.as_str()),
            About::Digest { number } => format!("digest-{number}-{}", date.as_second()),
            About::Program { what } => format!("{what}-{}", date.as_second()),
        }
    }
}

/// A finished message with its envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// What it is called, in file names and in the Message-ID: for a suggestion, its reference.
    pub name: String,
    /// Envelope sender.
    pub sender: PlainAddress,
    /// Envelope recipient.
    pub recipient: PlainAddress,
    /// 16 hexadecimal digits that stand for the recipient in file names and in the Message-ID.
    pub recipient_hash: String,
    /// The message: 7-bit, lines end with CRLF, none longer than 998 octets.
    pub bytes: Vec<u8>,
}

/// A letter that cannot become a message. Trying again would not help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Poison(String);

impl Poison {
    /// The reason, for the operator; holds nothing that a resident wrote.
    pub fn new(why: impl fmt::Display) -> Poison {
        Poison(why.to_string())
    }
}

impl fmt::Display for Poison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the mail cannot be built: {}", self.0)
    }
}

impl std::error::Error for Poison {}

/// Makes the message. A panic on the way is a [`Poison`] as well, so that one letter never stops the others.
pub fn compose(sender: &Sender, letter: &Letter<'_>) -> Result<Mail, Poison> {
    let built = guarded(|| build(sender, letter))??;
    wire::check(&built.bytes).map_err(Poison::new)?;
    Ok(built)
}

/// Runs `work`; a panic becomes a [`Poison`].
pub fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, Poison> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| Poison::new("building it panicked"))
}

fn build(sender: &Sender, letter: &Letter<'_>) -> Result<Mail, Poison> {
    let recipient: PlainAddress = letter.recipient.address.parse().map_err(|_| {
        Poison::new(format!("the recipient's address `{}` is not plain", letter.recipient.address))
    })?;
    let recipient_hash = hash(&recipient.as_str().to_ascii_lowercase());
    let domain = sender.address.domain();
    let name = letter.about.name(letter.date);
    let body = BodyText::new(letter.body).to_string();
    let mut builder = Message::builder()
        .from(mailbox(&sender.name, &sender.address))
        .to(mailbox(&HeaderText::new(&letter.recipient.name), &recipient))
        .date(whole_second(letter.date))
        .message_id(Some(format!("<{name}.{recipient_hash}@{domain}>")))
        .subject(HeaderText::new(letter.subject).as_str())
        .header(AutoSubmitted);
    if let About::Suggestion { reference, round, target, reply_to } = letter.about {
        let thread = format!("<{round}.{}.thread@{domain}>", thread_part(target));
        let named = ReferenceHeader(reference.as_str().to_owned());
        builder = builder.in_reply_to(thread.clone()).references(thread).header(named);
        if let Some(address) = reply_to.and_then(|typed| typed.parse::<PlainAddress>().ok()) {
            builder = builder.reply_to(Mailbox::new(None, address.address()));
        }
    }
    let part = SinglePart::builder().header(ContentType::TEXT_PLAIN).header(encoding(&body)).body(body);
    let message = builder.singlepart(part).map_err(Poison::new)?;
    Ok(Mail { name, sender: sender.address.clone(), recipient, recipient_hash, bytes: message.formatted() })
}

/// A `Date` header has no fractions; before 1970 nothing was received.
fn whole_second(instant: Timestamp) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(instant.as_second()).unwrap_or_default())
}

/// lettre writes `.` unquoted, and a phrase that begins with it crashes parsers (Python's among them).
fn mailbox(name: &HeaderText, address: &PlainAddress) -> Mailbox {
    let name = name.as_str().trim_start_matches(['.', ' ']);
    let name = Some(name.to_owned()).filter(|name| name.contains(char::is_alphanumeric));
    Mailbox::new(name, address.address())
}

/// Never 7bit or 8bit: a body as it was typed could end the data at some receivers (`LF . LF`).
/// Where every third character needs escaping, base64 is the shorter one.
fn encoding(body: &str) -> ContentTransferEncoding {
    let escaped = body.chars().filter(|character| !character.is_ascii()).count();
    match escaped * 3 > body.chars().count() {
        true => ContentTransferEncoding::Base64,
        false => ContentTransferEncoding::QuotedPrintable,
    }
}

/// A target's id in the characters of a Message-ID (`dot-atom` of RFC 5322 §3.2.3). An id that has other
/// characters gets its hash as well, so that two targets never share a thread.
fn thread_part(target: &str) -> String {
    let is_atom =
        |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if target.len() <= 64 && target.split('.').all(is_atom) {
        return target.to_owned();
    }
    let kept: String = target.chars().filter(char::is_ascii_alphanumeric).take(32).collect();
    format!("{kept}-{}", hash(target))
}

fn hash(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// RFC 3834: keeps holiday notices away.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(AutoSubmitted)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// The reference where a filter rule finds it.
#[derive(Clone)]
struct ReferenceHeader(String);

impl Header for ReferenceHeader {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("X-Auslage-Reference")
    }

    fn parse(text: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(ReferenceHeader(text.to_owned()))
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), self.0.clone())
    }
}
