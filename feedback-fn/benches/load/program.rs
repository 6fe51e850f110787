//! The program as it is shipped, with a folder of its own on a real disk.

use feedback_fn::token::Seal;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::fs::File;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command};
use std::sync::Mutex;
use std::time::{Duration, Instant};

const SECRET: &[u8] = b"a secret of the benchmark, which is no secret";
const REVIEW: &str = include_str!("../../tests/fixtures/review.json");

/// A running program; ends with this value.
pub struct Program {
    folder: tempfile::TempDir,
    child: Mutex<Child>,
    /// Where it listens.
    pub address: SocketAddr,
    /// Makes the tokens that its check page would give.
    pub seal: Seal,
}

/// Many connections need many files, here and in the program, which inherits it.
pub fn raise_open_files() {
    let limit = getrlimit(Resource::Nofile);
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
}

impl Program {
    /// Starts it; `guard` are lines of that section, instead of limits that nobody reaches.
    pub fn start(guard: &str) -> Program {
        Program::with(guard, "")
    }

    /// The same with a section that says where suggestions are kept.
    pub fn with(guard: &str, store: &str) -> Program {
        let folder = crate::floor::folder();
        let review = REVIEW.replace("\"2026-11-02", "\"2000-11-02").replace("\"2028-01-01", "\"2999-01-01");
        std::fs::write(folder.path().join("review.json"), review).unwrap();
        std::fs::write(folder.path().join("secret"), SECRET).unwrap();
        let guard = match guard {
            "" => "forms_per_minute = 100000000\nburst = 100000000",
            lines => lines,
        };
        let config = format!(
            "listen = \"127.0.0.1:0\"\ncontract = \"review.json\"\ndata = \"data\"\nreference_prefix = \"LOE\"\n\
             secret_file = \"secret\"\nreserve_mib = 0\n\
             [sender]\naddress = \"strategie@stadt.example\"\nname = \"Strategie\"\n\
             [transport.smtp]\nhost = \"127.0.0.1\"\nport = 1\ntls = \"none\"\n\
             [guard]\nconnections = 12000\nsecond_page = false\n{guard}\n{store}"
        );
        std::fs::write(folder.path().join("feedback.toml"), config).unwrap();
        let (child, address) = run(folder.path());
        let seal = Seal::new(SECRET).unwrap();
        Program { folder, child: Mutex::new(child), address, seal }
    }

    /// Ends it and starts it again; how long that took.
    pub fn restart(&self) -> Duration {
        let mut child = self.child.lock().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        let start = Instant::now();
        (*child, _) = run(self.folder.path());
        start.elapsed()
    }

    /// MiB of resident memory.
    pub fn resident(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<f64>().unwrap() / 1024.0
    }

    /// Processor time since its start (proc_pid_stat(5), in ticks of 10 ms).
    pub fn cpu(&self) -> Duration {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.id())).unwrap();
        let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
        let ticks = |at: usize| fields[at].parse::<u64>().unwrap();
        Duration::from_millis(10 * (ticks(11) + ticks(12)))
    }

    fn id(&self) -> u32 {
        self.child.lock().unwrap().id()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let mut child = self.child.lock().unwrap();
        let _ = child.kill();
        let _ = child.wait();
    }
}

/// Its log goes into a file: a reader of a pipe would be woken by every line, on the cores that are measured.
fn run(folder: &Path) -> (Child, SocketAddr) {
    let log = folder.join("log");
    let mut child = Command::new(env!("CARGO_BIN_EXE_feedback-fn"))
        .arg("serve")
        .current_dir(folder)
        .env("RUST_LOG", "info")
        .env_remove("PORT")
        .stderr(File::create(&log).unwrap())
        .spawn()
        .unwrap();
    loop {
        if let Some(address) = std::fs::read_to_string(&log).unwrap().lines().find_map(address) {
            return (child, address);
        }
        assert_eq!(child.try_wait().unwrap(), None, "it ended: {}", std::fs::read_to_string(&log).unwrap());
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Where it listens, if this line of its log says so.
fn address(line: &str) -> Option<SocketAddr> {
    let event: serde_json::Value = serde_json::from_str(line).ok()?;
    (event["event"] == "server.listening").then(|| event["address"].as_str()?.parse().ok())?
}
