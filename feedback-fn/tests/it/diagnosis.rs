//! What is configured wrongly is said in one sentence, with what to do: by `check`, and by `serve` as well.

use crate::installation::{Installation, PROGRAM, Ran};
use rustix::process::{Pid, Signal, kill_process};
use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::process::{Child, ChildStderr, Command, Stdio};

/// Two files of an installation, each with a piece of its text replaced.
fn installation(config: (&str, &str), contract: (&str, &str)) -> Installation {
    let installation = Installation::new();
    for (name, (from, to)) in [("feedback.toml", config), ("review.json", contract)] {
        let text = std::fs::read_to_string(installation.path(name)).unwrap();
        assert!(text.contains(from), "{name}: {from}");
        std::fs::write(installation.path(name), text.replacen(from, to, 1)).unwrap();
    }
    installation
}

const AS_IT_IS: (&str, &str) = ("", "");
const FILES: &str = "[transport.files]\nfolder = \"mails\"";

/// `serve`, with its log and what it has said until it listened or ended.
fn serving(installation: &Installation) -> (Child, BufReader<ChildStderr>, String) {
    let mut command = Command::new(PROGRAM);
    command.arg("serve").current_dir(installation.folder.path()).stdin(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap());
    let mut told = String::new();
    while lines.read_line(&mut told).unwrap() > 0 && !told.contains("server.listening") {}
    (child, lines, told)
}

/// What `serve` says until it listens and is told to end, or ends by itself.
fn served(installation: &Installation) -> Ran {
    let (mut child, mut lines, mut told) = serving(installation);
    // One that has ended is still there to be told so.
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    lines.read_to_string(&mut told).unwrap();
    let code = child.wait().unwrap().code();
    Ran { code, stdout: String::new(), stderr: told }
}

#[track_caller]
fn check(installation: &Installation, stops: bool, problem: &str, hint: &str) {
    let checked = installation.run(&["check"]);
    let told = format!("{}{}", checked.stdout, checked.stderr);
    assert!(told.contains(problem) && told.contains(hint), "check: {checked:#?}");
    let served = served(installation);
    assert!(served.stderr.contains(problem) && served.stderr.contains(hint), "serve: {served:#?}");
    assert_eq!((checked.code, served.code), if stops { (Some(1), Some(1)) } else { (Some(0), Some(0)) });
}

#[test]
fn what_cannot_work_is_told_by_check_and_stops_the_start() {
    let here = "127.0.0.1:0";
    for (config, contract, problem, hint) in [
        (
            (here, "192.0.2.7:8787"),
            AS_IT_IS,
            "cannot listen at `192.0.2.7:8787`",
            "this computer has no such address",
        ),
        (
            (here, "unix:run/x.sock"),
            AS_IT_IS,
            "cannot listen at `unix:run/x.sock`: its folder",
            "hint: make it",
        ),
        (
            (here, "unix:review.json"),
            AS_IT_IS,
            "cannot listen at `unix:review.json`: there is a file",
            "move it away",
        ),
        (
            ("folder = \"mails\"", "folder = \"mails\"\ndata = \"x\""),
            AS_IT_IS,
            "unknown field `data`",
            "hint: `data` belongs above",
        ),
        (("\ndata = ", "\ndata = \"x\"\ndata = "), AS_IT_IS, "line 4, column 1", "duplicate key"),
        (
            ("strategie@stadt.example", "strategie@löffingen.example"),
            AS_IT_IS,
            "`strategie@löffingen.example`",
            "`idn2 DOMAIN` prints",
        ),
        (AS_IT_IS, ("rathaus@stadt", "rathaus@löffingen"), "`rathaus@löffingen.example`", "as `xn--…`"),
        (
            AS_IT_IS,
            ("\"version\": 1", "\"version\": 2"),
            "version 2",
            "hint: install the feedback-fn that came with",
        ),
        (
            AS_IT_IS,
            ("\"version\": 1", "\"version\": 0"),
            "version 0",
            "hint: build the site with the generator that",
        ),
        (
            AS_IT_IS,
            ("{", "<!doctype html>{"),
            "`version` cannot be read",
            "hint: `contract` must lead to the whole `review.json`",
        ),
        (("data = \"data\"", "data = \"review.json\""), AS_IT_IS, "file", ""),
        (
            (
                FILES,
                "[transport.smtp]\nhost = \"mail.stadt.example\"\nusername = \"x\"\npassword_file = \"none\"",
            ),
            AS_IT_IS,
            "`none`",
            "No such file",
        ),
    ] {
        check(&installation(config, contract), true, problem, hint);
    }
}

#[test]
fn what_is_hardly_meant_is_told_by_check_and_in_the_log_and_stops_nothing() {
    let guard = |proxies: &str| format!("{FILES}\n[guard]\ntrusted_proxies = [\"{proxies}\"]");
    for (config, contract, problem, hint) in [
        (
            (FILES, guard("0.0.0.0/0").as_str()),
            AS_IT_IS,
            "all addresses there are",
            "only the address of the proxy",
        ),
        (
            (FILES, guard("::/0").as_str()),
            AS_IT_IS,
            "all addresses there are",
            "only the address of the proxy",
        ),
        (
            AS_IT_IS,
            ("https://strategie.example", "http://strategie.example"),
            "`base_url` is `http://",
            "`https://…`",
        ),
        (
            AS_IT_IS,
            ("\"2999-01-01", "\"2001-01-01"),
            "round 1 is over since 2001-01-01 00:00",
            "change `closes`",
        ),
        (AS_IT_IS, ("\"retention_days\"", "\"was\""), "nothing is ever erased", "set `retention_days`"),
    ] {
        check(&installation(config, contract), false, problem, hint);
    }
    let sound = installation(AS_IT_IS, AS_IT_IS);
    assert!(!sound.run(&["check"]).stdout.contains("warning"));
    assert!(!served(&sound).stderr.contains("settings.doubtful"));
}

#[test]
fn proxy_that_nobody_trusts_is_warned_of_and_a_port_in_use_is_told_unless_it_is_the_functions_own() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let installation = installation(("127.0.0.1:0", &address), AS_IT_IS);
    check(&installation, true, &format!("cannot listen at `{address}`"), "hint: another program uses it");
    let checked = installation.run(&["check"]);
    assert!(
        checked.stdout.contains("`guard.trusted_proxies` is empty") && checked.stdout.contains("::1"),
        "{checked:#?}"
    );

    drop(taken);
    let (mut child, _lines, told) = serving(&installation);
    let checked = installation.run(&["check"]);
    child.kill().unwrap();
    child.wait().unwrap();
    let own = format!("doors: in order, the function answers at `{address}`");
    assert!(checked.code == Some(0) && checked.stdout.contains(&own), "{checked:#?} {told}");
}

#[test]
fn mail_server_that_cannot_be_used_is_named_with_its_port() {
    let plain = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = plain.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in plain.incoming() {
            std::io::Write::write_all(&mut stream.unwrap(), b"220 mail.stadt.example ESMTP\r\n").unwrap();
        }
    });
    let smtp = |host: &str, port: u16| format!("[transport.smtp]\nhost = \"{host}\"\nport = {port}");
    for (smtp, problem, hint) in [
        (
            smtp("mail.stadt.invalid", 465),
            "mail: NOT in order: `mail.stadt.invalid:465`: connecting",
            "check `host` and `port`",
        ),
        (smtp("127.0.0.1", port), "TLS: ", "write `tls = \"starttls\"`"),
    ] {
        let ran = installation((FILES, &smtp), AS_IT_IS).run(&["check"]);
        assert!(ran.code == Some(1) && ran.stdout.contains(problem) && ran.stdout.contains(hint), "{ran:#?}");
    }
}
