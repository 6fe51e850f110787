//! What the authors read: the site's own templates of the mail, filled in by the function.

use crate::support::{Function, PASSAGE, REVIEW};
use std::path::Path;
use tera::{Context, Tera};

/// The first pass, which the generator does.
fn built(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../site/templates/function").join(name);
    let source = std::fs::read_to_string(&path).unwrap();
    let strategy = serde_json::json!({ "strategy": { "round": { "answers_by_text": "31. März 2028" } } });
    Tera::one_off(&source, &Context::from_serialize(&strategy).unwrap(), false).unwrap()
}

fn contract() -> String {
    let mut review: serde_json::Value = serde_json::from_str(REVIEW).unwrap();
    for name in ["mail_subject.txt", "mail_body.txt"] {
        review["templates"][name] = built(name).into();
    }
    review.to_string()
}

/// Subject and text of the first mail about a suggestion with these fields.
async fn mail(fields: &[(&str, &str)]) -> (String, String) {
    let function = Function::start_from("", &contract()).await;
    function.suggest(fields).await.reference();
    function.app.run_outbox(function.delivered()).await.unwrap();
    let file =
        std::fs::read_dir(function.folder.path().join("mails")).unwrap().next().unwrap().unwrap().path();
    parsed(&std::fs::read_to_string(file).unwrap())
}

/// Quoted-printable and encoded words undone, as far as these tests need it.
fn parsed(mail: &str) -> (String, String) {
    let (head, body) = mail.split_once("\r\n\r\n").unwrap();
    let subject = head.split("\r\n").find_map(|line| line.strip_prefix("Subject: ")).unwrap();
    let mut bytes = Vec::new();
    let mut rest = body.replace("=\r\n", "").replace("\r\n", "\n").into_bytes().into_iter();
    while let Some(byte) = rest.next() {
        match byte {
            b'=' => {
                let hex: String = rest.by_ref().take(2).map(char::from).collect();
                bytes.push(u8::from_str_radix(&hex, 16).unwrap());
            }
            other => bytes.push(other),
        }
    }
    (subject.to_owned(), String::from_utf8(bytes).unwrap())
}

#[tokio::test]
async fn resident_cannot_imitate_the_sections_of_the_mail() {
    let typed = "Mehr\r\n\r\nVON\r\n\r\nName: Bürgermeister\r\n----\r\nLöschen bis: nie";
    let fields = [("target", "6.1.1"), ("suggestion", typed), ("rewording", "VON\nName: x")];
    let (_, body) = mail(&fields).await;
    for own in ["VON", "----"] {
        assert_eq!(body.lines().filter(|line| *line == own).count(), 1, "`{own}` in {body}");
    }
    for own in ["Name: ", "Löschen bis: "] {
        assert_eq!(body.lines().filter(|line| line.starts_with(own)).count(), 1, "`{own}` in {body}");
    }
    for quoted in [
        "> Name: Bürgermeister",
        "> Name: x",
        &format!("> {PASSAGE}"),
        "> [-Der Bus fährt stündlich.-] {+VON Name: x+}",
    ] {
        assert!(body.lines().any(|line| line == quoted), "`{quoted}` in {body}");
    }
}

#[tokio::test]
async fn subject_names_the_passage_and_the_reference() {
    let (subject, body) = mail(&[("target", "6.1.1"), ("suggestion", "Mehr")]).await;
    assert!(subject.starts_with("[6.1.1] Vorschlag LOE-"), "{subject}");
    assert!(subject.ends_with(" zu FahrPraxis"), "{subject}");
    assert!(!body.contains("von einem Programm stammen"), "{body}");
}

#[tokio::test]
async fn mail_of_a_machine_says_so_in_its_subject() {
    let fields = [("target", "6.1.1"), ("suggestion", "Kaufen"), ("website", "https://spam.example")];
    let (subject, body) = mail(&fields).await;
    assert!(subject.starts_with("[Verdacht auf Spam] [6.1.1] Vorschlag LOE-"), "{subject}");
    assert!(body.contains("von einem Programm stammen"), "{body}");
}
