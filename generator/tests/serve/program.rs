//! The program `auslage serve`, run as a person runs it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// A small site: a front page, a page, a style sheet, a film, a 404 page.
pub fn site() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let film: Vec<u8> = (0..200_000_u32).map(|number| (number % 251) as u8).collect();
    for (path, text) in [
        ("zola.toml", "base_url = \"https://site.example\"\n"),
        ("content/_index.md", "+++\ntitle = \"Front\"\n+++\nWelcome.\n"),
        ("content/a.md", "+++\ntitle = \"A\"\n+++\nA page.\n"),
        ("content/hidden.md", "+++\ntitle = \"Draft\"\ndraft = true\n+++\nNot yet.\n"),
        (
            "templates/index.html",
            "<body>{{ section.content | safe }}{{ config.base_url }}|{{ section.permalink }}</body>",
        ),
        ("templates/page.html", "<body>{{ page.content | safe }}</body>"),
        ("templates/404.html", "<body>nothing here</body>"),
        ("static/site.css", "body { color: red }"),
        ("static/data.json", "{}"),
    ] {
        super::write(folder.path(), path, text);
    }
    super::write(folder.path(), "static/film.mp4", film);
    folder
}

/// A server and what it says.
pub struct Program {
    child: Child,
    lines: Receiver<String>,
    /// Host and port that it listens on.
    pub address: String,
    /// Where it makes temporary folders.
    pub temporary: tempfile::TempDir,
}

impl Program {
    /// Starts `auslage serve` on a free port and waits until it serves.
    pub fn serve(root: &Path, arguments: &[&str]) -> Self {
        let temporary = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_auslage"));
        command.env("NO_COLOR", "1").env("TMPDIR", temporary.path()).arg("--root").arg(root);
        command.args(["serve", "--port", "0"]).args(arguments);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        let mut program = Self { child, lines, address: String::new(), temporary };
        let line = program.wait_for("Web server is available at ");
        let bound = line.split("(bound to ").nth(1).unwrap();
        program.address = bound.trim_end_matches(')').to_owned();
        program
    }

    /// Waits until it says something.
    #[track_caller]
    pub fn wait_for(&self, part: &str) -> String {
        let mut said = Vec::new();
        loop {
            match self.lines.recv_timeout(Duration::from_secs(60)) {
                Ok(line) if line.contains(part) => return line,
                Ok(line) => said.push(line),
                Err(error) => panic!("{error}: no `{part}` in:\n{}", said.join("\n")),
            }
        }
    }

    /// What is in the folder for temporary files.
    pub fn temporary_files(&self) -> usize {
        std::fs::read_dir(self.temporary.path()).unwrap().count()
    }

    /// Sends a signal to it.
    pub fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
    }

    /// Waits for its end.
    pub fn wait(&mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
