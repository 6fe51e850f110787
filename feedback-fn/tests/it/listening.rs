//! The program's doors: sockets of all kinds, signals, what systemd is told, file descriptors that run out.

use crate::support::{REVIEW, configuration};
use rustix::io::{FdFlags, fcntl_setfd};
use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process, prlimit};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::AsRawFd;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Output, Stdio};
use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_feedback-fn");
const HEALTH: &str = "GET /rueckmeldung/health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
const LISTEN: &str = "listen = \"127.0.0.1:0\"";

/// A program that runs, and ends with the test.
struct Program {
    child: Child,
    log: BufReader<ChildStderr>,
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Program {
    fn start(command: &mut Command) -> Program {
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let log = BufReader::new(child.stderr.take().unwrap());
        Program { child, log }
    }

    /// Reads the log until this event.
    fn event(&mut self, name: &str) -> serde_json::Value {
        let mut read = String::new();
        loop {
            let mut line = String::new();
            assert_ne!(self.log.read_line(&mut line).unwrap(), 0, "no {name} in {read}");
            let event: serde_json::Value = serde_json::from_str(&line).unwrap_or_default();
            if event["event"] == name {
                return event;
            }
            read += &line;
        }
    }

    fn address(&mut self) -> String {
        self.event("server.listening")["address"].as_str().unwrap().to_owned()
    }

    fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    fn tell(&self, signal: Signal) {
        kill_process(self.pid(), signal).unwrap();
    }
}

/// A folder with a contract and this configuration.
fn folder(listen: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("review.json"), REVIEW).unwrap();
    write(folder.path(), listen);
    folder
}

fn write(folder: &Path, listen: &str) {
    std::fs::write(folder.join("feedback.toml"), configuration("").replace(LISTEN, listen)).unwrap();
}

fn command(folder: &Path) -> Command {
    let mut command = Command::new(PROGRAM);
    command.arg("serve").current_dir(folder);
    command
}

fn ask(mut stream: impl Read + Write, request: &str) -> String {
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    answer
}

#[track_caller]
fn assert_healthy(stream: impl Read + Write) {
    let answer = ask(stream, HEALTH);
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("ok"), "{answer}");
}

#[test]
fn unix_socket_is_for_owner_and_group_and_replaces_what_a_dead_program_left() {
    let folder = folder("listen = \"unix:http.sock\"");
    let path = folder.path().join("http.sock");
    for _ in 0..2 {
        let mut program = Program::start(&mut command(folder.path()));
        assert_eq!(
            program.address(),
            format!("unix:{}", path.strip_prefix(folder.path()).unwrap().display())
        );
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o660);
        assert_healthy(UnixStream::connect(&path).unwrap());
        // Killed, so the file stays.
        drop(program);
        assert!(path.exists());
    }
}

#[test]
fn forwarded_addresses_at_the_unix_socket_have_limits_of_their_own() {
    let folder = folder("guard = { burst = 1 }\nlisten = \"unix:http.sock\"");
    let mut program = Program::start(&mut command(folder.path()));
    program.address();
    let form = |from: &str| {
        let request = format!(
            "POST /rueckmeldung/check HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Forwarded-For: {from}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 13\r\n\r\nsuggestion=ab"
        );
        let stream = UnixStream::connect(folder.path().join("http.sock")).unwrap();
        ask(stream, &request)[9..12].to_owned()
    };
    assert_eq!([form("192.0.2.1"), form("192.0.2.1"), form("192.0.2.2")], ["404", "429", "404"]);
}

#[track_caller]
fn check_refused(folder: &TempDir, message: &str) {
    let Output { stderr, status, .. } = command(folder.path()).output().unwrap();
    let stderr = String::from_utf8(stderr).unwrap();
    assert!(status.code() == Some(1) && stderr.contains(message), "{stderr}");
}

#[test]
fn what_cannot_be_listened_at_stops_the_start() {
    let folder = folder("listen = \"unix:http.sock\"");
    let live = UnixListener::bind(folder.path().join("http.sock")).unwrap();
    check_refused(&folder, "another program listens there");
    drop(live);
    std::fs::remove_file(folder.path().join("http.sock")).unwrap();
    std::fs::write(folder.path().join("http.sock"), "mine").unwrap();
    check_refused(&folder, "a file that is no socket");
    assert_eq!(std::fs::read(folder.path().join("http.sock")).unwrap(), b"mine");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    write(folder.path(), &format!("listen = \"{}\"", taken.local_addr().unwrap()));
    check_refused(&folder, "another program uses it");
    write(folder.path(), "listen = \"systemd\"");
    check_refused(&folder, "systemd passed no socket");
}

#[test]
fn socket_that_systemd_holds_is_told_apart_from_another_program() {
    let held = TcpListener::bind("127.0.0.1:0").unwrap();
    fcntl_setfd(&held, FdFlags::empty()).unwrap();
    let address = held.local_addr().unwrap();
    for (listen, told) in [
        (
            format!("listen = \"{address}\""),
            "hint: systemd may hold it for this program: write `listen = \"systemd\"`",
        ),
        ("listen = \"systemd\"\nadmin = { listen = \"systemd\" }".to_owned(), "hint: add a `ListenStream=`"),
        ("listen = \"unix:none/http.sock\"".to_owned(), "its folder does not exist\nhint: make it"),
    ] {
        let folder = folder(&listen);
        let refused = passing(folder.path(), &[&held]).output().unwrap();
        let stderr = String::from_utf8(refused.stderr).unwrap();
        assert!(refused.status.code() == Some(1) && stderr.contains(told), "{listen}: {stderr}");
    }
}

/// Runs the program with sockets passed as systemd does.
fn with_sockets(folder: &Path, sockets: &[&dyn AsRawFd]) -> Program {
    Program::start(&mut passing(folder, sockets))
}

/// The program with sockets from descriptor 3 on, for this process only.
fn passing(folder: &Path, sockets: &[&dyn AsRawFd]) -> Command {
    let moved: Vec<String> = sockets
        .iter()
        .enumerate()
        .map(|(at, socket)| format!("{}<&{}", at + 3, socket.as_raw_fd()))
        .collect();
    let script =
        format!("exec {}; LISTEN_PID=$$ LISTEN_FDS={} exec {PROGRAM} serve", moved.join(" "), sockets.len());
    let mut command = Command::new("sh");
    command.args(["-c", &script]).current_dir(folder);
    command
}

#[test]
fn sockets_that_systemd_passes_are_taken_and_no_connection_is_lost_between_two_programs() {
    let folder = folder("listen = \"systemd\"");
    let toml = configuration("").replace(LISTEN, "listen = \"systemd\"") + "[admin]\nlisten = \"systemd\"\n";
    std::fs::write(folder.path().join("feedback.toml"), toml).unwrap();
    let public = TcpListener::bind("127.0.0.1:0").unwrap();
    let admin = UnixListener::bind(folder.path().join("admin.sock")).unwrap();
    fcntl_setfd(&public, FdFlags::empty()).unwrap();
    fcntl_setfd(&admin, FdFlags::empty()).unwrap();
    let address = public.local_addr().unwrap();

    let mut first = with_sockets(folder.path(), &[&public, &admin]);
    assert_eq!(first.address(), address.to_string());
    assert_healthy(TcpStream::connect(address).unwrap());
    let live = "GET /live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    assert!(ask(UnixStream::connect(folder.path().join("admin.sock")).unwrap(), live).ends_with("ok\n"));
    first.tell(Signal::TERM);
    assert_eq!(first.child.wait().unwrap().code(), Some(0));

    // Nobody accepts now, and the connection waits.
    let waiting = TcpStream::connect(address).unwrap();
    let _second = with_sockets(folder.path(), &[&public, &admin]);
    assert_healthy(waiting);
}

#[test]
fn sockets_meant_for_another_process_are_not_taken() {
    let folder = folder("listen = \"systemd\"");
    let output = command(folder.path()).env("LISTEN_FDS", "1").env("LISTEN_PID", "1").output().unwrap();
    assert!(String::from_utf8(output.stderr).unwrap().contains("systemd passed no socket"));
}

#[test]
fn platform_tells_the_port() {
    let folder = folder("");
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut program = Program::start(command(folder.path()).env("PORT", free.to_string()));
    assert_eq!(program.address(), format!("0.0.0.0:{free}"));
    assert_healthy(TcpStream::connect(("127.0.0.1", free)).unwrap());
    write(folder.path(), LISTEN);
    drop(program);
    let mut program = Program::start(command(folder.path()).env("PORT", free.to_string()));
    assert!(program.address().starts_with("127.0.0.1:"), "what the operator says counts more");
}

fn told(socket: &UnixDatagram) -> String {
    let mut message = [0; 256];
    let length = socket.recv(&mut message).unwrap();
    String::from_utf8(message[..length].to_vec()).unwrap()
}

fn check_notifications(name: &str, socket: &UnixDatagram) {
    let folder = folder(LISTEN);
    let mut program = Program::start(command(folder.path()).env("NOTIFY_SOCKET", name));
    let address = program.address();
    assert_eq!(told(socket), "READY=1");
    program.tell(Signal::HUP);
    let reloading = told(socket);
    let since = reloading.strip_prefix("RELOADING=1\nMONOTONIC_USEC=").unwrap();
    assert!(since.parse::<u64>().unwrap() > 0);
    assert_eq!(told(socket), "READY=1");
    program.event("config.reloaded");
    assert_healthy(TcpStream::connect(address).unwrap());
    program.tell(Signal::TERM);
    assert_eq!(told(socket), "STOPPING=1");
    assert_eq!(program.child.wait().unwrap().code(), Some(0));
}

#[test]
fn systemd_is_told_at_a_path_and_at_a_name_without_a_file() {
    use std::os::linux::net::SocketAddrExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notify.sock");
    check_notifications(path.to_str().unwrap(), &UnixDatagram::bind(&path).unwrap());
    let name = format!("feedback-fn-test-{}", std::process::id());
    let address = std::os::unix::net::SocketAddr::from_abstract_name(&name).unwrap();
    check_notifications(&format!("@{name}"), &UnixDatagram::bind_addr(&address).unwrap());
}

#[test]
fn watchdog_hears_that_the_program_is_alive() {
    let sockets = tempfile::tempdir().unwrap();
    let path = sockets.path().join("notify.sock");
    let socket = UnixDatagram::bind(&path).unwrap();
    let folder = folder(LISTEN);
    let _program =
        Program::start(command(folder.path()).env("NOTIFY_SOCKET", &path).env("WATCHDOG_USEC", "20000"));
    let heard = [told(&socket), told(&socket), told(&socket)];
    assert_eq!(heard, ["READY=1", "WATCHDOG=1", "WATCHDOG=1"]);
}

#[test]
fn wrong_configuration_is_refused_at_a_reload_and_the_old_one_stays() {
    let folder = folder(LISTEN);
    let mut program = Program::start(&mut command(folder.path()));
    let address = program.address();
    write(folder.path(), "guard = { burst = 0 }\nlisten = \"127.0.0.1:0\"");
    program.tell(Signal::HUP);
    let refused = program.event("config.refused");
    assert!(refused["cause"].as_str().unwrap().contains("`guard.burst` is 0"), "{refused}");
    assert_healthy(TcpStream::connect(&address).unwrap());
    write(folder.path(), "listen = \"127.0.0.1:1\"");
    program.tell(Signal::HUP);
    assert_eq!(program.event("config.needs_restart")["setting"], "listen");
    assert_healthy(TcpStream::connect(&address).unwrap());
}

#[test]
fn program_without_file_descriptors_goes_on_when_there_are_some() {
    let folder = folder(LISTEN);
    let mut program = Program::start(&mut command(folder.path()));
    let address = program.address();
    assert_healthy(TcpStream::connect(&address).unwrap());
    let few = Rlimit { current: Some(3), maximum: Some(1000) };
    let before = prlimit(Some(program.pid()), Resource::Nofile, few).unwrap();
    // Held by the kernel: nothing can be accepted.
    let waiting = TcpStream::connect(&address).unwrap();
    program.event("server.accept_failed");
    let enough = Rlimit { current: Some(1000), maximum: Some(1000) };
    prlimit(Some(program.pid()), Resource::Nofile, enough).unwrap();
    assert_healthy(waiting);
    assert!(before.current.is_none_or(|files| files > 3));
}

#[test]
fn connections_are_bounded_by_file_descriptors() {
    let folder = folder(LISTEN);
    let script = format!("ulimit -n 200; exec {PROGRAM} serve");
    let mut program = Program::start(Command::new("sh").args(["-c", &script]).current_dir(folder.path()));
    let few = program.event("server.few_files");
    assert_eq!((few["connections"].as_u64(), few["wanted"].as_u64()), (Some(100), Some(1024)));
}
