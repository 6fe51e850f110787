//! Looks at the bytes of requests before hyper does, for what hyper forgives and another program on the way
//! may read differently: line ends without a carriage return, folded headers, a length that is said twice.
//!
//! Only says so, request by request; `guard` refuses. Bodies are counted and not looked at. After a request
//! that is not clean nobody can be sure where the next one begins, so everything after it is unclean too.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// How a request is framed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framing {
    /// There is one way to read it.
    Clean,
    /// There may be several.
    Ambiguous,
}

/// Shared by the connection's two ends: the one that reads bytes and the one that answers requests.
#[derive(Debug, Clone, Default)]
pub(super) struct Frames(Arc<Mutex<Scanner>>);

impl Frames {
    /// Looks at bytes that arrived.
    pub(super) fn scan(&self, bytes: &[u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).scan(bytes);
    }

    /// How the next request is framed, in the order in which their heads ended.
    pub(super) fn next(&self) -> Framing {
        let mut scanner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        scanner.heads.pop_front().unwrap_or(Framing::Ambiguous)
    }
}

/// Longer than the names of headers that matter here.
const LONGEST_NAME: usize = 24;

#[derive(Debug, Default)]
struct Scanner {
    heads: VecDeque<Framing>,
    place: Place,
    head: Head,
    line: Line,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Place {
    /// In the request line, a header, or the empty line after them.
    #[default]
    InHead,
    /// So many bytes of the body are to come.
    InBody(u64),
    /// After a request that was not clean.
    Lost,
}

/// What is known of the head so far.
#[derive(Debug, Default)]
struct Head {
    lines: usize,
    lengths: usize,
    length: u64,
    unclean: bool,
}

/// What is known of the line so far.
#[derive(Debug, Default)]
struct Line {
    name: Vec<u8>,
    value: Vec<u8>,
    in_value: bool,
    folded: bool,
    last: Option<u8>,
}

impl Scanner {
    fn scan(&mut self, mut bytes: &[u8]) {
        while let Some((first, rest)) = bytes.split_first() {
            match self.place {
                Place::Lost => return,
                Place::InBody(left) => {
                    let skipped = bytes.len().min(usize::try_from(left).unwrap_or(usize::MAX));
                    self.go_on_after(left - skipped as u64);
                    bytes = &bytes[skipped..];
                }
                Place::InHead => {
                    self.read(*first);
                    bytes = rest;
                }
            }
        }
    }

    fn go_on_after(&mut self, left: u64) {
        self.place = if left == 0 { Place::InHead } else { Place::InBody(left) };
    }

    fn read(&mut self, byte: u8) {
        if byte == b'\n' {
            return self.end_line();
        }
        // A carriage return is half a line end and nothing else.
        self.head.unclean |= self.line.last == Some(b'\r');
        self.line.read(byte);
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        self.head.unclean |= line.last != Some(b'\r') || line.folded && self.head.lines > 0;
        if !line.is_empty() {
            self.head.lines += 1;
            self.head.note(&line);
        } else if self.head.lines > 0 {
            self.end_head();
        }
        // Empty lines before a request are skipped, as RFC 9112 §2.2 asks.
    }

    fn end_head(&mut self) {
        let head = std::mem::take(&mut self.head);
        if head.unclean || head.lengths > 1 {
            self.heads.push_back(Framing::Ambiguous);
            self.place = Place::Lost;
        } else {
            self.heads.push_back(Framing::Clean);
            self.go_on_after(head.length);
        }
    }
}

impl Head {
    fn note(&mut self, line: &Line) {
        if line.name.eq_ignore_ascii_case(b"transfer-encoding") {
            self.unclean = true;
        } else if line.name.eq_ignore_ascii_case(b"content-length") {
            self.lengths += 1;
            let length = digits(line.value.trim_ascii());
            self.unclean |= length.is_none();
            self.length = length.unwrap_or_default();
        }
    }
}

/// Only digits: `str::parse` would also take a sign.
fn digits(value: &[u8]) -> Option<u64> {
    let text =
        std::str::from_utf8(value).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?;
    text.parse().ok()
}

impl Line {
    fn read(&mut self, byte: u8) {
        self.folded |= self.last.is_none() && (byte == b' ' || byte == b'\t');
        self.last = Some(byte);
        match byte {
            b':' if !self.in_value => self.in_value = true,
            _ if self.in_value => push(&mut self.value, byte),
            _ => push(&mut self.name, byte),
        }
    }

    fn is_empty(&self) -> bool {
        !self.in_value && matches!(self.name.as_slice(), b"" | b"\r")
    }
}

/// What is longer than any name or length that matters is none of them.
fn push(text: &mut Vec<u8>, byte: u8) {
    if text.len() <= LONGEST_NAME {
        text.push(byte);
    }
}

#[cfg(test)]
mod tests {
    use super::Framing::{Ambiguous, Clean};
    use super::*;

    /// The same, however the bytes are cut into pieces.
    #[track_caller]
    fn check(text: &str, expected: &[Framing]) {
        for size in [1, 2, 3, 7, text.len().max(1)] {
            let frames = Frames::default();
            text.as_bytes().chunks(size).for_each(|piece| frames.scan(piece));
            let found: Vec<Framing> = frames.0.lock().unwrap().heads.iter().copied().collect();
            assert_eq!(found, expected, "in pieces of {size}: {text:?}");
        }
    }

    #[test]
    fn what_browsers_send_is_clean() {
        check("GET / HTTP/1.1\r\nHost: a\r\n\r\n", &[Clean]);
        check("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\na\nb", &[Clean]);
        check(
            "POST / HTTP/1.1\r\ncontent-length:3 \r\n\r\na\n\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
            &[Clean; 2],
        );
        check("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", &[Clean]);
        check("GET / HTTP/1.1\r\nX: a:b\r\nContent-Lengthy: x\r\n\r\n", &[Clean]);
        check("GET / HTTP/1.1\r\nHost: a\r\n", &[]);
    }

    #[test]
    fn line_ends_are_a_carriage_return_and_a_line_feed() {
        check("GET / HTTP/1.1\nHost: a\n\n", &[Ambiguous]);
        check("GET / HTTP/1.1\r\nHost: a\n\r\n", &[Ambiguous]);
        check("GET / HTTP/1.1\r\nHost: a\r\n\n", &[Ambiguous]);
        check("\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", &[Ambiguous]);
        check("GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n", &[Ambiguous]);
        check("GET / HTTP/1.1\r\nHost: a\r\r\n\r\n", &[Ambiguous]);
    }

    #[test]
    fn length_is_said_once_in_digits() {
        for length in ["+3", "-3", "", "3, 3", "0x3", "3 3", "99999999999999999999", "3\r\nContent-Length: 3"]
        {
            check(&format!("POST / HTTP/1.1\r\nContent-Length: {length}\r\n\r\na=b"), &[Ambiguous]);
        }
    }

    #[test]
    fn encodings_and_folded_headers_are_ambiguous() {
        check("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", &[Ambiguous]);
        check("POST / HTTP/1.1\r\nTRANSFER-ENCODING:\r\n\r\n", &[Ambiguous]);
        check("GET / HTTP/1.1\r\nX: a\r\n b\r\n\r\n", &[Ambiguous]);
        check("GET / HTTP/1.1\r\nX: a\r\n\t\r\n\r\n", &[Ambiguous]);
    }

    #[test]
    fn nothing_is_trusted_after_an_ambiguous_request() {
        check("GET / HTTP/1.1\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", &[Ambiguous]);
        let frames = Frames::default();
        frames.scan(b"GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\n\nGET / HTTP/1.1\r\n\r\n");
        assert_eq!([frames.next(), frames.next(), frames.next()], [Clean, Ambiguous, Ambiguous]);
    }
}
