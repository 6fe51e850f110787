//! A PostgreSQL cluster of the tests' own, on a Unix socket in a temporary folder; also of the campaigns of kills
//! and of the benchmark, which are programs of their own.
//!
//! It ends with the process that started it, however that ends: the shell that holds the server waits for the end
//! of its standard input. `initdb` runs once; later clusters are copies of what it made.

#![allow(dead_code, reason = "each program that uses it uses a part")]
#![expect(clippy::disallowed_methods, reason = "files of the server are what it is about")]

use std::fs::{File, Permissions};
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, OnceLock};
use tempfile::TempDir;

/// Whom the database belongs to.
pub const USER: &str = "feedback";

/// What keeps a server small. `fsync` stays on: the store refuses to work without it.
const SETTINGS: &str = "
listen_addresses = ''
shared_buffers = 4MB
max_connections = 40
autovacuum = off
max_wal_size = 32MB
min_wal_size = 2MB
wal_recycle = off
wal_init_zero = off
logging_collector = off
";

/// Ends the server, as a kill does, when it is told to, or nobody is left who could: then its folder goes too.
const HOLD: &str = r#"
"$0" "$@" </dev/null >>"$FOLDER/log" 2>&1 &
server=$!
read -r word
kill -QUIT "$server" 2>/dev/null
wait "$server"
[ "$word" = stop ] || rm -rf "$FOLDER"
"#;

/// The user of the server, if it cannot be the one who tests: PostgreSQL refuses to run as root.
fn other_user() -> Option<(u32, u32)> {
    let id = |arguments: &[&str]| {
        let output =
            Command::new("id").args(arguments).output().ok().filter(|output| output.status.success())?;
        String::from_utf8(output.stdout).ok()?.trim().parse::<u32>().ok()
    };
    (id(&["-u"]) == Some(0)).then(|| {
        let of = |name| Some((id(&["-u", name])?, id(&["-g", name])?));
        of("postgres").or_else(|| of("nobody")).expect("there is a user who is not root")
    })
}

/// A program of PostgreSQL's, of the newest version that is installed.
pub fn program(name: &str) -> PathBuf {
    let mut folders: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|version| Some(version.ok()?.path().join("bin")))
        .collect();
    folders.sort_by_key(|folder| {
        let version =
            folder.parent().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
        version.and_then(|version| version.parse::<u32>().ok())
    });
    let on_path = std::env::var_os("PATH")
        .into_iter()
        .flat_map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
    folders.into_iter().rev().chain(on_path).map(|folder| folder.join(name)).find(|path| path.exists()).unwrap_or_else(
        || {
            panic!(
                "PostgreSQL (`{name}`) is not installed, and the tests of its store need it: `cargo xtask test` \
                 installs it where it can; Debian: `apt install postgresql`"
            )
        },
    )
}

/// A program that is started as the user of the server.
pub fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    if let Some((user, group)) = other_user() {
        command.uid(user).gid(group);
    }
    command.current_dir("/").env("LC_ALL", "C.UTF-8");
    command
}

#[track_caller]
fn must(command: &mut Command) {
    let output = command.output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {told}");
}

/// What a few clusters need, in bytes.
const ROOM: u64 = 1024 * 1024 * 1024;

/// A folder of the server's user, with a short name: the path of a socket has at most 107 bytes. In memory where
/// there is room, since no power is lost in a test.
pub fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    let room = rustix::fs::statvfs(memory).map_or(0, |status| status.f_bavail * status.f_frsize);
    let parent = if room > ROOM { memory } else { Path::new("/tmp") };
    let folder = tempfile::Builder::new().prefix("fbpg").tempdir_in(parent).unwrap();
    if let Some((user, group)) = other_user() {
        chown(folder.path(), Some(user), Some(group)).unwrap();
    }
    std::fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    folder
}

/// Makes a cluster in a folder that is not there yet.
fn initdb(data: &Path, more: &[&str]) {
    let options = ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--username=postgres"];
    must(command(&program("initdb")).args(options).args(more).arg("--pgdata").arg(data));
}

/// What `initdb` makes, made once for all processes.
fn template() -> PathBuf {
    let version = program("initdb");
    let version = version.parent().and_then(Path::parent).and_then(Path::file_name).unwrap_or_default();
    let own = std::env::current_exe().unwrap();
    let name = format!("postgres-{}", version.to_string_lossy());
    let template = own.parent().unwrap().join(name);
    let lock = File::create(template.with_extension("lock")).unwrap();
    lock.lock().unwrap();
    if !template.exists() {
        let made = folder();
        let data = made.path().join("data");
        initdb(&data, &["--wal-segsize=1"]);
        let copy = template.with_extension("new");
        let _ = std::fs::remove_dir_all(&copy);
        must(Command::new("cp").arg("-a").arg(&data).arg(&copy));
        std::fs::rename(&copy, &template).unwrap();
    }
    template
}

/// A cluster, running unless it was stopped.
pub struct Cluster {
    folder: PathBuf,
    /// Where the data lies, if not in that folder.
    elsewhere: Option<TempDir>,
    port: u16,
    server: Mutex<Option<Child>>,
}

impl Cluster {
    /// The one that all tests of this process share.
    pub fn shared() -> &'static Cluster {
        static SHARED: OnceLock<Cluster> = OnceLock::new();
        SHARED.get_or_init(|| Cluster::own(""))
    }

    /// One for a test that stops it or wants other settings.
    pub fn own(settings: &str) -> Cluster {
        Cluster::with(5432, settings, &[])
    }

    /// One with another port, other settings and files (name, content) in its data folder.
    pub fn with(port: u16, settings: &str, files: &[(&str, &str)]) -> Cluster {
        let cluster = Cluster { folder: folder().keep(), elsewhere: None, port, server: Mutex::default() };
        must(Command::new("cp").arg("-a").arg(template()).arg(cluster.data()));
        cluster.set(&format!("{SETTINGS}{settings}"));
        for (name, content) in files {
            let path = cluster.data().join(name);
            std::fs::write(&path, content).unwrap();
            std::fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
            if let Some((user, group)) = other_user() {
                chown(&path, Some(user), Some(group)).unwrap();
            }
        }
        cluster.start();
        cluster
    }

    /// As PostgreSQL is when it is installed, with its data in this folder: one that is measured.
    pub fn as_installed(elsewhere: TempDir) -> Cluster {
        if let Some((user, group)) = other_user() {
            chown(elsewhere.path(), Some(user), Some(group)).unwrap();
        }
        let cluster = Cluster {
            folder: folder().keep(),
            elsewhere: Some(elsewhere),
            port: 5432,
            server: Mutex::default(),
        };
        initdb(&cluster.data(), &[]);
        cluster.set("listen_addresses = ''");
        cluster.start();
        cluster
    }

    fn set(&self, settings: &str) {
        let file = self.data().join("postgresql.conf");
        let text = std::fs::read_to_string(&file).unwrap();
        std::fs::write(&file, format!("{text}{settings}\n")).unwrap();
    }

    /// The data folder.
    pub fn data(&self) -> PathBuf {
        self.elsewhere.as_ref().map_or(self.folder.as_path(), TempDir::path).join("data")
    }

    /// The folder of the socket.
    pub fn socket(&self) -> &Path {
        &self.folder
    }

    /// Starts the server and waits until it answers.
    pub fn start(&self) {
        let server = command(Path::new("/bin/sh"))
            .args(["-c", HOLD])
            .arg(program("postgres"))
            .arg("-D")
            .arg(self.data())
            .arg("-k")
            .arg(&self.folder)
            .arg("-p")
            .arg(self.port.to_string())
            .env("FOLDER", &self.folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .unwrap();
        *self.server.lock().unwrap() = Some(server);
        let ready = || {
            let mut ready = command(&program("pg_isready"));
            ready
                .arg("-q")
                .arg("-h")
                .arg(&self.folder)
                .arg("-p")
                .arg(self.port.to_string())
                .status()
                .unwrap()
                .success()
        };
        let log = || std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        let patience = std::time::Instant::now();
        while !ready() {
            assert!(patience.elapsed().as_secs() < 60, "the server does not start: {}", log());
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }

    /// As a kill or a loss of power does: without a word to anybody.
    pub fn stop_immediately(&self) {
        let mut server = self.server.lock().unwrap().take().expect("it runs");
        server.stdin.take().unwrap().write_all(b"stop\n").unwrap();
        server.wait().unwrap();
    }

    /// Asks as the superuser; what comes back is as psql prints it.
    #[track_caller]
    pub fn psql(&self, database: &str, sql: &str) -> String {
        let mut psql = command(&program("psql"));
        psql.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-h"])
            .arg(&self.folder);
        let port = self.port.to_string();
        let output = psql.args(["-p", &port, "-d", database, "-c", sql]).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{sql}: {told}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// A new, empty database of [`USER`].
    pub fn database(&self) -> Database<'_> {
        static LAST: Mutex<u32> = Mutex::new(0);
        let mut last = LAST.lock().unwrap();
        *last += 1;
        let name = format!("test{last}");
        if self.psql("postgres", &format!("SELECT count(*) FROM pg_roles WHERE rolname = '{USER}'")) == "0" {
            self.psql("postgres", &format!("CREATE ROLE {USER} LOGIN"));
        }
        self.psql("postgres", &format!("CREATE DATABASE {name} OWNER {USER}"));
        Database { cluster: self, name }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Some(mut server) = self.server.lock().unwrap().take() {
            drop(server.stdin.take());
            let _ = server.wait();
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A database in a cluster.
pub struct Database<'c> {
    pub cluster: &'c Cluster,
    pub name: String,
}

impl Database<'_> {
    /// Asks as the superuser.
    #[track_caller]
    pub fn psql(&self, sql: &str) -> String {
        self.cluster.psql(&self.name, sql)
    }

    /// The section of a configuration that names it.
    pub fn section(&self) -> String {
        let (host, name) = (self.cluster.socket().display(), &self.name);
        format!("[store.postgres]\nhost = \"{host}\"\ndatabase = \"{name}\"\nuser = \"{USER}\"\n")
    }
}
