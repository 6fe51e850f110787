//! The route is down: for an hour, for six days.

use super::world::{DAY, HOUR, MINUTE, World, read, recipient};
use super::*;

#[tokio::test(start_paused = true)]
async fn six_days_without_a_server_lose_nothing_and_flow_again_within_five_minutes() {
    let world = World::new();
    for number in 0..100 {
        world.accept(number, "Mehr Busse").await;
    }
    let back = 6 * 24 * 60;
    world.start(move |minute, _| Some(if minute < back { down() } else { Sent::Delivered }));
    sleep(6 * DAY).await;
    assert_eq!(world.states().await, [Waiting; 100]);
    assert!(world.tally.route_down.load(Ordering::Relaxed));
    assert!(world.minutes().len() < 2500, "one probe at a time: {}", world.minutes().len());
    sleep(5 * MINUTE).await;
    assert_eq!(world.states().await, [Delivered; 100]);
    assert!(!world.tally.route_down.load(Ordering::Relaxed));
}

#[tokio::test(start_paused = true)]
async fn mail_accepted_while_the_route_is_down_waits_for_the_route() {
    let world = World::new();
    world.start(|minute, _| Some(if minute < 60 { down() } else { Sent::Delivered }));
    for number in 0..30 {
        world.accept(number, "Mehr Busse").await;
        sleep(MINUTE).await;
    }
    assert!(world.minutes().len() < 20, "{:?}", world.minutes());
    sleep(HOUR).await;
    assert_eq!(world.states().await, [Delivered; 30]);
}

#[tokio::test(start_paused = true)]
async fn wrong_password_holds_the_route_and_costs_no_mail_an_attempt() {
    let world = World::new();
    for number in 0..100 {
        world.accept(number, "Mehr Busse").await;
    }
    world.start(|minute, _| Some(if minute < 60 { down() } else { Sent::Delivered }));
    sleep(HOUR).await;
    let deliveries = world.deliveries().await;
    assert!(deliveries.iter().all(|delivery| (delivery.state, delivery.attempts) == (Waiting, 0)));
    let told = "AUTH: the server answered 535 (no)";
    assert!(deliveries.iter().any(|delivery| delivery.cause.as_deref() == Some(told)));
    assert_eq!(world.tally.deferred.load(Ordering::Relaxed), 0);
    sleep(5 * MINUTE).await;
    assert_eq!(world.states().await, [Delivered; 100]);
    assert!(world.deliveries().await.iter().all(|delivery| delivery.attempts == 1));
}

/// 50 000 suggestions come over six days to four authors; every eighth goes to a fifth author, too; every
/// twentieth resident gets a confirmation.
#[tokio::test(start_paused = true)]
async fn fifty_thousand_suggestions_of_six_days_go_out_at_their_pace_each_once() {
    const ALL: u64 = 50_000;
    let mut world = World::limited();
    world.delivery.confirm = true;
    let back = 6 * 24 * 60;
    world.start(move |minute, _| Some(if minute < back { down() } else { Sent::Delivered }));
    let mut wanted = Vec::new();
    for number in 0..ALL {
        let mut entry = world.entry(number, "Mehr Busse");
        entry.recipients = vec![recipient(&format!("amt{}", number % 4))];
        if number % 8 == 0 {
            entry.recipients.push(recipient("rathaus"));
        }
        entry.confirm = (number % 20 == 0).then(|| format!("r{number}@b.example"));
        for address in entry.recipients.iter().map(|recipient| &recipient.address).chain(&entry.confirm) {
            wanted.push((entry.suggestion.reference.to_string(), address.clone()));
        }
        world.accept_entry(entry).await;
        if number % 350 == 349 {
            sleep(HOUR).await;
        }
    }
    sleep(6 * DAY - world.time_since_start()).await;
    let tried_before = world.mails().len();
    assert!(tried_before < 2500, "one probe at a time: {tried_before}");
    assert_eq!(world.tally.delivered.load(Ordering::Relaxed), 0);

    sleep(5 * MINUTE).await;
    assert!(world.tally.delivered.load(Ordering::Relaxed) > 0, "mail flows again");
    sleep(12 * HOUR).await;
    let mut got = Vec::new();
    let tried = world.tried.lock().unwrap().split_off(tried_before);
    let tried: Vec<_> = tried.into_iter().skip_while(|tried| tried.minute < back).collect();
    for mail in tried.iter().map(|tried| &tried.mail) {
        got.extend(read(mail).into_iter().map(|reference| (reference, mail.recipient.to_string())));
    }
    got.sort_unstable();
    wanted.sort_unstable();
    assert!(got == wanted, "each once: {} of {}", got.len(), wanted.len());
    let most = world::most_within(&tried, MINUTE, |_| String::new());
    assert_eq!(most, 120, "mails in a minute");
    let authors = |mail: &crate::mail::Mail| mail.recipient.to_string();
    let most = world::most_within(&tried, HOUR, authors);
    assert!(most <= 20, "mails in an hour to one author: {most}");
    let stats = world.store.stats().await.unwrap();
    assert_eq!((stats.waiting, stats.bundled, stats.held), (0, 0, 0));
    assert_eq!(world.tally.confirmations.load(Ordering::Relaxed), ALL / 20);
}
