//! One suggestion as JSON: a line of the export, of `list --json` and `show --json`.

use crate::store::{Kind, Listed, ListedDelivery};
use crate::suggestion::Mark;
use serde_json::{Value, json};

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Nothing that a resident wrote.
    States,
    /// Everything.
    Texts,
}

/// The suggestion as an object; texts exactly as they are stored. Instants are in UTC (RFC 3339).
pub fn record(listed: &Listed, detail: Detail) -> Value {
    let suggestion = &listed.suggestion;
    let marks: Vec<&str> = suggestion.marks.iter().map(Mark::as_str).collect();
    let mut record = json!({
        "reference": suggestion.reference,
        "received": suggestion.received,
        "round": suggestion.round,
        "target": suggestion.target,
        "changed": suggestion.changed(),
        "publish": suggestion.publish,
        "marks": marks,
        "mails": listed.deliveries.iter().map(mail).collect::<Vec<_>>(),
    });
    if detail == Detail::Texts {
        record["text"] = json!(suggestion.text);
        record["rewording"] = json!(suggestion.rewording);
        record["name"] = json!(suggestion.name);
        record["email"] = json!(suggestion.email);
    }
    record
}

/// The recipient of a confirmation is a resident: their address belongs to the texts.
fn mail(delivery: &ListedDelivery) -> Value {
    let (kind, to) = match delivery.kind {
        Kind::Suggestion => ("suggestion", Some(&delivery.recipient.address)),
        Kind::Confirmation => ("confirmation", None),
    };
    json!({
        "kind": kind,
        "to": to,
        "state": delivery.state.as_str(),
        "attempts": delivery.attempts,
        "due": delivery.due,
        "cause": delivery.cause,
    })
}

/// The text without anything that a terminal obeys: controls, C1 controls included, line ends and direction
/// marks as `\uXXXX`, which JSON reads back.
pub fn escaped(text: &str) -> String {
    text.chars().fold(String::new(), |mut line, letter| {
        let harmless = !letter.is_control()
            && !matches!(letter, '\u{61c}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        match harmless {
            true => line.push(letter),
            false => line.push_str(&format!("\\u{:04x}", u32::from(letter))),
        }
        line
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_terminal_obeys_is_left() {
        for (text, safe) in [
            ("Mehr Bänke 👩\u{200d}🚒", "Mehr Bänke 👩\u{200d}🚒"),
            ("a\u{1b}[2Jb\u{9b}1m", "a\\u001b[2Jb\\u009b1m"),
            ("eins\r\nzwei\tdrei\u{7f}", "eins\\u000d\\u000azwei\\u0009drei\\u007f"),
            ("\u{202e}x\u{2066}y\u{61c}z\u{2028}", "\\u202ex\\u2066y\\u061cz\\u2028"),
        ] {
            assert_eq!(escaped(text), safe);
        }
    }
}
