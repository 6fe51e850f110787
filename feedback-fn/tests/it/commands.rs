//! What one person does about suggestions: list, show, decide, purge.

use crate::installation::{Installation, Ran, reference, suggestion};
use feedback_fn::store::DeliveryState::{self, Held, Quarantined, Waiting};
use feedback_fn::store::Standing;
use jiff::{SignedDuration, Timestamp};

/// A name with everything that a terminal obeys.
const NASTY: &str = "Kim\u{1b}[2J\u{9b}1m\u{202e}\r\nLOE-0000-0000";
pub(crate) const MORE: &str =
    "Mehr Bänke canary-text am Bahnhof, und zwar auf beiden Seiten, weil der Weg dorthin weit ist.";

#[track_caller]
pub(crate) fn check(ran: &Ran, code: i32, parts: &[&str]) {
    assert_eq!(ran.code, Some(code), "{ran:#?}");
    for part in parts {
        assert!(ran.stdout.contains(part) || ran.stderr.contains(part), "`{part}` is not in {ran:#?}");
    }
}

fn states(installation: &Installation, number: u64) -> Vec<DeliveryState> {
    let shown = installation.shown(&reference(number)).unwrap();
    shown.deliveries.iter().map(|delivery| delivery.state).collect()
}

#[test]
fn list_shows_those_of_a_state_and_no_more_than_asked_for() {
    let installation = Installation::new();
    installation.keep(&[suggestion(1, "eins"), suggestion(2, "zwei")], Standing::Accepted);
    installation.keep(&[suggestion(3, "drei")], Standing::Quarantined);
    let lines = |arguments: &[&str]| {
        let ran = installation.run(arguments);
        check(&ran, 0, &[]);
        ran.stdout.lines().count()
    };
    assert_eq!(lines(&["list"]), 1 + 3);
    assert_eq!(lines(&["list", "--limit", "2"]), 1 + 2);
    for (arguments, told) in [
        (&["list", "--limit", "2"][..], "1 more, older ones: `--limit 3` shows all"),
        (
            &["list", "--limit", "0", "--json", "--state", "waiting"],
            "2 more, older ones: `--limit 2` shows all",
        ),
        (&["list", "--limit", "3"], ""),
        (&["list", "--limit", "1", "--state", "quarantined"], ""),
    ] {
        assert_eq!(installation.run(arguments).stderr.trim(), told, "{arguments:?}");
    }
    assert_eq!(lines(&["list", "--state", "quarantined"]), 1 + 1);
    assert_eq!(lines(&["list", "--state", "waiting", "--json"]), 2);
    assert_eq!(lines(&["list", "--state", "held"]), 0);
    check(&installation.run(&["list", "--state", "gone"]), 2, &["waiting, bundled, delivered, held"]);
}

#[test]
fn list_has_columns_that_align_and_one_zone_for_all_times() {
    let installation = Installation::new();
    let mut summer = suggestion(2, "zwei");
    summer.received = "2025-07-01T22:30:00.123Z".parse().unwrap();
    summer.target.id = "eine-lange-seite".to_owned();
    installation.keep(&[suggestion(1, "eins"), summer], Standing::Accepted);
    check(&installation.run(&["hold", "--all", "--cause", "Umzug"]), 0, &["2 mails held"]);
    let (one, two) = (reference(1), reference(2));
    let table = format!(
        "reference      received (Europe/Berlin)  about             mails\n\
         {two}  2025-07-02 00:30          eine-lange-seite  held (attempts: 0: Umzug)  overdue\n\
         {one}  2025-12-01 12:00          6.1.1             held (attempts: 0: Umzug)  overdue\n"
    );
    assert_eq!(installation.run(&["list"]).stdout, table);
}

#[test]
fn list_prints_texts_as_a_person_reads_them() {
    let installation = Installation::new();
    let mut long = suggestion(1, "Mehr \"Bänke\"\r\nund Licht");
    long.name = Some("Kim".to_owned());
    long.rewording = Some("Der Bus fährt öfter.".to_owned());
    long.publish = false;
    installation.keep(&[long], Standing::Accepted);
    let listed = installation.run(&["list", "--texts"]);
    let texts = "    name       Kim\n    publish    not allowed\n    suggestion\n      | Mehr \"Bänke\"\n      \
                 | und Licht\n    rewording\n      | Der Bus fährt öfter.\n\n";
    assert!(listed.stdout.ends_with(texts), "{listed:#?}");
}

#[test]
fn list_says_that_there_is_nothing_and_leaves_the_output_empty() {
    let installation = Installation::new();
    for (arguments, told) in [
        (&["list"][..], "no suggestion is stored\n"),
        (&["list", "--json"], "no suggestion is stored\n"),
        (&["list", "--state", "held"], "no suggestion has a mail that is held\n"),
    ] {
        let ran = installation.run(arguments);
        assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (Some(0), "", told));
    }
}

#[test]
fn nothing_a_resident_wrote_reaches_the_terminal_as_it_came() {
    let installation = Installation::new();
    let mut nasty = suggestion(1, NASTY);
    nasty.name = Some(NASTY.to_owned());
    nasty.rewording = Some(NASTY.to_owned());
    installation.keep(&[nasty], Standing::Accepted);
    let reference = reference(1);
    for arguments in [
        &["list", "--texts"][..],
        &["list", "--texts", "--json"],
        &["show", reference.as_str()],
        &["show", "--json", reference.as_str()],
        &["export"],
        &["export", "--format", "csv"],
        &["export", "--format", "synopsis-md", "--internal"],
        &["export", "--format", "synopsis-html", "--internal"],
    ] {
        let ran = installation.run(arguments);
        check(&ran, 0, &["Kim"]);
        let obeyed = |letter: char| letter.is_control() && !"\n\r".contains(letter) || letter == '\u{202e}';
        assert_eq!(ran.stdout.chars().find(|letter| obeyed(*letter)), None, "{arguments:?}: {ran:#?}");
        let forged = ran.stdout.lines().find(|line| line.starts_with("LOE-0000-0000"));
        assert!(forged.is_none() || arguments[0] == "export", "{arguments:?}: {ran:#?}");
    }
    let shown = installation.run(&["show", "--json", reference.as_str()]).stdout;
    let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(shown["name"], NASTY);
}

#[test]
fn texts_are_listed_only_on_demand() {
    let installation = Installation::new();
    installation.keep(&[suggestion(1, MORE)], Standing::Accepted);
    for arguments in [&["list"][..], &["list", "--json"]] {
        assert!(!installation.run(arguments).stdout.contains("canary"));
    }
    check(&installation.run(&["list", "--json", "--texts"]), 0, &["canary-text"]);
    check(
        &installation.run(&["show", "loe00000104"]),
        1,
        &["there is no suggestion `LOE-0000-0104`", "hint"],
    );
    check(&installation.run(&["show", "LOE-0000-0001"]), 2, &["the check character does not fit"]);
}

#[test]
fn decisions_about_mails_are_done_told_and_logged_without_content() {
    let installation = Installation::new();
    installation.keep(&[suggestion(1, MORE), suggestion(2, MORE)], Standing::Accepted);
    installation.keep(&[suggestion(3, MORE)], Standing::Quarantined);
    let (one, three) = (reference(1), reference(3));

    let held = installation.run(&["hold", one.as_str(), "--cause", "Rückfrage\nan das Amt"]);
    check(&held, 0, &["1 mail held", "operator.held", one.as_str()]);
    assert_eq!((states(&installation, 1), states(&installation, 2)), (vec![Held], vec![Waiting]));
    check(&installation.run(&["list", "--state", "held"]), 0, &["held (attempts: 0: Rückfrage an das Amt)"]);
    check(&installation.run(&["hold", "--all", "--cause", "Urlaub"]), 0, &["1 mail held"]);
    check(&installation.run(&["retry", "--all"]), 0, &["2 mails will be tried", "operator.retried"]);
    assert_eq!((states(&installation, 1), states(&installation, 2)), (vec![Waiting], vec![Waiting]));

    assert_eq!(states(&installation, 3), [Quarantined]);
    let released = installation.run(&["release", three.as_str()]);
    check(&released, 0, &["1 mail will be sent", "operator.released"]);
    assert_eq!(states(&installation, 3), [Waiting]);
    check(&installation.run(&["release", "--all"]), 0, &["nothing to do: no mail is quarantined"]);
    check(&installation.run(&["list", "--state", "waiting"]), 0, &["waiting (attempts: 0, due since 20"]);
    for ran in [held, released] {
        assert!(!ran.stdout.contains("canary") && !ran.stderr.contains("canary"), "{ran:#?}");
    }
    let missing = reference(9);
    check(&installation.run(&["retry", missing.as_str()]), 1, &["there is no suggestion"]);
    for wrong in [&["retry"][..], &["retry", "--all", one.as_str()], &["hold", "--all"]] {
        check(&installation.run(wrong), 2, &["Usage"]);
    }
    let example = "Example: feedback-fn hold LOE-7KQ2-M9X7 --cause question";
    check(
        &installation.run(&["hold", "--cause", "x"]),
        2,
        &["<REFERENCE|--all>", "hold --all --cause", example],
    );
    check(&installation.run(&["hold"]), 2, &["<REFERENCE|--all>", "--cause <CAUSE>", example]);
}

#[test]
fn command_without_a_configuration_says_how_to_name_one() {
    let installation = Installation::new();
    std::fs::remove_file(installation.path("feedback.toml")).unwrap();
    let named = installation.run(&["list", "--config", "feedback.toml"]);
    check(&named, 1, &["there is no configuration `feedback.toml`", "hint: name it with `--config`"]);
}

#[test]
fn commands_say_what_to_do_where_there_is_no_store_yet() {
    let installation = Installation::new();
    std::fs::remove_dir_all(installation.path("data")).unwrap();
    for arguments in [&["list"][..], &["retry", "--all"], &["export"]] {
        check(&installation.run(arguments), 1, &["there is none yet; `feedback-fn serve` makes it"]);
    }
}

#[test]
fn purge_erases_what_is_old_and_delivered() {
    let installation = Installation::new();
    let mut old = suggestion(1, MORE);
    old.received = "2001-01-01T11:00:00Z".parse().unwrap();
    let mut waits = old.clone();
    waits.reference = reference(2);
    let mut new = suggestion(3, MORE);
    new.received = Timestamp::now() - SignedDuration::from_hours(48);
    installation.keep(&[old, waits, new], Standing::Accepted);
    let database = rusqlite::Connection::open(installation.path("data/feedback.sqlite")).unwrap();
    let delivered = "UPDATE delivery SET state = 'delivered' WHERE suggestion <> 2";
    database.execute_batch(delivered).unwrap();
    drop(database);

    let purged = installation.run(&["purge"]);
    check(&purged, 0, &["erased 1 suggestion received before", "1 as old stays, since", "operator.purged"]);
    assert!(installation.shown(&reference(1)).is_none());
    let today = Timestamp::now().to_string()[..10].to_owned();
    let before = ["purge", "--before", &today];
    check(&installation.run(&before), 1, &["this cannot be undone", "`--yes`"]);
    check(&installation.run(&[&before[..], &["--yes"]].concat()), 0, &["erased 1 suggestion"]);
    assert!(installation.shown(&reference(3)).is_none() && installation.shown(&reference(2)).is_some());
    let forms = "a day is written 2026-12-31 or 31.12.2026";
    check(&installation.run(&["purge", "--before", "gestern"]), 2, &["gestern", forms]);
    let german = ["purge", "--before", "31.12.2999", "--yes"];
    check(&installation.run(&german), 1, &["2999-12-31 is yet to come"]);
    check(&installation.run(&["purge", "--before", "2999-01-01", "--yes"]), 1, &["yet to come"]);

    let review = std::fs::read_to_string(installation.path("review.json")).unwrap();
    let endless = review.replace("\"retention_days\": 180", "\"retention_days\": 0");
    std::fs::write(installation.path("review.json"), endless).unwrap();
    check(&installation.run(&["purge"]), 1, &["nothing is to be erased", "hint: `--before"]);
}

#[test]
fn check_names_what_others_can_read_with_the_command_that_mends_it() {
    use std::os::unix::fs::PermissionsExt;
    let installation = Installation::new();
    let set = |path: &str, mode| {
        std::fs::set_permissions(installation.path(path), std::fs::Permissions::from_mode(mode)).unwrap();
    };
    set("data/feedback.sqlite", 0o644);
    check(&installation.run(&["check"]), 0, &["permissions: in order"]);
    set("", 0o755);
    check(&installation.run(&["check"]), 0, &["permissions: in order"]);
    set("data", 0o755);
    let wrong =
        "others can read `data`: `chmod 700 data`; others can read `data/feedback.sqlite`: `chmod 600";
    check(&installation.run(&["check"]), 1, &["permissions: NOT in order", wrong]);
    set("data", 0o711);
    check(&installation.run(&["check"]), 1, &["NOT in order: others can read `data/feedback.sqlite`"]);
    set("data/feedback.sqlite", 0o640);
    check(&installation.run(&["check"]), 1, &["NOT in order: others can read `data/feedback.sqlite`"]);
    set("data/feedback.sqlite", 0o600);
    check(&installation.run(&["check"]), 0, &["permissions: in order"]);

    std::fs::write(installation.path("password"), "x").unwrap();
    set("password", 0o640);
    let smtp = "[transport.smtp]\nhost = \"127.0.0.1\"\nport = 1\ntls = \"none\"\nusername = \"a\"\n\
                password_file = \"password\"";
    let config = std::fs::read_to_string(installation.path("feedback.toml")).unwrap();
    let config = config.replace("[transport.files]\nfolder = \"mails\"", smtp);
    std::fs::write(installation.path("feedback.toml"), config).unwrap();
    check(&installation.run(&["check"]), 1, &["permissions: in order"]);
    set("password", 0o644);
    // Root cannot tell who runs the service; its group may read what root keeps.
    let mode = if rustix::process::geteuid().is_root() { "640" } else { "600" };
    let closed = format!("others can read `password`: `chmod {mode} password`");
    check(&installation.run(&["check"]), 1, &[&closed]);
}

#[test]
fn check_notices_a_clock_that_is_behind_what_has_happened() {
    let installation = Installation::new();
    check(&installation.run(&["check"]), 0, &["clock: in order", "round 1 is open until 2999-01-01"]);
    let mut late = suggestion(1, "x");
    late.received = "2990-01-01T11:00:00Z".parse().unwrap();
    installation.keep(&[late], Standing::Accepted);
    let told = "a suggestion came at 2990-01-01 12:00\nhint: set the clock";
    check(&installation.run(&["check"]), 1, &["clock: NOT in order", told, "error: 1 of 9 is not in order"]);
    check(&installation.run(&["erase", reference(1).as_str(), "--yes"]), 0, &[]);

    let contract = std::fs::File::options().append(true).open(installation.path("review.json")).unwrap();
    let later = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(32_000_000_000);
    contract.set_modified(later).unwrap();
    check(&installation.run(&["check"]), 1, &["clock: NOT in order", "the contract was written at 2"]);
}

#[test]
fn check_says_how_much_room_is_left() {
    let installation = Installation::new();
    check(&installation.run(&["check"]), 0, &["disk: in order", "MiB are free, 64 are kept in reserve"]);
    let installation = Installation::with("reserve_mib = 99999999999");
    let told = ["disk: NOT in order", "lower `reserve_mib`", "error: 2 of 9 are not in order"];
    check(&installation.run(&["check"]), 1, &told);
}

#[test]
fn test_mail_says_so_and_reaches_whoever_will_get_suggestions() {
    let installation = Installation::new();
    check(&installation.run(&["send-test"]), 1, &["nobody to send to", "hint: give an address"]);
    check(&installation.run(&["send-test", "edv"]), 2, &["edv"]);
    check(&installation.run(&["send-test", "edv@stadt.example"]), 0, &["edv@stadt.example: sent"]);
    let each = ["mobilitaet@stadt.example: sent", "rathaus@stadt.example: sent"];
    let all = installation.run(&["send-test", "--all"]);
    check(&all, 0, &each);
    assert_eq!(all.stdout.lines().count(), 2, "each once: {all:#?}");
    let mails: Vec<String> = std::fs::read_dir(installation.path("mails"))
        .unwrap()
        .map(|mail| std::fs::read_to_string(mail.unwrap().path()).unwrap())
        .collect();
    assert_eq!(mails.len(), 3);
    let config = std::fs::read_to_string(installation.path("feedback.toml")).unwrap();
    let operator = "\n[operator]\naddress = \"edv@stadt.example\"\n";
    std::fs::write(installation.path("feedback.toml"), config + operator).unwrap();
    check(&installation.run(&["send-test"]), 0, &["edv@stadt.example: sent"]);
    for mail in mails {
        assert!(mail.contains("Dies ist ein Test.") && mail.contains("Auto-Submitted"), "{mail}");
    }
}

#[test]
fn test_mail_that_does_not_go_out_says_why_and_what_to_do() {
    let installation = Installation::new();
    let smtp = "[transport.smtp]\nhost = \"127.0.0.1\"\nport = 1\ntls = \"none\"";
    let config = std::fs::read_to_string(installation.path("feedback.toml")).unwrap();
    let config = config.replace("[transport.files]\nfolder = \"mails\"", smtp);
    std::fs::write(installation.path("feedback.toml"), config).unwrap();
    let sent = installation.run(&["send-test", "edv@stadt.example"]);
    check(
        &sent,
        1,
        &["NOT sent: connecting", "hint: check `host` and `port`", "error: the test was not sent"],
    );
    check(&installation.run(&["send-test", "--all"]), 1, &["error: 2 of 2 did not get the test"]);
}
