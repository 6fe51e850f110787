//! What would show that a suggestion was not erased: its reference, and pieces of what the resident wrote.
//!
//! Pieces are bytes as the store keeps them. A page of a database may end anywhere in a text, so that several
//! short pieces find more than one long one.

use super::files::{Window, windows};
use crate::suggestion::Suggestion;
use memchr::memmem::Finder;
use std::path::Path;

/// Bytes of a piece at least: shorter ones stand in other texts, too.
const SHORTEST: usize = 8;
/// Bytes of a piece at most.
const LONGEST: usize = 32;
/// Pieces of one text at most.
const PIECES: usize = 16;

/// What is looked for.
#[derive(Debug)]
pub(super) struct Traces {
    reference: Finder<'static>,
    pieces: Vec<Piece>,
    left_out: Vec<&'static str>,
}

#[derive(Debug)]
struct Piece {
    what: &'static str,
    finder: Finder<'static>,
}

impl Traces {
    pub(super) fn of(suggestion: &Suggestion) -> Traces {
        let mut traces = Traces {
            reference: Finder::new(suggestion.reference.as_str()).into_owned(),
            pieces: Vec::new(),
            left_out: Vec::new(),
        };
        traces.add("text", Some(&suggestion.text));
        traces.add("rewording", suggestion.rewording.as_ref());
        traces.add("name", suggestion.name.as_ref());
        traces.add("address", suggestion.email.as_ref());
        // A re-wording repeats the passage, which every suggestion about it carries.
        let passage = suggestion.target.text.as_deref().unwrap_or_default();
        traces.forget_what_is_in_texts(&[passage]);
        traces
    }

    fn add(&mut self, what: &'static str, text: Option<&String>) {
        let Some(bytes) = text.map(String::as_bytes) else { return };
        if bytes.len() < SHORTEST {
            self.left_out.push(what);
        }
        let wanted = bytes.chunks(LONGEST).filter(|piece| piece.len() >= SHORTEST);
        let count = wanted.clone().count();
        let step = count.div_ceil(PIECES).max(1);
        let finders = wanted.step_by(step).map(|bytes| Finder::new(bytes).into_owned());
        self.pieces.extend(finders.map(|finder| Piece { what, finder }));
    }

    /// Another suggestion's words prove nothing.
    pub(super) fn forget_what_is_in(&mut self, other: &Suggestion) {
        let target = &other.target;
        let optional = [&other.rewording, &other.name, &other.email, &target.text];
        let mut texts: Vec<&str> = optional.into_iter().filter_map(Option::as_deref).collect();
        texts.extend([other.text.as_str(), &target.title]);
        self.forget_what_is_in_texts(&texts);
    }

    fn forget_what_is_in_texts(&mut self, texts: &[&str]) {
        let is_there = |piece: &Piece| texts.iter().any(|text| piece.finder.find(text.as_bytes()).is_some());
        let (forgotten, kept) = std::mem::take(&mut self.pieces).into_iter().partition(is_there);
        self.pieces = kept;
        let forgotten: Vec<Piece> = forgotten;
        for piece in forgotten {
            let is_said = self.left_out.contains(&piece.what);
            let is_looked_for = self.pieces.iter().any(|kept| kept.what == piece.what);
            if !is_said && !is_looked_for {
                self.left_out.push(piece.what);
            }
        }
    }

    /// How many pieces are looked for.
    pub(super) fn pieces(&self) -> usize {
        self.pieces.len()
    }

    /// Of what nothing is looked for.
    pub(super) fn left_out(&self) -> Option<String> {
        Some(self.left_out.join(", ")).filter(|names| !names.is_empty())
    }

    /// What of it stands in a file. A file that has gone meanwhile holds nothing.
    pub(super) fn found_in(&self, path: &Path) -> anyhow::Result<Option<&'static str>> {
        let mut found = None;
        windows(path, LONGEST, |window: Window<'_>| {
            found = found.or_else(|| self.found_in_bytes(window));
        })?;
        Ok(found)
    }

    fn found_in_bytes(&self, bytes: &[u8]) -> Option<&'static str> {
        if self.reference.find(bytes).is_some() {
            return Some("the reference");
        }
        self.pieces.iter().find(|piece| piece.finder.find(bytes).is_some()).map(|piece| piece.what)
    }
}
