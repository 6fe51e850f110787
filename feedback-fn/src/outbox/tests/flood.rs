//! Many suggestions to one author: few mails, and nothing missing in them.

use super::world::{DAY, HOUR, MINUTE, World, most_within, read, reference};
use super::*;
use crate::store::DeliveryState::Bundled;
use std::collections::BTreeSet;

/// Every reference that a mail told of, in the order in which it did.
fn told(world: &World) -> Vec<String> {
    world.mails().iter().flat_map(read).collect()
}

fn references(numbers: impl Iterator<Item = u64>) -> BTreeSet<String> {
    numbers.map(|number| reference(number).to_string()).collect()
}

#[track_caller]
fn check_each_once(world: &World, numbers: impl Iterator<Item = u64>) {
    let told = told(world);
    let wanted = references(numbers);
    assert!(told.len() == wanted.len(), "{} told of {}", told.len(), wanted.len());
    assert!(told.into_iter().collect::<BTreeSet<_>>() == wanted);
}

#[tokio::test(start_paused = true)]
async fn flood_is_at_most_twenty_mails_in_every_hour_and_complete() {
    let world = World::limited();
    world.start(|_, _| Some(Sent::Delivered));
    for number in 0..10_000 {
        world.accept(number, "Mehr Busse").await;
        if number % 100 == 99 {
            sleep(MINUTE).await;
        }
    }
    sleep(5 * HOUR).await;
    check_each_once(&world, 0..10_000);
    let tried = world.tried.lock().unwrap().clone();
    assert_eq!(most_within(&tried, HOUR, |_| String::new()), 20);
    assert!(tried.len() < 60, "{} mails in all", tried.len());
    assert!(world.states().await.iter().all(|state| *state == Delivered));
    let digests = world.tally.digests.load(Ordering::Relaxed);
    assert_eq!(world.tally.delivered.load(Ordering::Relaxed) as usize, tried.len());
    assert!(digests >= 10_000 / 500, "{digests}");
}

#[tokio::test(start_paused = true)]
async fn ordinary_day_has_a_mail_for_each_suggestion_at_once() {
    let world = World::limited();
    world.start(|_, _| Some(Sent::Delivered));
    for number in 0..100 {
        world.accept(number, "Mehr Busse").await;
        sleep(Duration::from_secs(1)).await;
        assert_eq!(world.mails().len() as u64, number + 1);
        sleep(7 * MINUTE).await;
    }
    check_each_once(&world, 0..100);
}

#[tokio::test(start_paused = true)]
async fn author_who_is_flooded_does_not_delay_another() {
    let world = World::limited();
    world.start(|_, _| Some(Sent::Delivered));
    for number in 0..100 {
        world.accept(number, "Mehr Busse").await;
    }
    let mut other = world.entry(100, "Mehr Busse");
    other.recipients = vec![world::recipient("rathaus")];
    world.accept_entry(other).await;
    sleep(Duration::from_secs(2)).await;
    assert_eq!(world.mails().last().unwrap().recipient.as_str(), "rathaus@stadt.example");
    assert_eq!(world.mails().len(), 11);
    sleep(HOUR).await;
    check_each_once(&world, 0..101);
    assert_eq!(world.mails().len(), 12);
}

#[tokio::test(start_paused = true)]
async fn limit_holds_over_a_restart() {
    let world = World::limited();
    let first = world.start(|_, _| Some(Sent::Delivered));
    for number in 0..10 {
        world.accept(number, "Mehr Busse").await;
    }
    sleep(MINUTE).await;
    first.abort();
    world.start(|_, _| Some(Sent::Delivered));
    world.accept(10, "Mehr Busse").await;
    sleep(MINUTE).await;
    assert_eq!((world.mails().len(), world.states().await[10]), (10, Bundled));
    sleep(HOUR).await;
    check_each_once(&world, 0..11);
}

#[tokio::test(start_paused = true)]
async fn mail_that_may_have_arrived_is_never_put_into_a_digest() {
    let world = World::limited();
    let lost = Failure::new(Stage::Dot, "no answer");
    world.start(move |minute, _| {
        Some(if minute == 0 { Sent::Unknown(lost.clone()) } else { Sent::Delivered })
    });
    world.accept(0, "Mehr Busse").await;
    sleep(Duration::from_secs(1)).await;
    for number in 1..50 {
        world.accept(number, "Mehr Busse").await;
    }
    sleep(3 * HOUR).await;
    let mut mails = world.mails();
    let tried = mails.len();
    mails.sort_by(|a, b| a.name.cmp(&b.name));
    mails.dedup();
    assert!(mails.len() < tried, "something was sent twice, as the same mail");
    let told: Vec<_> = mails.iter().flat_map(read).collect();
    assert_eq!(told.len(), 50);
    assert!(told.into_iter().collect::<BTreeSet<_>>() == references(0..50));
}

#[tokio::test(start_paused = true)]
async fn flood_to_a_mailbox_that_is_full_waits_in_digests() {
    let world = World::limited();
    world.start(|minute, _| Some(if minute < 300 { later_please() } else { Sent::Delivered }));
    for number in 0..1000 {
        world.accept(number, "Mehr Busse").await;
        sleep(Duration::from_secs(10)).await;
    }
    sleep(DAY).await;
    assert!(world.states().await.iter().all(|state| *state == Delivered));
    let alone: BTreeSet<_> =
        world.mails().into_iter().map(|mail| mail.name).filter(|name| name.starts_with("LOE")).collect();
    assert_eq!(alone.len(), 10);
    let mut mails = world.mails();
    mails.sort_by(|a, b| a.name.cmp(&b.name));
    mails.dedup();
    assert_eq!(mails.iter().flat_map(read).count(), 1000);
}

#[tokio::test(start_paused = true)]
async fn digest_that_is_sent_again_after_a_restart_is_the_same_mail() {
    let world = World::limited();
    let is_digest = |mail: &crate::mail::Mail| mail.name.starts_with("digest-");
    let hanging = world.start(move |_, mail| (!is_digest(mail)).then_some(Sent::Delivered));
    for number in 0..30 {
        world.accept(number, "Mehr Busse").await;
    }
    sleep(HOUR + MINUTE).await;
    hanging.abort();
    world.start(|_, _| Some(Sent::Delivered));
    for number in 30..35 {
        world.accept(number, "Mehr Busse").await;
    }
    sleep(2 * HOUR).await;
    let digests: Vec<_> = world.mails().into_iter().filter(is_digest).collect();
    assert_eq!(digests[0], digests[1], "with the same Message-ID");
    assert_eq!(read(&digests[0]).len(), 20, "nothing is added to it");
    let mut mails = world.mails();
    mails.dedup();
    let told: Vec<_> = mails.iter().flat_map(read).collect();
    assert_eq!(told.iter().collect::<BTreeSet<_>>().len(), 35);
    assert_eq!(world.tally.digests.load(Ordering::Relaxed), 1);
}

#[tokio::test(start_paused = true)]
async fn poison_in_a_digest_is_told_by_its_number_and_holds_nothing() {
    let world = World::limited();
    world.start(|_, _| Some(Sent::Delivered));
    for number in 0..30 {
        let text = if number == 20 { "poison" } else { "Mehr Busse" };
        world.accept(number, text).await;
    }
    sleep(2 * HOUR).await;
    check_each_once(&world, 0..30);
    assert_eq!(world.states().await, [Delivered; 30]);
    let digest = String::from_utf8(world.mails().pop().unwrap().bytes).unwrap();
    assert_eq!(digest.matches("Mehr Busse").count(), 19);
    assert!(!digest.contains("poison"), "{digest}");
}

#[tokio::test(start_paused = true)]
async fn digest_of_erased_suggestions_is_no_mail() {
    let world = World::limited();
    world.start(|_, _| Some(Sent::Delivered));
    for number in 0..20 {
        world.accept(number, "Mehr Busse").await;
    }
    sleep(MINUTE).await;
    for number in 10..20 {
        assert!(world.store.erase(reference(number)).await.unwrap());
    }
    sleep(2 * HOUR).await;
    check_each_once(&world, 0..10);
    assert_eq!(world.store.next_due().await.unwrap(), None);
    assert_eq!(world.tally.digests.load(Ordering::Relaxed), 0);
}

#[tokio::test(start_paused = true)]
async fn refused_digest_is_held_with_all_that_is_in_it() {
    let world = World::limited();
    world.start(|_, mail| match mail.name.starts_with("digest-") {
        true => Some(Sent::HeldMessage(refused(Stage::Data, 554))),
        false => Some(Sent::Delivered),
    });
    for number in 0..20 {
        world.accept(number, "Mehr Busse").await;
    }
    sleep(2 * HOUR).await;
    let states = world.states().await;
    assert_eq!((&states[..10], &states[10..]), (&[Delivered; 10][..], &[Held; 10][..]));
    assert_eq!(world.tally.held.load(Ordering::Relaxed), 1);
}

/// Two days before the clocks are put forward, at 09:00 local time.
#[tokio::test(start_paused = true)]
async fn daily_digest_comes_at_seven_also_when_the_clocks_are_changed() {
    let mut world = World::at("2027-03-26T08:00:00Z");
    world.delivery.daily_digest = vec!["Amt@stadt.example".into()];
    world.start(|_, _| Some(Sent::Delivered));
    for number in 0..96 {
        world.accept(number, "Mehr Busse").await;
        sleep(HOUR).await;
    }
    sleep(HOUR).await;
    let tried = world.tried.lock().unwrap().clone();
    let times: Vec<_> = tried.iter().map(|tried| tried.at.to_string()[..16].to_owned()).collect();
    assert_eq!(times, ["2027-03-27T06:00", "2027-03-28T05:00", "2027-03-29T05:00", "2027-03-30T05:00"]);
    let sizes: Vec<_> = tried.iter().map(|tried| read(&tried.mail).len()).collect();
    assert_eq!(sizes, [22, 23, 24, 24]);
}
