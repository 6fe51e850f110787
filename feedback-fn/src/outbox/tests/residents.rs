//! Mails to residents: their number, and nothing that could hurt anyone.

use super::world::{DAY, HOUR, MINUTE, World};
use super::*;

async fn confirmed(world: &World, number: u64) {
    let mut entry = world.entry(number, "Mehr Busse");
    entry.confirm = Some(format!("r{number}@b.example"));
    world.accept_entry(entry).await;
}

#[tokio::test(start_paused = true)]
async fn confirmation_is_a_mail_of_its_own_beside_that_to_the_author() {
    let world = World::limited();
    world.start(|_, _| Some(Sent::Delivered));
    confirmed(&world, 1).await;
    sleep(MINUTE).await;
    let mut names: Vec<_> =
        world.mails().into_iter().map(|mail| (mail.recipient.to_string(), mail.name)).collect();
    names.sort();
    let reference = world::reference(1).to_string();
    let wanted = [
        ("amt@stadt.example".to_owned(), reference.clone()),
        ("r1@b.example".to_owned(), format!("{reference}.confirmation")),
    ];
    assert_eq!(names, wanted);
    let count = |counter: &std::sync::atomic::AtomicU64| counter.load(Ordering::Relaxed);
    assert_eq!((count(&world.tally.delivered), count(&world.tally.confirmations)), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn confirmations_are_not_collected_when_authors_are_flooded() {
    let world = World::limited();
    world.start(|_, _| Some(Sent::Delivered));
    for number in 0..50 {
        confirmed(&world, number).await;
    }
    sleep(MINUTE).await;
    let to_residents =
        world.mails().iter().filter(|mail| mail.recipient.as_str().ends_with("@b.example")).count();
    assert_eq!((to_residents, world.mails().len()), (50, 60));
}

#[tokio::test(start_paused = true)]
async fn confirmation_that_nobody_takes_is_given_up_quietly() {
    let world = World::limited();
    world.start(|_, mail| match mail.recipient.as_str() {
        "r1@b.example" => Some(Sent::HeldMessage(refused(Stage::Recipient, 550))),
        "r2@b.example" => Some(later_please()),
        _ => Some(Sent::Delivered),
    });
    for number in 1..=3 {
        confirmed(&world, number).await;
    }
    sleep(HOUR).await;
    let stats = world.store.stats().await.unwrap();
    assert_eq!((stats.held, stats.waiting, stats.oldest_waiting), (0, 0, None));
    sleep(6 * DAY).await;
    let count = |counter: &std::sync::atomic::AtomicU64| counter.load(Ordering::Relaxed);
    assert_eq!((count(&world.tally.held), count(&world.tally.unconfirmed)), (0, 2));
    let purged = world.store.purge(world.now(), 10).await.unwrap();
    assert_eq!((purged.suggestions, purged.overdue), (3, 0), "it keeps nothing from being erased");
}
