//! Reading `application/x-www-form-urlencoded` with fixed limits.

use serde::Serialize;
use sha2::{Digest, Sha256};

/// Our forms have ten fields; a browser's add-on may add some.
const MOST_FIELDS: usize = 32;
const LONGEST_FIELD_NAME: usize = 64;

/// What was sent. Unchecked; kept so that every page can show it again.
///
/// Line ends are `\n`; what is not UTF-8, and NUL, is `U+FFFD`: HTML carries neither through a hidden
/// field, and the content must come back from the check page as it went out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Form {
    /// Id of the target.
    pub target: String,
    /// Number of the round that the form was made for.
    pub round: String,
    /// Digest of the passage that the form showed.
    pub digest: String,
    /// The suggestion.
    pub suggestion: String,
    /// The re-worded passage; the passage itself if it was left as it was.
    pub rewording: String,
    /// Name.
    pub name: String,
    /// Mail address.
    pub email: String,
    /// Whether it may be published without name.
    pub publish: bool,
    /// The honeypot: people do not see this field.
    #[serde(skip)]
    pub website: String,
    /// The one-time token of the check page.
    #[serde(skip)]
    pub token: String,
}

/// The body is not a form of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FormError;

impl Form {
    /// Reads a body. Of a field that is sent twice the first counts; unknown fields are ignored.
    pub fn parse(body: &[u8]) -> Result<Form, FormError> {
        let mut form = Form::default();
        let mut seen: Vec<String> = Vec::new();
        for (count, (name, value)) in pairs(body).enumerate() {
            if count == MOST_FIELDS || name.len() > LONGEST_FIELD_NAME {
                return Err(FormError);
            }
            if !seen.contains(&name) {
                form.set(&name, value);
                seen.push(name);
            }
        }
        Ok(form)
    }

    fn set(&mut self, name: &str, value: String) {
        let field = match name {
            "target" => &mut self.target,
            "round" => &mut self.round,
            "digest" => &mut self.digest,
            "suggestion" => &mut self.suggestion,
            "rewording" => &mut self.rewording,
            "name" => &mut self.name,
            "email" => &mut self.email,
            "website" => &mut self.website,
            "token" => &mut self.token,
            "publish" => return self.publish = value == "yes",
            _ => return,
        };
        *field = cleaned(value);
    }

    /// SHA-256 over everything that a person confirms with the token.
    pub fn content_hash(&self) -> [u8; 32] {
        let publish = if self.publish { "yes" } else { "" };
        let parts: [&str; 8] = [
            &self.target,
            &self.round,
            &self.digest,
            &self.suggestion,
            &self.rewording,
            &self.name,
            &self.email,
            publish,
        ];
        let mut hash = Sha256::new();
        for part in parts {
            // The length in front: text cannot move from one field to the next unnoticed.
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        hash.finalize().into()
    }
}

/// Names and values (WHATWG URL, application/x-www-form-urlencoded parsing). Not by `form_urlencoded`, which puts
/// texts together byte by byte: that was a tenth of what a suggestion costs the thread that reads requests.
fn pairs(body: &[u8]) -> impl Iterator<Item = (String, String)> {
    body.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()).map(|pair| {
        let end = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
        (decoded(&pair[..end]), decoded(pair.get(end + 1..).unwrap_or_default()))
    })
}

fn decoded(part: &[u8]) -> String {
    let spaced: Vec<u8> = part.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    String::from_utf8(urlencoding::decode_binary(&spaced).into_owned())
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

fn cleaned(value: String) -> String {
    if memchr::memchr2(b'\r', b'\0', value.as_bytes()).is_none() {
        return value;
    }
    value.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "\u{FFFD}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(body: &str, expected: Result<Form, FormError>) {
        assert_eq!(Form::parse(body.as_bytes()), expected, "{body}");
    }

    #[test]
    fn fields_are_read_as_a_browser_sends_them() {
        let suggestion = |text: &str| Ok(Form { suggestion: text.into(), ..Form::default() });
        check("suggestion=Mehr+B%C3%A4ume%21", suggestion("Mehr Bäume!"));
        check("suggestion=a%0D%0Ab%0Dc%0Ad", suggestion("a\nb\nc\nd"));
        check("suggestion=%FF%00", suggestion("\u{FFFD}\u{FFFD}"));
        check("suggestion=first&suggestion=second&other=x", suggestion("first"));
        check("publish=yes", Ok(Form { publish: true, ..Form::default() }));
        check("publish=on", Ok(Form::default()));
        check("", Ok(Form::default()));
    }

    #[test]
    fn bytes_are_read_as_the_standard_says() {
        const PIECES: [&[u8]; 12] =
            [b"%", b"%4", b"%41", b"%c3%A4", b"%fF", b"+", b"&", b"=", b"a", b"4", b"\xff", "ä".as_bytes()];
        // All that eight pieces can make would be too many: every 4001st.
        for number in (0..PIECES.len().pow(8)).step_by(4001) {
            let digits = (0..8).map(|at| number / PIECES.len().pow(at) % PIECES.len());
            let body: Vec<u8> = digits.flat_map(|digit| PIECES[digit]).copied().collect();
            let standard: Vec<_> = form_urlencoded::parse(&body).into_owned().collect();
            assert_eq!(pairs(&body).collect::<Vec<_>>(), standard, "{body:x?}");
        }
    }

    #[test]
    fn floods_of_fields_are_refused() {
        check(&"a=&".repeat(33), Err(FormError));
        check(&format!("{}=x", "a".repeat(65)), Err(FormError));
    }

    #[test]
    fn text_cannot_move_between_fields_unnoticed() {
        let one = Form { name: "ab".into(), email: "c".into(), ..Form::default() };
        let other = Form { name: "a".into(), email: "bc".into(), ..Form::default() };
        assert_ne!(one.content_hash(), other.content_hash());
    }
}
