//! The real program with a mail server as its route.

use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

const REVIEW: &str = include_str!("../fixtures/review.json");

/// A running program; ends with this value.
pub struct Program {
    folder: Option<tempfile::TempDir>,
    child: Child,
    address: String,
}

impl Program {
    pub fn start(port: u16) -> Program {
        let folder = tempfile::tempdir().unwrap();
        let mut review: Value = serde_json::from_str(REVIEW).unwrap();
        review["round"]["opens"] = "2000-01-01T00:00:00Z".into();
        review["round"]["closes"] = "9000-01-01T00:00:00Z".into();
        let one = serde_json::json!([{ "name": "Amt", "address": "amt@stadt.example" }]);
        review["recipients"] = serde_json::json!({ "default": one });
        std::fs::write(folder.path().join("review.json"), review.to_string()).unwrap();
        let config = format!(
            "listen = \"127.0.0.1:0\"\ncontract = \"review.json\"\ndata = \"data\"\nreference_prefix = \"LOE\"\n\
             [sender]\naddress = \"strategie@stadt.example\"\nname = \"Strategie\"\n\
             [transport.smtp]\nhost = \"127.0.0.1\"\nport = {port}\ntls = \"none\"\n\
             [delivery]\nmails_per_hour = 0\nmails_per_minute = 0\n\
             [guard]\nforms_per_minute = 1000000\nburst = 1000000\nsecond_page = false\n"
        );
        std::fs::write(folder.path().join("feedback.toml"), config).unwrap();
        let (child, address) = run(folder.path());
        Program { folder: Some(folder), child, address }
    }

    pub fn restart(mut self) -> Program {
        let folder = self.folder.take().unwrap();
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        let (child, address) = run(folder.path());
        Program { folder: Some(folder), child, address }
    }

    /// Both steps; the reference.
    pub fn suggest(&self, text: &str, name: &str, email: &str) -> String {
        let fields = [("target", "6.1.1"), ("suggestion", text), ("name", name), ("email", email)];
        let checked = self.post("check", &fields);
        let token = checked["token"].as_str().unwrap_or_else(|| panic!("{checked} for {text:?}"));
        let fields = [&fields[..], &[("token", token)]].concat();
        let sent = self.post("send", &fields);
        sent["reference"].as_str().unwrap_or_else(|| panic!("{sent} for {text:?}")).to_owned()
    }

    fn post(&self, page: &str, fields: &[(&str, &str)]) -> Value {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(
            stream,
            "POST /rueckmeldung/{page} HTTP/1.1\r\nHost: a\r\nAccept: application/json\r\nConnection: close\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).unwrap();
        serde_json::from_str(reply.split_once("\r\n\r\n").unwrap().1).unwrap()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn run(folder: &Path) -> (Child, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_feedback-fn"))
        .arg("serve")
        .current_dir(folder)
        .env_remove("PORT")
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut log = BufReader::new(child.stderr.take().unwrap()).lines();
    let listening = |line: String| {
        let event: Value = serde_json::from_str(&line).ok()?;
        (event["event"] == "server.listening").then(|| event["address"].as_str().map(str::to_owned))?
    };
    let address = log.by_ref().map_while(Result::ok).find_map(listening).expect("it says where it listens");
    std::thread::spawn(move || log.map_while(Result::ok).count());
    (child, address)
}
