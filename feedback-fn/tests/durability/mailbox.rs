//! A mail server that takes everything and forgets nothing, whatever becomes of those who send.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};

/// What came, and whether answers are given.
#[derive(Default)]
struct Shelf {
    mails: Mutex<Vec<String>>,
    is_silent: Mutex<bool>,
    spoke: Condvar,
}

/// A running mail server; its thread ends with the process.
pub struct Mailbox {
    pub port: u16,
    shelf: Arc<Shelf>,
}

impl Mailbox {
    pub fn new() -> Mailbox {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let shelf = Arc::new(Shelf::default());
        let for_all = shelf.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, shelf) = (stream.unwrap(), for_all.clone());
                // Whoever sends may be killed at any moment: then the conversation is over.
                std::thread::spawn(move || converse(&stream, &shelf));
            }
        });
        Mailbox { port, shelf }
    }

    /// From now on what comes is kept, and the answer held back.
    pub fn fall_silent(&self) {
        *self.shelf.is_silent.lock().unwrap() = true;
    }

    /// Gives the answers that were held back, and all others.
    pub fn speak(&self) {
        *self.shelf.is_silent.lock().unwrap() = false;
        self.shelf.spoke.notify_all();
    }

    /// Every mail that came, as it came, by what its Message-ID says before the `@`.
    pub fn mails(&self) -> BTreeMap<String, Vec<String>> {
        let mut mails: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for mail in self.shelf.mails.lock().unwrap().iter() {
            mails.entry(name(mail)).or_default().push(mail.clone());
        }
        mails
    }
}

/// What the Message-ID of a mail says before the `@`: reference and recipient.
pub fn name(mail: &str) -> String {
    let line = mail.lines().find(|line| line.to_ascii_lowercase().starts_with("message-id:"));
    let id = line.expect("a mail has a Message-ID").split(['<', '@']).nth(1);
    id.expect("which has a name before the @").to_owned()
}

fn converse(mut stream: &TcpStream, shelf: &Shelf) -> Option<()> {
    let mut lines = BufReader::new(stream).lines();
    stream.write_all(b"220 mailbox\r\n").ok()?;
    loop {
        let line = lines.next()?.ok()?;
        let answer = match line.get(..4).unwrap_or_default().to_ascii_uppercase().as_str() {
            "DATA" => {
                stream.write_all(b"354 go on\r\n").ok()?;
                let mut mail = String::new();
                loop {
                    let line = lines.next()?.ok()?;
                    if line == "." {
                        break;
                    }
                    mail += &line;
                    mail += "\n";
                }
                shelf.mails.lock().unwrap().push(mail);
                let silent = shelf.is_silent.lock().unwrap();
                drop(shelf.spoke.wait_while(silent, |silent| *silent).unwrap());
                "250 kept"
            }
            "QUIT" => "221 bye",
            _ => "250 yes",
        };
        stream.write_all(format!("{answer}\r\n").as_bytes()).ok()?;
    }
}
