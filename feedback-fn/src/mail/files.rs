//! The transport that writes each mail as a file: for the preview, and where another program picks mails up.
//!
//! A mail counts as delivered when file and folder entry are on the disk. A mail that is written twice
//! overwrites itself with the same octets. The file's name holds nothing that a resident typed.

use super::{Failure, Mail, Outcome, Stage, Transport};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Readable by the service only: the mail holds names and addresses.
const MODE: u32 = 0o600;

/// Writes mails into one folder.
#[derive(Debug, Clone)]
pub struct FilesTransport {
    folder: PathBuf,
}

impl FilesTransport {
    /// Writes into `folder`, and makes it if it does not exist.
    #[expect(clippy::disallowed_methods, reason = "the transport's own folder")]
    pub fn new(folder: PathBuf) -> io::Result<FilesTransport> {
        std::fs::create_dir_all(&folder)?;
        Ok(FilesTransport { folder })
    }

    /// Where the mails are.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    async fn written(&self, name: String, bytes: Vec<u8>) -> io::Result<()> {
        let folder = self.folder.clone();
        tokio::task::spawn_blocking(move || write(&folder, &name, &bytes)).await.map_err(io::Error::other)?
    }
}

impl Transport for FilesTransport {
    async fn send(&mut self, mail: &Mail) -> Outcome {
        match self.written(file_name(mail), mail.bytes.clone()).await {
            Ok(()) => Outcome::Delivered,
            Err(error) => Outcome::RouteDown(failure(&self.folder, &error)),
        }
    }

    async fn rest(&mut self) {}

    async fn probe(&mut self) -> Result<(), Failure> {
        let folder = self.folder.clone();
        let tried = tokio::task::spawn_blocking(move || try_folder(&folder)).await;
        tried.map_err(io::Error::other).flatten().map_err(|error| failure(&self.folder, &error))
    }
}

fn file_name(mail: &Mail) -> String {
    format!("{}.{}.eml", mail.reference.as_str(), mail.recipient_hash)
}

fn failure(folder: &Path, error: &io::Error) -> Failure {
    Failure::new(Stage::File, format!("`{}`: {error}", folder.display()))
}

/// Temporary file, fsync, rename, fsync of the folder: at no moment is there half a mail under its name.
#[expect(clippy::disallowed_methods, reason = "the transport writes its own folder")]
fn write(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let temporary = folder.join(format!(".{name}.part"));
    let mut file = create(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&temporary, folder.join(name))?;
    File::open(folder)?.sync_all()
}

#[expect(clippy::disallowed_methods, reason = "what a killed process left behind is written anew")]
fn create(path: &Path) -> io::Result<File> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    OpenOptions::new().write(true).create_new(true).mode(MODE).open(path)
}

#[expect(clippy::disallowed_methods, reason = "the trial file is taken away again")]
fn try_folder(folder: &Path) -> io::Result<()> {
    let trial = folder.join(".trial.part");
    create(&trial)?.sync_all()?;
    std::fs::remove_file(&trial)
}
