//! Bytes of a text → lines and columns, and the part of the line that is shown.

use std::ops::Range;

/// Widest line that is shown whole; prose in Markdown is often one long line.
const WIDEST: usize = 120;

/// A file's text and where its lines start.
#[derive(Debug)]
pub(super) struct Source {
    text: String,
    lines: Vec<usize>,
}

/// A range of a text as a person finds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// Line of the last character.
    pub end_line: usize,
    /// Column after the last character.
    pub end_column: usize,
    /// The first line.
    pub text: String,
}

impl Source {
    pub fn new(text: String) -> Self {
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { text, lines }
    }

    /// Finds a range; one that lies outside of the text is cut to it.
    pub fn place(&self, range: &Range<usize>) -> Place {
        let start = self.text.floor_char_boundary(range.start.min(self.text.len()));
        let end = self.text.floor_char_boundary(range.end.clamp(start, self.text.len()));
        let (line, column) = self.position(start);
        let (end_line, end_column) = self.position(end);
        Place { line, column, end_line, end_column, text: self.line(line).to_owned() }
    }

    fn position(&self, at: usize) -> (usize, usize) {
        let line = self.lines.partition_point(|start| *start <= at).max(1);
        let before = &self.text[self.lines[line - 1]..at];
        (line, before.trim_start_matches('\u{feff}').chars().count() + 1)
    }

    fn line(&self, number: usize) -> &str {
        let start = self.lines[number - 1];
        let end = self.lines.get(number).copied().unwrap_or(self.text.len());
        self.text[start..end].trim_end_matches(['\n', '\r']).trim_start_matches('\u{feff}')
    }
}

impl Place {
    /// The line, cut around the place where it is too long; tabs as one space, so that carets fit.
    pub fn shown(&self) -> String {
        let (from, len) = self.window();
        let letters: Vec<char> = self.text.chars().collect();
        let part: String = letters[from..from + len].iter().collect();
        let before = if from > 0 { "…" } else { "" };
        let after = if from + len < letters.len() { "…" } else { "" };
        format!("{before}{}{after}", part.replace('\t', " "))
    }

    /// Spaces before the carets.
    pub fn indent(&self) -> usize {
        let (from, _) = self.window();
        self.column - 1 - from + usize::from(from > 0)
    }

    /// How many carets: at least one, at most to the end of what is shown.
    pub fn carets(&self) -> usize {
        let (from, len) = self.window();
        let end = if self.end_line > self.line { from + len } else { self.end_column - 1 };
        end.min(from + len).saturating_sub(self.column - 1).max(1)
    }

    /// First character that is shown, and how many.
    fn window(&self) -> (usize, usize) {
        let len = self.text.chars().count();
        if len <= WIDEST {
            return (0, len);
        }
        let from = (self.column - 1).saturating_sub(WIDEST / 3).min(len - WIDEST);
        (from, WIDEST)
    }
}
