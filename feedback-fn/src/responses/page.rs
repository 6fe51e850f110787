//! An answer as it stands in the site's content: a draft as the import made it, or what editors made of it.
//!
//! Read are the key `reference` and the texts below the headings that the import writes. The generator has no model
//! of answers: editors may write such a page as they like, and then it says why it cannot be read.

use super::draft::{ANSWER, DECISION, is_as_imported};
use super::pointer::{To, pointers, spelled, unlinked};
use super::{Decision, Draft, settled};
use crate::export::Answered;
use crate::markdown::plain;
use crate::reference::Reference;
use anyhow::{Context, anyhow};

/// A page that answers a suggestion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Which suggestion.
    pub reference: Reference,
    /// What it says, or why that cannot be read.
    pub says: Result<Says, String>,
    /// Whether it waits for an editor.
    pub is_draft: bool,
    /// Whether it is as the import left it.
    pub is_as_imported: bool,
    /// The digest of what the import wrote.
    imported: String,
}

/// Answer and decision of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Says {
    /// The answer.
    pub answer: String,
    /// The decision.
    pub decision: Decision,
}

impl Page {
    /// Reads a Markdown file; none if it is about something else.
    ///
    /// # Errors
    /// The front matter is not TOML, or names a reference that is none.
    pub fn read(text: &str) -> anyhow::Result<Option<Page>> {
        let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
        let Some((front, body)) = parts(&text) else { return Ok(None) };
        let front: toml::Table =
            front.parse().map_err(|_| anyhow!("its front matter is not TOML: `auslage check` says where"))?;
        let extra = |key: &str| front.get("extra")?.get(key)?.as_str();
        let Some(reference) = extra("reference") else { return Ok(None) };
        Ok(Some(Page {
            reference: reference.parse().with_context(|| format!("its `reference = \"{reference}\"`"))?,
            says: says(body),
            is_draft: front.get("draft").and_then(toml::Value::as_bool).unwrap_or(false),
            is_as_imported: is_as_imported(&text),
            imported: extra("imported").unwrap_or_default().to_owned(),
        }))
    }

    /// Whether this draft is what the import once made this page from.
    pub fn was(&self, draft: &Draft) -> bool {
        !self.imported.is_empty() && draft.digest() == Some(&self.imported)
    }
}

impl Says {
    /// Where it points to the row of a table, which another table has elsewhere.
    pub fn row(&self) -> Option<&str> {
        [&self.answer, &self.decision.remark].into_iter().find_map(|text| {
            let targets = pointers(text).into_iter().flat_map(|pointer| pointer.targets);
            let mut rows = targets.filter(|target| matches!(target.to, To::Row(_) | To::Span));
            rows.next().map(|target| &text[target.range])
        })
    }

    /// As it is written into the cells of a synopsis.
    pub fn cells(&self) -> Answered {
        Answered { answer: self.answer.clone(), decision: self.decision.cell() }
    }
}

/// Front matter and body.
fn parts(text: &str) -> Option<(&str, &str)> {
    let (front, body) = text.trim_start().strip_prefix("+++\n")?.split_once("\n+++")?;
    Some((front, body))
}

fn says(body: &str) -> Result<Says, String> {
    let below = |heading: &str| {
        below(body, heading)
            .map(|text| unlinked(&text))
            .ok_or_else(|| format!("there is no heading `{heading}`"))
    };
    let answer = spelled(&settled(&plain(&below(ANSWER)?)));
    if answer.is_empty() {
        return Err(format!("there is no text below `{ANSWER}`"));
    }
    let mut decision = Decision::parse(&settled(&plain(&without_emphasis(&below(DECISION)?))))
        .ok_or_else(|| format!("the text below `{DECISION}` does not begin with {}", Decision::words()))?;
    decision.remark = spelled(&decision.remark);
    Ok(Says { answer, decision })
}

/// The text below a heading, to the next of its level or above.
fn below(body: &str, heading: &str) -> Option<String> {
    let is_heading = |line: &str| line.split(" {").next().is_some_and(|text| text.trim_end() == heading);
    let mut lines = body.lines().skip_while(|line| !is_heading(line));
    lines.next()?;
    let ends = |line: &str| line.starts_with("## ") || line.starts_with("# ");
    Some(lines.take_while(|line| !ends(line)).collect::<Vec<_>>().join("\n"))
}

/// `**Übernommen.**` and what follows.
fn without_emphasis(text: &str) -> String {
    let text = text.trim();
    match text.strip_prefix("**").and_then(|text| text.split_once("**")) {
        Some((words, rest)) => format!("{words}{rest}"),
        None => text.to_owned(),
    }
}
