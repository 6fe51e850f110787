//! The way of a suggestion: form, check page, receipt, store, mail.

use crate::support::{Function, PASSAGE, REVIEW, configuration};
use feedback_fn::store::DeliveryState;
use tokio::net::TcpListener;

const FIELDS: &[(&str, &str)] = &[
    ("target", "6.1.1"),
    ("round", "1"),
    ("suggestion", "Mehr <Busse>\r\n& \"Züge\""),
    ("rewording", "Der Bus fährt halbstündlich."),
    ("name", "Ä. Muster"),
    ("email", "muster@example.org"),
    ("publish", "yes"),
    ("website", ""),
];

#[tokio::test]
async fn suggestion_goes_from_the_form_to_the_receipt() {
    let function = Function::start().await;
    let check = function.post("check", FIELDS).await;
    assert_eq!(check.status, 200);
    assert!(check.body.contains("Mehr &lt;Busse&gt;\n&amp; &quot;Züge&quot;"), "{}", check.body);
    assert!(check.body.contains(
        "<span class=\"same\">Der Bus fährt </span><span class=\"delete\">stündlich. </span>\
         <span class=\"insert\">halbstündlich.</span>"
    ));
    assert!(function.stored().await.is_empty(), "nothing is stored before it is confirmed");
    function.read();

    let reference = function.send(FIELDS, &check.field("token")).await.reference();
    let stored = function.stored().await;
    let suggestion = &stored[0].suggestion;
    assert_eq!(stored.len(), 1);
    assert_eq!(suggestion.reference.as_str(), reference);
    assert_eq!(suggestion.text, "Mehr <Busse>\n& \"Züge\"");
    assert_eq!(suggestion.target.text.as_deref(), Some(PASSAGE));
    assert_eq!(suggestion.rewording.as_deref(), Some("Der Bus fährt halbstündlich."));
    assert_eq!(suggestion.name.as_deref(), Some("Ä. Muster"));
    assert_eq!(suggestion.email.as_deref(), Some("muster@example.org"));
    assert!(suggestion.publish && suggestion.marks.is_empty());

    let receipt = function.get(&format!("/rueckmeldung/receipt?nr={reference}")).await;
    assert_eq!((receipt.status, receipt.element("reference")), (200, Some(reference.as_str())));
}

#[tokio::test]
async fn program_gets_json() {
    let function = Function::start().await;
    let check = function.post_json("check", FIELDS).await.json();
    assert_eq!(check["changed"], false);
    assert_eq!(check["diff"][1]["op"], "delete");
    let token = check["token"].as_str().unwrap();
    function.read();
    let sent = function.post_json("send", &[FIELDS, &[("token", token)]].concat()).await;
    assert_eq!(sent.status, 201);
    let stored = function.stored().await;
    assert_eq!(sent.json()["reference"], stored[0].suggestion.reference.as_str());

    let refused = function.post_json("check", &[("target", "6.1.1")]).await;
    assert_eq!(refused.status, 422);
    assert_eq!(refused.json()["error"]["code"], "missing-text");
    assert_eq!(refused.json()["error"]["field"], "suggestion");
}

#[tokio::test]
async fn sending_twice_stores_once() {
    let function = Function::start().await;
    let token = function.token(FIELDS).await;
    let (one, two) = tokio::join!(function.send(FIELDS, &token), function.send(FIELDS, &token));
    let later = function.send(FIELDS, &token).await;
    assert_eq!(one.reference(), two.reference());
    assert_eq!(one.reference(), later.reference());
    assert_eq!(function.stored().await.len(), 1);
}

#[tokio::test]
async fn what_is_stored_keeps_its_reference_when_it_is_sent_again_too_late() {
    let function = Function::start().await;
    let token = function.token(FIELDS).await;
    let reference = function.send(FIELDS, &token).await.reference();
    function.set_time("2026-12-03T12:00:00+01:00");
    assert_eq!(function.send(FIELDS, &token).await.reference(), reference, "the token is too old");
    function.set_time("2028-01-01T00:00:00+01:00");
    assert_eq!(function.send(FIELDS, &token).await.reference(), reference, "the round is closed");
}

#[tokio::test]
async fn same_text_in_two_forms_is_two_suggestions() {
    let function = Function::start().await;
    let one = function.suggest(FIELDS).await.reference();
    let two = function.suggest(FIELDS).await.reference();
    assert_ne!(one, two);
    assert_eq!(function.stored().await.len(), 2);
}

#[tokio::test]
async fn check_page_shows_the_passage_if_it_changed_meanwhile() {
    let function = Function::start().await;
    let old = "0".repeat(64);
    let fields = [("target", "6.1.1"), ("suggestion", "Mehr"), ("digest", old.as_str())];
    let check = function.post("check", &fields).await;
    assert_eq!(check.element("changed"), Some(PASSAGE));
    function.read();
    function.send(&fields, &check.field("token")).await.reference();
    assert!(function.stored().await[0].suggestion.changed());
}

#[tokio::test]
async fn theme_decides_who_gets_the_mail() {
    let function = Function::start().await;
    function.suggest(&[("target", "dokument"), ("suggestion", "x")]).await.reference();
    let evil =
        ["to", "recipient", "recipients[default][0][address]", "bcc"].map(|name| (name, "v@e.example"));
    let elsewhere = ["redirect", "next", "endpoint", "theme"].map(|name| (name, "//e.example/"));
    let form = [("target", "6.1.1"), ("suggestion", "x")];
    // Answered with the receipt's address below the endpoint, or `reference` fails.
    function.suggest(&[&form[..], &evil, &elsewhere].concat()).await.reference();
    let addresses: Vec<Vec<String>> = function
        .stored()
        .await
        .iter()
        .map(|listed| listed.deliveries.iter().map(|delivery| delivery.recipient.address.clone()).collect())
        .collect();
    let theme = ["mobilitaet@stadt.example", "rathaus@stadt.example"].as_slice();
    assert_eq!(addresses, [theme, &["rathaus@stadt.example"]]);
}

#[tokio::test]
async fn mail_waits_in_the_folder_when_the_outbox_has_run() {
    let function = Function::start().await;
    let reference = function.suggest(FIELDS).await.reference();
    function.app.run_outbox(function.delivered()).await.unwrap();
    let mails: Vec<String> = std::fs::read_dir(function.folder.path().join("mails"))
        .unwrap()
        .map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect();
    assert_eq!(mails.len(), 2);
    assert!(mails.iter().all(|mail| mail.contains(&reference) && mail.contains("Subject: ")));
}

#[tokio::test]
async fn mail_server_that_says_nothing_hinders_no_resident() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = silent.local_addr().unwrap().port();
    let smtp = format!("[transport.smtp]\nhost = \"127.0.0.1\"\nport = {port}\ntls = \"none\"");
    let files = "[transport.files]\nfolder = \"mails\"";
    let function = Function::start_configured(&configuration("").replace(files, &smtp), REVIEW).await;
    let app = function.app.clone();
    let outbox = tokio::spawn(async move { app.run_outbox(std::future::pending()).await });
    function.suggest(FIELDS).await.reference();
    let _waits_for_a_greeting = silent.accept().await.unwrap();
    function.suggest(&[("target", "dokument"), ("suggestion", "Mehr Bänke")]).await.reference();
    assert!(!outbox.is_finished());
    let stored = function.stored().await;
    let states: Vec<_> = stored.iter().flat_map(|listed| &listed.deliveries).map(|d| d.state).collect();
    assert_eq!(states, [DeliveryState::Waiting; 3]);
}

#[tokio::test]
async fn receipt_tells_nothing_about_existence() {
    let function = Function::start().await;
    let cases = [
        ("LOE-0000-0104", 200),
        ("loe%200000%200104", 200),
        ("LOE-0000-0105", 404),
        ("ABC-0000-0104", 404),
        ("%3Cscript%3E", 404),
        ("", 404),
    ];
    for (number, status) in cases {
        let reply = function.get(&format!("/rueckmeldung/receipt?nr={number}")).await;
        assert_eq!(reply.status, status, "{number}");
        assert!(!reply.body.contains("<script"), "{number}");
    }
}
