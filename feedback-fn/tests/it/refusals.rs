//! Every refusal names its code and shows the resident's text again.

use crate::support::{Function, Reply};

const TEXT: &str = "Mehr <Bänke> am Bach";
const SHOWN: &str = "Mehr &lt;Bänke&gt; am Bach";
const FORM: &[(&str, &str)] =
    &[("target", "6.1.1"), ("suggestion", TEXT), ("rewording", "Der Bus kommt."), ("name", "Muster")];

#[track_caller]
fn check(reply: &Reply, status: u16, code: &str) {
    assert_eq!((reply.status, reply.element("code")), (status, Some(code)), "{}", reply.body);
    for text in [SHOWN, "Der Bus kommt.", "value=\"Muster\""] {
        assert!(reply.body.contains(text), "`{text}` is lost: {}", reply.body);
    }
}

fn with<'a>(name: &'a str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    let others = FORM.iter().filter(|(field, _)| *field != name);
    others.copied().chain([(name, value)]).collect()
}

#[tokio::test]
async fn unknown_target_keeps_the_text() {
    let function = Function::start().await;
    check(&function.post("check", &with("target", "9.9.9")).await, 404, "unknown-target");
}

#[tokio::test]
async fn missing_text_keeps_the_rewording() {
    let function = Function::start().await;
    let reply = function.post("check", &with("suggestion", " \n ")).await;
    assert_eq!((reply.status, reply.element("code")), (422, Some("missing-text")));
    assert!(reply.body.contains("Der Bus kommt."));
}

#[tokio::test]
async fn too_long_name_keeps_the_text_and_tells_the_limit() {
    let function = Function::start().await;
    let reply = function.post("check", &[FORM, &[("email", &"a".repeat(300))]].concat()).await;
    check(&reply, 422, "too-long");
    assert_eq!((reply.element("field"), reply.element("limit")), (Some("email"), Some("254")));
}

#[tokio::test]
async fn invalid_email_keeps_the_text() {
    let function = Function::start().await;
    let reply = function.post("check", &[FORM, &[("email", "muster")]].concat()).await;
    check(&reply, 422, "invalid-email");
    assert_eq!(reply.field("email"), "muster");
}

#[tokio::test]
async fn round_that_is_not_open_keeps_the_text() {
    let function = Function::start().await;
    let token = function.token(FORM).await;
    function.set_time("2026-11-01T12:00:00+01:00");
    check(&function.post("check", FORM).await, 409, "round-not-open");
    function.set_time("2028-01-01T00:00:00+01:00");
    let reply = function.post("check", FORM).await;
    check(&reply, 409, "round-closed");
    assert_eq!(reply.element("closes"), Some("2028-01-01T00:00:00+01:00"), "as the contract writes it");
    check(&function.send(FORM, &token).await, 409, "round-closed");
    assert!(function.stored().await.is_empty());
}

#[tokio::test]
async fn token_of_another_text_or_of_nobody_keeps_the_text() {
    let function = Function::start().await;
    let token = function.token(&with("suggestion", "Etwas anderes")).await;
    for token in [token.as_str(), "", "00"] {
        check(&function.send(FORM, token).await, 409, "invalid-token");
    }
    assert!(function.stored().await.is_empty());
}

#[tokio::test]
async fn token_of_yesterday_keeps_the_text_and_a_new_one_works() {
    let function = Function::start().await;
    let token = function.token(FORM).await;
    function.set_time("2026-12-02T12:00:00+01:00");
    check(&function.send(FORM, &token).await, 409, "expired-token");
    function.suggest(FORM).await.reference();
}

#[tokio::test]
async fn too_many_requests_keep_the_text_and_tell_when() {
    let function = Function::start_with("guard = { forms_per_minute = 2, burst = 3 }").await;
    for _ in 0..3 {
        assert_eq!(function.post("check", FORM).await.status, 200);
    }
    let reply = function.post("check", FORM).await;
    check(&reply, 429, "too-many-requests");
    assert_eq!((reply.header("retry-after"), reply.element("retry")), (Some("30"), Some("30")));
    function.set_time("2026-12-01T12:00:30+01:00");
    assert_eq!(function.post("check", FORM).await.status, 200);
}

#[tokio::test]
async fn full_disk_keeps_the_text_and_tells_when() {
    let function = Function::start_with("reserve_mib = 4611686018427387904").await;
    let token = function.token(FORM).await;
    let reply = function.send(FORM, &token).await;
    check(&reply, 503, "storage-full");
    assert_eq!(reply.field("token"), token, "to send the same again");
    assert_eq!(reply.header("retry-after"), Some("30"));
    assert_eq!(reply.header("connection"), Some("close"));
}

#[tokio::test]
async fn store_that_fails_keeps_the_text() {
    let function = Function::start().await;
    let token = function.token(FORM).await;
    let database = rusqlite::Connection::open(function.folder.path().join("data/feedback.sqlite")).unwrap();
    database.execute_batch("DROP TABLE delivery").unwrap();
    check(&function.send(FORM, &token).await, 500, "internal");
}

#[tokio::test]
async fn text_a_letter_too_long_is_shown_completely() {
    let function = Function::start().await;
    let text = "🌳".repeat(10_001);
    let reply = function.post("check", &with("suggestion", &text)).await;
    assert_eq!((reply.status, reply.element("code")), (422, Some("too-long")));
    assert!(reply.body.contains(&text));
}

/// Time passes by itself here whenever nothing else happens: the wait of two seconds takes none.
#[tokio::test(start_paused = true)]
async fn store_that_is_slow_keeps_the_text_and_stores_once() {
    let function = Function::start().await;
    let form = [("target", "6.1.1"), ("suggestion", "Mehr Bänke")];
    let token = function.token(&form).await;
    let database = rusqlite::Connection::open(function.folder.path().join("data/feedback.sqlite")).unwrap();
    database.execute_batch("BEGIN IMMEDIATE").unwrap();
    let refused = function.send(&form, &token).await;
    assert_eq!((refused.status, refused.element("code")), (503, Some("store-away")), "{}", refused.body);
    assert_eq!(refused.header("retry-after"), Some("30"));
    assert!(refused.body.contains("Mehr Bänke"), "{}", refused.body);
    database.execute_batch("COMMIT").unwrap();
    tokio::time::resume();
    function.send(&form, &token).await.reference();
    assert_eq!(function.stored().await.len(), 1);
}
