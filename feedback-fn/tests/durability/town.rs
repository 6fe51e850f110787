//! A town with the real program: started, killed, started again; and residents who send forms.

use crate::cluster::{Cluster, Database};
use crate::mailbox::Mailbox;
use feedback_fn::store::postgres::{PostgresConfig, PostgresStore};
use feedback_fn::store::{DeliveryState, Listed, Store, Which, sqlite};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

const PROGRAM: &str = env!("CARGO_BIN_EXE_feedback-fn");
/// Long enough for a slow disk; reached only where something hangs.
pub const PATIENCE: Duration = Duration::from_secs(120);
/// How often a campaign kills, unless the environment variable KILLS names another number.
pub fn kills_or(usual: usize) -> usize {
    std::env::var("KILLS").ok().and_then(|number| number.parse().ok()).unwrap_or(usual)
}

/// Where the program listens just now.
#[derive(Default)]
pub struct Place {
    address: Mutex<Option<SocketAddr>>,
    moved: Condvar,
    ending: AtomicBool,
}

impl Place {
    /// Nobody is to send anything more.
    pub fn end(&self) {
        self.ending.store(true, Ordering::SeqCst);
    }

    /// Whether that was said.
    pub fn is_ending(&self) -> bool {
        self.ending.load(Ordering::SeqCst)
    }

    pub fn set(&self, address: SocketAddr) {
        *self.address.lock().unwrap() = Some(address);
        self.moved.notify_all();
    }

    /// An address other than the one that failed.
    pub fn other_than(&self, failed: Option<SocketAddr>) -> SocketAddr {
        let address = self.address.lock().unwrap();
        let (address, waited) = self
            .moved
            .wait_timeout_while(address, PATIENCE, |address| address.is_none() || *address == failed)
            .unwrap();
        assert!(!waited.timed_out(), "the program does not come back");
        address.expect("waited for one")
    }
}

/// Status and JSON of an answer; none if the connection broke before its end.
pub fn post(address: SocketAddr, page: &str, form: &str) -> Option<(u16, Value)> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    let request = format!(
        "POST /rueckmeldung/{page} HTTP/1.1\r\nhost: strategie.example\r\naccept: application/json\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{form}",
        form.len()
    );
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    Some((head.split(' ').nth(1)?.parse().ok()?, serde_json::from_str(body).ok()?))
}

/// Kills the program at once, also one that runs under another: it would go on without that.
pub fn kill(program: &mut Child) {
    let id = program.id();
    let below = std::fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default();
    for id in below.split_whitespace().filter_map(|id| id.parse().ok()).filter_map(Pid::from_raw) {
        let _ = kill_process(id, Signal::KILL);
    }
    if below.trim().is_empty() {
        let _ = program.kill();
    }
    // What runs above ends by itself, with its record written.
    let _ = program.wait();
}

/// A database, and the mail server that mails go to.
pub struct Office {
    pub cluster: Cluster,
    database: String,
    pub mailbox: Mailbox,
}

/// Ends the program as systemd does.
pub fn stop(program: &mut Child) {
    kill_process(Pid::from_child(program), Signal::TERM).unwrap();
    assert!(program.wait().unwrap().success(), "it ends in order");
}

/// A folder with everything that the program needs.
pub struct Town {
    pub folder: tempfile::TempDir,
    /// Beside a town whose suggestions and mails lie in files.
    pub office: Option<Office>,
    /// Warnings and errors of all programs.
    pub log: Arc<Mutex<String>>,
}

impl Town {
    /// A town with its suggestions in an SQLite file and its mails in a folder.
    pub fn new() -> Town {
        Town::with(None, &serde_json::json!(null))
    }

    /// A town with its suggestions in PostgreSQL and its mails sent to a mail server; `recipients` as in the
    /// contract, or null for the usual ones.
    pub fn with_office(recipients: &Value) -> Town {
        let cluster = Cluster::own("");
        let database = cluster.database().name;
        Town::with(Some(Office { cluster, database, mailbox: Mailbox::new() }), recipients)
    }

    fn with(office: Option<Office>, recipients: &Value) -> Town {
        let folder = tempfile::tempdir().unwrap();
        let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/review.json");
        let mut contract: Value = serde_json::from_slice(&std::fs::read(fixture).unwrap()).unwrap();
        // The program has the real clock: this round is always open.
        contract["round"]["opens"] = "2000-01-01T00:00:00Z".into();
        contract["round"]["closes"] = "9000-01-01T00:00:00Z".into();
        if !recipients.is_null() {
            contract["recipients"] = recipients.clone();
        }
        std::fs::write(folder.path().join("review.json"), contract.to_string()).unwrap();
        std::fs::write(folder.path().join("secret"), "a secret of the tests, which is no secret").unwrap();
        let post = match &office {
            None => "[transport.files]\nfolder = \"mails\"\n".to_owned(),
            Some(office) => format!(
                "[transport.smtp]\nhost = \"127.0.0.1\"\nport = {}\ntls = \"none\"\n{}",
                office.mailbox.port,
                office.database().section()
            ),
        };
        let config = "listen = \"127.0.0.1:0\"\ncontract = \"review.json\"\ndata = \"data\"\n\
                      reference_prefix = \"LOE\"\nreserve_mib = 0\nsecret_file = \"secret\"\n\
                      [sender]\naddress = \"strategie@stadt.example\"\nname = \"Strategie\"\n\
                      [delivery]\nmails_per_hour = 0\nmails_per_minute = 0\n\
                      [guard]\nforms_per_minute = 1000000\nburst = 1000000\nsecond_page = false\n";
        std::fs::write(folder.path().join("feedback.toml"), format!("{config}{post}")).unwrap();
        Town { folder, office, log: Arc::default() }
    }

    /// Everything in the store, read beside the program.
    pub fn stored(&self) -> Vec<Listed> {
        if let Some(office) = &self.office {
            return office.stored();
        }
        let database = self.folder.path().join("data/feedback.sqlite");
        sqlite::list(&database, Which::All, usize::MAX >> 1).expect("the store can be read")
    }

    /// Starts the program, under `before` if that is not empty, and waits until it listens.
    pub fn start(&self, place: &Place, before: &[String]) -> Child {
        let (child, address) = self.try_start(before);
        place.set(address.expect("feedback-fn says where it listens"));
        child
    }

    /// The same for a program that may end before it listens.
    pub fn try_start(&self, before: &[String]) -> (Child, Option<SocketAddr>) {
        let words: Vec<String> = before.iter().cloned().chain([PROGRAM.to_owned()]).collect();
        let mut program = Command::new(&words[0])
            .args(&words[1..])
            .args(["serve", "--config"])
            .arg(self.folder.path().join("feedback.toml"))
            .env("RUST_LOG", "info")
            .env_remove("PORT")
            .stderr(Stdio::piped())
            .spawn()
            .expect("feedback-fn starts");
        let mut log = BufReader::new(program.stderr.take().expect("piped")).lines();
        let address = log.by_ref().map_while(Result::ok).find_map(|line| listening(&line));
        // Read to its end, or the program would wait for room in the pipe.
        let kept = self.log.clone();
        std::thread::spawn(move || {
            let is_bad = |line: &String| ["\"WARN\"", "\"ERROR\""].iter().any(|level| line.contains(level));
            log.map_while(Result::ok).filter(is_bad).for_each(|line| *kept.lock().unwrap() += &(line + "\n"));
        });
        (program, address)
    }

    /// Everything in the store once none of its mails waits, or once none has moved for long.
    pub fn delivered(&self) -> Vec<Listed> {
        let mut moved = Instant::now();
        let mut waited = usize::MAX;
        loop {
            let stored = self.stored();
            let deliveries = stored.iter().flat_map(|listed| &listed.deliveries);
            let waiting = deliveries.filter(|delivery| delivery.state != DeliveryState::Delivered).count();
            if waiting < waited {
                (waited, moved) = (waiting, Instant::now());
            }
            if waiting == 0 || moved.elapsed() > PATIENCE / 4 {
                return stored;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Every mail, as often as it came, by what its Message-ID says before the `@`; in a folder it overwrites
    /// itself.
    pub fn mails(&self) -> BTreeMap<String, Vec<String>> {
        if let Some(office) = &self.office {
            return office.mailbox.mails();
        }
        let folder = std::fs::read_dir(self.folder.path().join("mails")).unwrap();
        let mails = folder.map(|entry| entry.unwrap().path());
        let mails = mails.filter(|path| path.extension().is_some_and(|ending| ending == "eml"));
        let mails = mails.map(|path| std::fs::read_to_string(path).unwrap());
        mails.map(|mail| (crate::mailbox::name(&mail), vec![mail])).collect()
    }
}

impl Office {
    pub fn database(&self) -> Database<'_> {
        Database { cluster: &self.cluster, name: self.database.clone() }
    }

    /// As if so much time had passed for the leases of programs that are gone.
    pub fn let_leases_end(&self) {
        let end = "SET due = due - 10 * 60 * 1000 WHERE claimed_due IS NOT NULL";
        self.database().psql(&format!("UPDATE delivery {end}; UPDATE digest {end}"));
    }

    /// The same when no program runs. The server may still be at what a killed one asked last, and give leases after
    /// its end: that is waited for.
    pub fn let_leases_of_the_killed_end(&self) {
        let ended = "SELECT coalesce(bool_and(pg_terminate_backend(pid, 60000)), true) FROM pg_stat_activity \
                     WHERE backend_type = 'client backend' AND datname = current_database() \
                     AND pid <> pg_backend_pid()";
        assert_eq!(self.database().psql(ended), "t", "the server still works for a killed program");
        self.let_leases_end();
    }

    fn stored(&self) -> Vec<Listed> {
        let config = PostgresConfig {
            host: self.cluster.socket().display().to_string(),
            port: 5432,
            database: self.database.clone(),
            user: crate::cluster::USER.into(),
            password_file: None,
            tls: Default::default(),
            ca_file: None,
        };
        let store = PostgresStore::open_beside(&config.options(Path::new("")).unwrap()).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(store.list(Which::All, usize::MAX >> 1)).expect("the store can be read")
    }
}

fn listening(line: &str) -> Option<SocketAddr> {
    let event: Value = serde_json::from_str(line).ok()?;
    (event["event"] == "server.listening").then(|| event["address"].as_str()?.parse().ok())?
}

/// Xorshift: the same moments in every run.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}
