//! The grammar of phrases such as `vgl. Antwort zu lfd. Nr. 12 und 13`, over words, numbers and signs.

use super::{Pointer, Target, To};
use crate::reference::ReferenceError;

/// Words that point, if a row or a reference follows.
const LEADS: &[&str] =
    &["siehe", "vgl", "vergl", "vergleiche", "wie", "analog", "entspricht", "identisch", "gleichlautend"];
/// Words that point together with a preposition.
const ANSWERS: &[&str] =
    &["antwort", "antworten", "beantwortung", "stellungnahme", "abwägung", "ausführungen"];
const REFERRING: &[&str] = &["verweisen", "verweist", "verwiesen", "verweis"];
const PREPOSITIONS: &[&str] = &["zu", "auf", "unter", "bei"];
/// What may stand between a word that points and the row.
#[rustfmt::skip]
const FILLERS: &[&str] = &[
    "hierzu", "dazu", "auch", "bitte", "schon", "bereits", "oben", "unten", "mit", "zu", "zur", "zum", "auf", "unter",
    "bei", "die", "der", "das", "den", "dem", "unsere", "unserer", "unserem", "antwort", "antworten", "beantwortung",
    "stellungnahme", "abwägung", "entscheidung", "ausführungen", "anregung", "anregungen", "vorschlag", "vorgang",
    ":", "(",
];
const MOST_FILLERS: usize = 6;
const RUNNING: &[&str] = &["lfd", "lfde", "laufende", "laufender", "laufenden"];
const BETWEEN: &[&str] = &["und", "sowie", "u", "oder", "&", ",", "/"];
/// After a number these say that it is one of something else, unless it is of the table.
const OF: &[&str] = &["der", "des", "dem", "im", "in", "aus", "von", "vom", "abs"];
const TABLES: &[&str] = &["synopse", "tabelle", "liste", "übersicht"];
/// More digits than any table has rows.
const MOST_DIGITS: usize = 9;

/// A word, a number or a sign.
struct Token<'a> {
    text: &'a str,
    word: String,
    at: usize,
    /// Whether it follows the one before without a space.
    is_glued: bool,
}

impl Token<'_> {
    fn end(&self) -> usize {
        self.at + self.text.len()
    }

    fn is_number(&self) -> bool {
        self.text.bytes().all(|byte| byte.is_ascii_digit())
    }

    fn is_word(&self) -> bool {
        self.text.chars().all(char::is_alphabetic)
    }

    fn is_sign(&self) -> bool {
        !self.is_number() && !self.is_word()
    }

    /// `BauGB`, `GemO`.
    fn is_law(&self) -> bool {
        self.is_word() && self.text.chars().filter(|letter| letter.is_uppercase()).count() > 1
    }
}

#[derive(PartialEq, Eq)]
enum Kind {
    Letter,
    Digit,
    Sign,
}

fn kind(letter: char) -> Kind {
    match letter {
        '0'..='9' => Kind::Digit,
        letter if letter.is_alphabetic() => Kind::Letter,
        _ => Kind::Sign,
    }
}

/// Without backslashes, so that a text is read like the Markdown that shows it.
fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens: Vec<Token<'_>> = Vec::new();
    let mut letters = text.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        if letter.is_whitespace() || letter == '\\' {
            continue;
        }
        let mut end = at + letter.len_utf8();
        let same = |next: char| kind(letter) != Kind::Sign && kind(next) == kind(letter);
        while let Some((next, letter)) = letters.next_if(|(_, next)| same(*next)) {
            end = next + letter.len_utf8();
        }
        let is_glued = tokens.last().is_some_and(|last| last.end() == at);
        let word = text[at..end].to_lowercase();
        tokens.push(Token { text: &text[at..end], word, at, is_glued });
    }
    tokens
}

/// Reads phrases; every place is the index of a token.
pub(super) struct Reader<'a> {
    text: &'a str,
    tokens: Vec<Token<'a>>,
}

/// How rows are announced: `Nr.` or `Nrn.`; after the latter more numbers follow.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Marker {
    Single,
    Plural,
}

impl Reader<'_> {
    pub(super) fn of(text: &str) -> Reader<'_> {
        Reader { text, tokens: tokens(text) }
    }

    /// How many tokens there are.
    pub(super) fn length(&self) -> usize {
        self.tokens.len()
    }

    /// The text as one pointer, if it holds nothing but `Nr. 12` or a reference.
    pub(super) fn whole(&self) -> Option<Pointer> {
        let (targets, next) = self.list(0)?;
        self.tokens[next..].iter().all(Token::is_sign).then(|| self.pointer(0, targets, next))
    }

    fn word(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| &token.word)
    }

    fn after_dot(&self, at: usize) -> usize {
        at + usize::from(self.word(at) == ".")
    }

    fn pointer(&self, from: usize, targets: Vec<Target>, next: usize) -> Pointer {
        Pointer { phrase: self.tokens[from].at..self.tokens[next - 1].end(), targets }
    }

    /// The phrase that begins here, and where the text goes on.
    pub(super) fn phrase(&self, at: usize) -> Option<(Pointer, usize)> {
        let mut next = self.lead(at)?;
        let mut fillers = 0;
        while FILLERS.contains(&self.word(next)) && fillers < MOST_FILLERS {
            (next, fillers) = (next + 1, fillers + 1);
        }
        let (targets, next) = self.list(next)?;
        let is_referred = || {
            let next = next + usize::from(matches!(self.word(next), "wird" | "werden"));
            self.word(next) == "verwiesen"
        };
        (self.word(at) != "auf" || is_referred()).then(|| (self.pointer(at, targets, next), next))
    }

    /// What follows after a word that points.
    fn lead(&self, at: usize) -> Option<usize> {
        let followed = || PREPOSITIONS.contains(&self.word(at + 1)).then_some(at + 2);
        match self.word(at) {
            "s" => (self.word(at + 1) == ".").then_some(at + 2),
            "auf" => Some(at + 1),
            word if LEADS.contains(&word) => Some(self.after_dot(at + 1)),
            word if ANSWERS.contains(&word) || REFERRING.contains(&word) => followed(),
            _ => None,
        }
    }

    /// One target or more.
    fn list(&self, at: usize) -> Option<(Vec<Target>, usize)> {
        let (first, mut next, mut marker) = self.target(at, None)?;
        let mut targets = vec![first];
        loop {
            let mut following = next;
            while BETWEEN.contains(&self.word(following)) {
                following = match self.word(following) {
                    "u" => self.after_dot(following + 1),
                    _ => following + 1,
                };
            }
            if following == next {
                break;
            }
            let Some((target, end, its)) = self.target(following, Some(marker)) else { break };
            targets.push(target);
            (next, marker) = (end, its);
        }
        Some((targets, next))
    }

    /// `Nr. 12` or a reference; within a list the marker may be left out.
    fn target(&self, at: usize, before: Option<Marker>) -> Option<(Target, usize, Marker)> {
        let (number_at, marker, is_marked) = match (self.marker(at), before) {
            (Some((next, marker)), _) => (next, marker, true),
            (None, Some(before)) => (at, before, false),
            (None, None) => (at, Marker::Single, false),
        };
        let (to, next) = match self.reference(number_at) {
            Some(found) => found,
            None if is_marked || before.is_some() => self.number(number_at, is_marked, marker)?,
            None => return None,
        };
        // `Nr. LOE-7KQ2-M9X7` stays as it is written; `Nr. 12` goes whole.
        let from = if matches!(to, To::Reference(_)) { number_at } else { at };
        Some((Target { range: self.tokens[from].at..self.tokens[next - 1].end(), to }, next, marker))
    }

    fn marker(&self, at: usize) -> Option<(usize, Marker)> {
        let at = if RUNNING.contains(&self.word(at)) { self.after_dot(at + 1) } else { at };
        let marker = match self.word(at) {
            "nr" | "nummer" => Marker::Single,
            "nrn" | "nummern" => Marker::Plural,
            _ => return None,
        };
        Some((self.after_dot(at + 1), marker))
    }

    fn number(&self, at: usize, is_marked: bool, marker: Marker) -> Option<(To, usize)> {
        let token =
            self.tokens.get(at).filter(|token| token.is_number() && token.text.len() <= MOST_DIGITS)?;
        let glued = |at: usize| self.tokens.get(at).filter(|token| token.is_glued);
        let is_section =
            self.word(at + 1) == "." && glued(at + 1).and(glued(at + 2)).is_some_and(Token::is_number);
        let is_joined = glued(at + 1).is_some_and(Token::is_word);
        let counts = !is_marked && marker == Marker::Single && self.counts_things(at + 1);
        if is_section || is_joined || counts || self.is_of_something_else(at + 1) {
            return None;
        }
        match self.end_of_span(at + 1) {
            Some(next) => Some((To::Span, next)),
            None => Some((To::Row(token.text.parse().ok()?), at + 1)),
        }
    }

    /// `12, 3 Bänke`: the second number is none of a row.
    fn counts_things(&self, after: usize) -> bool {
        let goes_on = ["und", "sowie", "u", "oder", "bis", "f", "ff", "wird", "werden", "verwiesen"];
        self.tokens.get(after).is_some_and(Token::is_word) && !goes_on.contains(&self.word(after))
    }

    fn is_of_something_else(&self, after: usize) -> bool {
        let is_of_table = || (after + 1..after + 3).any(|at| TABLES.contains(&self.word(at)));
        self.tokens.get(after).is_some_and(Token::is_law) || OF.contains(&self.word(after)) && !is_of_table()
    }

    fn end_of_span(&self, after: usize) -> Option<usize> {
        match self.word(after) {
            "f" | "ff" => Some(self.after_dot(after + 1)),
            "bis" | "-" | "–" => {
                let last = self.marker(after + 1).map_or(after + 1, |(next, _)| next);
                self.tokens.get(last).filter(|token| token.is_number()).map(|_| last + 1)
            }
            _ => None,
        }
    }

    /// `LOE-7KQ2-M9X7`, hyphens included.
    fn reference(&self, at: usize) -> Option<(To, usize)> {
        let from = self.tokens.get(at)?.at;
        let rest = &self.text[from..];
        let length = rest.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-');
        let written = rest[..length.unwrap_or(rest.len())].trim_end_matches('-');
        let parts: Vec<&str> = written.split('-').collect();
        let [prefix, four, last] = parts[..] else { return None };
        let to = match written.parse() {
            _ if four.len() != 4 || last.len() != 4 => return None,
            Ok(reference) => To::Reference(reference),
            Err(ReferenceError::Check) => To::Mistyped(prefix.to_uppercase()),
            Err(ReferenceError::Shape) => return None,
        };
        let end = from + written.len();
        let tokens = self.tokens[at..].iter().take_while(|token| token.at < end).count();
        Some((to, at + tokens))
    }
}
