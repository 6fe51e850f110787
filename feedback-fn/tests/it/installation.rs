//! An installation whose commands are run: configuration, contract, a store with suggestions, no service.

use crate::support::{REVIEW, configuration};
use feedback_fn::contract::Recipient;
use feedback_fn::reference::{Prefix, Reference};
use feedback_fn::store::sqlite::{SqliteOptions, SqliteStore};
use feedback_fn::store::{Entry, Listed, Standing, Store};
use feedback_fn::suggestion::{Marks, Suggestion};
use jiff::Timestamp;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_feedback-fn");

pub struct Installation {
    pub folder: TempDir,
}

/// What a command came to.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Installation {
    /// Without suggestions; a round that is always open.
    pub fn new() -> Installation {
        Installation::with("")
    }

    /// With additional lines of configuration.
    pub fn with(lines: &str) -> Installation {
        let folder = tempfile::tempdir().unwrap();
        let review = REVIEW.replace("\"2026-11-02", "\"2000-11-02").replace("\"2028-01-01", "\"2999-01-01");
        std::fs::write(folder.path().join("review.json"), review).unwrap();
        std::fs::write(folder.path().join("feedback.toml"), configuration(lines)).unwrap();
        let installation = Installation { folder };
        installation.make_private(&installation.path("data"));
        installation.store();
        installation
    }

    fn make_private(&self, folder: &Path) {
        use std::os::unix::fs::DirBuilderExt;
        std::fs::DirBuilder::new().mode(0o700).create(folder).unwrap();
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// As the service opens it: nobody else may have it meanwhile.
    pub fn store(&self) -> SqliteStore {
        SqliteStore::open(&SqliteOptions { path: self.path("data/feedback.sqlite"), reserve: 0 }).unwrap()
    }

    /// Stores suggestions, one mail each.
    pub fn keep(&self, suggestions: &[Suggestion], standing: Standing) {
        let store = self.store();
        run(async {
            for suggestion in suggestions {
                let mut nonce = [0; 16];
                nonce[..13].copy_from_slice(suggestion.reference.as_str().as_bytes());
                let recipients = vec![Recipient { name: "Amt".into(), address: "amt@stadt.example".into() }];
                let suggestion = suggestion.clone();
                let entry = Entry { nonce, suggestion, recipients, standing, confirm: None };
                store.accept(entry).await.unwrap();
            }
        });
    }

    pub fn shown(&self, reference: &Reference) -> Option<Listed> {
        let store = self.store();
        run(async { store.show(reference.clone()).await.unwrap() })
    }

    /// Runs the program in the folder of the installation, not at a terminal.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        let mut command = Command::new(PROGRAM);
        ran(command.args(arguments).current_dir(self.folder.path()).stdin(Stdio::null()))
    }
}

pub fn ran(command: &mut Command) -> Ran {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: status.code(), stdout: text(stdout), stderr: text(stderr) }
}

pub fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

pub fn reference(number: u64) -> Reference {
    Reference::from_bits(&Prefix::try_from("LOE".to_owned()).unwrap(), number)
}

/// About the fixture's passage, received at noon of a day in 2025, in the first round.
pub fn suggestion(number: u64, text: &str) -> Suggestion {
    let contract = feedback_fn::contract::parse(REVIEW.as_bytes()).unwrap();
    Suggestion {
        reference: reference(number),
        received: "2025-12-01T11:00:00Z".parse::<Timestamp>().unwrap(),
        round: 1,
        target: contract.targets[0].clone(),
        digest_sent: contract.targets[0].digest.clone(),
        text: text.to_owned(),
        rewording: None,
        name: None,
        email: None,
        publish: true,
        marks: Marks::default(),
    }
}
