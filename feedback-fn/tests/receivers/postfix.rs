//! Postfix in a folder: takes mail for one domain and puts it into a Maildir.

use serde::Deserialize;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Reached only where something hangs.
const PATIENCE: Duration = Duration::from_secs(60);
const NOBODY: u32 = 65534;

/// A running Postfix; ends with this value.
pub struct Postfix {
    folder: tempfile::TempDir,
    /// Where it takes mail.
    pub port: u16,
    master: Option<Child>,
}

/// A mail as Python's parser reads it.
#[derive(Debug, Deserialize)]
pub struct Parsed {
    headers: Vec<(String, String)>,
    /// The decoded text.
    pub body: String,
    /// What the parser found wrong.
    pub defects: Vec<String>,
    /// In octets, without its end.
    pub longest_line: usize,
}

impl Parsed {
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(found, _)| found == name).map_or("", |(_, value)| value)
    }

    /// Names of all headers but those that the way adds.
    pub fn names(&self) -> Vec<&str> {
        let added = ["Return-Path", "X-Original-To", "Delivered-To", "Received"];
        let names = self.headers.iter().map(|(name, _)| name.as_str());
        let mut names: Vec<&str> = names.filter(|name| !added.contains(name)).collect();
        names.sort_unstable();
        names
    }

    /// What we write, and nothing that anybody typed.
    pub fn expected_names(&self) -> Vec<&'static str> {
        let mut names = vec![
            "Auto-Submitted",
            "Content-Transfer-Encoding",
            "Content-Type",
            "Date",
            "From",
            "In-Reply-To",
            "MIME-Version",
            "Message-ID",
            "References",
            "Subject",
            "To",
            "X-Auslage-Reference",
        ];
        if !self.header("Reply-To").is_empty() {
            assert_eq!(self.header("Reply-To"), "muster@example.org");
            names.push("Reply-To");
        }
        names.sort_unstable();
        names
    }
}

impl Postfix {
    pub fn start() -> Postfix {
        let folder = tempfile::tempdir().unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        // Postfix's parts run as users of their own.
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        for part in ["etc", "queue", "data", "mail"] {
            std::fs::create_dir(folder.path().join(part)).unwrap();
        }
        let owned = |part: &str, user: &str| {
            let status = Command::new("chown").arg(user).arg(folder.path().join(part)).status().unwrap();
            assert!(status.success(), "Postfix needs root for its users");
        };
        owned("data", "postfix");
        owned("mail", &NOBODY.to_string());
        std::fs::write(folder.path().join("etc/main.cf"), main_cf(folder.path())).unwrap();
        std::fs::write(folder.path().join("etc/master.cf"), master_cf(port)).unwrap();
        let mut postfix = Postfix { folder, port, master: None };
        postfix.start_again();
        postfix
    }

    pub fn start_again(&mut self) {
        let mut master = Command::new(program("postfix"))
            .args(["-c", &self.folder.path().join("etc").display().to_string(), "start-fg"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let start = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(master.try_wait().unwrap().is_none(), "Postfix has ended: {}", self.log());
            assert!(start.elapsed() < PATIENCE, "Postfix does not listen: {}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
        self.master = Some(master);
    }

    pub fn stop(&mut self) {
        let etc = self.folder.path().join("etc").display().to_string();
        let _ = Command::new(program("postfix")).args(["-c", &etc, "stop"]).stderr(Stdio::null()).status();
        if let Some(mut master) = self.master.take() {
            let _ = master.wait();
        }
    }

    /// All mails, once there are so many.
    pub fn wait_for(&self, count: usize) -> Vec<Parsed> {
        let start = Instant::now();
        loop {
            let mails = self.mails();
            if mails.len() >= count || start.elapsed() > PATIENCE {
                assert!(mails.len() >= count, "{} of {count} mails: {}", mails.len(), self.log());
                return parse(&mails);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn mails(&self) -> Vec<PathBuf> {
        let inbox = std::fs::read_dir(self.folder.path().join("mail/inbox/new"));
        inbox.map_or_else(|_| Vec::new(), |mails| mails.map(|mail| mail.unwrap().path()).collect())
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("data/log")).unwrap_or_default()
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        self.stop();
    }
}

fn program(name: &str) -> PathBuf {
    let folders = ["/usr/sbin", "/usr/bin", "/sbin"].map(PathBuf::from);
    let found = folders.into_iter().map(|folder| folder.join(name)).find(|path| path.is_file());
    found.unwrap_or_else(|| panic!("`{name}` is not installed; `cargo xtask test` installs it where it can"))
}

fn main_cf(folder: &Path) -> String {
    let at = |part: &str| folder.join(part).display().to_string();
    format!(
        "compatibility_level = 3.6\n\
         queue_directory = {}\ndata_directory = {}\nmaillog_file = {}\nmaillog_file_prefixes = {}\n\
         mail_owner = postfix\nsetgid_group = postdrop\n\
         inet_interfaces = 127.0.0.1\ninet_protocols = ipv4\nmyhostname = mx.stadt.example\n\
         mydestination =\nalias_maps =\nmynetworks = 127.0.0.0/8\n\
         smtpd_recipient_restrictions = permit_mynetworks, reject\nsmtpd_forbid_bare_newline = yes\n\
         virtual_mailbox_domains = stadt.example\nvirtual_mailbox_maps = static:inbox/\n\
         virtual_mailbox_base = {}\nvirtual_minimum_uid = 100\n\
         virtual_uid_maps = static:{NOBODY}\nvirtual_gid_maps = static:{NOBODY}\n",
        at("queue"),
        at("data"),
        at("data/log"),
        at(""),
        at("mail"),
    )
}

fn master_cf(port: u16) -> String {
    format!(
        "127.0.0.1:{port} inet n - n - - smtpd\n\
         pickup unix n - n 60 1 pickup\n\
         cleanup unix n - n - 0 cleanup\n\
         qmgr unix n - n 300 1 qmgr\n\
         rewrite unix - - n - - trivial-rewrite\n\
         bounce unix - - n - 0 bounce\n\
         defer unix - - n - 0 bounce\n\
         trace unix - - n - 0 bounce\n\
         proxymap unix - - n - - proxymap\n\
         error unix - - n - - error\n\
         retry unix - - n - - error\n\
         virtual unix - n n - - virtual\n\
         anvil unix - - n - 1 anvil\n\
         postlog unix-dgram n - n - 1 postlogd\n"
    )
}

const PARSER: &str = r#"
import email, email.policy, json, sys
for path in sys.argv[1:]:
    raw = open(path, "rb").read()
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    defects = [repr(d) for part in mail.walk() for d in part.defects]
    defects += [repr(d) for value in mail.values() for d in getattr(value, "defects", [])]
    print(json.dumps({
        "headers": [[name, str(value)] for name, value in mail.items()],
        "body": mail.get_content().replace("\r\n", "\n"),
        "defects": defects,
        "longest_line": max(len(line.rstrip(b"\r")) for line in raw.split(b"\n")),
    }))
"#;

fn parse(mails: &[PathBuf]) -> Vec<Parsed> {
    let output = Command::new("python3").args(["-c", PARSER]).args(mails).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).unwrap();
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
