//! Cuts a file into front matter and body, where Zola cuts it.

use std::ops::Range;
use std::path::Path;

use crate::data::{self, Entry, SyntaxError};
use crate::diagnostic::catalog::{content as catalog, data as syntax};
use crate::diagnostic::{Diagnostic, Diagnostics, Span};

/// Format of the front matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Toml,
    Yaml,
}

/// Where the parts of a file lie.
#[derive(Debug)]
pub(super) struct Parts<'a> {
    text: &'a str,
    format: Format,
    matter: Range<usize>,
    /// Bytes of the body.
    pub body: Range<usize>,
}

impl Parts<'_> {
    /// The front matter's keys and values.
    pub fn data(&self) -> Result<Vec<Entry>, Vec<SyntaxError>> {
        let text = &self.text[self.matter.clone()];
        match self.format {
            Format::Toml => data::parse_toml(text, self.matter.start),
            Format::Yaml => data::parse_yaml(text, self.matter.start),
        }
    }

    /// One of its errors as a diagnostic.
    pub fn syntax_problem(&self, path: &Path, error: &SyntaxError) -> Diagnostic {
        let span = Span::new(path, error.range.clone());
        match self.format {
            Format::Toml => syntax::toml_syntax(span, &error.message),
            Format::Yaml => syntax::yaml_syntax(span, &error.message),
        }
    }
}

/// Finds the parts. `None` (with a diagnostic) where there is no front matter.
///
/// Like Zola's, the opening marker may follow white space, the closing one is the first that is
/// followed by nothing but white space to the end of its line, and blank lines after it belong to
/// neither part.
pub(super) fn split<'a>(path: &Path, text: &'a str, diagnostics: &mut Diagnostics) -> Option<Parts<'a>> {
    let start = text.find(|letter: char| !is_space(letter) && letter != '\u{feff}').unwrap_or(text.len());
    let (format, marker) = match &text[start..] {
        rest if rest.starts_with("+++") => (Format::Toml, "+++"),
        rest if rest.starts_with("---") => (Format::Yaml, "---"),
        rest => {
            let line = rest.lines().next().unwrap_or_default().len();
            diagnostics.push(catalog::no_front_matter(path, start..start + line));
            return None;
        }
    };
    let opening = start..start + marker.len();
    let found = line_end(text, opening.end).and_then(|matter| Some((matter, closing(text, matter, marker)?)));
    let Some((matter, (end, body))) = found else {
        diagnostics.push(catalog::open_front_matter(path, opening, marker));
        return None;
    };
    Some(Parts { text, format, matter: matter..end, body: body..text.len() })
}

/// Start and, after its white space, end of the closing marker.
fn closing(text: &str, from: usize, marker: &str) -> Option<(usize, usize)> {
    let mut start = from;
    loop {
        start += text[start..].find(marker)?;
        if let Some(body) = line_end(text, start + marker.len()) {
            return Some((start, body));
        }
        start += 1;
    }
}

/// Start of the first line that is not blank, if there is only white space up to the end of this line.
fn line_end(text: &str, from: usize) -> Option<usize> {
    let rest = &text[from..];
    let space = rest.len() - rest.trim_start_matches(is_space).len();
    if space == rest.len() {
        return Some(text.len());
    }
    rest[..space].rfind('\n').map(|newline| from + newline + 1)
}

fn is_space(letter: char) -> bool {
    matches!(letter, ' ' | '\t' | '\n' | '\r' | '\u{b}' | '\u{c}')
}
