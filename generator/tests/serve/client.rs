//! An HTTP client that sends what it is told to, however wrong, and understands just enough of the answer.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// An answer of the server.
pub struct Reply {
    pub status: u16,
    head: String,
    pub body: Vec<u8>,
}

impl Reply {
    /// A header, if there is one.
    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        lines.into_iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The page without the element that loads the script.
    pub fn page(&self) -> Vec<u8> {
        let text = self.text();
        let Some(start) = text.find("<script src=\"/livereload.js?build=") else { return self.body.clone() };
        let end = start + text[start..].find("</script>").unwrap() + "</script>".len();
        [&text[..start], &text[end..]].concat().into_bytes()
    }
}

/// Opens a connection on which nothing is waited for longer than a slow machine needs.
pub fn connect(address: &str) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    stream
}

/// Sends a request as it is; the headers end with an empty line of its own.
pub fn send(address: &str, request: &str) -> Reply {
    let mut stream = connect(address);
    stream.write_all(request.as_bytes()).unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").expect("an answer has a head");
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Reply { status, head, body: bytes[end + 4..].to_vec() }
}

/// Asks with a method, a path and further header lines.
pub fn ask(address: &str, method: &str, path: &str, headers: &[&str]) -> Reply {
    let mut request = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
    if !headers.iter().any(|header| header.starts_with("Host: ")) {
        request.push_str(&format!("Host: {address}\r\n"));
    }
    for header in headers {
        request.push_str(&format!("{header}\r\n"));
    }
    send(address, &format!("{request}\r\n"))
}

pub fn get(address: &str, path: &str) -> Reply {
    ask(address, "GET", path, &[])
}
