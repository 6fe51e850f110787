//! Two programs on one database, one of which stands still in the middle of a mail.

use crate::town::{PATIENCE, Place, Town, kill, post};
use feedback_fn::store::DeliveryState;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;
use std::process::Child;
use std::time::{Duration, Instant};

const RECIPIENTS: usize = 6;
/// Longer than a program trusts what it knows of its leases without asking.
const STANDSTILL: Duration = Duration::from_secs(6);

fn signal(program: &Child, signal: Signal) {
    kill_process(Pid::from_child(program), signal).unwrap();
}

#[track_caller]
fn until(what: &str, is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < PATIENCE, "{what} takes too long");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// As a virtual machine that is moved: stopped when the mail is with the server and the answer is not here yet,
/// and continued after its leases went to another.
#[test]
fn program_that_stood_still_sends_nothing_that_another_has_sent_but_the_mail_in_hand() {
    let authors = (0..RECIPIENTS).map(|n| json!({ "name": "Amt", "address": format!("a{n}@stadt.example") }));
    let town = Town::with_office(&json!({ "default": authors.collect::<Vec<_>>() }));
    let office = town.office.as_ref().unwrap();
    office.mailbox.fall_silent();
    let place = Place::default();
    let mut first = town.start(&place, &[]);
    let form = "target=6.1.1&suggestion=Mehr+Busse";
    let (_, checked) = post(place.other_than(None), "check", form).unwrap();
    let token = checked["token"].as_str().unwrap();
    assert_eq!(post(place.other_than(None), "send", &format!("{form}&token={token}")).unwrap().0, 201);
    until("the first mail", || office.mailbox.mails().len() == 1);
    signal(&first, Signal::STOP);
    let stopped = Instant::now();
    office.let_leases_end();
    office.mailbox.speak();

    let mut second = town.start(&place, &[]);
    let are_delivered = || {
        let deliveries = town.stored().into_iter().flat_map(|listed| listed.deliveries).collect::<Vec<_>>();
        deliveries.len() == RECIPIENTS && deliveries.iter().all(|d| d.state == DeliveryState::Delivered)
    };
    until("the second program", are_delivered);
    let delivered = town.stored();
    std::thread::sleep(STANDSTILL.saturating_sub(stopped.elapsed()));
    signal(&first, Signal::CONT);
    until("the note of the first", || town.log.lock().unwrap().contains("it may arrive twice"));
    // It ends when it is done with what it held.
    signal(&first, Signal::TERM);
    first.wait().unwrap();
    kill(&mut second);

    let copies: Vec<usize> = office.mailbox.mails().values().map(Vec::len).collect();
    assert_eq!(copies.len(), RECIPIENTS);
    assert_eq!(copies.iter().sum::<usize>(), RECIPIENTS + 1, "only the mail in hand came twice: {copies:?}");
    for copies in office.mailbox.mails().values() {
        assert!(copies.iter().all(|copy| copy == &copies[0]), "with another Message-ID or text: {copies:?}");
    }
    assert_eq!(town.stored(), delivered, "what the first noted late has changed something");
}
