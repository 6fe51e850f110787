//! What the worker promises, in virtual time.

mod doubt;
mod flood;
mod operator;
mod outage;
mod residents;
pub mod world;

use super::*;
use crate::clock::later;
use crate::mail::{Failure, Outcome as Sent, Stage};
use crate::store::DeliveryState::{Delivered, Held, Waiting};
use std::sync::atomic::Ordering;
use tokio::time::sleep;
use world::{DAY, HOUR, MINUTE, World};

fn refused(stage: Stage, code: u16) -> Failure {
    Failure::answered(stage, code, "no")
}

fn later_please() -> Sent {
    Sent::Retry(refused(Stage::Recipient, 451))
}

fn down() -> Sent {
    Sent::RouteDown(refused(Stage::Auth, 535))
}

#[tokio::test(start_paused = true)]
async fn accepted_suggestion_is_mailed_at_once_and_once() {
    let world = World::new();
    world.start(|_, _| Some(Sent::Delivered));
    sleep(10 * DAY).await;
    world.accept(1, "Mehr Busse").await;
    sleep(Duration::from_secs(1)).await;
    assert_eq!(world.states().await, [Delivered]);
    sleep(DAY).await;
    assert_eq!(world.minutes(), [10 * 24 * 60]);
}

#[tokio::test(start_paused = true)]
async fn mail_that_is_never_taken_is_tried_for_five_days_and_then_held() {
    let world = World::new();
    world.accept(1, "Mehr Busse").await;
    world.start(|_, _| Some(later_please()));
    sleep(8 * DAY).await;
    let minutes = world.minutes();
    assert_eq!(minutes[..8], [0, 1, 6, 21, 51, 111, 231, 471]);
    assert!(minutes.last().is_some_and(|last| (7000..=7200).contains(last)), "{minutes:?}");
    assert_eq!(world.states().await, [Held]);
    assert_eq!(world.tally.held.load(Ordering::Relaxed), 1);
    assert_eq!(world.causes().await[0].as_deref(), Some("RCPT TO: the server answered 451 (no)"));
}

#[tokio::test(start_paused = true)]
async fn greylisted_mail_arrives_at_the_second_or_third_try() {
    let world = World::new();
    world.accept(1, "Mehr Busse").await;
    world.start(|minute, _| Some(if minute < 5 { later_please() } else { Sent::Delivered }));
    sleep(HOUR).await;
    assert_eq!((world.minutes(), world.states().await), (vec![0, 1, 6], vec![Delivered]));
}

#[tokio::test(start_paused = true)]
async fn refused_recipient_holds_that_mail_and_no_other() {
    let world = World::new();
    for number in 0..3 {
        world.accept(number, "Mehr Busse").await;
    }
    let mut first = true;
    world.start(move |_, _| {
        let outcome = if first { Sent::HeldMessage(refused(Stage::Recipient, 550)) } else { Sent::Delivered };
        first = false;
        Some(outcome)
    });
    sleep(MINUTE).await;
    assert_eq!(world.states().await, [Held, Delivered, Delivered]);
}

#[tokio::test(start_paused = true)]
async fn refused_sender_is_believed_only_after_an_hour() {
    let world = World::new();
    world.accept(1, "Mehr Busse").await;
    world.start(|_, _| Some(Sent::HeldMessage(refused(Stage::Mail, 550))));
    sleep(HOUR).await;
    assert_eq!(world.states().await, [Waiting]);
    sleep(HOUR).await;
    assert_eq!((world.minutes(), world.states().await), (vec![0, 1, 6, 21, 51, 111], vec![Held]));
}

#[tokio::test(start_paused = true)]
async fn letter_that_panics_is_held_and_its_neighbours_go_out() {
    let world = World::new();
    for (number, text) in ["eins", "poison", "drei"].iter().enumerate() {
        world.accept(number as u64, text).await;
    }
    world.start(|_, _| Some(Sent::Delivered));
    sleep(MINUTE).await;
    assert_eq!(world.states().await, [Delivered, Held, Delivered]);
    sleep(DAY).await;
    assert_eq!(world.minutes().len(), 2, "it is not tried again");
}

#[tokio::test(start_paused = true)]
async fn mail_without_an_answer_is_sent_again_as_the_same_mail() {
    let world = World::new();
    world.accept(1, "Mehr Busse").await;
    let lost = Failure::new(Stage::Dot, "no answer");
    world.start(move |minute, _| {
        Some(if minute == 0 { Sent::Unknown(lost.clone()) } else { Sent::Delivered })
    });
    sleep(HOUR).await;
    let tried = world.tried.lock().unwrap().clone();
    assert_eq!(tried.len(), 2);
    assert_eq!(tried[0].mail, tried[1].mail);
    assert_eq!(world.tally.maybe_duplicate.load(Ordering::Relaxed), 1);
    assert_eq!(world.states().await, [Delivered]);
}

#[tokio::test(start_paused = true)]
async fn killed_worker_loses_nothing() {
    let world = World::new();
    for number in 0..20 {
        world.accept(number, "Mehr Busse").await;
    }
    let mut sent = 0;
    let killed = world.start(move |_, _| {
        sent += 1;
        (sent < 5).then_some(Sent::Delivered)
    });
    sleep(MINUTE).await;
    killed.abort();
    assert_eq!(world.states().await.iter().filter(|state| **state == Delivered).count(), 4);
    world.start(|_, _| Some(Sent::Delivered));
    sleep(LEASE + MINUTE).await;
    assert_eq!(world.states().await, [Delivered; 20]);
    let mut mails: Vec<_> = world.tried.lock().unwrap().iter().map(|tried| tried.mail.clone()).collect();
    assert_eq!(mails.len(), 21, "only the one in hand was sent twice");
    mails.sort_by(|a, b| a.name.cmp(&b.name));
    mails.dedup();
    assert_eq!(mails.len(), 20, "and it was the same mail");
}

/// Two workers, the first of which has three mails and waits for ever for the answer to one.
async fn worker_that_hangs_beside_another(world: &World) -> tokio::task::JoinHandle<()> {
    for number in 0..3 {
        world.accept(number, "Mehr Busse").await;
    }
    let hangs = world.start(|_, _| None);
    sleep(MINUTE).await;
    world.start(|_, _| Some(Sent::Delivered));
    hangs
}

#[tokio::test(start_paused = true)]
async fn mails_of_a_worker_that_waits_for_an_answer_are_nobody_elses() {
    let world = World::new();
    let waits = worker_that_hangs_beside_another(&world).await;
    sleep(15 * MINUTE).await;
    assert_eq!(world.minutes(), [0], "neither the one in hand nor those behind it");
    waits.abort();
    sleep(LEASE + MINUTE).await;
    assert_eq!(world.states().await, [Delivered; 3], "they go out soon after it is gone");
}

#[tokio::test(start_paused = true)]
async fn worker_that_hangs_for_longer_than_a_mail_may_take_loses_its_mails() {
    let world = World::new();
    worker_that_hangs_beside_another(&world).await;
    sleep(30 * MINUTE).await;
    assert_eq!(world.states().await, [Delivered; 3]);
    assert_eq!(world.minutes().len(), 4, "one of them twice");
}

#[tokio::test(start_paused = true)]
async fn stopped_worker_finishes_the_mail_in_hand_and_gives_the_others_back() {
    let world = World::new();
    for number in 0..10 {
        world.accept(number, "Mehr Busse").await;
    }
    let worker = world.start(|_, _| Some(Sent::Delivered));
    sleep(Duration::from_millis(35)).await;
    world.stop();
    worker.await.unwrap();
    assert_eq!(world.states().await.iter().filter(|state| **state == Delivered).count(), 4);
    let now = later(world.now(), Duration::from_secs(1));
    assert_eq!(
        world.store.claim_due(now, 100, LEASE).await.unwrap().len(),
        6,
        "due at once, not after a lease"
    );
}

#[tokio::test(start_paused = true)]
async fn delivered_mail_is_noted_even_if_the_disk_fails_for_a_moment() {
    let world = World::new();
    world.accept(1, "Mehr Busse").await;
    *world.store.failing_notes.lock().unwrap() = RECORD_TRIES - 1;
    world.start(|_, _| Some(Sent::Delivered));
    sleep(DAY).await;
    assert_eq!((world.minutes().len(), world.states().await), (1, vec![Delivered]));
}
