//! The program itself: started, killed, started again.

use crate::installation::Installation;
use crate::support::{REVIEW, configuration};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

const PROGRAM: &str = env!("CARGO_BIN_EXE_feedback-fn");
/// Always open: the program has the computer's clock.
const OPENS: &str = "\"opens\": \"2026-11-02";

fn prepare(folder: &Path) {
    let review = REVIEW.replace(OPENS, "\"opens\": \"2000-11-02").replace("\"2028-01-01", "\"2999-01-01");
    std::fs::write(folder.join("review.json"), review).unwrap();
    // These clients send faster than anybody reads.
    std::fs::write(folder.join("feedback.toml"), configuration("guard = { second_page = false }")).unwrap();
}

fn run(folder: &Path, command: &[&str]) -> Output {
    Command::new(PROGRAM).args(command).current_dir(folder).output().unwrap()
}

/// Starts the program; its first line tells the port.
fn start(folder: &Path) -> (Child, String) {
    let mut child =
        Command::new(PROGRAM).arg("serve").current_dir(folder).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    let mut log = BufReader::new(child.stderr.take().unwrap());
    log.read_line(&mut line).unwrap();
    let event: serde_json::Value = serde_json::from_str(&line).unwrap();
    // Read on, or the program would stop at a full pipe.
    std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
    (child, event["address"].as_str().unwrap().to_owned())
}

fn post(address: &str, page: &str, body: &str) -> serde_json::Value {
    let mut stream = TcpStream::connect(address).unwrap();
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

fn suggest(address: &str) -> String {
    let form = "target=6.1.1&suggestion=Mehr+Baenke";
    let token = post(address, "check", form)["token"].as_str().unwrap().to_owned();
    let sent = post(address, "send", &format!("{form}&token={token}"));
    sent["reference"].as_str().unwrap().to_owned()
}

#[test]
fn acknowledged_suggestion_survives_kill_and_is_listed() {
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path());
    let (mut child, address) = start(folder.path());
    let reference = suggest(&address);
    child.kill().unwrap();
    child.wait().unwrap();

    let (mut child, address) = start(folder.path());
    let second = suggest(&address);
    let listed = String::from_utf8(run(folder.path(), &["list"]).stdout).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(listed.contains(&reference) && listed.contains(&second), "{listed}");
    assert!(!listed.contains("Mehr Baenke"), "texts only on demand: {listed}");
    let listed = String::from_utf8(run(folder.path(), &["list", "--texts"]).stdout).unwrap();
    assert!(listed.contains("Mehr Baenke"), "{listed}");
}

#[test]
fn check_says_when_suggestions_are_erased() {
    let cases = [
        ("\"retention_days\": 180", "suggestions are erased 180 days after receipt"),
        ("\"retention_days\": 1", "suggestions are erased 1 day after receipt"),
        ("\"retention_days\": 0", "nothing is erased: `privacy.retention_days` is missing or 0"),
        ("\"x\": 0", "nothing is erased: `privacy.retention_days` is missing or 0"),
    ];
    for (days, said) in cases {
        let folder = tempfile::tempdir().unwrap();
        prepare(folder.path());
        let review = REVIEW.replace("\"retention_days\": 180", days);
        std::fs::write(folder.path().join("review.json"), review).unwrap();
        let report = String::from_utf8(run(folder.path(), &["check"]).stdout).unwrap();
        assert!(report.contains(said), "{days}: {report}");
    }
}

#[test]
fn check_says_when_the_site_has_no_second_page() {
    for (name, is_said) in [("\"again.html\"", false), ("\"other.html\"", true)] {
        let folder = tempfile::tempdir().unwrap();
        prepare(folder.path());
        std::fs::write(folder.path().join("review.json"), REVIEW.replace("\"again.html\"", name)).unwrap();
        let report = String::from_utf8(run(folder.path(), &["check"]).stdout).unwrap();
        assert_eq!(report.contains("no `function/again.html`"), is_said, "{report}");
    }
}

#[test]
fn old_suggestion_that_is_not_delivered_is_listed_as_overdue() {
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path());
    let (mut child, address) = start(folder.path());
    let reference = suggest(&address);
    child.kill().unwrap();
    child.wait().unwrap();
    let database = rusqlite::Connection::open(folder.path().join("data/feedback.sqlite")).unwrap();
    database.execute_batch("UPDATE suggestion SET received = 0; UPDATE delivery SET state = 'held'").unwrap();
    let (mut child, _) = start(folder.path());
    let listed = String::from_utf8(run(folder.path(), &["list"]).stdout).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(listed.contains(&reference) && listed.contains("held"), "{listed}");
    assert!(listed.trim_end().ends_with("overdue"), "{listed}");
}

#[test]
fn check_tells_all_that_is_wrong_and_fails() {
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path());
    let right = run(folder.path(), &["check"]);
    assert_eq!(right.status.code(), Some(0), "{right:?}");
    for made in ["data", "mails"] {
        assert!(!folder.path().join(made).exists(), "`{made}` would belong to whoever checks");
    }

    std::fs::remove_file(folder.path().join("review.json")).unwrap();
    let smtp = configuration("").replace(
        "[transport.files]\nfolder = \"mails\"",
        "[transport.smtp]\nhost = \"127.0.0.1\"\nport = 1\ntls = \"none\"",
    );
    std::fs::write(folder.path().join("feedback.toml"), smtp).unwrap();
    let wrong = run(folder.path(), &["check"]);
    let report = String::from_utf8(wrong.stdout).unwrap();
    assert_eq!(wrong.status.code(), Some(1));
    for line in [
        "contract: NOT in order: there is no contract `review.json`\nhint: build the site (`auslage --root site build`",
        "store: in order",
        "mail: NOT in order: `127.0.0.1:1`: connecting",
    ] {
        assert!(report.contains(line), "{report}");
    }
}

#[test]
fn check_names_what_would_stop_the_store() {
    let cases = [
        ("data = \"data\"", "data = \"review.json\"", "`review.json` is a file and not a folder"),
        ("data = \"data\"", "data = \"data\"\nreserve_mib = 99999999999", "lower `reserve_mib`"),
        (
            "folder = \"mails\"",
            "folder = \"review.json\"",
            "the folder of the mails: `review.json` is a file",
        ),
        ("data = \"data\"", "data = \"other\"", "belongs to another program"),
    ];
    for (line, with, message) in cases {
        let folder = tempfile::tempdir().unwrap();
        prepare(folder.path());
        std::fs::create_dir(folder.path().join("other")).unwrap();
        let other = rusqlite::Connection::open(folder.path().join("other/feedback.sqlite")).unwrap();
        other.pragma_update(None, "user_version", 1).unwrap();
        let changed = configuration("").replace(line, with);
        std::fs::write(folder.path().join("feedback.toml"), changed).unwrap();
        let checked = run(folder.path(), &["check"]);
        let report = String::from_utf8(checked.stdout).unwrap();
        assert!(checked.status.code() == Some(1) && report.contains(message), "{with}: {report}");
    }
}

#[test]
fn wrong_configuration_is_named_with_file_and_place() {
    let folder = tempfile::tempdir().unwrap();
    let missing = String::from_utf8(run(folder.path(), &["serve"]).stderr).unwrap();
    assert!(missing.contains("`feedback.toml`") && missing.contains("feedback.example.toml"), "{missing}");
    std::fs::write(folder.path().join("feedback.toml"), "contrakt = 1\n").unwrap();
    let output = run(folder.path(), &["serve"]);
    let wrong = String::from_utf8(output.stderr).unwrap();
    assert!(wrong.contains("line 1") && wrong.contains("contrakt"), "{wrong}");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn program_that_is_told_to_end_finishes_and_lets_go_of_idle_connections() {
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path());
    let (mut child, address) = start(folder.path());
    let mut idle = TcpStream::connect(&address).unwrap();
    write!(idle, "GET /rueckmeldung/health HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    let mut first = [0; 12];
    idle.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"HTTP/1.1 200");
    let ended = Command::new("kill").arg(child.id().to_string()).status().unwrap();
    assert!(ended.success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn check_warns_of_a_daily_digest_that_nobody_gets() {
    let installation = Installation::new();
    let config = std::fs::read_to_string(installation.path("feedback.toml")).unwrap();
    let delivery = "\n[delivery]\ndaily_digest = [\"Rathaus@stadt.example\", \"ratahus@stadt.example\"]\n";
    std::fs::write(installation.path("feedback.toml"), config + delivery).unwrap();
    let ran = installation.run(&["check"]);
    let warned: Vec<&str> = ran.stdout.lines().filter(|line| line.starts_with("warning")).collect();
    let told =
        "warning: `delivery.daily_digest` has `ratahus@stadt.example`, to whom the contract sends nothing";
    assert_eq!((ran.code, warned), (Some(0), vec![told]));
}
