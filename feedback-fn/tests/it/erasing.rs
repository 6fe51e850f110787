//! Erasing one suggestion, and the proof that nothing of it is left.

use crate::commands::{MORE, check};
use crate::installation::{Installation, reference, run, suggestion};
use feedback_fn::store::{Standing, Store};
use std::time::Duration;

#[test]
fn erased_suggestion_is_proved_to_be_gone_and_its_mails_are_named() {
    let installation = Installation::new();
    let mut first = suggestion(1, MORE);
    first.name = Some("Kim Beispielperson".to_owned());
    first.email = Some("Kim".to_owned());
    first.rewording = Some("Der Bus fährt stündlich. Und canary-rewording nachts.".to_owned());
    let mut second = suggestion(2, "Ganz etwas anderes.");
    second.name = first.name.clone();
    installation.keep(&[first, second], Standing::Accepted);
    std::fs::create_dir(installation.path("mails")).unwrap();
    let one = reference(1);
    let own = format!("mails/{one}.0123456789abcdef.eml");
    std::fs::write(installation.path(&own), format!("X-Auslage-Reference: {one}\r\n\r\nx\r\n")).unwrap();
    std::fs::write(installation.path("mails/other.eml"), "To: a\r\n\r\nx\r\n").unwrap();

    let asked = installation.run(&["erase", one.as_str()]);
    check(&asked, 1, &["this cannot be undone", "add `--yes`"]);
    assert!(installation.shown(&one).is_some());

    // Another connection of the service, which stays open and reads nothing.
    let store = installation.store();
    let erased = installation.run(&["erase", one.as_str(), "--yes"]);
    check(&erased, 0, &[&format!("erased `{one}`, 1 mail"), "found nowhere in", &own, "operator.erased"]);
    check(&erased, 0, &["not looked for, being too short or also in other suggestions: address, name"]);
    assert!(!erased.stdout.contains("other.eml"), "{erased:#?}");
    assert!(!erased.stdout.contains("canary") && !erased.stderr.contains("canary"), "{erased:#?}");
    run(async {
        assert!(store.show(one.clone()).await.unwrap().is_none());
        assert!(store.show(reference(2)).await.unwrap().is_some());
    });
    drop(store);
    for file in std::fs::read_dir(installation.path("data")).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        for canary in ["canary", one.as_str()] {
            assert!(!bytes.windows(canary.len()).any(|window| window == canary.as_bytes()), "{canary}");
        }
    }
    check(&installation.run(&["erase", one.as_str(), "--yes"]), 1, &["there is no suggestion"]);
}

#[test]
fn what_is_left_of_an_erased_suggestion_is_found_and_fails_the_command() {
    let one = reference(1);
    for (left, named) in [
        ("und zwar auf beiden Seiten, weil", "text in `data/copy`"),
        (one.as_str(), "the reference in `data/copy`"),
    ] {
        let installation = Installation::new();
        installation.keep(&[suggestion(1, MORE)], Standing::Accepted);
        // As a copy that somebody made there: some whole piece of the text is in it.
        let copy = if left == one.as_str() { left.to_owned() } else { MORE.to_owned() };
        assert!(copy.contains(left));
        std::fs::write(installation.path("data/copy"), copy).unwrap();
        let erased = installation.run(&["erase", one.as_str(), "--yes"]);
        check(&erased, 1, &["not all is gone", named]);
        assert!(!erased.stderr.contains("Seiten"), "{erased:#?}");
        assert!(installation.shown(&one).is_none());
    }
}

#[test]
fn backup_keeps_what_is_erased_until_it_is_erased_there_and_erase_says_so() {
    let installation = Installation::new();
    installation.keep(&[suggestion(1, MORE), suggestion(2, "Ganz etwas anderes.")], Standing::Accepted);
    let one = reference(1);
    let backup = |name: &str| {
        let path = installation.path(name);
        let open = rusqlite::Connection::open(installation.path("data/feedback.sqlite")).unwrap();
        open.execute("VACUUM INTO ?1", [path.to_str().unwrap()]).unwrap();
        path
    };
    let holds_it = |path: &std::path::Path| {
        let bytes = std::fs::read(path).unwrap();
        ["canary", one.as_str()].map(|trace| memchr::memmem::find(&bytes, trace.as_bytes()).is_some())
    };
    let erase = || installation.run(&["erase", one.as_str(), "--yes"]);
    let before = backup("before.sqlite");
    check(&erase(), 0, &["found nowhere", "backups, dumps and exported tables made before still hold it"]);
    assert_eq!(holds_it(&before), [true; 2]);
    assert_eq!(holds_it(&backup("after.sqlite")), [false; 2]);

    std::fs::copy(&before, installation.path("data/feedback.sqlite")).unwrap();
    assert!(installation.shown(&one).is_some());
    let again = erase();
    check(&again, 0, &["found nowhere"]);
    assert!(!again.stderr.contains("canary") && again.stderr.contains("operator.erased"), "{again:#?}");
    assert_eq!(holds_it(&installation.path("data/feedback.sqlite")), [false; 2]);
    assert!(installation.shown(&reference(2)).is_some());
}

#[test]
fn mail_that_is_just_going_out_is_told() {
    let installation = Installation::new();
    installation.keep(&[suggestion(1, MORE), suggestion(2, "Ganz etwas anderes.")], Standing::Accepted);
    let store = installation.store();
    run(async {
        let now = jiff::Timestamp::now();
        assert_eq!(store.claim_due(now, 1, Duration::from_secs(180)).await.unwrap().len(), 1);
    });
    let told = "1 mail with it may have been on the way at this moment and still arrive";
    check(&installation.run(&["erase", reference(1).as_str(), "--yes"]), 0, &[told]);
    let other = installation.run(&["erase", reference(2).as_str(), "--yes"]);
    assert!(!other.stdout.contains("on the way"), "{other:#?}");
}

#[test]
fn log_that_another_program_reads_is_waited_for() {
    let installation = Installation::new();
    installation.keep(&[suggestion(1, MORE)], Standing::Accepted);
    // A backup in the middle of its work, which ends when the suggestion is deleted and still in the log.
    let open = || rusqlite::Connection::open(installation.path("data/feedback.sqlite")).unwrap();
    let (backup, looker) = (open(), open());
    let count = |connection: &rusqlite::Connection| {
        connection.query_row("SELECT count(*) FROM suggestion", [], |row| row.get::<_, i64>(0)).unwrap()
    };
    backup.execute_batch("BEGIN").unwrap();
    assert_eq!(count(&backup), 1);
    let erased = std::thread::scope(|scope| {
        let erased = scope.spawn(|| installation.run(&["erase", reference(1).as_str(), "--yes"]));
        while count(&looker) > 0 {
            std::thread::yield_now();
        }
        backup.execute_batch("COMMIT").unwrap();
        erased.join().unwrap()
    });
    check(&erased, 0, &["found nowhere in"]);
}
