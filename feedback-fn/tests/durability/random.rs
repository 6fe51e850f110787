//! `feedback-fn`, killed again and again while residents send suggestions: whoever got a reference number
//! finds the suggestion in the store, and its mails in the folder.
//!
//! The program is the real one, over real sockets, with its real database. It is killed after a drawn
//! number of acknowledgements and a drawn part of a millisecond, so that the moments fall where the work
//! is, on any machine. Mails go to files; what SMTP adds is tested beside the transport.

use crate::town::{Dice, PATIENCE, Place, Town, kill, kills, post};
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

#[test]
fn whoever_holds_a_reference_is_in_the_store_and_mailed_after_kills_at_random() {
    let town = Town::new();
    let place = Arc::new(Place::default());
    let (tell, told) = channel();
    let clients: Vec<_> = (0..CLIENTS)
        .map(|client| {
            let (place, tell) = (place.clone(), tell.clone());
            std::thread::spawn(move || resident(client, &place, &tell))
        })
        .collect();
    let mut last = kill_under_load(&town, &place, &told);
    place.end();
    let held: BTreeMap<String, String> =
        clients.into_iter().flat_map(|client| client.join().expect("a resident gave up")).collect();
    let stored = town.delivered();
    kill(&mut last);

    let figures = Figures::of(&town, &held, &stored);
    figures.show();
    assert!(held.len() >= kills(), "only {} suggestions were acknowledged: there was no load", held.len());
    assert_eq!(figures.missing, [] as [&String; 0], "acknowledged, but not in the store");
    assert_eq!(figures.unmailed, [] as [String; 0], "in the store, but not mailed to everyone");
    assert_eq!(figures.stored_twice, 0, "one text, two references");
    assert_eq!(figures.message_ids, figures.mails, "a mail that was sent again has another Message-ID");
    assert_eq!(figures.stray, [] as [String; 0], "mails of nothing that is stored");
}

/// Starts the program, kills it under load, again and again; then starts it once more.
fn kill_under_load(town: &Town, place: &Place, told: &Receiver<()>) -> Child {
    let mut dice = Dice(SEED);
    for _ in 0..kills() {
        let mut program = town.start(place, &[]);
        for _ in 0..dice.below(MOST_BETWEEN) {
            told.recv_timeout(PATIENCE).expect("residents are acknowledged");
        }
        std::thread::sleep(Duration::from_micros(dice.below(3_000)));
        kill(&mut program);
    }
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
    message_ids: usize,
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
        Figures {
            acknowledged: held.len(),
            stored: stored.len(),
            stored_twice: stored.len() - texts.len(),
            missing: held.iter().filter(|pair| !is_kept(pair)).map(|(reference, _)| reference).collect(),
            unmailed: unmailed.map(|(reference, _)| reference.clone()).collect(),
            stray: stray.cloned().collect(),
            mails: mails.len(),
            message_ids: mails.values().collect::<BTreeSet<_>>().len(),
            tried_again: stored
                .iter()
                .flat_map(|listed| &listed.deliveries)
                .filter(|delivery| delivery.attempts > 1)
                .count(),
        }
    }

    #[expect(clippy::print_stdout, reason = "the figures are what the test is run for")]
    fn show(&self) {
        println!(
            "{} kills: {} acknowledged, {} of them missing; {} stored, {} of them not mailed; \
             {} mails with {} Message-IDs, {} of them tried more than once",
            kills(),
            self.acknowledged,
            self.missing.len(),
            self.stored,
            self.unmailed.len(),
            self.mails,
            self.message_ids,
            self.tried_again,
        );
    }
}
