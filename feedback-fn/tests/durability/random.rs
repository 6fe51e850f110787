//! `feedback-fn`, killed again and again while residents send suggestions: whoever got a reference number
//! finds the suggestion in the store, and its mails in the folder.
//!
//! The program is the real one, over real sockets, with its real database. It is killed after a drawn
//! number of acknowledgements and a drawn part of a millisecond, so that the moments fall where the work
//! is, on any machine. With PostgreSQL its server is killed, too.

use crate::town::{Dice, Office, PATIENCE, Place, Town, kill, kills_or, post, stop};
use feedback_fn::store::Listed;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::process::Child;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

const CLIENTS: usize = 6;
const SEED: u64 = 0x006c_6f65_6666_696e;
/// Acknowledgements from one start to the next kill, at most.
const MOST_BETWEEN: u64 = 24;

/// In how many turns the server of the database is killed before the program once.
const SERVER_TOO: usize = 4;

#[test]
fn whoever_holds_a_reference_is_in_the_store_and_mailed_after_kills_at_random() {
    campaign(&Town::new(), kills_or(50), kill);
}

#[test]
fn whoever_holds_a_reference_is_in_the_store_and_mailed_after_restarts_under_load() {
    campaign(&Town::new(), kills_or(20), stop);
}

#[test]
fn whoever_holds_a_reference_is_in_the_database_and_mailed_after_kills_of_program_and_server() {
    campaign(&Town::with_office(&Value::Null), kills_or(16), kill);
}

/// Ends the program under load in one way, again and again.
#[track_caller]
fn campaign(town: &Town, kills: usize, end: fn(&mut Child)) {
    let place = Arc::new(Place::default());
    let (tell, told) = channel();
    let clients: Vec<_> = (0..CLIENTS)
        .map(|client| {
            let (place, tell) = (place.clone(), tell.clone());
            std::thread::spawn(move || resident(client, &place, &tell))
        })
        .collect();
    let mut last = end_under_load(town, kills, end, &place, &told);
    place.end();
    let held: BTreeMap<String, String> =
        clients.into_iter().flat_map(|client| client.join().expect("a resident gave up")).collect();
    let stored = town.delivered();
    kill(&mut last);

    let figures = Figures::of(town, &held, &stored);
    figures.show(kills);
    assert!(held.len() >= kills, "only {} suggestions were acknowledged: there was no load", held.len());
    assert_eq!(figures.missing, [] as [&String; 0], "acknowledged, but not in the store");
    assert_eq!(figures.unmailed, [] as [String; 0], "in the store, but not mailed to everyone");
    assert_eq!(figures.stored_twice, 0, "one text, two references");
    assert_eq!(figures.altered, [] as [String; 0], "a mail that was sent again is another");
    assert!(figures.doubled <= kills, "more mails twice than one for each program that was killed");
    assert_eq!(figures.stray, [] as [String; 0], "mails of nothing that is stored");
}

/// Starts the program, ends it under load, again and again; then starts it once more.
fn end_under_load(
    town: &Town,
    kills: usize,
    end: fn(&mut Child),
    place: &Place,
    told: &Receiver<()>,
) -> Child {
    let mut dice = Dice(SEED);
    let mut wait = |most: u64| {
        for _ in 0..dice.below(most) {
            told.recv_timeout(PATIENCE).expect("residents are acknowledged");
        }
        std::thread::sleep(Duration::from_micros(dice.below(3_000)));
    };
    for turn in 1..=kills {
        let mut program = town.start(place, &[]);
        wait(MOST_BETWEEN);
        if let Some(office) = town.office.as_ref().filter(|_| turn.is_multiple_of(SERVER_TOO)) {
            office.cluster.stop_immediately();
            office.cluster.start();
            wait(MOST_BETWEEN);
        }
        end(&mut program);
    }
    town.office.iter().for_each(Office::let_leases_of_the_killed_end);
    town.start(place, &[])
}

/// Sends one suggestion after the other and gives back the references it holds, with their texts.
fn resident(client: usize, place: &Place, tell: &Sender<()>) -> Vec<(String, String)> {
    let mut held = Vec::new();
    let mut address = place.other_than(None);
    for number in 0.. {
        if place.is_ending() {
            break;
        }
        let text = format!("Vorschlag {number} von Platz {client}: bitte auch am Sonntag fahren.");
        let form = format!("target=6.1.1&round=1&digest=&suggestion={}&publish=yes", text.replace(' ', "+"));
        let checked = insist(place, &mut address, "check", &form, 200);
        let token = checked["token"].as_str().expect("a check gives a token");
        // The same form again until it is answered, as a person does: it must be stored only once.
        let sent = insist(place, &mut address, "send", &format!("{form}&token={token}"), 201);
        held.push((sent["reference"].as_str().expect("a reference").to_owned(), text));
        let _ = tell.send(());
    }
    held
}

/// Posts until there is a whole answer.
fn insist(place: &Place, address: &mut SocketAddr, page: &str, form: &str, expected: u16) -> Value {
    loop {
        match post(*address, page, form) {
            Some((status, answer)) if status == expected => return answer,
            // Told to come again, a resident comes again. Were it for ever, nobody would be acknowledged.
            Some((503, _)) => std::thread::sleep(Duration::from_millis(20)),
            Some((status, answer)) => panic!("{page} answered {status}: {answer}"),
            None => *address = place.other_than(Some(*address)),
        }
    }
}

/// What the note on the issue tells.
struct Figures<'a> {
    acknowledged: usize,
    stored: usize,
    stored_twice: usize,
    missing: Vec<&'a String>,
    unmailed: Vec<String>,
    stray: Vec<String>,
    mails: usize,
    /// Mails that came more than once.
    doubled: usize,
    /// Those of which one copy differs from another.
    altered: Vec<String>,
    tried_again: usize,
}

impl<'a> Figures<'a> {
    fn of(town: &Town, held: &'a BTreeMap<String, String>, stored: &[Listed]) -> Figures<'a> {
        let by_reference: BTreeMap<String, &Listed> =
            stored.iter().map(|listed| (listed.suggestion.reference.to_string(), listed)).collect();
        let texts: BTreeSet<&str> = stored.iter().map(|listed| listed.suggestion.text.as_str()).collect();
        let is_kept = |(reference, text): &(&String, &String)| {
            by_reference.get(*reference).is_some_and(|listed| listed.suggestion.text == **text)
        };
        let mails = town.mails();
        let mails_of =
            |reference: &str| mails.keys().filter(|name| name.starts_with(&format!("{reference}."))).count();
        let unmailed = by_reference.iter().filter(|(reference, listed)| {
            listed.deliveries.len() != 2 || mails_of(reference) != listed.deliveries.len()
        });
        let stray = mails.keys().filter(|name| {
            name.split('.').next().is_none_or(|reference| !by_reference.contains_key(reference))
        });
        let altered = mails.iter().filter(|(_, copies)| copies.iter().any(|copy| copy != &copies[0]));
        Figures {
            acknowledged: held.len(),
            stored: stored.len(),
            stored_twice: stored.len() - texts.len(),
            missing: held.iter().filter(|pair| !is_kept(pair)).map(|(reference, _)| reference).collect(),
            unmailed: unmailed.map(|(reference, _)| reference.clone()).collect(),
            stray: stray.cloned().collect(),
            mails: mails.len(),
            doubled: mails.values().filter(|copies| copies.len() > 1).count(),
            altered: altered.map(|(name, _)| name.clone()).collect(),
            tried_again: stored
                .iter()
                .flat_map(|listed| &listed.deliveries)
                .filter(|delivery| delivery.attempts > 1)
                .count(),
        }
    }

    fn show(&self, kills: usize) {
        println!(
            "{kills} ends: {} acknowledged, {} of them missing; {} stored, {} of them not mailed to all; \
             {} mails, {} of them twice, {} of those altered; {} tried more than once",
            self.acknowledged,
            self.missing.len(),
            self.stored,
            self.unmailed.len(),
            self.mails,
            self.doubled,
            self.altered.len(),
            self.tried_again,
        );
    }
}
