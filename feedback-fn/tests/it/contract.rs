//! Starting with a contract, and going on when it changes.

use crate::support::{Function, REVIEW, configuration, encoded, replace_contract, time};
use feedback_fn::App;
use feedback_fn::clock::ManualClock;
use feedback_fn::config::Config;
use rustix::process::{Uid, geteuid};
use rustix::thread::set_thread_res_uid;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

#[tokio::test]
async fn changed_contract_counts_a_second_later() {
    let function = Function::start().await;
    let form = [("target", "6.1.10"), ("suggestion", "Mehr")];
    assert_eq!(function.post("check", &form).await.status, 404);
    replace_contract(&function.contract_file(), "\"id\": \"6.1.1\"", "\"id\": \"6.1.10\"");
    assert_eq!(function.post("check", &form).await.status, 404, "the file is not looked at so soon");
    function.set_time("2026-12-01T12:00:01+01:00");
    assert_eq!(function.post("check", &form).await.status, 200);
}

#[tokio::test]
async fn broken_contract_keeps_the_old_one() {
    let function = Function::start().await;
    let form = [("target", "6.1.1"), ("suggestion", "Mehr")];
    std::fs::write(function.contract_file(), &REVIEW[..200]).unwrap();
    function.set_time("2026-12-01T12:00:01+01:00");
    assert_eq!(function.post("check", &form).await.status, 200);
    std::fs::remove_file(function.contract_file()).unwrap();
    function.set_time("2026-12-01T12:00:02+01:00");
    assert_eq!(function.post("check", &form).await.status, 200);
    replace_contract(&function.contract_file(), "\"id\": \"6.1.1\"", "\"id\": \"6.1.10\"");
    function.set_time("2026-12-01T12:00:03+01:00");
    assert_eq!(function.post("check", &form).await.status, 404);
}

/// Asks for the form's target as a user who is not root, and may not read everything therefore.
async fn status_as_nobody(function: &Function, form: &[(&str, &str)]) -> u16 {
    let as_user = |user| set_thread_res_uid(None, user, None).unwrap();
    let me = geteuid();
    if me.is_root() {
        as_user(Uid::from_raw(65_534));
    }
    // On this thread: nobody else's rights change.
    let reply = function.post_from("192.0.2.1", "check", &[], encoded(form)).await;
    as_user(me);
    reply.status
}

#[tokio::test]
async fn contract_that_could_not_be_read_counts_as_soon_as_it_can() {
    let function = Function::start().await;
    let form = [("target", "6.1.10"), ("suggestion", "Mehr")];
    let file = function.contract_file();
    let set = |path: &Path, mode| std::fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    set(function.folder.path(), 0o755);
    replace_contract(&file, "\"id\": \"6.1.1\"", "\"id\": \"6.1.10\"");
    set(&file, 0o000);
    function.set_time("2026-12-01T12:00:01+01:00");
    assert_eq!(status_as_nobody(&function, &form).await, 404);
    set(&file, 0o644);
    function.set_time("2026-12-01T12:00:02+01:00");
    assert_eq!(status_as_nobody(&function, &form).await, 200);
}

#[track_caller]
fn check(from: &str, to: &str, message: &str) {
    let folder = tempfile::tempdir().unwrap();
    replace_contract(&folder.path().join("review.json"), from, to);
    let config = Config::from_toml(&configuration(""), folder.path()).unwrap();
    let clock = Arc::new(ManualClock::at(time("2026-12-01T12:00:00+01:00")));
    let error = App::open(config, clock).err().unwrap_or_else(|| panic!("`{to}` was accepted"));
    assert!(format!("{error:#}").contains(message), "{error:#}");
    assert!(format!("{error:#}").contains("review.json"), "{error:#}");
}

#[test]
fn contract_that_cannot_work_stops_the_start() {
    check("\"version\": 1", "\"version\": 2", "version 2");
    check("\"version\": 1,", "", "`version` cannot be read");
    check("\"endpoint\": \"/rueckmeldung/\"", "\"endpoint\": \"rueckmeldung\"", "slash");
    check("\"endpoint\": \"/rueckmeldung/\"", "\"endpoint\": \"/rückmeldung/\"", "without accents");
    check("\"endpoint\": \"/rueckmeldung/\"", "\"endpoint\": \"//evil.example/\"", "single slashes");
    check("\"mobilitaet@stadt.example\"", "\"amt@localhost\"", "`amt@localhost` of `mobilitaet`");
    check(
        "\"rathaus@stadt.example\"\n      }\n    ],\n    \"themes\"",
        "\"büro@stadt.example\" } ], \"themes\"",
        "`büro@stadt.example`",
    );
    check("\"id\": \"fahrpraxis\"", "\"id\": \"dokument\"", "`dokument` is listed twice");
    check("\"opens\": \"2026-", "\"opens\": \"2036-", "`round.closes`");
    check("\"receipt.html\"", "\"other.html\"", "`receipt.html`");
    check("{{ reference }}</p>", "{{ reference </p>", "does not parse");
    check("{{ reference }}</p>", "{{ refrence }}</p>", "`receipt.html` does not render");
    check("{{ received_text }}", "{{ recieved_text }}", "mail_body.txt");
    check("{{ received_text }}", "{{ round.title }}", "mail_body.txt");
    check("{{ received_text }}", "{% if suggestion.suspicious %}{{ sorry }}{% endif %}", "mail_body.txt");
    check(
        "\"<!doctype html><html lang=\\\"de\\\"><title>Fehler",
        "\"{% if error.field == 'email' %}{{ oh }}{% endif %}",
        "error.html",
    );
}

#[tokio::test]
async fn author_who_is_named_twice_gets_one_mail() {
    let twice = REVIEW.replace("\"mobilitaet@stadt.example\"", "\"Rathaus@stadt.example\"");
    let function = Function::start_from("", &twice).await;
    function.suggest(&[("target", "6.1.1"), ("suggestion", "Mehr")]).await.reference();
    let stored = function.stored().await.remove(0);
    let addresses: Vec<_> =
        stored.deliveries.iter().map(|delivery| delivery.recipient.address.as_str()).collect();
    assert_eq!(addresses, ["Rathaus@stadt.example"]);
}
