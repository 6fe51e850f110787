//! Kills at named points. The points are the system calls that write, sync, rename or answer: between two of
//! them nothing durable happens and nothing leaves, so that a kill before each of them is a kill anywhere.

use crate::strace::strace;
use crate::town::{Office, Place, Town, kill, kills_or, post};
use feedback_fn::store::Listed;
use serde_json::Value;
use std::collections::BTreeMap;

/// A call before which the program is killed, and how many of them lie between one turn and the next.
type Point = (&'static str, usize);
const OF_A_FILE: [Point; 8] = [
    ("pwrite64", 1),
    ("fdatasync", 1),
    ("write", 1),
    ("rename", 1),
    ("unlink", 1),
    ("ftruncate", 1),
    ("writev", 1),
    ("sendto", 1),
];
/// What goes to the database, comes from it, goes to the mail server and to residents. A start reads much.
const OF_A_DATABASE: [Point; 5] = [("sendto", 3), ("recvfrom", 4), ("write", 3), ("writev", 1), ("read", 9)];
const SUGGESTIONS: usize = 6;
/// Answers are sent no more often than this in a turn; a long campaign begins again.
const MOST: usize = 12;

#[test]
fn nothing_acknowledged_is_missing_after_kills_at_every_system_call() {
    campaign(&Town::new(), &OF_A_FILE, kills_or(50));
}

#[test]
fn nothing_acknowledged_is_missing_in_the_database_after_kills_at_system_calls() {
    campaign(&Town::with_office(&Value::Null), &OF_A_DATABASE, kills_or(25));
}

#[track_caller]
fn campaign(town: &Town, points: &[Point], kills: usize) {
    let mut held: BTreeMap<String, String> = BTreeMap::new();
    let mut reached = 0;
    for turn in 0..kills {
        let (point, step) = points[turn % points.len()];
        let at = turn / points.len() % MOST * step + 1;
        let inject = format!("--inject={point}:signal=KILL:when={at}");
        let log = town.folder.path().join("calls");
        let trace = format!("--trace={point}");
        let (mut program, address) = town.try_start(&strace(&log, &[&trace, &inject]));
        if let Some(address) = address {
            for number in 0..SUGGESTIONS {
                let text = format!("{point} {at} {number}");
                let form = format!("target=6.1.1&suggestion={}", text.replace(' ', "+"));
                let checked = post(address, "check", &form);
                let Some((200, checked)) = checked else { break };
                let token = checked["token"].as_str().unwrap();
                let sent = post(address, "send", &format!("{form}&token={token}"));
                let Some((201, sent)) = sent else { break };
                held.insert(sent["reference"].as_str().unwrap().to_owned(), text);
            }
        }
        // Some points come only so often; then the end of the turn is the kill.
        kill(&mut program);
        let calls = std::fs::read_to_string(&log).unwrap();
        reached += usize::from(calls.contains("killed by SIGKILL"));
    }
    town.office.iter().for_each(Office::let_leases_of_the_killed_end);
    let place = Place::default();
    let mut last = town.start(&place, &[]);
    let stored = town.delivered();
    kill(&mut last);

    let by_reference: BTreeMap<String, &Listed> =
        stored.iter().map(|listed| (listed.suggestion.reference.to_string(), listed)).collect();
    let is_missing = |(reference, text): &(&String, &String)| {
        by_reference.get(*reference).is_none_or(|listed| listed.suggestion.text != **text)
    };
    let missing: Vec<_> = held.iter().filter(is_missing).collect();
    let mails = town.mails();
    let unmailed: Vec<_> = by_reference
        .iter()
        .filter(|(reference, listed)| {
            let own = mails.keys().filter(|name| name.starts_with(&format!("{reference}.")));
            own.count() != listed.deliveries.len()
        })
        .collect();
    let altered: Vec<_> =
        mails.iter().filter(|(_, copies)| copies.iter().any(|copy| copy != &copies[0])).collect();
    println!(
        "{kills} kills at system calls ({reached} reached): {} acknowledged, {} missing; {} stored, {} not mailed; \
         {} mails, {} of them twice, {} of those altered",
        held.len(),
        missing.len(),
        stored.len(),
        unmailed.len(),
        mails.len(),
        mails.values().filter(|copies| copies.len() > 1).count(),
        altered.len(),
    );
    assert!(missing.is_empty(), "{missing:?}");
    assert!(unmailed.is_empty(), "{unmailed:?}");
    assert!(altered.is_empty(), "{altered:?}");
    assert!(reached * 2 > kills, "only {reached} points were reached");
    assert!(held.len() > kills / 2, "there was no work");
}
