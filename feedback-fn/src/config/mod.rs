//! What the operator says: `feedback.toml`, read and checked.
//!
//! Relative paths count from the folder of the configuration file. The settings of mail belong to `mail`;
//! here they are only carried. Everything a resident reads comes from the contract, not from here.

mod listen;
mod network;

pub use listen::{AdminConfig, Listen, SocketMode};
pub use network::Network;

use crate::abuse::Policy;
use crate::mail::{PlainAddress, SenderConfig, TransportConfig};
use crate::outbox::DeliveryConfig;
use crate::reference::Prefix;
use crate::rights;
use crate::store::StoreOptions;
use crate::store::postgres::PostgresConfig;
use crate::store::sqlite::SqliteOptions;
use anyhow::{Context, anyhow, ensure};
use serde::Deserialize;
use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

const MIB: u64 = 1024 * 1024;
/// The settings that stand in no table.
const AT_THE_TOP: [&str; 7] =
    ["listen", "socket_mode", "contract", "data", "reference_prefix", "secret_file", "reserve_mib"];

/// The checked configuration.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where relative paths of the transport count from.
    pub base: PathBuf,
    /// Where to listen.
    pub listen: Listen,
    /// The mode of the file, if it is a Unix socket.
    pub socket_mode: SocketMode,
    /// Where the operator looks how the program does, if anywhere.
    pub admin: Option<AdminConfig>,
    /// The generator's `review.json`.
    pub contract: PathBuf,
    /// The folder of the database and of a secret drawn by this program; not used with PostgreSQL.
    pub data: PathBuf,
    /// The database, if suggestions are kept in PostgreSQL and not in a file in `data`.
    pub postgres: Option<PostgresConfig>,
    /// The prefix of reference numbers.
    pub reference_prefix: Prefix,
    /// The secret of the tokens; without it one is drawn and kept in `data`.
    pub secret_file: Option<PathBuf>,
    /// Bytes of the disk that are left free.
    pub reserve: u64,
    /// Who the mails come from.
    pub sender: SenderConfig,
    /// How the mails leave.
    pub transport: TransportConfig,
    /// How many mails are too many, who gets one a day, whether residents get one.
    pub delivery: DeliveryConfig,
    /// Who gets the self-test and warnings.
    pub operator: Option<PlainAddress>,
    /// The limits at the door.
    pub guard: Guard,
}

/// The limits at the door.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Guard {
    /// Forms a minute from one network (an IPv4 address or an IPv6 /64), in the long run.
    pub forms_per_minute: u32,
    /// Forms from one network at once.
    pub burst: u32,
    /// Connections at once.
    pub connections: usize,
    /// Connections at once from one network; trusted proxies may have more.
    pub connections_per_network: usize,
    /// Reverse proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<Network>,
    /// Whether what may come from a program has to be sent once more, from a second page.
    pub second_page: bool,
    /// Whether what very probably comes from a program waits for an operator.
    pub quarantine: bool,
}

impl Default for Guard {
    /// A school class behind one address gets through; a flood does not.
    fn default() -> Guard {
        Guard {
            forms_per_minute: 30,
            burst: 60,
            connections: 1024,
            connections_per_network: 32,
            trusted_proxies: Vec::new(),
            second_page: true,
            quarantine: true,
        }
    }
}

impl Guard {
    /// Whether a reverse proxy at this address is believed.
    pub(crate) fn trusts(&self, address: IpAddr) -> bool {
        self.trusted_proxies.iter().any(|network| network.contains(address))
    }

    /// What is done with what looks like a program's.
    pub(crate) fn policy(&self) -> Policy {
        Policy { second_page: self.second_page, quarantine: self.quarantine }
    }

    /// Whether forms are counted by another rule.
    pub(crate) fn differs_in_rate(&self, other: &Guard) -> bool {
        (self.forms_per_minute, self.burst) != (other.forms_per_minute, other.burst)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawOperator {
    address: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawConfig {
    listen: Option<Listen>,
    #[serde(default)]
    socket_mode: SocketMode,
    admin: Option<AdminConfig>,
    contract: PathBuf,
    data: Option<PathBuf>,
    reference_prefix: Prefix,
    secret_file: Option<PathBuf>,
    #[serde(default = "default_reserve_mib")]
    reserve_mib: u64,
    sender: SenderConfig,
    transport: TransportConfig,
    #[serde(default)]
    delivery: DeliveryConfig,
    operator: Option<RawOperator>,
    #[serde(default)]
    guard: Guard,
    #[serde(default)]
    store: RawStore,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawStore {
    postgres: Option<PostgresConfig>,
}

fn default_reserve_mib() -> u64 {
    64
}

impl Config {
    /// Reads a configuration file. Without `listen`, the environment's `PORT` counts: so platforms that start
    /// a container per request tell where they will ask.
    #[expect(clippy::disallowed_methods, reason = "the configuration's edge to the file system")]
    pub fn load(path: &Path) -> anyhow::Result<Config> {
        let text = std::fs::read_to_string(path).map_err(|error| unreadable(path, &error))?;
        let base = path.parent().unwrap_or(Path::new(""));
        let port = std::env::var("PORT").ok();
        Config::read(&text, base, port.as_deref())
            .with_context(|| format!("in the configuration `{}`", path.display()))
    }

    /// Reads a configuration; relative paths count from `base`.
    pub fn from_toml(text: &str, base: &Path) -> anyhow::Result<Config> {
        Config::read(text, base, None)
    }

    fn read(text: &str, base: &Path, port: Option<&str>) -> anyhow::Result<Config> {
        let raw: RawConfig = toml::from_str(text).map_err(placed)?;
        ensure!(raw.guard.forms_per_minute > 0, "`guard.forms_per_minute` is 0: nobody could send anything");
        ensure!(raw.guard.burst > 0, "`guard.burst` is 0: nobody could send anything");
        ensure!(raw.guard.connections > 0, "`guard.connections` is 0: nobody could connect");
        let per_network = raw.guard.connections_per_network;
        ensure!(per_network > 0, "`guard.connections_per_network` is 0: nobody could connect");
        raw.delivery.check()?;
        let operator = raw.operator.map(|operator| {
            let context = || format!("`operator.address` is `{}`", operator.address);
            operator.address.parse::<PlainAddress>().with_context(context)
        });
        let admin = raw.admin.map(|admin| admin.checked(base)).transpose()?;
        let listen = raw.listen.map_or_else(|| Listen::unless_said(port), |said| Ok(said.below(base)))?;
        ensure!(
            admin.as_ref().is_none_or(|admin| !admin.listen.is_same(&listen)),
            "`listen` and `admin.listen` are both `{listen}`: give the admin address another port"
        );
        let postgres = raw.store.postgres;
        ensure!(
            postgres.is_some() || raw.data.is_some(),
            "`data` is missing: the folder in which suggestions are kept (or `[store.postgres]`)"
        );
        ensure!(
            postgres.is_none() || raw.secret_file.is_some(),
            "`secret_file` is missing: with `[store.postgres]` any replica may get the form that another one has \
             signed, so all need the same secret"
        );
        Ok(Config {
            base: base.to_owned(),
            listen,
            socket_mode: raw.socket_mode,
            admin,
            contract: base.join(raw.contract),
            data: base.join(raw.data.unwrap_or_else(|| "data".into())),
            postgres,
            reference_prefix: raw.reference_prefix,
            secret_file: raw.secret_file.map(|path| base.join(path)),
            reserve: raw.reserve_mib.saturating_mul(MIB),
            sender: raw.sender,
            transport: raw.transport,
            delivery: raw.delivery,
            operator: operator.transpose()?,
            guard: raw.guard,
        })
    }

    /// Keeps what cannot change while the program runs as it is in `present`; names what differed.
    pub(crate) fn keep_fixed(&mut self, present: &Config) -> Vec<&'static str> {
        let mut differing = Vec::new();
        let mut keep = |name, differs| {
            if differs {
                differing.push(name);
            }
        };
        keep("listen", kept(&mut self.listen, &present.listen));
        keep("socket_mode", kept(&mut self.socket_mode, &present.socket_mode));
        keep("admin", kept(&mut self.admin, &present.admin));
        keep("contract", kept(&mut self.contract, &present.contract));
        keep("data", kept(&mut self.data, &present.data));
        keep("reference_prefix", kept(&mut self.reference_prefix, &present.reference_prefix));
        keep("secret_file", kept(&mut self.secret_file, &present.secret_file));
        keep("store.postgres", kept(&mut self.postgres, &present.postgres));
        keep("reserve_mib", kept(&mut self.reserve, &present.reserve));
        keep("guard.connections", kept(&mut self.guard.connections, &present.guard.connections));
        differing
    }

    /// The database file, without PostgreSQL.
    pub fn database(&self) -> PathBuf {
        self.data.join("feedback.sqlite")
    }

    /// The store. Fails if a file that its settings name cannot be used.
    pub fn store(&self) -> anyhow::Result<StoreOptions> {
        Ok(match &self.postgres {
            Some(postgres) => StoreOptions::Postgres(Box::new(
                postgres.options(&self.base).context("in `[store.postgres]`")?,
            )),
            None => StoreOptions::Sqlite(SqliteOptions { path: self.database(), reserve: self.reserve }),
        })
    }

    /// Makes the data folder, for its owner only, if one is needed and there is none.
    pub fn create_data_folder(&self) -> anyhow::Result<()> {
        use std::os::unix::fs::DirBuilderExt;
        if self.postgres.is_some() {
            return Ok(());
        }
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.data).map_err(|error| {
            let hint = match self.data.exists() {
                true => "it is a file: move it away, or change `data`".to_owned(),
                false => rights::advice(&self.data),
            };
            anyhow!("cannot create the data folder `{}`: {error}\nhint: {hint}", self.data.display())
        })
    }
}

/// A setting that is written below a table is one of that table: newcomers add it at the end.
fn placed(error: toml::de::Error) -> anyhow::Error {
    let unknown = error.message().strip_prefix("unknown field `").and_then(|rest| rest.split('`').next());
    match unknown.filter(|name| AT_THE_TOP.contains(name)) {
        Some(name) => {
            let hint = format!("`{name}` belongs above the first line with `[…]`");
            anyhow!("{}\nhint: {hint}", error.to_string().trim_end())
        }
        None => error.into(),
    }
}

fn unreadable(path: &Path, error: &io::Error) -> anyhow::Error {
    match error.kind() {
        io::ErrorKind::NotFound => anyhow!(
            "there is no configuration `{}`\nhint: name it with `--config`; `feedback.example.toml` shows how to \
             write one",
            path.display()
        ),
        _ => rights::unreadable("configuration", path, error),
    }
}

/// Whether a setting differs from the present one, which it becomes.
fn kept<T: Clone + PartialEq>(setting: &mut T, present: &T) -> bool {
    let differs = setting != present;
    setting.clone_from(present);
    differs
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: &str = include_str!("../../feedback.example.toml");

    #[test]
    fn example_is_a_valid_configuration() {
        let config = Config::from_toml(EXAMPLE, Path::new("/etc/feedback")).unwrap();
        assert_eq!(config.contract, Path::new("/etc/feedback/public/review.json"));
        assert_eq!(config.database(), Path::new("/etc/feedback/data/feedback.sqlite"));
    }

    #[track_caller]
    fn check(line: &str, with: &str, message: &str) {
        let text = EXAMPLE.replace(line, with);
        assert_ne!(text, EXAMPLE, "`{line}` is not in the example");
        let error = format!("{:#}", Config::from_toml(&text, Path::new("")).unwrap_err());
        assert!(error.contains(message), "{error}");
    }

    #[test]
    fn mistake_is_named_with_its_place() {
        check("contract = ", "contrakt = ", "unknown field `contrakt`");
        check("reference_prefix = \"LOE\"", "reference_prefix = \"lö\"", "capital letters");
        check("listen = \"127.0.0.1:8787\"", "listen = \"here\"", "`here` is not an address with a port");
        let admin = "# [admin]\n# listen = \"127.0.0.1:8788\"";
        check(admin, "[admin]\nlisten = \"0.0.0.0:8788\"", "which others can reach");
        check("# socket_mode = \"660\"", "socket_mode = \"u=rw\"", "is not a mode");
        check("burst = 60", "burst = 0", "nobody could send anything");
        check("mails_per_hour = 20", "mails_an_hour = 20", "unknown field `mails_an_hour`");
        check("daily_hour = 7", "daily_hour = 24", "`delivery.daily_hour`");
        let operator = "# [operator]\n# address = \"edv@stadt.example\"";
        check(operator, "[operator]\naddress = \"edv\"", "`operator.address` is `edv`");
        check("trusted_proxies = []", "trusted_proxies = [\"10.0.0.0/33\"]", "`10.0.0.0/33`");
        check("data = \"data\"", "", "`data` is missing");
        check("# [store.postgres]", "[store.postgresql]", "unknown field `postgresql`");
        check("# [store.postgres]", "[store.postgres]", "missing field `host`");
        check(admin, "[admin]\nlisten = \"127.0.0.1:8787\"", "are both `127.0.0.1:8787`");
        let late = "quarantine = true\nsecret_file = \"secret\"";
        check("quarantine = true", late, "hint: `secret_file` belongs above the first line with `[…]`");
    }

    /// The settings of a table, as the parser names them to who writes another one.
    fn settings(table: &str) -> Vec<String> {
        let (head, wrong) = (format!("\n[{table}]\n"), format!("\n[{table}]\nnosuch = 1\n"));
        let text = match EXAMPLE.contains(&head) {
            true => EXAMPLE.replace(&head, &wrong),
            false => format!("{EXAMPLE}{wrong}"),
        };
        let error = Config::from_toml(&text, Path::new("")).unwrap_err().to_string();
        let (_, expected) = error.split_once("expected ").unwrap_or_else(|| panic!("{table}: {error}"));
        expected.split('`').skip(1).step_by(2).map(str::to_owned).collect()
    }

    #[test]
    fn example_explains_every_setting() {
        let tables = "sender transport.files transport.smtp delivery operator guard admin store.postgres";
        for table in tables.split(' ') {
            let (_, rest) = EXAMPLE.split_once(&format!("[{table}]\n")).unwrap();
            let explained = rest.split("\n\n").next().unwrap();
            for setting in settings(table) {
                assert!(
                    explained.contains(&format!("{setting} = ")),
                    "`{setting}` of `[{table}]`: {explained}"
                );
            }
        }
    }

    #[test]
    fn postgres_needs_a_secret_of_the_operator_and_no_data_folder() {
        let postgres = "[store.postgres]\nhost = \"/run/postgresql\"\ndatabase = \"f\"\nuser = \"f\"\n";
        let text = format!("{}\n{postgres}", EXAMPLE.replace("data = \"data\"\n", ""));
        let error = Config::from_toml(&text, Path::new("")).unwrap_err().to_string();
        assert!(error.contains("all need the same secret"), "{error}");
        let config = Config::from_toml(&format!("secret_file = \"secret\"\n{text}"), Path::new("")).unwrap();
        assert!(matches!(config.store(), Ok(StoreOptions::Postgres(_))));
    }
}
