//! Diagnostics as text for people (`human`), for editors' problem lists (`short`) and for machines (`json`).
//!
//! Reads the files it quotes through the [`World`]; prints nothing itself.

mod excerpt;
mod paint;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::{Diagnostic, Diagnostics, Severity, Span};
use crate::world::{World, tidy};
use excerpt::{Place, Source};
use paint::Paint;

pub use paint::Color;

/// How diagnostics are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// Several lines each, with the source and what to do.
    #[default]
    Human,
    /// One line each: `file:line:column: error: message (hint)`.
    Short,
    /// One JSON object per line.
    Json,
}

/// All diagnostics in order, without color. Ends with a newline unless there is nothing to say.
///
/// Paths are shown relative to `root`'s parent where they lie below it, otherwise as the world knows
/// them. Lines and columns count from 1, columns in characters, over the whole file.
pub fn render(diagnostics: &Diagnostics, world: &dyn World, root: &Path, format: Format) -> String {
    render_colored(diagnostics, world, root, format, Color::Never)
}

/// The same; `color` matters only to [`Format::Human`].
pub fn render_colored(
    diagnostics: &Diagnostics,
    world: &dyn World,
    root: &Path,
    format: Format,
    color: Color,
) -> String {
    let mut report = Report { world, root, paint: Paint(color), sources: BTreeMap::new() };
    let mut text = String::new();
    for diagnostic in diagnostics.sorted() {
        match format {
            Format::Human => text.push_str(&report.human(diagnostic)),
            Format::Short => text.push_str(&report.short(diagnostic)),
            Format::Json => text.push_str(&report.json(diagnostic)),
        }
    }
    text
}

struct Report<'a> {
    world: &'a dyn World,
    root: &'a Path,
    paint: Paint,
    /// Files that were quoted, so that each is read once.
    sources: BTreeMap<PathBuf, Option<Source>>,
}

impl Report<'_> {
    fn human(&mut self, diagnostic: &Diagnostic) -> String {
        let paint = self.paint;
        let word = severity(diagnostic);
        let title = paint.severity(diagnostic.severity, &format!("{word}[{}]", diagnostic.code));
        let mut text = format!("{title}: {}\n", paint.strong(&diagnostic.message));
        if let Some(span) = &diagnostic.span {
            text.push_str(&self.excerpt(span, diagnostic.severity));
        }
        for note in &diagnostic.notes {
            text.push_str(&format!("  {} {}\n", paint.label("note:"), note.message));
            if let Some(span) = &note.span {
                text.push_str(&self.arrow(span));
            }
        }
        if let Some(hint) = &diagnostic.hint {
            text.push_str(&format!("  {} {hint}\n", paint.label("hint:")));
        }
        text.push('\n');
        text
    }

    fn short(&mut self, diagnostic: &Diagnostic) -> String {
        let at =
            diagnostic.span.as_ref().map(|span| format!("{}: ", self.location(span))).unwrap_or_default();
        let hint = diagnostic.hint.as_ref().map(|hint| format!(" ({hint})")).unwrap_or_default();
        format!("{at}{}: {}{hint}\n", severity(diagnostic), diagnostic.message)
    }

    fn json(&mut self, diagnostic: &Diagnostic) -> String {
        let notes: Vec<serde_json::Value> = diagnostic
            .notes
            .iter()
            .map(|note| {
                let place = note.span.as_ref().map(|span| self.json_place(span));
                json!({ "message": note.message, "place": place })
            })
            .collect();
        let place = diagnostic.span.as_ref().map(|span| self.json_place(span));
        let object = json!({
            "severity": severity(diagnostic),
            "code": diagnostic.code,
            "message": diagnostic.message,
            "place": place,
            "hint": diagnostic.hint,
            "notes": notes,
        });
        format!("{object}\n")
    }

    fn json_place(&mut self, span: &Span) -> serde_json::Value {
        let file = self.shown(&span.path);
        let Some(place) = self.place(span) else { return json!({ "file": file }) };
        json!({
            "file": file,
            "line": place.line,
            "column": place.column,
            "end_line": place.end_line,
            "end_column": place.end_column,
            "start": span.range.start,
            "end": span.range.end,
            "source": place.text,
        })
    }

    /// Where it is, and the line itself with carets; of a file as such only where it is.
    fn excerpt(&mut self, span: &Span, severity: Severity) -> String {
        let paint = self.paint;
        let mut text = self.arrow(span);
        let Some(place) = self.place(span) else { return text };
        let number = place.line.to_string();
        let gutter = " ".repeat(number.len());
        let bar = paint.label("|");
        text.push_str(&format!("{gutter} {bar}\n"));
        text.push_str(&format!("{} {bar} {}\n", paint.label(&number), place.shown()));
        let carets = paint.severity(severity, &"^".repeat(place.carets()));
        text.push_str(&format!("{gutter} {bar} {}{carets}\n", " ".repeat(place.indent())));
        text
    }

    fn arrow(&mut self, span: &Span) -> String {
        format!(" {} {}\n", self.paint.label("-->"), self.location(span))
    }

    fn location(&mut self, span: &Span) -> String {
        let file = self.shown(&span.path);
        match self.place(span) {
            Some(place) => format!("{file}:{}:{}", place.line, place.column),
            None => file,
        }
    }

    /// Line and column; `None` for a file as such and for files that cannot be read.
    fn place(&mut self, span: &Span) -> Option<Place> {
        if span.range == (0..0) {
            return None;
        }
        let world = self.world;
        let source = self
            .sources
            .entry(span.path.clone())
            .or_insert_with(|| world.read_text(&span.path).ok().map(Source::new));
        source.as_ref().map(|source| source.place(&span.range))
    }

    fn shown(&self, path: &Path) -> String {
        let (root, path) = (tidy(self.root), tidy(path));
        let base = root.parent().unwrap_or(Path::new(""));
        path.strip_prefix(base).unwrap_or(&path).display().to_string().replace('\\', "/")
    }
}

fn severity(diagnostic: &Diagnostic) -> &'static str {
    match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

#[cfg(test)]
mod tests;
