//! `auslage init`: the folders and the configuration of a new site.
//!
//! Asks what Zola asks. What it writes builds at once, with Auslage and with Zola.

use std::io::{BufRead, IsTerminal};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail, ensure};
use url::Url;

use super::arguments::Init;
use super::terminal;

/// The configuration's name.
const CONFIG: &str = "zola.toml";

/// What the person wants.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Answers {
    base_url: String,
    has_sass: bool,
    has_search: bool,
}

impl Default for Answers {
    fn default() -> Self {
        Self { base_url: "https://example.com".to_owned(), has_sass: true, has_search: false }
    }
}

/// Makes a site.
pub(super) fn run(options: &Init) -> Result<ExitCode> {
    let folder = options.name.as_path();
    ensure!(
        options.force || is_empty(folder)?,
        "there is something in the folder `{}` (files with a dot in front do not count); \
         choose an empty one, or add --force",
        folder.display()
    );
    ensure!(
        !folder.join(CONFIG).exists(),
        "there is a `{CONFIG}` in `{}` already; remove it first",
        folder.display()
    );
    let answers = if std::io::stdin().is_terminal() {
        terminal::say(
            "A new site. Everything can be changed in `zola.toml` later; Enter takes what is in brackets.",
        );
        ask(&mut std::io::stdin().lock())?
    } else {
        terminal::say(
            "Not at a terminal, so nothing is asked: the address is https://example.com, Sass is compiled, there is no search index.",
        );
        Answers::default()
    };
    write(folder, &answers)?;
    let shown = std::path::absolute(folder)?;
    terminal::say(&format!("The site is in {}; `auslage serve` shows it.", shown.display()));
    Ok(ExitCode::SUCCESS)
}

/// Whether there is nothing in a folder but files and folders with a dot in front.
#[expect(clippy::disallowed_methods, reason = "there is no site yet whose World could be asked")]
fn is_empty(folder: &Path) -> Result<bool> {
    if !folder.exists() {
        return Ok(true);
    }
    let entries = std::fs::read_dir(folder).with_context(|| format!("cannot list `{}`", folder.display()))?;
    for entry in entries {
        if !entry?.file_name().to_string_lossy().starts_with('.') {
            return Ok(false);
        }
    }
    Ok(true)
}

fn ask(input: &mut impl BufRead) -> Result<Answers> {
    let default = Answers::default();
    Ok(Answers {
        base_url: ask_until(input, &format!("Address of the site [{}]:", default.base_url), |answer| {
            let is_url = Url::parse(answer).is_ok();
            if answer.is_empty() { Some(default.base_url.clone()) } else { is_url.then(|| answer.to_owned()) }
        })?,
        has_sass: ask_until(input, "Compile Sass? [Y/n]:", |answer| yes_or_no(answer, default.has_sass))?,
        has_search: ask_until(input, "Write a search index? [y/N]:", |answer| {
            yes_or_no(answer, default.has_search)
        })?,
    })
}

/// Asks until there is an answer that can be understood.
fn ask_until<T>(
    input: &mut impl BufRead,
    question: &str,
    understood: impl Fn(&str) -> Option<T>,
) -> Result<T> {
    loop {
        terminal::ask(question);
        let mut line = String::new();
        if input.read_line(&mut line).context("cannot read the answer")? == 0 {
            bail!("no answer to: {question}");
        }
        match understood(line.trim()) {
            Some(answer) => return Ok(answer),
            None => terminal::say(&format!("`{}` is no answer to that.", line.trim())),
        }
    }
}

fn yes_or_no(answer: &str, default: bool) -> Option<bool> {
    match answer.to_ascii_lowercase().as_str() {
        "" => Some(default),
        "y" | "yes" | "true" => Some(true),
        "n" | "no" | "false" => Some(false),
        _ => None,
    }
}

#[expect(clippy::disallowed_methods, reason = "a new site is not an output")]
fn write(folder: &Path, answers: &Answers) -> Result<()> {
    let folders = ["content", "templates", "static", "themes"].into_iter();
    for name in folders.chain(answers.has_sass.then_some("sass")) {
        let folder = folder.join(name);
        std::fs::create_dir_all(&folder)
            .with_context(|| format!("cannot make the folder `{}`", folder.display()))?;
    }
    let file = folder.join(CONFIG);
    std::fs::write(&file, config(answers)).with_context(|| format!("cannot write `{}`", file.display()))
}

fn config(answers: &Answers) -> String {
    let base_url = toml::Value::from(answers.base_url.as_str());
    format!(
        "# Where the site will be found; every link begins with it.\n\
         base_url = {base_url}\n\
         \n\
         # Makes style sheets of the files in `sass`.\n\
         compile_sass = {}\n\
         \n\
         # Writes an index of all pages, for a search by script.\n\
         build_search_index = {}\n\
         \n\
         [markdown]\n\
         \n\
         [extra]\n\
         # Settings of your own; templates find them in `config.extra`.\n",
        answers.has_sass, answers.has_search
    )
}

#[cfg(test)]
mod tests {
    use super::{Answers, ask, config};

    #[track_caller]
    fn check(typed: &str, base_url: &str, has_sass: bool, has_search: bool) {
        let expected = Answers { base_url: base_url.to_owned(), has_sass, has_search };
        assert_eq!(ask(&mut typed.as_bytes()).unwrap(), expected, "{typed:?}");
    }

    #[test]
    fn questions_have_defaults_and_come_again_until_they_are_answered() {
        check("\n\n\n", "https://example.com", true, false);
        check("https://a.example/b\nn\nY\n", "https://a.example/b", false, true);
        check("a.example\nhttp://a.example\nmaybe\nNO\n true \n", "http://a.example", false, true);
        assert!(ask(&mut "https://a.example\n".as_bytes()).is_err(), "the answers end too early");
    }

    #[test]
    fn an_address_cannot_leave_its_quotes() {
        let base_url = "https://a.example/\"\ntitle = \"x".to_owned();
        let text = config(&Answers { base_url: base_url.clone(), ..Answers::default() });
        let read: toml::Table = text.parse().unwrap();
        assert_eq!(read["base_url"].as_str(), Some(base_url.as_str()));
        assert!(!read.contains_key("title"));
    }
}
