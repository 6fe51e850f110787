//! Finds the map literals in a template's text. Reads as little of the language as that needs: tags,
//! strings, brackets, and calls of components, whose braces hold expressions and are no maps.

use super::ORDER;

/// What is open inside of a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    /// `(` or `[`
    Bracket,
    /// `{` of a map literal: where it starts, and whether it has more than one entry.
    Map { start: usize, has_several: bool },
    /// `{` around the value of a component's argument.
    Value,
    /// `<name`, up to its `>`.
    Call,
}

/// Text to insert, by byte, in order.
pub(super) fn insertions(template: &str) -> Vec<(usize, String)> {
    let mut scan = Scan { text: template, at: 0, found: Vec::new() };
    // At the first thing that is no template the rest stays as it is: the engine refuses it.
    while scan.next_tag().is_some() {}
    scan.found.sort_by_key(|(at, _)| *at);
    scan.found
}

struct Scan<'t> {
    text: &'t str,
    at: usize,
    found: Vec<(usize, String)>,
}

impl Scan<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    /// Skips to behind the next occurrence of `end`.
    fn skip_behind(&mut self, end: &str) -> Option<()> {
        self.at += self.rest().find(end)? + end.len();
        Some(())
    }

    /// Reads to behind the next tag; `None` at the end.
    fn next_tag(&mut self) -> Option<()> {
        loop {
            self.at += self.rest().find('{')?;
            match self.text.as_bytes().get(self.at + 1)? {
                b'#' => return self.skip_behind("#}"),
                b'{' => return self.tag("}}"),
                b'%' => return self.block(),
                _ => self.at += 1,
            }
        }
    }

    fn block(&mut self) -> Option<()> {
        let inner = self.rest()[2..].trim_start_matches('-').trim_start();
        let length = inner.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
        match &inner[..length.unwrap_or(inner.len())] {
            "raw" => self.raw(),
            "component" => self.component(),
            _ => self.tag("%}"),
        }
    }

    fn raw(&mut self) -> Option<()> {
        self.skip_behind("%}")?;
        loop {
            self.skip_behind("{%")?;
            let inner = self.rest().trim_start_matches('-').trim_start();
            if inner.starts_with("endraw") {
                return self.skip_behind("%}");
            }
        }
    }

    /// A definition, whose defaults the engine wants as literals. What is left of the arguments is a map
    /// that the engine makes.
    fn component(&mut self) -> Option<()> {
        let start = self.at;
        let before = self.found.len();
        self.tag("%}")?;
        self.found.truncate(before);
        let tag = &self.text[start..self.at];
        let Some((_, rest)) = tag.split_once("...") else { return Some(()) };
        let end = rest.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')?;
        let (name, trim) = (&rest[..end], if tag.ends_with("-%}") { "-" } else { "" });
        if !name.is_empty() {
            self.found.push((self.at, format!("{{%{trim} set {name} = ({name}|{ORDER}) {trim}%}}")));
        }
        Some(())
    }

    /// Reads a tag that ends with `end`.
    fn tag(&mut self, end: &str) -> Option<()> {
        self.at += 2;
        let mut open: Vec<Open> = Vec::new();
        let mut found = Vec::new();
        // Whether a value has just ended, so that `<` compares.
        let mut is_behind_value = false;
        loop {
            let rest = self.rest();
            if rest.starts_with(end) {
                self.at += end.len();
                if open.is_empty() {
                    self.found.append(&mut found);
                }
                return Some(());
            }
            let letter = rest.chars().next()?;
            match letter {
                '"' | '\'' | '`' => {
                    self.string(letter)?;
                    is_behind_value = true;
                    continue;
                }
                _ if letter.is_ascii_alphanumeric() || letter == '_' => {
                    is_behind_value = self.word();
                    continue;
                }
                '(' | '[' => open.push(Open::Bracket),
                ')' | ']' => close(&mut open, |last| last == Open::Bracket)?,
                '<' if !is_behind_value && begins_name(&rest[1..]) => open.push(Open::Call),
                '>' if open.last() == Some(&Open::Call) => close(&mut open, |last| last == Open::Call)?,
                '{' if open.last() == Some(&Open::Call) => open.push(Open::Value),
                '{' => open.push(Open::Map { start: self.at, has_several: false }),
                '}' => match open.pop()? {
                    Open::Map { start, has_several: true } => {
                        found.push((start, "(".to_owned()));
                        found.push((self.at + 1, format!("|{ORDER})")));
                    }
                    Open::Map { .. } | Open::Value => {}
                    Open::Bracket | Open::Call => return None,
                },
                ',' => several(&mut open),
                '.' if rest.starts_with("...") => {
                    several(&mut open);
                    self.at += 2;
                }
                _ => {}
            }
            if !letter.is_whitespace() {
                is_behind_value = matches!(letter, ')' | ']' | '}' | '>');
            }
            self.at += letter.len_utf8();
        }
    }

    fn string(&mut self, quote: char) -> Option<()> {
        let mut letters = self.rest().char_indices().skip(1);
        while let Some((index, letter)) = letters.next() {
            match letter {
                '\\' => {
                    letters.next();
                }
                _ if letter == quote => {
                    self.at += index + 1;
                    return Some(());
                }
                _ => {}
            }
        }
        None
    }

    /// Skips a word or number; whether it is a value.
    fn word(&mut self) -> bool {
        let rest = self.rest();
        let length = rest.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
        let word = &rest[..length.unwrap_or(rest.len())];
        let is_value = !matches!(word, "and" | "or" | "not" | "in" | "is" | "if" | "elif" | "else" | "for");
        self.at += word.len();
        is_value
    }
}

/// Closes what is open last, if it is that; `None` for what closes nothing.
fn close(open: &mut Vec<Open>, is_wanted: impl Fn(Open) -> bool) -> Option<()> {
    open.pop().filter(|last| is_wanted(*last)).map(|_| ())
}

fn several(open: &mut [Open]) {
    if let Some(Open::Map { has_several, .. }) = open.last_mut() {
        *has_several = true;
    }
}

fn begins_name(text: &str) -> bool {
    text.trim_start().starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_')
}
