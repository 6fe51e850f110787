//! What other sites answered in earlier runs: a JSON file that any run can read and that may be lost at any
//! time. Only good answers are trusted, for a while; the others are kept for people.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::ask::Answer;

/// Version of the file's form; files of another version are not read.
const VERSION: u32 = 1;

/// Answers by address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cache {
    links: BTreeMap<String, Entry>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    /// `null` where there was no answer.
    status: Option<u16>,
    /// When, as RFC 3339 writes it.
    checked: String,
    /// Anchors that were found.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    anchors: BTreeSet<String>,
    /// Why it does not work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct File {
    version: u32,
    links: BTreeMap<String, Entry>,
}

impl Cache {
    /// Reads a file; one that is damaged is as good as none.
    pub fn parse(text: &str) -> Self {
        let file = serde_json::from_str::<File>(text).ok().filter(|file| file.version == VERSION);
        Self { links: file.map(|file| file.links).unwrap_or_default() }
    }

    /// The file, without entries that nothing is to be expected of any more.
    pub fn text(&self, now: Timestamp, trusted: SignedDuration) -> String {
        let links = self.links.iter().filter(|(_, entry)| entry.is_fresh(now, trusted));
        let links = links.map(|(url, entry)| (url.clone(), entry.clone())).collect();
        let file = File { version: VERSION, links };
        let mut text = serde_json::to_string_pretty(&file).expect("the file is made of texts and numbers");
        text.push('\n');
        text
    }

    /// Whether an address need not be asked.
    pub fn is_trusted(
        &self,
        url: &str,
        fragments: &BTreeSet<String>,
        now: Timestamp,
        trusted: SignedDuration,
    ) -> bool {
        self.links.get(url).is_some_and(|entry| {
            entry.is_good() && entry.is_fresh(now, trusted) && fragments.is_subset(&entry.anchors)
        })
    }

    /// Keeps an answer.
    pub fn note(&mut self, url: &str, answer: &Answer, now: Timestamp) {
        let (status, anchors, reason) = match answer {
            Answer::Works { status, anchors, .. } => (Some(*status), anchors.clone(), None),
            Answer::Broken { status, reason } | Answer::Unknown { status, reason } => {
                (*status, BTreeSet::new(), Some(reason.clone()))
            }
        };
        let checked = now.to_string();
        self.links.insert(url.to_owned(), Entry { status, checked, anchors, reason });
    }
}

impl Entry {
    fn is_good(&self) -> bool {
        self.reason.is_none() && self.status.is_some()
    }

    /// An entry of the future is of a clock that was wrong.
    fn is_fresh(&self, now: Timestamp, trusted: SignedDuration) -> bool {
        let Ok(checked) = self.checked.parse::<Timestamp>() else { return false };
        let age = now.duration_since(checked);
        !age.is_negative() && age <= trusted
    }
}
