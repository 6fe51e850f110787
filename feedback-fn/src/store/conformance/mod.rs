//! What every store must do. [`conformance_tests`] makes a test of each case for one kind of store.
//!
//! The cases speak of one thing each; `random` plays long games against the model.

mod cases;
mod clocks;
mod digests;
mod random;

pub(crate) use cases::*;
pub(crate) use clocks::*;
pub(crate) use digests::*;
pub(crate) use random::plays_like_the_model;

use crate::contract::{Recipient, Target, TargetKind};
use crate::reference::{Prefix, Reference};
use crate::store::{Delivery, Entry, Outcome, Standing, Store};
use crate::suggestion::{Marks, Suggestion};
use jiff::Timestamp;
use std::time::Duration;

/// A lease, and the step of the tests' time.
pub(crate) const MINUTE: Duration = Duration::from_secs(60);

/// Makes a test of every case; `$open` is an expression for a new, empty store (and what must live as long).
macro_rules! conformance_tests {
    ($open:expr) => {
        $crate::store::conformance::conformance_tests!(@each $open;
            same_nonce_is_stored_once_and_gets_the_first_reference,
            taken_reference_is_refused_without_harm_to_others,
            stored_texts_come_back_as_they_were,
            claimed_delivery_is_nobody_elses_until_the_lease_ends,
            renewed_lease_lasts_for_its_holder_only,
            outcome_decides_when_a_delivery_is_tried_again,
            longest_due_is_handed_out_first,
            postponed_deliveries_become_one_digest_that_is_not_added_to_any_more,
            full_digest_is_followed_by_another,
            digest_passes_its_outcome_on,
            digest_that_may_have_arrived_is_the_same_mail_whatever_an_operator_decides,
            digest_whose_attempt_nobody_noted_may_have_arrived,
            digest_that_was_refused_can_be_taken_apart,
            mails_of_the_last_hour_are_counted_per_address,
            confirmation_goes_to_one_address_once_a_day,
            quarantined_suggestion_waits_until_it_is_released,
            held_mail_is_tried_again_when_an_operator_says_so,
            retry_does_not_forget_that_a_mail_was_tried,
            held_by_an_operator_it_waits_for_the_operator,
            erased_suggestion_is_gone_with_everything_of_it,
            suggestion_stays_until_every_author_got_it,
            only_what_is_older_is_purged,
            pages_follow_each_other_without_gap,
            confirmation_is_no_delivery_to_worry_about,
            turn_is_taken_by_one,
            what_waits_under_a_clock_that_was_ahead_is_due_when_it_is_set_back,
            what_waits_for_a_day_is_not_due_before,
            mails_of_a_clock_that_was_ahead_do_not_fill_the_hour,
            turn_of_a_clock_that_was_ahead_is_over_when_it_is_set_back,
            confirmation_of_a_clock_that_was_ahead_keeps_none_back,
            plays_like_the_model,
        );
    };
    (@each $open:expr; $($case:ident,)*) => {
        $(
            #[tokio::test]
            async fn $case() {
                let (store, _guard) = $open;
                $crate::store::conformance::$case(&store).await;
            }
        )*
    };
}
pub(crate) use conformance_tests;

/// So many minutes after the first.
pub(crate) fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + minute * 60).unwrap()
}

/// A suggestion with two recipients, `a` and `b`.
pub(crate) fn entry(number: u64) -> Entry {
    let prefix = Prefix::try_from("LOE".to_owned()).unwrap();
    let target = Target {
        id: "6.1.1".into(),
        kind: TargetKind::Passage,
        title: "FahrPraxis".into(),
        number: Some("6.1.1".into()),
        path: "/fahrpraxis/#absatz-6.1.1".into(),
        form: "/vorschlag/6.1.1/".into(),
        theme: Some("mobilitaet".into()),
        text: Some("Der Bus fährt.".into()),
        digest: Some("00".into()),
    };
    let suggestion = Suggestion {
        reference: Reference::from_bits(&prefix, number),
        received: at(0),
        round: 1,
        target,
        digest_sent: Some("00".into()),
        text: "Öfter, bitte!".into(),
        rewording: None,
        name: Some("Ä".into()),
        email: None,
        publish: true,
        marks: Marks::default(),
    };
    let mut nonce = [0; 16];
    nonce[..8].copy_from_slice(&number.to_le_bytes());
    Entry {
        nonce,
        suggestion,
        recipients: vec![recipient("a"), recipient("b")],
        standing: Standing::Accepted,
        confirm: None,
    }
}

/// The same with one recipient only.
pub(crate) fn to_one(number: u64) -> Entry {
    Entry { recipients: vec![recipient("a")], ..entry(number) }
}

pub(crate) fn recipient(name: &str) -> Recipient {
    Recipient { name: name.into(), address: format!("{name}@stadt.example") }
}

/// Tries everything that is due once; `outcome` decides what came of it.
pub(crate) async fn try_all(store: &dyn Store, now: Timestamp, outcome: impl Fn(&Delivery) -> Outcome) {
    loop {
        let claimed = store.claim_due(now, 16, MINUTE).await.unwrap();
        if claimed.is_empty() {
            return;
        }
        for delivery in claimed {
            let outcome = outcome(&delivery);
            store.record(delivery.id, delivery.generation, outcome, now).await.unwrap();
        }
    }
}
