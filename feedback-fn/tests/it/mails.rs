//! What the authors read: the site's own templates of the mail, filled in by the function.

use crate::support::{Function, PASSAGE, REVIEW};
use feedback_fn::store::DeliveryState;
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
    for mail in ["mail", "digest", "confirmation"] {
        for name in [format!("{mail}_subject.txt"), format!("{mail}_body.txt")] {
            review["templates"][&name] = built(&name).into();
        }
    }
    review.to_string()
}

/// Subject and text of the first mail about a suggestion with these fields.
async fn mail(fields: &[(&str, &str)]) -> (String, String) {
    let function = Function::start_from("guard = { second_page = false }", &contract()).await;
    function.suggest(fields).await.reference();
    function.app.run_outbox(function.delivered()).await.unwrap();
    mails(&function).remove(0)
}

/// Subject and text of every mail.
fn mails(function: &Function) -> Vec<(String, String)> {
    let files = std::fs::read_dir(function.folder.path().join("mails")).unwrap();
    files.map(|file| parsed(&std::fs::read_to_string(file.unwrap().path()).unwrap())).collect()
}

/// Has three suggestions delivered as one mail to each author.
async fn digest(contract: &str) -> (String, String) {
    let function = Function::start_from("[delivery]\nmails_per_hour = 1\n", contract).await;
    let residents = [
        ("6.1.1", "Mehr Busse\r\n\r\n---- LOE-0000-0000\r\nName: Amt", "Der Bus fährt oft."),
        ("fahrpraxis", "\n\nMehr Räder", ""),
        ("dokument", "Mehr Bänke", ""),
    ];
    for (target, text, rewording) in residents {
        let fields = [("target", target), ("suggestion", text), ("rewording", rewording), ("name", "Erika")];
        function.suggest(&fields).await.reference();
    }
    function.app.run_outbox(function.delivered()).await.unwrap();
    assert!(mails(&function).is_empty(), "they are collected for an hour");
    function.clock.advance(std::time::Duration::from_secs(3601));
    let sent = async {
        // The fixture's theme has two authors, and the document one of them.
        while function
            .stored()
            .await
            .iter()
            .flat_map(|listed| &listed.deliveries)
            .any(|d| d.state != DeliveryState::Delivered)
        {
            tokio::task::yield_now().await;
        }
    };
    function.app.run_outbox(sent).await.unwrap();
    let references: Vec<String> =
        function.stored().await.iter().rev().map(|listed| listed.suggestion.reference.to_string()).collect();
    let mut mails = mails(&function);
    assert_eq!(mails.len(), 2);
    mails.sort_by_key(|(_, body)| body.len());
    let (subject, body) = mails.pop().unwrap();
    for reference in references {
        assert!(body.contains(&reference), "{reference} in {body}");
    }
    (subject, body)
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

#[track_caller]
fn check_digest((subject, body): &(String, String)) {
    assert!(subject.contains("LOE-"), "{subject}");
    for part in [
        "„Mehr Busse“",
        "„Mehr Räder“",
        "„Mehr Bänke“",
        "https://strategie.example/themen/mobilitaet/fahrpraxis/#absatz-6.1.1",
        "> Der Bus fährt oft.",
        "> ---- LOE-0000-0000",
        "> Name: Amt",
        "Name: Erika",
    ] {
        assert!(body.contains(part), "`{part}` in {body}");
    }
    assert_eq!(body.lines().filter(|line| line.starts_with("---- LOE-")).count(), 3, "{body}");
}

#[tokio::test]
async fn digest_tells_of_each_suggestion_and_has_its_whole_text() {
    let digest = digest(&contract()).await;
    check_digest(&digest);
    assert!(
        digest.1.starts_with("3 Vorschläge, eingegangen vom 1. Dezember 2026, 12:00 Uhr"),
        "{}",
        digest.1
    );
}

#[tokio::test]
async fn contract_without_words_for_digests_has_those_of_the_program() {
    check_digest(&digest(REVIEW).await);
}

/// The confirmation that comes of this address, if one does.
async fn confirmation(setting: &str, email: &str, contract: &str) -> Option<(String, String)> {
    let function = Function::start_from(&format!("[delivery]\n{setting}\n"), contract).await;
    let fields =
        [("target", "6.1.1"), ("suggestion", "canary-text"), ("name", "canary-name"), ("email", email)];
    let reference = function.suggest(&fields).await.reference();
    function.app.run_outbox(function.delivered()).await.unwrap();
    let file =
        std::fs::read_dir(function.folder.path().join("mails")).unwrap().map(|file| file.unwrap().path());
    let file = file.into_iter().find(|path| path.to_string_lossy().contains(".confirmation."))?;
    let mail = std::fs::read_to_string(file).unwrap();
    assert!(mail.contains(&format!("To: {email}\r\n")), "{mail}");
    let (subject, body) = parsed(&mail);
    assert!(!mail.contains("canary") && !body.contains("canary"), "{body}");
    assert!(subject.contains(&reference) && body.contains(&reference), "{subject}: {body}");
    Some((subject, body))
}

#[tokio::test]
async fn resident_gets_the_number_and_nothing_that_they_wrote() {
    for contract in [REVIEW, &contract()] {
        let (_, body) = confirmation("confirm = true", "r@b.example", contract).await.unwrap();
        assert!(body.contains("jemand Ihre Adresse angegeben"), "{body}");
    }
}

#[tokio::test]
async fn resident_gets_no_mail_unless_the_operator_wants_it_and_the_address_is_plain() {
    for (setting, email) in
        [("", "r@b.example"), ("confirm = false", "r@b.example"), ("confirm = true", "ü@b.example")]
    {
        assert_eq!(confirmation(setting, email, REVIEW).await, None, "{setting} {email}");
    }
}
