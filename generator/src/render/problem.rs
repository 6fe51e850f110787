//! The engine's errors as diagnostics: template names become files, its reports become places.
//!
//! Tera tells where a mistake is in three ways: as a span, as a span plus a report in text that also
//! holds the callers, and (for unknown names, several at once) as reports in text only.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;
use tera::{ErrorKind, ReportError};

use super::templates::Sources;
use super::unclosed::{ends_too_early, unclosed_tag};
use crate::diagnostic::catalog::templates as catalog;
use crate::diagnostic::{Diagnostic, Diagnostics, Span};

/// Head of a report: `error: message` or `note: label file:1:2`, the line, the underline.
static REPORT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?m)^error: (?P<message>(?s:.*?))\n *--> (?P<file>.+):(?P<line>\d+):(?P<column>\d+)\n *\|\n.*\n *\|[ \t]*(?P<under>\^*)")
        .expect("the pattern is sound")
});

/// A further place of a report.
static NOTE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?m)^note: (?P<label>.+) (?P<file>\S+):(?P<line>\d+):(?P<column>\d+)$")
        .expect("the pattern is sound")
});

/// A component with two definitions.
static TWICE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^Component `(.+)` is defined in both `(.+)` and `(.+)`$").expect("the pattern is sound")
});

/// A mistake that the engine reports as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// What is wrong.
    pub message: String,
    /// The template.
    pub template: String,
    line: usize,
    column: usize,
    width: usize,
}

/// What went wrong in a template that was loaded or rendered.
pub fn in_template(error: &tera::Error, sources: &Sources) -> Diagnostics {
    diagnostics(error, &Place { sources })
}

/// The reports in a message, in its order.
pub fn reports(message: &str) -> Vec<Complaint> {
    let number = |text: &str| text.parse().unwrap_or(1);
    REPORT
        .captures_iter(message)
        .map(|captures| Complaint {
            message: captures["message"].to_owned(),
            template: captures["file"].to_owned(),
            line: number(&captures["line"]),
            column: number(&captures["column"]),
            width: captures["under"].len().max(1),
        })
        .collect()
}

/// One of them as a diagnostic.
pub fn reported(complaint: &Complaint, sources: &Sources) -> Diagnostic {
    Place { sources }.complaint(complaint)
}

/// Component and templates of the message about two definitions.
pub fn twice_defined(message: &str) -> Option<(String, String, String)> {
    let captures = TWICE.captures(message)?;
    Some((captures[1].to_owned(), captures[2].to_owned(), captures[3].to_owned()))
}

/// The literal in backticks that follows `prefix` at the start of a message.
pub fn quoted_after<'a>(message: &'a str, prefix: &str) -> Option<&'a str> {
    message.strip_prefix(prefix)?.strip_prefix('`')?.split('`').next()
}

fn diagnostics(error: &tera::Error, place: &Place<'_>) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    match error.kind() {
        ErrorKind::SyntaxError(report) => diagnostics.push(place.syntax(report)),
        ErrorKind::RenderingError(report) => diagnostics.push(place.rendering(report, &error.to_string())),
        ErrorKind::TemplateNotFound(name) => {
            let names = place.sources.keys().map(String::as_str);
            diagnostics.push(catalog::unknown_template(None, name, names));
        }
        _ => {
            let message = error.to_string();
            let complaints = reports(&message);
            if complaints.is_empty() {
                diagnostics.push(catalog::template_problem(None, &message));
            }
            for complaint in complaints {
                diagnostics.push(place.complaint(&complaint));
            }
        }
    }
    diagnostics
}

/// Knows which file the engine means.
struct Place<'a> {
    sources: &'a Sources,
}

impl Place<'_> {
    fn syntax(&self, report: &ReportError) -> Diagnostic {
        if ends_too_early(report.message())
            && let Some(source) = self.sources.get(report.filename())
            && let Some((range, tag)) = unclosed_tag(&source.text)
        {
            return catalog::unclosed_tag(Span::new(&source.path, range), tag);
        }
        let span = self.span(report.filename(), report.span().range.clone());
        catalog::template_problem(span, report.message())
    }

    /// `text` is the whole report, which alone holds the callers.
    fn rendering(&self, report: &ReportError, text: &str) -> Diagnostic {
        let span = self.span(report.filename(), report.span().range.clone());
        let mut diagnostic = catalog::template_problem(span, report.message());
        for captures in NOTE.captures_iter(text) {
            let number = |name: &str| captures[name].parse().unwrap_or(1);
            let span = self.at(&captures["file"], number("line"), number("column"), 1);
            diagnostic = diagnostic.note(captures["label"].to_owned(), span);
        }
        diagnostic
    }

    fn complaint(&self, complaint: &Complaint) -> Diagnostic {
        let span = self.at(&complaint.template, complaint.line, complaint.column, complaint.width);
        let names = self.sources.keys().map(String::as_str);
        match quoted_after(&complaint.message, "Unknown template ") {
            Some(name) => catalog::unknown_template(span, name, names),
            None => catalog::template_problem(span, &complaint.message),
        }
    }

    fn span(&self, template: &str, range: Range<usize>) -> Option<Span> {
        Some(Span::new(&self.sources.get(template)?.path, range))
    }

    fn at(&self, template: &str, line: usize, column: usize, width: usize) -> Option<Span> {
        let source = self.sources.get(template)?;
        Some(Span::new(&source.path, range(&source.text, line, column, width)))
    }
}

/// Bytes of `width` characters at a line and column, both counted from 1.
fn range(text: &str, line: usize, column: usize, width: usize) -> Range<usize> {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let rest = text.get(before..).unwrap_or_default();
    let offset = |characters: usize| {
        rest.char_indices().nth(characters).map_or(text.len(), |(index, _)| before + index)
    };
    let column = column.saturating_sub(1);
    offset(column)..offset(column + width)
}

#[cfg(test)]
mod tests {
    use super::{range, reports};

    #[test]
    fn positions_are_counted_in_characters() {
        let text = "eins\nzwölf x\n";
        assert_eq!(&text[range(text, 2, 7, 1)], "x");
        assert_eq!(&text[range(text, 2, 1, 5)], "zwölf");
    }

    #[test]
    fn every_report_of_a_message_is_read() {
        let message = "error: Unknown filter `a`\n --> x.html:1:5\n  |\n1 | {{ b | a }}\n  |        ^\n\n\
                       error: Unknown test `c`\n  --> y z.html:12:3\n   |\n12 | {% if b is c %}\n   |    ^^^";
        let found = reports(message);
        let found: Vec<(&str, &str, usize, usize, usize)> = found
            .iter()
            .map(|one| (one.message.as_str(), one.template.as_str(), one.line, one.column, one.width))
            .collect();
        assert_eq!(
            found,
            [("Unknown filter `a`", "x.html", 1, 5, 1), ("Unknown test `c`", "y z.html", 12, 3, 3)]
        );
    }
}
