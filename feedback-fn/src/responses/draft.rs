//! One answer as a Markdown file of the site's content.
//!
//! The generator has no model of answers: a draft is an ordinary page. `imported` in its front matter is a digest
//! of the rest, by which a later import sees whether a person has changed the file.

use super::Response;
use super::pointer::{linked, unlinked};
use crate::clock::in_town;
use crate::export::section;
use crate::mail::text::BodyText;
use crate::markdown::{cell, paragraphs, quotation};
use crate::reference::Reference;
use crate::suggestion::Suggestion;
use serde::Serialize;
use sha2::{Digest, Sha256};

/// What stands above the answer.
pub(super) const ANSWER: &str = "## Antwort";
/// What stands above the decision.
pub(super) const DECISION: &str = "## Entscheidung";
/// How the line with the digest begins.
const IMPORTED: &str = "imported = ";
/// What stands there while the digest is made.
const NONE: &str = "imported = \"\"";

/// A file to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Its name: the reference in small letters.
    pub name: String,
    /// Its content.
    pub text: String,
}

#[derive(Serialize)]
struct FrontMatter {
    title: String,
    draft: bool,
    extra: Extra,
}

#[derive(Serialize)]
struct Extra {
    reference: String,
    round: u32,
    received: String,
    target: String,
    path: String,
    decision: &'static str,
    imported: &'static str,
}

impl Draft {
    /// The draft of an answer to a suggestion. Holds the resident's words only if they may be published, and
    /// never name or address. `paths` says where in the content the answers are that this one points to.
    pub fn new(
        response: &Response,
        suggestion: &Suggestion,
        paths: &dyn Fn(&Reference) -> Option<String>,
    ) -> Draft {
        let front_matter = FrontMatter {
            title: format!("Antwort zu {}", section(suggestion)),
            draft: true,
            extra: Extra {
                reference: suggestion.reference.to_string(),
                round: suggestion.round,
                received: in_town(suggestion.received).date().strftime("%Y-%m").to_string(),
                target: suggestion.target.id.clone(),
                path: suggestion.target.path.clone(),
                decision: response.decision.verdict.key(),
                imported: "",
            },
        };
        let front_matter =
            toml::to_string(&front_matter).expect("texts, a number and a flag have a form in TOML");
        let text = format!("+++\n{front_matter}+++\n\n{}", body(response, suggestion, paths));
        Draft { name: Draft::name(&suggestion.reference), text: signed(&text) }
    }

    /// How the file is called.
    pub fn name(reference: &Reference) -> String {
        format!("{}.md", reference.as_str().to_lowercase())
    }

    /// The digest in it.
    pub(super) fn digest(&self) -> Option<&str> {
        self.text.lines().find_map(|line| line.strip_prefix(IMPORTED)).map(|digest| digest.trim_matches('"'))
    }
}

/// The front page of the answers, a draft as well.
pub fn overview() -> String {
    "+++\ntitle = \"Antworten auf Vorschläge\"\nsort_by = \"title\"\ndraft = true\n+++\n\n\
     Hier stehen die Antworten der Stadt auf die Vorschläge aus der Beteiligung.\n"
        .to_owned()
}

/// Whether a file is as the import left it. What is not, belongs to the person who changed it.
pub fn is_as_imported(text: &str) -> bool {
    let text = text.replace("\r\n", "\n");
    let Some(line) = text.lines().find(|line| line.starts_with(IMPORTED)) else { return false };
    signed(&text.replacen(line, NONE, 1)) == text
}

/// The file to which an answer points may get another name: that changes a link, and not what is said.
fn signed(text: &str) -> String {
    let digest: String =
        Sha256::digest(unlinked(text).as_bytes()).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    text.replacen(NONE, &format!("imported = \"{digest}\""), 1)
}

fn body(
    response: &Response,
    suggestion: &Suggestion,
    paths: &dyn Fn(&Reference) -> Option<String>,
) -> String {
    let clean = |text: &str| BodyText::new(text).to_string();
    let said = |text: &str| linked(&paragraphs(&clean(text)), paths);
    let decision = &response.decision;
    let mut parts = vec![format!("Zu {}, Runde {}.\n", cell(&section(suggestion)), suggestion.round)];
    if let Some(passage) = &suggestion.target.text {
        parts.push(format!("## Der Absatz, als der Vorschlag kam\n\n{}", quotation(&clean(passage))));
    }
    match suggestion.publish {
        true => {
            parts.push(format!("## Vorschlag\n\n{}", quotation(&clean(&suggestion.text))));
            parts.extend(
                suggestion.rewording.as_ref().map(|rewording| {
                    format!("## Vorgeschlagener Wortlaut\n\n{}", quotation(&clean(rewording)))
                }),
            );
        }
        false => {
            parts.push("## Vorschlag\n\nDer Text des Vorschlags wird nicht veröffentlicht.\n".to_owned())
        }
    }
    parts.push(format!("{ANSWER}\n\n{}", said(&response.answer)));
    let remark = said(&decision.remark);
    let decided = format!("{DECISION}\n\n**{}.**\n", decision.verdict.words());
    parts.push(if decision.remark.is_empty() { decided } else { format!("{decided}\n{remark}") });
    parts.join("\n")
}
