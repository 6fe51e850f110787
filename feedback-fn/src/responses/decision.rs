//! What was decided about a suggestion.

use unicode_normalization::UnicodeNormalization;

/// The decision, with what was written after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Which one.
    pub verdict: Verdict,
    /// The reason, or what follows; may be empty.
    pub remark: String,
}

/// How a suggestion was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The text becomes as suggested.
    Accepted,
    /// Part of it was taken over.
    Partly,
    /// It was not taken over.
    Declined,
    /// Nothing was to be decided.
    Noted,
    /// It belongs elsewhere.
    OutOfScope,
}

impl Verdict {
    /// All of them.
    pub const ALL: [Verdict; 5] =
        [Verdict::Accepted, Verdict::Partly, Verdict::Declined, Verdict::Noted, Verdict::OutOfScope];

    /// As German procedures say it: how the cell begins.
    pub fn words(self) -> &'static str {
        match self {
            Verdict::Accepted => "Übernommen",
            Verdict::Partly => "Teilweise übernommen",
            Verdict::Declined => "Nicht übernommen",
            Verdict::Noted => "Zur Kenntnis genommen",
            Verdict::OutOfScope => "Nicht Gegenstand des Verfahrens",
        }
    }

    /// As a key for front matter.
    pub fn key(self) -> &'static str {
        match self {
            Verdict::Accepted => "accepted",
            Verdict::Partly => "partly",
            Verdict::Declined => "declined",
            Verdict::Noted => "noted",
            Verdict::OutOfScope => "out-of-scope",
        }
    }
}

impl Decision {
    /// Reads a cell: one of the words, then anything. None if it begins with something else.
    pub fn parse(cell: &str) -> Option<Decision> {
        let cell: String = cell.trim().nfc().collect();
        Verdict::ALL.into_iter().find_map(|verdict| {
            let words = verdict.words();
            let length: usize = cell.chars().take(words.chars().count()).map(char::len_utf8).sum();
            let (beginning, rest) = cell.split_at(length);
            let is_word = beginning.to_lowercase() == words.to_lowercase();
            let ends = !rest.starts_with(char::is_alphanumeric);
            let remark = rest.trim_start_matches([':', '.', ',', ';', '-', '–', '—', ' ', '\n', '\r', '\t']);
            (is_word && ends).then(|| Decision { verdict, remark: remark.trim().to_owned() })
        })
    }

    /// As it is written into a cell: [`Decision::parse`] reads it back.
    pub fn cell(&self) -> String {
        match self.remark.is_empty() {
            true => self.verdict.words().to_owned(),
            false => format!("{}: {}", self.verdict.words(), self.remark),
        }
    }

    /// The words that a cell may begin with, for a message.
    pub(super) fn words() -> String {
        Verdict::ALL.map(|verdict| format!("`{}`", verdict.words())).join(", ")
    }
}
