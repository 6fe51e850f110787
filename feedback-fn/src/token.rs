//! One-time tokens: proof that a content was shown on the check page and confirmed there.
//!
//! A token is `page ‖ issue time ‖ nonce ‖ marks ‖ HMAC-SHA-256`, in hexadecimal. The HMAC also covers
//! the content's hash, so that a token confirms exactly what was shown. Nothing is stored for it; the nonce,
//! unique in the store, makes sending twice harmless. It tells `abuse` when and how often the content was
//! shown, but is itself no protection against machines.

use crate::clock::later;
use crate::form::Form;
use crate::rights;
use crate::suggestion::Marks;
use anyhow::{Context, ensure};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;
use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;
use subtle::ConstantTimeEq;

/// A day: somebody may think about a text overnight.
pub const LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);
const SHORTEST_SECRET: usize = 32;
const PAYLOAD: usize = 1 + 8 + 16 + 1;

/// Makes and verifies tokens.
pub struct Seal(Hmac<Sha256>);

/// The page that carries a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// The check page.
    Once,
    /// The second page, which asks to send once more.
    Twice,
}

impl Shown {
    fn byte(self) -> u8 {
        match self {
            Shown::Once => 1,
            Shown::Twice => 2,
        }
    }

    fn from_byte(byte: u8) -> Option<Shown> {
        [Shown::Once, Shown::Twice].into_iter().find(|shown| shown.byte() == byte)
    }
}

/// What a token that was made here says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Confirmed {
    /// Which page carried it.
    pub shown: Shown,
    /// When it was made.
    pub issued: Timestamp,
    /// Unique to the check page, and the same on the second page that follows it.
    pub nonce: [u8; 16],
    /// What looked like a machine's when the token was made.
    pub marks: Marks,
}

/// Why a token does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenError {
    /// Not made here, or for another content.
    Invalid,
    /// Made here for this content, but too long ago.
    Expired(Confirmed),
}

impl Seal {
    /// A seal with this secret.
    pub fn new(secret: &[u8]) -> anyhow::Result<Seal> {
        ensure!(
            secret.len() >= SHORTEST_SECRET,
            "the secret has less than {SHORTEST_SECRET} bytes\nhint: `head -c 32 /dev/urandom | base64` draws one"
        );
        Ok(Seal(Hmac::new_from_slice(secret).context("the secret cannot be used")?))
    }

    /// A seal with the secret in this file. The bytes count as they are, without white space at the end.
    pub fn from_file(path: &Path) -> anyhow::Result<Seal> {
        let secret = read(path)?;
        Seal::new(secret.trim_ascii_end()).with_context(|| format!("in `{}`", path.display()))
    }

    /// A seal with the secret in this file; if there is none, a secret is drawn and kept there. Only for who
    /// holds the store's lock: two programs that start at once must not use two secrets.
    pub fn from_own_file(path: &Path) -> anyhow::Result<Seal> {
        if !path.exists() {
            create_secret(path).with_context(|| format!("cannot create the secret `{}`", path.display()))?;
        }
        Seal::from_file(path)
    }

    /// A new token for the content of `form`, with what looked like a machine's.
    pub fn issue(&self, form: &Form, marks: Marks, now: Timestamp) -> String {
        self.write(form, &Confirmed { shown: Shown::Once, issued: now, nonce: nonce(now), marks })
    }

    /// The token of the second page, after the one of the check page. Whichever of the two is sent, and
    /// however often: it is the same suggestion.
    pub fn issue_again(&self, form: &Form, first: &Confirmed, marks: Marks, now: Timestamp) -> String {
        self.write(form, &Confirmed { shown: Shown::Twice, issued: now, nonce: first.nonce, marks })
    }

    fn write(&self, form: &Form, says: &Confirmed) -> String {
        let mut payload = [0; PAYLOAD];
        payload[0] = says.shown.byte();
        payload[1..9].copy_from_slice(&says.issued.as_millisecond().to_be_bytes());
        payload[9..25].copy_from_slice(&says.nonce);
        payload[25] = says.marks.bits();
        let mut token = hex(&payload);
        token.push_str(&hex(&self.code(&payload, form)));
        token
    }

    /// Verifies the token that came with `form`.
    pub fn verify(&self, form: &Form, now: Timestamp) -> Result<Confirmed, TokenError> {
        let bytes = unhex(&form.token).ok_or(TokenError::Invalid)?;
        let (payload, code) = bytes.split_at_checked(PAYLOAD).ok_or(TokenError::Invalid)?;
        if !bool::from(self.code(payload, form).ct_eq(code)) {
            return Err(TokenError::Invalid);
        }
        let confirmed = read_payload(payload).ok_or(TokenError::Invalid)?;
        match now < later(confirmed.issued, LIFETIME) {
            true => Ok(confirmed),
            false => Err(TokenError::Expired(confirmed)),
        }
    }

    fn code(&self, payload: &[u8], form: &Form) -> [u8; 32] {
        let mut mac = self.0.clone();
        mac.update(payload);
        mac.update(&form.content_hash());
        mac.finalize().into_bytes().into()
    }
}

/// Milliseconds, then 80 random bits, as in a UUID of version 7 (RFC 9562 §5.7): what is sent about the same time
/// stands together in the store's index, so that keeping many suggestions touches few pages of it. The token says
/// when it was issued anyway.
fn nonce(now: Timestamp) -> [u8; 16] {
    let mut nonce = [0; 16];
    let (time, random) = nonce.split_at_mut(6);
    time.copy_from_slice(&now.as_millisecond().to_be_bytes()[2..]);
    getrandom::fill(random).expect("the operating system gives random numbers");
    nonce
}

fn read_payload(payload: &[u8]) -> Option<Confirmed> {
    Some(Confirmed {
        shown: Shown::from_byte(payload[0])?,
        issued: Timestamp::from_millisecond(i64::from_be_bytes(payload[1..9].try_into().ok()?)).ok()?,
        nonce: payload[9..25].try_into().ok()?,
        marks: Marks::from_bits(payload[25]),
    })
}

#[expect(clippy::disallowed_methods, reason = "the secret's edge to the file system")]
fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(path).map_err(|error| rights::unreadable("secret", path, &error))
}

/// In hexadecimal, so that white space at the end never belongs to it. Under its name only when it is whole:
/// a program killed here must not find half a secret at its next start, and refuse it.
#[expect(clippy::disallowed_methods, reason = "the secret's edge to the file system")]
fn create_secret(path: &Path) -> anyhow::Result<()> {
    let mut secret = [0; SHORTEST_SECRET];
    getrandom::fill(&mut secret).context("the operating system gives no random numbers")?;
    let part = path.with_extension("part");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&part)?;
    file.write_all(hex(&secret).as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&part, path)?;
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    if text.len() != (PAYLOAD + 32) * 2 {
        return None;
    }
    text.as_bytes().chunks_exact(2).map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suggestion::Mark;

    fn now() -> Timestamp {
        Timestamp::from_second(1_800_000_000).unwrap()
    }

    fn seal() -> Seal {
        Seal::new(&[7; 32]).unwrap()
    }

    fn sent(text: &str, token: &str) -> Form {
        Form { suggestion: text.into(), token: token.into(), ..Form::default() }
    }

    #[test]
    fn token_confirms_exactly_the_content_it_was_made_for() {
        let token = seal().issue(&sent("Mehr Bäume", ""), Marks::default(), now());
        assert!(seal().verify(&sent("Mehr Bäume", &token), now()).is_ok());
        assert_eq!(seal().verify(&sent("Mehr Baume", &token), now()), Err(TokenError::Invalid));
        let other = Seal::new(&[8; 32]).unwrap();
        assert_eq!(other.verify(&sent("Mehr Bäume", &token), now()), Err(TokenError::Invalid));
    }

    #[test]
    fn every_changed_digit_is_noticed() {
        let token = seal().issue(&sent("x", ""), Marks::default(), now());
        for at in 0..token.len() {
            let digit = if token.as_bytes()[at] == b'0' { "1" } else { "0" };
            let mut changed = token.clone();
            changed.replace_range(at..=at, digit);
            assert_eq!(seal().verify(&sent("x", &changed), now()), Err(TokenError::Invalid), "digit {at}");
        }
        for wrong in ["", "x", "ä".repeat(58).as_str(), &token[1..]] {
            assert_eq!(seal().verify(&sent("x", wrong), now()), Err(TokenError::Invalid), "{wrong}");
        }
    }

    #[test]
    fn token_lasts_a_day() {
        let token = seal().issue(&sent("x", ""), Marks::default(), now());
        let day = |seconds| later(now(), Duration::from_secs(seconds));
        assert!(seal().verify(&sent("x", &token), day(86_399)).is_ok());
        let late = seal().verify(&sent("x", &token), day(86_400));
        assert!(matches!(late, Err(TokenError::Expired(_))), "{late:?}");
    }

    #[test]
    fn marks_are_remembered_although_the_check_page_does_not_carry_the_honeypot() {
        let marks = Marks::from_iter([Mark::Honeypot, Mark::Rate]);
        let token = seal().issue(&sent("x", ""), marks, now());
        assert_eq!(seal().verify(&sent("x", &token), now()).unwrap().marks, marks);
    }

    #[test]
    fn token_of_the_second_page_is_of_the_same_suggestion() {
        let marks = Marks::from_iter([Mark::Haste]);
        let first = seal().issue(&sent("x", ""), Marks::default(), now());
        let first = seal().verify(&sent("x", &first), now()).unwrap();
        let minute = later(now(), Duration::from_secs(60));
        let second = seal().issue_again(&sent("x", ""), &first, marks, minute);
        let second = seal().verify(&sent("x", &second), minute).unwrap();
        assert_eq!((first.shown, second.shown), (Shown::Once, Shown::Twice));
        assert_eq!((first.issued, second.issued), (now(), minute));
        assert_eq!((second.nonce, second.marks), (first.nonce, marks));
    }

    #[test]
    fn secret_half_written_by_a_killed_program_is_no_obstacle() {
        let folder = tempfile::tempdir().unwrap();
        let mut half = OpenOptions::new();
        half.write(true)
            .create(true)
            .open(folder.path().join("secret.part"))
            .unwrap()
            .write_all(b"6a")
            .unwrap();
        let token = Seal::from_own_file(&folder.path().join("secret")).unwrap().issue(
            &sent("x", ""),
            Marks::default(),
            now(),
        );
        let again = Seal::from_own_file(&folder.path().join("secret")).unwrap();
        assert!(again.verify(&sent("x", &token), now()).is_ok());
    }

    #[test]
    fn drawn_secret_is_kept_for_its_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        let token = Seal::from_own_file(&path).unwrap().issue(&sent("x", ""), Marks::default(), now());
        assert!(Seal::from_own_file(&path).unwrap().verify(&sent("x", &token), now()).is_ok());
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
}
