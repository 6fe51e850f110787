//! `feedback-fn`, killed again and again while residents send suggestions: whoever got a reference number
//! finds the suggestion in the store, and its mails in the folder.
//!
//! The program is the real one, over real sockets, with its real database. It is killed after a drawn
//! number of acknowledgements and a drawn part of a millisecond, so that the moments fall where the work
//! is, on any machine. Mails go to files; what SMTP adds is tested beside the transport.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests make real files and stop at the first surprise"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use feedback_fn::store::{DeliveryState, Listed, Which, sqlite};
use serde_json::Value;

const KILLS: usize = 50;
const CLIENTS: usize = 6;
const SEED: u64 = 0x006c_6f65_6666_696e;
/// Acknowledgements from one start to the next kill, at most.
const MOST_BETWEEN: u64 = 24;
/// Long enough for a slow disk; reached only where something hangs.
const PATIENCE: Duration = Duration::from_secs(120);

#[test]
fn whoever_holds_a_reference_is_in_the_store_and_mailed_after_fifty_kills() {
    let town = Town::new();
    let place = Arc::new(Place::default());
    let (tell, told) = channel();
    let clients: Vec<_> = (0..CLIENTS)
        .map(|client| {
            let (place, tell) = (place.clone(), tell.clone());
            std::thread::spawn(move || resident(client, &place, &tell))
        })
        .collect();
    let mut last = kill_under_load(&town, &place, &told);
    place.ending.store(true, Ordering::SeqCst);
    let held: BTreeMap<String, String> =
        clients.into_iter().flat_map(|client| client.join().expect("a resident gave up")).collect();
    let stored = delivered(&town);
    last.kill().expect("it still runs");
    last.wait().expect("it ends");

    let figures = Figures::of(&town, &held, &stored);
    figures.show();
    assert!(held.len() >= KILLS, "only {} suggestions were acknowledged: there was no load", held.len());
    assert_eq!(figures.missing, [] as [&String; 0], "acknowledged, but not in the store");
    assert_eq!(figures.unmailed, [] as [String; 0], "in the store, but not mailed to everyone");
    assert_eq!(figures.stored_twice, 0, "one text, two references");
    assert_eq!(figures.message_ids, figures.mails, "a mail that was sent again has another Message-ID");
    assert_eq!(figures.stray, [] as [String; 0], "mails of nothing that is stored");
}

/// Starts the program, kills it under load, fifty times; then starts it once more.
fn kill_under_load(town: &Town, place: &Place, told: &Receiver<()>) -> Child {
    let mut dice = Dice(SEED);
    for _ in 0..KILLS {
        let mut program = town.start(place);
        for _ in 0..dice.below(MOST_BETWEEN) {
            told.recv_timeout(PATIENCE).expect("residents are acknowledged");
        }
        std::thread::sleep(Duration::from_micros(dice.below(3_000)));
        program.kill().expect("it still runs");
        program.wait().expect("it ends");
    }
    town.start(place)
}

/// All suggestions, once none of their mails waits.
fn delivered(town: &Town) -> Vec<Listed> {
    let start = Instant::now();
    loop {
        let stored =
            sqlite::list(&town.database(), Which::All, usize::MAX >> 1).expect("the store can be read");
        let waits = |listed: &Listed| {
            listed.deliveries.iter().any(|delivery| delivery.state != DeliveryState::Delivered)
        };
        if !stored.iter().any(waits) || start.elapsed() > PATIENCE / 4 {
            return stored;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Where the program listens just now.
#[derive(Default)]
struct Place {
    address: Mutex<Option<SocketAddr>>,
    moved: Condvar,
    ending: AtomicBool,
}

impl Place {
    fn set(&self, address: SocketAddr) {
        *self.address.lock().unwrap() = Some(address);
        self.moved.notify_all();
    }

    /// An address other than the one that failed.
    fn other_than(&self, failed: Option<SocketAddr>) -> SocketAddr {
        let address = self.address.lock().unwrap();
        let (address, waited) = self
            .moved
            .wait_timeout_while(address, PATIENCE, |address| address.is_none() || *address == failed)
            .unwrap();
        assert!(!waited.timed_out(), "the program does not come back");
        address.expect("waited for one")
    }
}

/// Sends one suggestion after the other and gives back the references it holds, with their texts.
fn resident(client: usize, place: &Place, tell: &Sender<()>) -> Vec<(String, String)> {
    let mut held = Vec::new();
    let mut address = place.other_than(None);
    for number in 0.. {
        if place.ending.load(Ordering::SeqCst) {
            break;
        }
        let text = format!("Vorschlag {number} von Platz {client}: bitte auch am Sonntag fahren.");
        let form = format!("target=6.1.1&round=1&digest=&suggestion={}&publish=yes", text.replace(' ', "+"));
        let checked = insist(place, &mut address, "check", &form, 200);
        let token = checked["token"].as_str().expect("a check gives a token");
        // The same form again until it is answered, as a person does: it must be stored only once.
        let sent = insist(place, &mut address, "send", &format!("{form}&token={token}"), 201);
        held.push((sent["reference"].as_str().expect("a reference").to_owned(), text));
        let _ = tell.send(());
    }
    held
}

/// Posts until there is a whole answer.
fn insist(place: &Place, address: &mut SocketAddr, page: &str, form: &str, expected: u16) -> Value {
    loop {
        match post(*address, page, form) {
            Some((status, answer)) if status == expected => return answer,
            Some((status, answer)) => panic!("{page} answered {status}: {answer}"),
            None => *address = place.other_than(Some(*address)),
        }
    }
}

/// Status and JSON of an answer; none if the connection broke before its end.
fn post(address: SocketAddr, page: &str, form: &str) -> Option<(u16, Value)> {
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

/// A folder with everything that the program needs.
struct Town {
    folder: tempfile::TempDir,
}

impl Town {
    fn new() -> Town {
        let folder = tempfile::tempdir().unwrap();
        let fixture = auslage_tests::root().join("feedback-fn/tests/fixtures/review.json");
        let mut contract: Value = serde_json::from_slice(&std::fs::read(fixture).unwrap()).unwrap();
        // The program has the real clock: this round is always open.
        contract["round"]["opens"] = "2000-01-01T00:00:00Z".into();
        contract["round"]["closes"] = "9000-01-01T00:00:00Z".into();
        std::fs::write(folder.path().join("review.json"), contract.to_string()).unwrap();
        let config = "listen = \"127.0.0.1:0\"\ncontract = \"review.json\"\ndata = \"data\"\n\
                      reference_prefix = \"LOE\"\nreserve_mib = 0\n\
                      [sender]\naddress = \"strategie@stadt.example\"\nname = \"Strategie\"\n\
                      [transport.files]\nfolder = \"mails\"\n\
                      [delivery]\nmails_per_hour = 0\nmails_per_minute = 0\n\
                      [guard]\nforms_per_minute = 1000000\nburst = 1000000\nsecond_page = false\n";
        std::fs::write(folder.path().join("feedback.toml"), config).unwrap();
        Town { folder }
    }

    fn database(&self) -> PathBuf {
        self.folder.path().join("data/feedback.sqlite")
    }

    fn start(&self, place: &Place) -> Child {
        let mut program = Command::new(feedback_fn_program())
            .args(["serve", "--config"])
            .arg(self.folder.path().join("feedback.toml"))
            .env("RUST_LOG", "info")
            .stderr(Stdio::piped())
            .spawn()
            .expect("feedback-fn starts");
        let mut log = BufReader::new(program.stderr.take().expect("piped")).lines();
        let told = log.by_ref().map_while(Result::ok).find_map(|line| listening(&line));
        // Read to its end, or the program would wait for room in the pipe.
        std::thread::spawn(move || log.map_while(Result::ok).count());
        place.set(told.expect("feedback-fn says where it listens"));
        program
    }

    /// Message-ID by file name of every mail.
    fn mails(&self) -> BTreeMap<String, String> {
        let folder = std::fs::read_dir(self.folder.path().join("mails")).unwrap();
        let mails = folder.map(|entry| entry.unwrap().path());
        let mails = mails.filter(|path| path.extension().is_some_and(|ending| ending == "eml"));
        mails.map(|path| (name(&path), message_id(&std::fs::read_to_string(&path).unwrap()))).collect()
    }
}

fn listening(line: &str) -> Option<SocketAddr> {
    let event: Value = serde_json::from_str(line).ok()?;
    (event["event"] == "server.listening").then(|| event["address"].as_str()?.parse().ok())?
}

fn name(path: &Path) -> String {
    path.file_name().expect("a file").to_string_lossy().into_owned()
}

fn message_id(mail: &str) -> String {
    let line = mail.lines().find(|line| line.to_ascii_lowercase().starts_with("message-id:"));
    line.expect("a mail has a Message-ID").to_owned()
}

/// Beside this test: both are built into the same folder.
fn feedback_fn_program() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let folder = test.parent().and_then(Path::parent).expect("tests are in target/…/deps");
    let program = folder.join("feedback-fn");
    assert!(program.exists(), "`{}` is missing: `cargo build -p feedback-fn` makes it", program.display());
    program
}

/// What the note on the issue tells.
struct Figures<'a> {
    acknowledged: usize,
    stored: usize,
    stored_twice: usize,
    missing: Vec<&'a String>,
    unmailed: Vec<String>,
    stray: Vec<String>,
    mails: usize,
    message_ids: usize,
    tried_again: usize,
}

impl<'a> Figures<'a> {
    fn of(town: &Town, held: &'a BTreeMap<String, String>, stored: &[Listed]) -> Figures<'a> {
        let by_reference: BTreeMap<String, &Listed> =
            stored.iter().map(|listed| (listed.suggestion.reference.to_string(), listed)).collect();
        let texts: BTreeSet<&str> = stored.iter().map(|listed| listed.suggestion.text.as_str()).collect();
        let is_kept = |(reference, text): &(&String, &String)| {
            by_reference.get(*reference).is_some_and(|listed| listed.suggestion.text == **text)
        };
        let mails = town.mails();
        let mails_of =
            |reference: &str| mails.keys().filter(|name| name.starts_with(&format!("{reference}."))).count();
        let unmailed = by_reference.iter().filter(|(reference, listed)| {
            listed.deliveries.len() != 2 || mails_of(reference) != listed.deliveries.len()
        });
        let stray = mails.keys().filter(|name| {
            name.split('.').next().is_none_or(|reference| !by_reference.contains_key(reference))
        });
        Figures {
            acknowledged: held.len(),
            stored: stored.len(),
            stored_twice: stored.len() - texts.len(),
            missing: held.iter().filter(|pair| !is_kept(pair)).map(|(reference, _)| reference).collect(),
            unmailed: unmailed.map(|(reference, _)| reference.clone()).collect(),
            stray: stray.cloned().collect(),
            mails: mails.len(),
            message_ids: mails.values().collect::<BTreeSet<_>>().len(),
            tried_again: stored
                .iter()
                .flat_map(|listed| &listed.deliveries)
                .filter(|delivery| delivery.attempts > 1)
                .count(),
        }
    }

    #[expect(clippy::print_stdout, reason = "the figures are what the test is run for")]
    fn show(&self) {
        println!(
            "{KILLS} kills: {} acknowledged, {} of them missing; {} stored, {} of them not mailed; \
             {} mails with {} Message-IDs, {} of them tried more than once",
            self.acknowledged,
            self.missing.len(),
            self.stored,
            self.unmailed.len(),
            self.mails,
            self.message_ids,
            self.tried_again,
        );
    }
}

/// Xorshift: the same moments in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}
