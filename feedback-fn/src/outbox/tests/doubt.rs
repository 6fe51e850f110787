//! A digest that perhaps arrived, and an operator who decides before it is sent again.

use super::world::{HOUR, MINUTE, World, read, reference};
use super::*;
use crate::mail::Mail;
use crate::store::{Amount, Change};

fn is_digest(mail: &Mail) -> bool {
    mail.name.starts_with("digest-")
}

/// Ten went out alone; twenty in a digest, to which nobody answered.
async fn unanswered() -> World {
    let world = World::limited();
    let lost = Failure::new(Stage::Dot, "no answer");
    let mut answers = 0;
    world.start(move |_, mail| {
        answers += u32::from(is_digest(mail));
        Some(if is_digest(mail) && answers == 1 { Sent::Unknown(lost.clone()) } else { Sent::Delivered })
    });
    for number in 0..30 {
        world.accept(number, "Mehr Busse").await;
    }
    sleep(HOUR + Duration::from_secs(10)).await;
    assert_eq!(world.mails().iter().filter(|mail| is_digest(mail)).count(), 1);
    world
}

async fn decide(world: &World, of: Amount, change: Change) -> u64 {
    world.store.change(of, change, world.now()).await.unwrap()
}

fn hold() -> Change {
    Change::Hold { cause: "by hand".into() }
}

fn one(number: u64) -> Amount {
    Amount::Of(reference(number))
}

/// Every one of the thirty came, twice only in the digest, which was twice the same mail.
#[track_caller]
fn check_twice_as_the_same_mail(world: &World) {
    let mails = world.mails();
    let digests: Vec<_> = mails.iter().filter(|mail| is_digest(mail)).collect();
    assert_eq!((digests.len(), read(digests[0]).len()), (2, 20));
    assert_eq!(digests[0], digests[1], "with the same Message-ID");
    let alone: Vec<_> = mails.iter().filter(|mail| !is_digest(mail)).flat_map(read).collect();
    assert!(alone.iter().all(|told| !read(digests[0]).contains(told)), "{alone:?}");
}

#[tokio::test(start_paused = true)]
async fn digest_that_was_held_and_is_tried_again_is_the_same_mail() {
    for (held, retried) in [(one(15), one(15)), (one(15), one(29)), (Amount::All, Amount::All)] {
        let world = unanswered().await;
        assert_eq!(decide(&world, held, hold()).await, 20, "it is one mail");
        sleep(3 * HOUR).await;
        assert_eq!(world.states().await[10..], [Held; 20]);
        assert_eq!(decide(&world, retried, Change::Retry).await, 20);
        sleep(HOUR).await;
        assert_eq!(world.states().await, [Delivered; 30]);
        check_twice_as_the_same_mail(&world);
    }
}

#[tokio::test(start_paused = true)]
async fn what_comes_meanwhile_goes_out_in_another_digest() {
    let world = unanswered().await;
    decide(&world, Amount::All, hold()).await;
    for number in 30..60 {
        world.accept(number, "Noch mehr").await;
    }
    sleep(MINUTE).await;
    decide(&world, Amount::All, Change::Retry).await;
    sleep(3 * HOUR).await;
    assert_eq!(world.states().await, [Delivered; 60]);
    let mut mails = world.mails();
    let digests: Vec<_> = mails.iter().filter(|mail| is_digest(mail)).cloned().collect();
    assert_eq!((digests.len(), &digests[0]), (3, &digests[1]));
    mails.sort_by(|a, b| a.name.cmp(&b.name));
    mails.dedup();
    assert_eq!(mails.iter().flat_map(read).count(), 60, "each in one mail only");
}

#[tokio::test(start_paused = true)]
async fn digest_of_a_killed_program_is_the_same_mail_also_after_it_was_held() {
    let world = World::limited();
    let killed = world.start(|_, mail| (!is_digest(mail)).then_some(Sent::Delivered));
    for number in 0..30 {
        world.accept(number, "Mehr Busse").await;
    }
    sleep(HOUR + MINUTE).await;
    killed.abort();
    let mut refusals = 0;
    world.start(move |_, mail| {
        refusals += u32::from(is_digest(mail));
        // The first answer to be heard is a refusal, which says nothing about the mail before.
        let is_refused = is_digest(mail) && refusals == 1;
        Some(if is_refused { Sent::HeldMessage(refused(Stage::Data, 554)) } else { Sent::Delivered })
    });
    sleep(HOUR).await;
    assert_eq!(world.states().await[10..], [Held; 20]);
    assert_eq!(decide(&world, one(12), Change::Retry).await, 20);
    sleep(HOUR).await;
    assert_eq!(world.states().await, [Delivered; 30]);
    let digests: Vec<_> = world.mails().into_iter().filter(is_digest).collect();
    assert_eq!((digests.len(), &digests[0], &digests[1]), (3, &digests[1], &digests[2]));
    assert_eq!(world.mails().len(), 13);
}

#[tokio::test(start_paused = true)]
async fn erased_text_is_not_in_the_digest_that_is_sent_again() {
    let world = unanswered().await;
    decide(&world, one(15), hold()).await;
    assert!(world.store.erase(reference(15)).await.unwrap());
    decide(&world, one(16), Change::Retry).await;
    sleep(HOUR).await;
    let digests: Vec<_> = world.mails().into_iter().filter(is_digest).collect();
    assert_eq!((digests.len(), &digests[0].name), (2, &digests[1].name), "the same Message-ID");
    let mut told = read(&digests[0]);
    told.retain(|told| *told != reference(15).to_string());
    assert_eq!(read(&digests[1]), told);
    assert_eq!(world.mails().len(), 12);
}
