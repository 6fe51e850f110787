//! What is wrong with the input, as values: where, what, and what to do.
//!
//! Stages push into [`Diagnostics`]; only commands show them, through [`report`]. The wording of
//! every message stands in [`catalog`], one constructor per problem.

pub mod catalog;
mod nearest;
pub mod report;

use std::ops::Range;
use std::path::PathBuf;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The site cannot be published like this; exit code 1.
    Error,
    /// The site is built, but something is probably not meant so.
    Warning,
}

/// A place in an input file.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Span {
    /// The file, as the [`World`](crate::world::World) knows it.
    pub path: PathBuf,
    /// Bytes of the whole file (front matter included). An empty range at 0 means the file as such.
    pub range: Range<usize>,
}

impl Span {
    /// A place in a file.
    pub fn new(path: impl Into<PathBuf>, range: Range<usize>) -> Self {
        Self { path: path.into(), range }
    }

    /// A file as such, where no line can be named.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), range: 0..0 }
    }
}

/// A second place that explains the first ("included from here").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What is to be seen there.
    pub message: String,
    /// Where.
    pub span: Option<Span>,
}

/// One problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// Stable name of the problem in kebab case, such as `unknown-key`; for machines and for searching.
    pub code: &'static str,
    /// What is wrong: lower case at the start, no full stop, literals in backticks.
    pub message: String,
    /// Where.
    pub span: Option<Span>,
    /// What to do.
    pub hint: Option<String>,
    /// Further places.
    pub notes: Vec<Note>,
}

impl Diagnostic {
    /// A problem that keeps the site from being published.
    pub fn error(code: &'static str, span: impl Into<Option<Span>>, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, span.into(), message.into())
    }

    /// Something that is probably not meant so.
    pub fn warning(code: &'static str, span: impl Into<Option<Span>>, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, span.into(), message.into())
    }

    /// The same with advice.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same with a further place.
    #[must_use]
    pub fn note(mut self, message: impl Into<String>, span: impl Into<Option<Span>>) -> Self {
        self.notes.push(Note { message: message.into(), span: span.into() });
        self
    }

    fn new(severity: Severity, code: &'static str, span: Option<Span>, message: String) -> Self {
        Self { severity, code, message, span, hint: None, notes: Vec::new() }
    }
}

/// All problems of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Adds those of another stage or file.
    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Whether there is an error, warnings aside.
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// All of them, in the order in which they were found.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }

    /// All of them by file and position, those without a place first; equal ones once.
    pub fn sorted(&self) -> Vec<&Diagnostic> {
        let mut all: Vec<&Diagnostic> = self.0.iter().collect();
        all.sort_by_key(|diagnostic| {
            let place = diagnostic.span.as_ref().map(|span| (&span.path, span.range.start, span.range.end));
            (place, diagnostic.severity, diagnostic.code, &diagnostic.message)
        });
        all.dedup();
        all
    }

    /// The same with every warning raised to an error (`--strict`).
    #[must_use]
    pub fn strict(mut self) -> Self {
        for diagnostic in &mut self.0 {
            diagnostic.severity = Severity::Error;
        }
        self
    }
}

/// The candidate nearest to `name`, for "did you mean" hints; `None` where none is near.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    nearest::nearest(name, candidates)
}
