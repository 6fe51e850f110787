//! The transport that writes each mail as a file: for the preview, and where another program picks mails up.
//!
//! A mail counts as delivered when file and folder entry are on the disk. A mail that is written twice
//! overwrites itself with the same octets. The file's name holds nothing that a resident typed.

use super::{Failure, Mail, Outcome, Stage, Transport};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
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
    pub fn new(folder: PathBuf) -> io::Result<FilesTransport> {
        // For its owner only: the mails hold what residents wrote.
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
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
    format!("{}.{}.eml", mail.name, mail.recipient_hash)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::PlainAddress;
    use std::collections::BTreeMap;
    use std::os::unix::fs::PermissionsExt;

    fn mail(text: &str) -> Mail {
        let address = |text: &str| text.parse::<PlainAddress>().unwrap();
        Mail {
            name: "LOE-0000-000X".into(),
            sender: address("beteiligung@stadt.example"),
            recipient: address("amt@stadt.example"),
            recipient_hash: "0123456789abcdef".into(),
            bytes: text.into(),
        }
    }

    #[expect(clippy::disallowed_methods, reason = "the test looks into the folder")]
    fn content(folder: &Path) -> BTreeMap<String, (String, u32)> {
        let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
        let look = |entry: std::fs::DirEntry| {
            let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
            let text = std::fs::read_to_string(entry.path()).unwrap();
            (entry.file_name().into_string().unwrap(), (text, mode))
        };
        entries.map(look).collect()
    }

    #[tokio::test]
    #[expect(clippy::disallowed_methods, reason = "the test plays a process that was killed")]
    async fn mail_lies_in_the_folder_once_whole_and_readable_by_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let mut transport = FilesTransport::new(folder.path().join("a/mails")).unwrap();
        let name = file_name(&mail(""));
        assert!(name == "LOE-0000-000X.0123456789abcdef.eml", "{name}");
        std::fs::write(transport.folder().join(format!(".{name}.part")), "half a ma").unwrap();
        for text in ["first", "the same mail again"] {
            assert_eq!(transport.send(&mail(text)).await, Outcome::Delivered);
            let wanted = BTreeMap::from([(name.clone(), (text.to_owned(), 0o600))]);
            assert_eq!(content(transport.folder()), wanted);
        }
        assert_eq!(transport.probe().await, Ok(()));
        assert_eq!(content(transport.folder()).len(), 1, "the trial leaves nothing");
    }

    #[tokio::test]
    #[expect(clippy::disallowed_methods, reason = "the test takes the folder away")]
    async fn folder_that_is_gone_holds_the_route_and_no_mail() {
        let folder = tempfile::tempdir().unwrap();
        let mut transport = FilesTransport::new(folder.path().join("mails")).unwrap();
        std::fs::remove_dir_all(transport.folder()).unwrap();
        assert!(matches!(transport.send(&mail("x")).await, Outcome::RouteDown(_)));
        assert!(transport.probe().await.is_err());
    }
}
