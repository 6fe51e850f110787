//! What the template engine says about a failure, taken apart: sentence, template, place.

use std::ops::Range;

use tera::ErrorKind;

/// Name that Tera gives to a text rendered without a file.
pub(in crate::compose) const CONTENT: &str = "__tera_one_off";

/// One failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::compose) struct Failure {
    /// The engine's sentence.
    pub(in crate::compose) reason: String,
    /// Name of the template in which it happened.
    pub(in crate::compose) template: Option<String>,
    /// Bytes of that template.
    pub(in crate::compose) range: Option<Range<usize>>,
    /// Line and column, both from 1, where only they are known.
    pub(in crate::compose) line: Option<(usize, usize)>,
    /// Line and column in the content from which the failing template was called.
    pub(in crate::compose) called_from: Option<(usize, usize)>,
}

impl Failure {
    /// All failures of an error. Unknown names come together, as one text of reports.
    pub(in crate::compose) fn all(error: &tera::Error) -> Vec<Self> {
        match error.kind() {
            ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => vec![Self {
                reason: with_causes(report.message(), error),
                template: Some(report.filename().to_owned()),
                range: Some(report.span().range.clone()),
                line: None,
                called_from: called_from(&error.kind().to_string()),
            }],
            other => reports(&other.to_string(), error),
        }
    }

    /// The first of them.
    pub(in crate::compose) fn first(error: &tera::Error) -> Self {
        Self::all(error).into_iter().next().unwrap_or_else(|| Self::plain(error.to_string()))
    }

    fn plain(reason: String) -> Self {
        Self { reason, template: None, range: None, line: None, called_from: None }
    }
}

/// Tera's reports, as it prints them: `error: sentence`, then ` --> template:line:column`.
fn reports(text: &str, error: &tera::Error) -> Vec<Failure> {
    let mut failures: Vec<Failure> = Vec::new();
    for line in text.lines() {
        if let Some(reason) = line.strip_prefix("error: ") {
            failures.push(Failure::plain(reason.to_owned()));
        } else if let Some(place) = line.trim_start().strip_prefix("--> ")
            && let Some(failure) = failures.last_mut()
            && let Some((template, at)) = place_of(place)
        {
            failure.template = Some(template.to_owned());
            failure.line = Some(at);
        }
    }
    if failures.is_empty() {
        failures.push(Failure::plain(with_causes(text, error)));
    }
    failures
}

/// The note `called from` of a report, where it names the content.
fn called_from(report: &str) -> Option<(usize, usize)> {
    let notes = report.lines().filter_map(|line| line.strip_prefix("note: called from "));
    notes.filter_map(place_of).find(|(template, _)| *template == CONTENT).map(|(_, at)| at)
}

fn place_of(text: &str) -> Option<(&str, (usize, usize))> {
    let mut parts = text.trim().rsplitn(3, ':');
    let column = parts.next()?.parse().ok()?;
    let line = parts.next()?.parse().ok()?;
    Some((parts.next()?, (line, column)))
}

fn with_causes(message: &str, error: &tera::Error) -> String {
    let mut text = message.to_owned();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        let reason = error.to_string();
        if !text.contains(&reason) {
            text.push_str(": ");
            text.push_str(&reason);
        }
        cause = error.source();
    }
    text
}
