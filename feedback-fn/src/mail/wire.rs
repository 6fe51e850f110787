//! The last look at a finished message: octets that are safe at every receiver.
//!
//! lettre builds the message; this checks what it built, so that a defect there (or in `text`) holds one
//! mail instead of smuggling a second one. Receivers differ: some end the data at `LF . LF`, some refuse
//! lines above 998 octets, some pass NUL on.

/// RFC 5322 §2.1.1, without CRLF.
const LONGEST_LINE: usize = 998;

/// The headers a mail of ours may have, in lower case; each at most once.
const HEADERS: [&str; 12] = [
    "from",
    "to",
    "reply-to",
    "date",
    "message-id",
    "in-reply-to",
    "references",
    "subject",
    "auto-submitted",
    "x-auslage-reference",
    "mime-version",
    "content-type",
];
const ENCODING: &str = "content-transfer-encoding";

/// Says what is wrong with `message`, if anything.
pub(super) fn check(message: &[u8]) -> Result<(), String> {
    let text = std::str::from_utf8(message).ok().filter(|text| text.is_ascii()).ok_or("not 7-bit")?;
    if text.bytes().any(|byte| byte.is_ascii_control() && !matches!(byte, b'\r' | b'\n' | b'\t')) {
        return Err("a control character".to_owned());
    }
    let lines: Vec<&str> = text.split("\r\n").collect();
    if lines.iter().any(|line| line.contains(['\r', '\n'])) {
        return Err("a line end other than CRLF".to_owned());
    }
    if lines.iter().any(|line| line.len() > LONGEST_LINE) {
        return Err(format!("a line of more than {LONGEST_LINE} octets"));
    }
    check_headers(lines.into_iter().take_while(|line| !line.is_empty()))
}

fn check_headers<'a>(lines: impl Iterator<Item = &'a str>) -> Result<(), String> {
    let mut seen = Vec::new();
    for line in lines.filter(|line| !line.starts_with([' ', '\t'])) {
        let name = line.split(':').next().unwrap_or_default().to_ascii_lowercase();
        if !HEADERS.contains(&name.as_str()) && name != ENCODING {
            return Err("a header that no mail of ours has".to_owned());
        }
        if seen.contains(&name) {
            return Err(format!("the header `{name}` twice"));
        }
        seen.push(name);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn octets_that_some_receiver_mistakes_are_refused() {
        assert_eq!(check(b"Subject: x\r\n y\r\n\r\nbody\r\n"), Ok(()));
        let long = format!("Subject: {}\r\n\r\n", "x".repeat(1000));
        for message in [
            "Subject: ü\r\n\r\n",
            "Subject: x\0\r\n\r\n",
            "Subject: x\r\n\r\na\n.\nb",
            "Subject: x\r\n\r\na\rb",
            "Subject: x\r\nBcc: v@e.example\r\n\r\n",
            "Subject: x\r\nsubject: y\r\n\r\n",
            &long,
        ] {
            assert!(check(message.as_bytes()).is_err(), "{message:?}");
        }
    }
}
