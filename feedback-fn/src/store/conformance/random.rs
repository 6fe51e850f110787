//! Long games: the same moves in a real store and in the model, with the same answers.

use super::super::memory::MemoryStore;
use super::{at, entry, recipient};
use crate::reference::Reference;
use crate::store::{
    Amount, Change, Claim, Delivery, DeliveryState, Digest, DigestId, Listed, Outcome, Recorded, Standing,
    Store, Which,
};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

const GAMES: u64 = 8;
const MOVES: u32 = 120;

/// SplitMix64: the games are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end
    }

    fn outcome(&mut self, now: i64) -> Outcome {
        let until = at(now + self.below(30) as i64);
        let cause = "451".to_owned();
        match self.below(7) {
            0 => Outcome::Deferred { until, cause },
            1 => Outcome::Untried { until, cause },
            2 => Outcome::Held { cause },
            3 => Outcome::Unanswered { until: Some(until), cause },
            4 => Outcome::Unanswered { until: None, cause },
            _ => Outcome::Delivered,
        }
    }
}

/// What a player holds: leases of both stores, which number deliveries differently.
#[derive(Default)]
struct Hand {
    deliveries: Vec<(Delivery, Delivery)>,
    digests: Vec<(Digest, Digest)>,
}

/// What may have arrived in a digest, and must come in no other mail.
#[derive(Default)]
struct Arrived(BTreeMap<DigestId, MayHave>);

#[derive(Default)]
struct MayHave {
    /// Attempts of which nobody said that they failed.
    attempts: u32,
    address: String,
    told: BTreeSet<Reference>,
}

impl Arrived {
    #[track_caller]
    fn check(&self, except: Option<DigestId>, address: &str, reference: &Reference, told: &str) {
        let twice = self.0.iter().find(|(id, mail)| {
            Some(**id) != except
                && mail.attempts > 0
                && mail.address == address
                && mail.told.contains(reference)
        });
        assert!(twice.is_none(), "{told}: {reference} may have arrived in {:?}", twice.map(|(id, _)| id));
    }

    fn claimed(&mut self, digest: &Digest, told: &str) {
        let address = digest.recipient.address.clone();
        let now: BTreeSet<_> = digest.suggestions.iter().map(|s| s.reference.clone()).collect();
        now.iter().for_each(|reference| self.check(Some(digest.id), &address, reference, told));
        let mail = self.0.entry(digest.id).or_default();
        assert!(mail.attempts == 0 || mail.told == now, "{told}: {:?} is another mail", digest.id);
        *mail = MayHave { attempts: mail.attempts + 1, address, told: now };
    }

    fn noted(&mut self, digest: DigestId, outcome: &Outcome) {
        if let Some(mail) = self.0.get_mut(&digest).filter(|_| outcome.refuted() > 0) {
            mail.attempts -= 1;
        }
    }

    /// What is erased may come again, as another suggestion.
    async fn forget_erased(&mut self, store: &dyn Store) {
        let listed = store.list(Which::All, 1000).await.unwrap();
        let there: BTreeSet<_> = listed.into_iter().map(|listed| listed.suggestion.reference).collect();
        self.0.values_mut().for_each(|mail| mail.told.retain(|reference| there.contains(reference)));
    }
}

impl Hand {
    /// All that is held, in the real store and in the model.
    fn claims(&self) -> (Vec<Claim>, Vec<Claim>) {
        let delivery = |delivery: &Delivery| Claim::Delivery(delivery.id, delivery.generation);
        let digest = |digest: &Digest| Claim::Digest(digest.id, digest.generation);
        let deliveries = self.deliveries.iter().map(|(real, meant)| (delivery(real), delivery(meant)));
        let digests = self.digests.iter().map(|(real, meant)| (digest(real), digest(meant)));
        deliveries.chain(digests).unzip()
    }
}

/// Plays games in `store` and in the model; each starts where the last one ended.
pub(crate) async fn plays_like_the_model(store: &dyn Store) {
    let model = MemoryStore::default();
    let mut arrived = Arrived::default();
    let mut now = 0;
    for game in 0..GAMES {
        let mut dice = Dice(game);
        let mut hand = Hand::default();
        for turn in 0..MOVES {
            now += dice.below(4) as i64;
            let told = format!("game {game}, move {turn}");
            play((store, &model), &mut dice, &mut hand, &mut arrived, now, &told).await;
            compare(store, &model, &told).await;
        }
    }
}

async fn play(
    (store, model): (&dyn Store, &MemoryStore),
    dice: &mut Dice,
    hand: &mut Hand,
    arrived: &mut Arrived,
    now: i64,
    told: &str,
) {
    let number = dice.below(40);
    let reference = entry(number).suggestion.reference;
    let lease = Duration::from_secs(60 * (1 + dice.below(20)));
    match dice.below(13) {
        0..=3 => {
            let mut entry = entry(number);
            entry.suggestion.received = at(now);
            entry.recipients.truncate(1 + dice.below(2) as usize);
            if dice.below(4) == 0 {
                entry.standing = Standing::Quarantined;
            }
            entry.confirm = (dice.below(3) == 0).then(|| format!("x{}@y.example", dice.below(3)));
            let (real, meant) = (store.accept(entry.clone()).await, model.accept(entry).await);
            assert_eq!(real.unwrap(), meant.unwrap(), "{told}");
        }
        4 | 5 => {
            // One at a time: deliveries of one instant may come in any order of their numbers.
            let real = store.claim_due(at(now), 100, lease).await.unwrap();
            let mut meant = model.claim_due(at(now), 100, lease).await.unwrap();
            assert_eq!(real.len(), meant.len(), "{told}");
            for real in real {
                arrived.check(None, &real.recipient.address, &real.suggestion.reference, told);
                let same = |meant: &Delivery| {
                    (&meant.suggestion.reference, meant.number) == (&real.suggestion.reference, real.number)
                };
                let meant = meant.swap_remove(meant.iter().position(same).expect(told));
                let unnumbered = Delivery { id: real.id, generation: real.generation, ..meant.clone() };
                assert_eq!(real, unnumbered, "{told}");
                hand.deliveries.push((real, meant));
            }
        }
        6 | 7 if !hand.deliveries.is_empty() => {
            let (real, meant) =
                hand.deliveries.swap_remove(dice.below(hand.deliveries.len() as u64) as usize);
            let pair = if dice.below(3) == 0 {
                let due = at(now + dice.below(60) as i64);
                let real = store.postpone(real.id, real.generation, due, at(now)).await;
                (real, model.postpone(meant.id, meant.generation, due, at(now)).await)
            } else {
                let outcome = dice.outcome(now);
                let real = store.record(real.id, real.generation, outcome.clone(), at(now)).await;
                (real, model.record(meant.id, meant.generation, outcome, at(now)).await)
            };
            assert_eq!(pair.0.unwrap(), pair.1.unwrap(), "{told}");
        }
        8 => {
            let real = store.claim_digest(at(now), lease).await.unwrap();
            let meant = model.claim_digest(at(now), lease).await.unwrap();
            let unnumbered = |digest: &Digest| Digest { id: DigestId(0), ..digest.clone() };
            assert_eq!(real.as_ref().map(unnumbered), meant.as_ref().map(unnumbered), "{told}");
            real.iter().for_each(|digest| arrived.claimed(digest, told));
            hand.digests.extend(real.zip(meant));
        }
        9 if !hand.digests.is_empty() => {
            let (real, meant) = hand.digests.swap_remove(dice.below(hand.digests.len() as u64) as usize);
            let outcome = dice.outcome(now);
            let noted =
                store.record_digest(real.id, real.generation, outcome.clone(), at(now)).await.unwrap();
            if noted == Recorded::Noted {
                arrived.noted(real.id, &outcome);
            }
            let meant = model.record_digest(meant.id, meant.generation, outcome, at(now)).await;
            assert_eq!(noted, meant.unwrap(), "{told}");
        }
        10 => {
            let change = match dice.below(3) {
                0 => Change::Retry,
                1 => Change::Release,
                _ => Change::Hold { cause: "by hand".into() },
            };
            let of = if dice.below(4) == 0 { Amount::All } else { Amount::Of(reference) };
            let real = store.change(of.clone(), change.clone(), at(now)).await.unwrap();
            assert_eq!(real, model.change(of, change, at(now)).await.unwrap(), "{told}");
        }
        12 if !hand.deliveries.is_empty() || !hand.digests.is_empty() => {
            let (real, meant) = hand.claims();
            let real = store.renew(real, at(now), lease).await.unwrap();
            let meant = model.renew(meant, at(now), lease).await.unwrap();
            assert_eq!(real.len(), meant.len(), "{told}");
        }
        11 if dice.below(3) == 0 => {
            let before = at(now - dice.below(200) as i64);
            let real = store.purge(before, 3).await.unwrap();
            assert_eq!(real, model.purge(before, 3).await.unwrap(), "{told}");
            arrived.forget_erased(store).await;
        }
        _ => {
            let real = store.erase(reference.clone()).await.unwrap();
            assert_eq!(real, model.erase(reference).await.unwrap(), "{told}");
            arrived.forget_erased(store).await;
        }
    }
    let (name, from) = (["a", "b"][dice.below(2) as usize], at(now - 60));
    let sent = store.sent_between(recipient(name).address, from, at(now)).await.unwrap();
    assert_eq!(sent, model.sent_between(recipient(name).address, from, at(now)).await.unwrap(), "{told}");
}

/// Everything that can be seen of both is equal.
async fn compare(store: &dyn Store, model: &MemoryStore, told: &str) {
    let seen = |listed: Vec<Listed>| -> BTreeMap<_, _> {
        let unplaced = |listed: Listed| {
            let suggestion = listed.suggestion;
            (suggestion.reference.clone(), (suggestion, listed.deliveries))
        };
        listed.into_iter().map(unplaced).collect()
    };
    let real = seen(store.list(Which::All, 1000).await.unwrap());
    assert_eq!(real, seen(model.list(Which::All, 1000).await.unwrap()), "{told}");
    assert_eq!(store.count(Which::All).await.unwrap(), real.len() as u64, "{told}");
    let held = Which::With(DeliveryState::Held);
    let real = seen(store.list(held, 1000).await.unwrap());
    assert_eq!(store.count(held).await.unwrap(), real.len() as u64, "{told}");
    assert_eq!(real, seen(model.list(held, 1000).await.unwrap()), "{told}");
    assert_eq!(store.stats().await.unwrap(), model.stats().await.unwrap(), "{told}");
    assert_eq!(store.next_due().await.unwrap(), model.next_due().await.unwrap(), "{told}");
}
