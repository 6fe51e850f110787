//! Runs other programs: shows what they print while it is printed, and keeps it for counting.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// The folder of the workspace.
pub fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).canonicalize().map_or_else(
        |_| Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/..")),
        |path| Box::leak(path.into_boxed_path()),
    )
}

/// What a program printed on both channels, and whether it succeeded.
pub struct Finished {
    /// Standard output and standard error, in the order in which the lines came.
    pub output: String,
    /// Exit code 0.
    pub success: bool,
}

/// Tells the person at the terminal something.
pub fn say(line: &str) {
    let mut out = std::io::stderr().lock();
    // Nobody to tell it to when standard error is closed.
    let _ = writeln!(out, "{line}");
}

/// The cargo that runs this.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// A program in a folder of the workspace.
pub fn program(name: impl AsRef<Path>, folder: &str) -> Command {
    let mut command = Command::new(name.as_ref());
    command.current_dir(root().join(folder));
    command
}

/// Runs a command to its end; its lines are shown and returned.
pub fn run(command: &mut Command) -> Result<Finished> {
    let shown = format!("{command:?}");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().with_context(|| format!("cannot start {shown}"))?;
    let stdout = child.stdout.take().context("standard output was asked for")?;
    let stderr = child.stderr.take().context("standard error was asked for")?;
    let (sender, receiver) = std::sync::mpsc::channel::<String>();
    let channels: [Box<dyn std::io::Read + Send>; 2] = [Box::new(stdout), Box::new(stderr)];
    for channel in channels {
        let sender = sender.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(channel).split(b'\n').map_while(Result::ok) {
                if sender.send(String::from_utf8_lossy(&line).into_owned()).is_err() {
                    return;
                }
            }
        });
    }
    drop(sender);
    let mut output = String::new();
    for line in receiver {
        say(&line);
        output.push_str(&line);
        output.push('\n');
    }
    let success = child.wait().with_context(|| format!("cannot wait for {shown}"))?.success();
    Ok(Finished { output, success })
}

/// Runs a command that must succeed.
pub fn must(command: &mut Command) -> Result<()> {
    let shown = format!("{command:?}");
    if !run(command)?.success {
        bail!("{shown} failed; what it printed stands above");
    }
    Ok(())
}

/// The first of `names` that is on the PATH.
pub fn find(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    // Servers lie where not everybody looks.
    let servers = ["/usr/sbin", "/sbin"].map(PathBuf::from);
    let folders: Vec<PathBuf> = std::env::split_paths(&path).chain(servers).collect();
    let candidates = names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    candidates.into_iter().find(|file| file.is_file())
}
