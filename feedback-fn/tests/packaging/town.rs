//! A town's machine: pages in a folder, the program behind them, and a proxy in front.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

const REVIEW: &str = include_str!("../fixtures/review.json");
/// Reached only where something hangs.
const PATIENCE: Duration = Duration::from_secs(30);

/// The program with its pages; ends with this value.
pub struct Town {
    pub folder: TempDir,
    /// Where the program listens.
    pub port: u16,
    program: Child,
}

impl Town {
    pub fn new() -> Town {
        let folder = tempfile::tempdir().unwrap();
        let public = folder.path().join("public");
        std::fs::create_dir_all(public.join("vorschlag")).unwrap();
        std::fs::create_dir_all(public.join("thema")).unwrap();
        // A proxy may give up the rights of who started it.
        open_to_all(folder.path());
        let review = REVIEW.replace("\"opens\": \"2026-11-02", "\"opens\": \"2000-11-02");
        let review = review.replace("\"2028-01-01", "\"2999-01-01");
        for (name, text) in [
            ("index.html", "the first page"),
            ("thema/index.html", "a theme"),
            ("404.html", "the town's own words: not found"),
            ("vorschlag/outage.html", "the town's own words: later"),
            ("review.json", review.as_str()),
        ] {
            std::fs::write(public.join(name), text).unwrap();
        }
        std::fs::write(folder.path().join("feedback.toml"), CONFIGURATION).unwrap();
        let (program, port) = start(folder.path());
        Town { folder, port, program }
    }

    pub fn public(&self) -> String {
        self.folder.path().join("public").display().to_string()
    }
}

impl Drop for Town {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

/// Two forms at once, then one in two seconds: a limit that is soon reached.
const CONFIGURATION: &str = r#"
listen = "127.0.0.1:0"
contract = "public/review.json"
data = "data"
reference_prefix = "LOE"
[sender]
address = "strategie@stadt.example"
name = "Strategie"
[transport.files]
folder = "mails"
[guard]
forms_per_minute = 1
burst = 4
second_page = false
trusted_proxies = ["127.0.0.1", "::1"]
"#;

fn open_to_all(folder: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// Its first line tells the port.
fn start(folder: &Path) -> (Child, u16) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_feedback-fn"))
        .arg("serve")
        .current_dir(folder)
        .env_remove("PORT")
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut log = BufReader::new(program.stderr.take().unwrap());
    let mut line = String::new();
    log.read_line(&mut line).unwrap();
    let event: serde_json::Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line}"));
    // Read on, or the program would stop at a full pipe.
    std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
    let address = event["address"].as_str().unwrap().to_owned();
    (program, address.rsplit_once(':').unwrap().1.parse().unwrap())
}

/// A proxy that runs; ends with this value.
pub struct Proxy(Child);

impl Proxy {
    /// Starts it and waits until it takes connections on `port`.
    pub fn start(command: &mut Command, port: u16) -> Proxy {
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut proxy = Proxy(child.spawn().unwrap());
        let start = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            let ended = proxy.0.try_wait().unwrap();
            assert!(ended.is_none() && start.elapsed() < PATIENCE, "it does not start: {}", proxy.told());
            std::thread::yield_now();
        }
        proxy
    }

    fn told(&mut self) -> String {
        let _ = self.0.kill();
        let mut told = String::new();
        for mut pipe in [
            self.0.stdout.take().map(|pipe| Box::new(pipe) as Box<dyn Read>),
            self.0.stderr.take().map(|pipe| Box::new(pipe) as Box<dyn Read>),
        ]
        .into_iter()
        .flatten()
        {
            let _ = pipe.read_to_string(&mut told);
        }
        told
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // SIGTERM, so that a master takes its workers with it.
        let id = rustix::process::Pid::from_child(&self.0);
        let _ = rustix::process::kill_process(id, rustix::process::Signal::TERM);
        let _ = self.0.wait();
    }
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: String,
}

/// One request over a connection of its own.
pub fn ask(mut stream: impl Read + Write, request: &str) -> Reply {
    // A refusal may come before everything is written.
    let _ = stream.write_all(request.as_bytes());
    let mut bytes = Vec::new();
    // Not every server closes TLS in order.
    let _ = stream.read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    Reply { status, head: head.to_ascii_lowercase(), body: body.to_owned() }
}

pub fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: strategie.stadt.example\r\nConnection: close\r\n\r\n")
}

/// A form as a browser sends it, with a claim about where it comes from.
pub fn form(page: &str, body: &str, claimed: &str) -> String {
    format!(
        "POST /rueckmeldung/{page} HTTP/1.1\r\nHost: strategie.stadt.example\r\nAccept: text/html\r\n\
         X-Forwarded-For: {claimed}\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// What must hold behind any proxy while the program is gone.
pub fn says_what_to_do_without_it<S: Read + Write>(town: Town, connect: impl Fn() -> S) {
    let Town { folder, program, .. } = &town;
    let id = rustix::process::Pid::from_child(program);
    rustix::process::kill_process(id, rustix::process::Signal::KILL).unwrap();
    assert!(folder.path().exists());
    for request in [form("send", "target=6.1.1&suggestion=Mehr", "192.0.2.9"), get("/rueckmeldung/receipt")] {
        let reply = ask(connect(), &request);
        assert_eq!(reply.status, 502, "{reply:?}");
        assert!(reply.body.contains("the town's own words: later"), "{reply:?}");
        assert!(!reply.head.contains("location:"), "reloading would not send it again: {reply:?}");
    }
}

/// What must hold behind any proxy.
pub fn serves_a_town<S: Read + Write>(connect: impl Fn() -> S) {
    let page = ask(connect(), &get("/"));
    assert_eq!((page.status, page.body.contains("the first page")), (200, true), "{page:?}");
    let theme = ask(connect(), &get("/thema/"));
    assert_eq!((theme.status, theme.body.contains("a theme")), (200, true), "{theme:?}");
    let missing = ask(connect(), &get("/nowhere/"));
    assert_eq!(missing.status, 404);
    assert!(missing.body.contains("the town's own words"), "{missing:?}");
    let contract = ask(connect(), &get("/review.json"));
    assert_eq!((contract.status, contract.body.contains("@")), (404, false), "{contract:?}");
    let health = ask(connect(), &get("/rueckmeldung/health"));
    assert_eq!((health.status, health.body.contains("ok")), (200, true), "{health:?}");

    // The function's own pages come through, with their headers, and with the resident's text.
    let text = "Mehr+B%C3%A4nke";
    let unknown = ask(connect(), &form("check", &format!("target=9.9.9&suggestion={text}"), "192.0.2.1"));
    assert!((400..500).contains(&unknown.status), "{unknown:?}");
    assert!(unknown.body.contains("Mehr Bänke"), "{unknown:?}");
    assert!(unknown.head.contains("content-security-policy: default-src 'none'"), "{unknown:?}");

    let fields = format!("target=6.1.1&suggestion={text}");
    let check = ask(connect(), &form("check", &fields, "192.0.2.2"));
    assert_eq!(check.status, 200, "{check:?}");
    let token = check.body.split_once("name=\"token\" value=\"").unwrap().1.split_once('"').unwrap().0;
    let sent = ask(connect(), &form("send", &format!("{fields}&token={token}"), "192.0.2.3"));
    assert_eq!(sent.status, 303, "{sent:?}");
    assert!(sent.head.contains("location: /rueckmeldung/receipt?nr=loe-"), "{sent:?}");

    for reply in [&page, &unknown, &check, &sent] {
        assert_eq!(reply.head.matches("strict-transport-security:").count(), 1, "{reply:?}");
    }

    // Four forms are the limit; whoever claims another address each time is still one.
    let fourth = ask(connect(), &form("check", &fields, "192.0.2.4"));
    assert_eq!(fourth.status, 200, "{fourth:?}");
    let fifth = ask(connect(), &form("check", &fields, "192.0.2.5"));
    assert_eq!(fifth.status, 429, "a claimed address was believed: {fifth:?}");
    assert!(fifth.head.contains("retry-after:") && fifth.body.contains("Mehr Bänke"), "{fifth:?}");

    let huge = "a".repeat(3 * 1024 * 1024);
    let refused = ask(connect(), &form("check", &format!("suggestion={huge}"), "192.0.2.6"));
    // A proxy that passes on what it gets notices only in the middle, and then knows of no answer.
    assert!(matches!(refused.status, 413 | 502 | 0), "{}", refused.status);
}
