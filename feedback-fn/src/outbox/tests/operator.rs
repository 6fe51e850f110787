//! What the operator is told by mail.

use super::world::{DAY, HOUR, MINUTE, World};
use super::*;

fn watched() -> World {
    let mut world = World::new();
    world.operator = Some("edv@stadt.example".parse().unwrap());
    world
}

/// When mails of this kind to the operator were tried.
fn days(world: &World, what: &str) -> Vec<u64> {
    let tried = world.tried.lock().unwrap();
    let told = tried.iter().filter(|tried| tried.mail.name.starts_with(what));
    told.map(|tried| tried.minute / (24 * 60)).collect()
}

fn count(counter: &std::sync::atomic::AtomicU64) -> u64 {
    counter.load(Ordering::Relaxed)
}

#[tokio::test(start_paused = true)]
async fn self_test_comes_at_the_start_and_once_a_week() {
    let world = watched();
    let first = world.start(|_, _| Some(Sent::Delivered));
    sleep(10 * DAY).await;
    first.abort();
    world.start(|_, _| Some(Sent::Delivered));
    sleep(12 * DAY).await;
    assert_eq!(days(&world, "self-test"), [0, 7, 14, 21], "a restart is no reason for another");
    let mail = world.mails().pop().unwrap();
    assert_eq!(mail.recipient.as_str(), "edv@stadt.example");
    assert_eq!((count(&world.tally.self_tests), count(&world.tally.delivered)), (4, 0));
    assert_eq!(days(&world, "warning"), [0_u64; 0]);
}

#[tokio::test(start_paused = true)]
async fn without_an_operator_nobody_is_told() {
    let world = World::new();
    world.start(|_, _| Some(Sent::HeldMessage(refused(Stage::Recipient, 550))));
    world.accept(1, "Mehr Busse").await;
    sleep(8 * DAY).await;
    assert_eq!(world.mails().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn self_test_that_is_not_taken_is_tried_again_as_the_same_mail() {
    let world = watched();
    world.start(|minute, _| Some(if minute < 30 { later_please() } else { Sent::Delivered }));
    sleep(HOUR).await;
    let mails = world.mails();
    assert_eq!(world.minutes(), [0, 1, 6, 21, 51]);
    assert_eq!(mails[0], mails[4]);
    assert_eq!((count(&world.tally.operator_failed), count(&world.tally.self_tests)), (4, 1));
}

#[tokio::test(start_paused = true)]
async fn self_test_that_was_not_taken_is_tried_again_after_a_restart() {
    let world = watched();
    let first = world.start(|_, _| Some(down()));
    sleep(HOUR).await;
    first.abort();
    world.start(|_, _| Some(Sent::Delivered));
    sleep(MINUTE).await;
    assert_eq!(count(&world.tally.self_tests), 1, "the password was mended, and the operator learns it");
}

#[tokio::test(start_paused = true)]
async fn self_test_does_not_hold_up_the_mails_to_authors() {
    let world = watched();
    world.start(|_, mail| match mail.recipient.as_str() {
        "edv@stadt.example" => Some(Sent::HeldMessage(refused(Stage::Recipient, 550))),
        _ => Some(Sent::Delivered),
    });
    world.accept(1, "Mehr Busse").await;
    sleep(MINUTE).await;
    assert_eq!(world.states().await, [Delivered]);
}

#[tokio::test(start_paused = true)]
async fn held_mail_is_a_warning_once_a_day_until_it_is_settled() {
    let world = watched();
    world.start(|_, mail| match mail.recipient.as_str() {
        "amt@stadt.example" => Some(Sent::HeldMessage(refused(Stage::Recipient, 550))),
        _ => Some(Sent::Delivered),
    });
    sleep(DAY / 2).await;
    world.accept(1, "Mehr Busse").await;
    sleep(3 * DAY + HOUR).await;
    assert_eq!(days(&world, "warning"), [0, 1, 2, 3]);
    let warning = String::from_utf8(world.mails().pop().unwrap().bytes).unwrap();
    assert!(warning.contains("mails held: 1") && !warning.contains("Busse"), "{warning}");
    world.store.erase(world::reference(1)).await.unwrap();
    sleep(3 * DAY).await;
    assert_eq!(count(&world.tally.warnings), 4);
}

#[tokio::test(start_paused = true)]
async fn mail_that_waits_for_hours_is_a_warning() {
    let world = watched();
    world.accept(1, "Mehr Busse").await;
    world.start(|minute, mail| match mail.recipient.as_str() {
        "amt@stadt.example" if minute < 12 * 60 => Some(later_please()),
        _ => Some(Sent::Delivered),
    });
    sleep(4 * HOUR).await;
    assert_eq!(count(&world.tally.warnings), 0);
    sleep(HOUR).await;
    assert_eq!(count(&world.tally.warnings), 1);
    sleep(3 * DAY).await;
    assert_eq!((count(&world.tally.warnings), world.states().await), (1, vec![Delivered]));
}

#[tokio::test(start_paused = true)]
async fn daily_digest_that_waits_for_its_hour_is_no_reason_for_a_warning() {
    let mut world = watched();
    world.delivery.daily_digest = vec!["amt@stadt.example".into()];
    world.start(|_, _| Some(Sent::Delivered));
    for number in 0..48 {
        world.accept(number, "Mehr Busse").await;
        sleep(HOUR).await;
    }
    assert_eq!((count(&world.tally.digests), count(&world.tally.warnings)), (2, 0));
}
