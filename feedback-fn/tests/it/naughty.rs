//! The big list of naughty strings, and what injects headers elsewhere, through every field of the form.

use crate::support::{Function, encoded};
use feedback_fn::store::{Position, Which};
use naughty_strings::BLNS;
use std::collections::BTreeMap;

const FIELDS: [&str; 10] =
    ["target", "round", "digest", "suggestion", "rewording", "name", "email", "publish", "website", "token"];
const ACCEPTS: [&[(&str, &str)]; 2] = [&[("accept", "text/html")], &[("accept", "application/json")]];
/// Nobody is held back, nobody is asked: every string gets as far as it can.
const OPEN: &str =
    "guard = { forms_per_minute = 1000000, burst = 1000000, second_page = false, quarantine = false }";
/// As they would stand in a body: decoded once, they are what `payloads` in `mail_parser` has as text.
const ENCODED: [&str; 22] = [
    "x%0ABcc:v@e.example",
    "x%0D%0ACc:v@e.example%0D%0A%0D%0Abody",
    "x%0DBcc:v@e",
    "x%00%0ABcc:",
    "x%E2%80%A8Bcc:",
    "x%C2%85Bcc:",
    "=?utf-8?q?=0ABcc:_v@e?=",
    "x%20%0A%20folded",
    "%0A.%0AMAIL FROM:<a@b>",
    ".%0D%0AQUIT",
    "%0D%0A.%0D%0A",
    "%0A.%0D%0A",
    "%0D.%0D",
    "\"@e.example",
    "a@b>,<v@e",
    "a@b%20SMTPUTF8",
    "<a@b> SIZE=1",
    "\"a%0Ab\"@c",
    "a@b(comment%0A)",
    "Mayor <mayor@city.example>",
    "%C0%8A",
    "%FF",
];

#[derive(Default)]
struct Answers(BTreeMap<u16, usize>);

impl Answers {
    /// Every answer is one of those that the program gives on purpose.
    #[track_caller]
    fn note(&mut self, status: u16, what: &str) {
        assert!([200, 201, 303, 404, 409, 422].contains(&status), "{status} for {what}");
        *self.0.entry(status).or_default() += 1;
    }
}

#[tokio::test]
async fn every_string_in_every_field_gets_an_answer_as_page_and_as_data() {
    let function = Function::start_with(OPEN).await;
    let mut answers = Answers::default();
    for (number, string) in BLNS.iter().enumerate() {
        for field in FIELDS {
            let page = if field == "token" { "send" } else { "check" };
            // The first of a name counts.
            let body = encoded(&[(field, string), ("target", "6.1.1"), ("suggestion", "Mehr Busse")]);
            for accept in ACCEPTS {
                let reply = function.post_from("192.0.2.1", page, accept, body.clone()).await;
                answers.note(reply.status, &format!("{field}, string {number}"));
            }
        }
        // As the name of a field, which says nothing to us.
        let body = encoded(&[(string, string), ("target", "6.1.1"), ("suggestion", "Mehr Busse")]);
        let reply = function.post_from("192.0.2.1", "check", &[], body).await;
        assert!([200, 400].contains(&reply.status), "{}: {string}", reply.status);
    }
    println!("{} strings in {} fields, as page and as data: {:?}", BLNS.len(), FIELDS.len(), answers.0);
}

#[tokio::test]
async fn payload_in_any_field_in_any_encoding_gets_an_answer() {
    let function = Function::start_with(OPEN).await;
    let long = format!("{}@b.example", "a".repeat(300));
    let marks = format!("a{}", "%CC%80".repeat(10_000));
    let payloads: Vec<&str> =
        ENCODED.into_iter().chain([long.as_str(), &marks, "\\ud800", "Erika%E2%80%AEgpj.exe"]).collect();
    let mut answers = Answers::default();
    for payload in &payloads {
        let twice = encoded(&[("x", payload)]).trim_start_matches("x=").to_owned();
        for field in FIELDS {
            for value in [*payload, &twice] {
                let page = if field == "token" { "send" } else { "check" };
                let body = format!("{field}={value}&target=6.1.1&suggestion=Mehr+Busse");
                for accept in ACCEPTS {
                    let reply = function.post_from("192.0.2.1", page, accept, body.clone()).await;
                    answers.note(reply.status, &format!("{field}={payload}"));
                    assert_eq!(reply.header("bcc"), None);
                }
            }
        }
    }
    println!(
        "{} payloads in {} fields, encoded once and twice: {:?}",
        payloads.len(),
        FIELDS.len(),
        answers.0
    );
}

/// As the form documents it: line ends are `\n`, NUL is `U+FFFD`.
fn normalised(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "\u{FFFD}")
}

#[tokio::test]
async fn what_is_stored_is_what_was_sent() {
    let function = Function::start_with(OPEN).await;
    let decoded: Vec<String> = ENCODED
        .iter()
        .map(|payload| {
            form_urlencoded::parse(payload.as_bytes()).map(|(name, value)| format!("{name}{value}"))
        })
        .map(|pairs| pairs.collect::<String>())
        .collect();
    let strings: Vec<&str> = BLNS.iter().copied().chain(decoded.iter().map(String::as_str)).collect();
    let mut sent = Vec::new();
    for (number, string) in strings.iter().enumerate() {
        let name = if string.chars().count() > 200 { "" } else { string };
        let form = [("target", "dokument"), ("suggestion", string), ("rewording", string), ("name", name)];
        let check = function.post_from("192.0.2.1", "check", ACCEPTS[1], encoded(&form)).await;
        if normalised(string).trim().is_empty() {
            assert_eq!(check.json()["error"]["code"], "missing-text", "string {number}");
            continue;
        }
        let token = check.json()["token"].as_str().unwrap().to_owned();
        let body = encoded(&[&form[..], &[("token", &token)]].concat());
        let reply = function.post_from("192.0.2.1", "send", ACCEPTS[number % 2], body).await;
        assert_eq!(reply.status, [303, 201][number % 2], "string {number}: {}", reply.body);
        sent.push((normalised(string), normalised(name).trim().to_owned()));
    }
    let mut stored = function.app.store().list(Which::All, 1_000).await.unwrap();
    stored.sort_by_key(|listed| listed.position);
    assert!(stored.len() > 500 && stored[0].position > Position(0));
    assert_eq!(stored.len(), sent.len());
    for (listed, (text, name)) in stored.iter().zip(&sent) {
        let suggestion = &listed.suggestion;
        assert_eq!(&suggestion.text, text);
        assert_eq!(suggestion.rewording.as_ref(), Some(text));
        assert_eq!(suggestion.name.as_deref().unwrap_or_default(), name);
    }
    println!("{} of {} strings stored as they were sent, the others are blank", stored.len(), strings.len());
}
