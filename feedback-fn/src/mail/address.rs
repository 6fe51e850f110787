//! Mail addresses that may stand in an envelope or in `Reply-To`.
//!
//! Narrower than RFC 5321 on purpose: plain ASCII, no quoted local part, no address literal, a domain
//! with a dot. What is legal beyond that needs SMTPUTF8 or breaks receivers, and is shown as text instead.

use lettre::Address;
use std::fmt;
use std::str::FromStr;

/// Longest address (RFC 5321 §4.5.3.1.3, less the angle brackets) and longest local part (§4.5.3.1.1).
const LONGEST: usize = 254;
const LONGEST_LOCAL: usize = 64;
const LONGEST_LABEL: usize = 63;

/// An address that every mail server understands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlainAddress(Address);

/// Why a text is no [`PlainAddress`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoPlainAddress {
    /// It is none.
    Shape,
    /// It has letters that only some mail servers understand (RFC 6531).
    Letters,
}

impl PlainAddress {
    /// The part after the `@`.
    pub fn domain(&self) -> &str {
        self.0.domain()
    }

    /// The written form.
    pub fn as_str(&self) -> &str {
        self.0.as_ref()
    }

    /// As lettre wants it.
    pub(crate) fn address(&self) -> Address {
        self.0.clone()
    }
}

impl FromStr for PlainAddress {
    type Err = NoPlainAddress;

    fn from_str(text: &str) -> Result<PlainAddress, NoPlainAddress> {
        let wrong = if text.is_ascii() { NoPlainAddress::Shape } else { NoPlainAddress::Letters };
        let (local, domain) = text.rsplit_once('@').ok_or(NoPlainAddress::Shape)?;
        let sound =
            text.len() <= LONGEST && local.len() <= LONGEST_LOCAL && is_local(local) && is_domain(domain);
        if !sound {
            return Err(wrong);
        }
        Address::new(local, domain).map(PlainAddress).map_err(|_| wrong)
    }
}

impl fmt::Display for PlainAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for NoPlainAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NoPlainAddress::Shape => "not a plain mail address such as `name@example.org`",
            NoPlainAddress::Letters => {
                "not every mail server understands its letters: write a domain with umlauts as `xn--…`, which \
                 `idn2 DOMAIN` prints"
            }
        })
    }
}

impl std::error::Error for NoPlainAddress {}

/// `dot-atom-text` of RFC 5322 §3.2.3.
fn is_local(local: &str) -> bool {
    let is_atom = |atom: &str| {
        !atom.is_empty()
            && atom.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte))
    };
    local.split('.').all(is_atom)
}

fn is_domain(domain: &str) -> bool {
    let is_label = |label: &str| {
        (1..=LONGEST_LABEL).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let last = domain.rsplit('.').next().unwrap_or_default();
    domain.contains('.') && domain.split('.').all(is_label) && !last.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_addresses_are_taken() {
        for text in ["a@b.example", "vor.nach+x@stadt-loeffingen.example", "o'neil@xn--lffingen-n4a.example"]
        {
            assert_eq!(text.parse::<PlainAddress>().map(|address| address.to_string()), Ok(text.to_owned()));
        }
    }

    #[test]
    fn whatever_could_mean_something_else_is_refused() {
        let long = format!("{}@b.example", "a".repeat(300));
        for text in [
            "",
            "a",
            "a@",
            "@b.example",
            "a@b",
            "a@localhost",
            "ü@b.example",
            "a@ü.example",
            "a b@c.example",
            "\"a b\"@c.example",
            "a@[127.0.0.1]",
            "a@127.0.0.1",
            "a@b.example>,<v@e.example",
            "<a@b.example>",
            "a@b.example SIZE=1",
            "a@b.example\r\nBcc: v@e.example",
            "\"a\nb\"@c.example",
            "a@b.example(comment)",
            "a..b@c.example",
            ".a@c.example",
            "a@b..example",
            "a@-b.example",
            "a@b.example,v@e.example",
            "Mayor <a@b.example>",
            "a@b.example\0",
            &long,
        ] {
            assert!(text.parse::<PlainAddress>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn umlauts_are_told_with_the_other_way_to_write_them() {
        let told = |text: &str| text.parse::<PlainAddress>().unwrap_err().to_string();
        for text in ["ü@b.example", "a@l\u{f6}ffingen.example"] {
            assert!(told(text).contains("as `xn--…`"), "{text}");
        }
        assert!(
            told("rathaus").contains("`name@example.org`")
                && told("löffingen").contains("`name@example.org`")
        );
    }
}
