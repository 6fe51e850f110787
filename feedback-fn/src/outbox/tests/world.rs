//! A store in memory, a transport that follows a rule, and a clock that is tokio's: five days pass in no time.

use super::super::*;
use crate::contract::{Recipient, Target, TargetKind};
use crate::mail::PlainAddress;
use crate::mail::text::HeaderText;
use crate::reference::{Prefix, Reference};
use crate::store::{Accepted, Answer, DeliveryId, DeliveryState, Entry, Listed, Purged, StoreError};
use std::sync::Mutex;
use tokio::time::Instant;

pub const MINUTE: Duration = Duration::from_secs(60);
pub const HOUR: Duration = Duration::from_secs(3600);
pub const DAY: Duration = Duration::from_secs(24 * 3600);

/// tokio's clock, which stands still while anything is to be done.
pub struct VirtualClock(Instant);

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        later(Timestamp::from_second(1_800_000_000).unwrap(), self.0.elapsed())
    }
}

#[derive(Debug, Clone)]
pub struct Row {
    pub delivery: Delivery,
    pub state: DeliveryState,
    pub due: Timestamp,
    pub cause: Option<String>,
}

/// As the SQLite store, without a disk; every suggestion has one delivery.
#[derive(Default)]
pub struct MemoryStore {
    pub rows: Mutex<Vec<Row>>,
    /// How many of the next notes fail.
    pub failing_notes: Mutex<u32>,
}

impl MemoryStore {
    fn record_now(&self, id: DeliveryId, generation: u64, outcome: Outcome) -> Result<Recorded, StoreError> {
        let mut failing = self.failing_notes.lock().unwrap();
        if *failing > 0 {
            *failing -= 1;
            return Err(StoreError::Failed(anyhow::anyhow!("the disk is full")));
        }
        let mut rows = self.rows.lock().unwrap();
        let row = rows.iter_mut().find(|row| row.delivery.id == id).unwrap();
        if row.delivery.generation != generation {
            return Ok(Recorded::Stale);
        }
        row.delivery.generation += 1;
        (row.state, row.cause) = match outcome {
            Outcome::Delivered => (DeliveryState::Delivered, None),
            Outcome::Held { cause } => (DeliveryState::Held, Some(cause)),
            Outcome::Deferred { until, cause } => {
                row.due = until;
                (DeliveryState::Waiting, Some(cause))
            }
            Outcome::Untried { until, cause } => {
                row.due = until;
                row.delivery.attempts -= 1;
                (DeliveryState::Waiting, Some(cause))
            }
        };
        Ok(Recorded::Noted)
    }
}

impl Store for MemoryStore {
    fn accept(&self, entry: Entry) -> Answer<'_, Accepted> {
        let reference = entry.suggestion.reference.clone();
        let mut rows = self.rows.lock().unwrap();
        for (number, recipient) in (1..).zip(entry.recipients) {
            let suggestion = entry.suggestion.clone();
            let id = DeliveryId(rows.len() as i64);
            let due = suggestion.received;
            let delivery = Delivery { id, number, generation: 0, attempts: 0, recipient, suggestion };
            rows.push(Row { delivery, state: DeliveryState::Waiting, due, cause: None });
        }
        Box::pin(async { Ok(Accepted::Stored(reference)) })
    }

    fn find(&self, _: [u8; 16]) -> Answer<'_, Option<Reference>> {
        Box::pin(async { Ok(None) })
    }

    fn claim_due(&self, now: Timestamp, limit: usize, lease: Duration) -> Answer<'_, Vec<Delivery>> {
        let mut rows = self.rows.lock().unwrap();
        let due = rows.iter_mut().filter(|row| row.state == DeliveryState::Waiting && row.due <= now);
        let claim = |row: &mut Row| {
            row.due = later(now, lease);
            row.delivery.generation += 1;
            row.delivery.attempts += 1;
            row.delivery.clone()
        };
        let claimed = due.take(limit).map(claim).collect();
        Box::pin(async { Ok(claimed) })
    }

    fn record(&self, id: DeliveryId, generation: u64, outcome: Outcome) -> Answer<'_, Recorded> {
        let recorded = self.record_now(id, generation, outcome);
        Box::pin(async { recorded })
    }

    fn next_due(&self) -> Answer<'_, Option<Timestamp>> {
        let rows = self.rows.lock().unwrap();
        let due = rows.iter().filter(|row| row.state == DeliveryState::Waiting).map(|row| row.due).min();
        Box::pin(async move { Ok(due) })
    }

    fn purge(&self, before: Timestamp, limit: usize) -> Answer<'_, Purged> {
        let mut rows = self.rows.lock().unwrap();
        let old = |row: &Row| row.delivery.suggestion.received < before;
        let count = |state: fn(DeliveryState) -> bool, rows: &[Row]| {
            rows.iter().filter(|row| old(row) && state(row.state)).count()
        };
        let suggestions = count(|state| state == DeliveryState::Delivered, &rows).min(limit);
        let overdue = count(|state| state != DeliveryState::Delivered, &rows);
        let mut left = limit;
        rows.retain(|row| {
            let gone = left > 0 && old(row) && row.state == DeliveryState::Delivered;
            left -= usize::from(gone);
            !gone
        });
        Box::pin(async move { Ok(Purged { suggestions, overdue }) })
    }

    fn list(&self, _: usize) -> Answer<'_, Vec<Listed>> {
        Box::pin(async { Ok(Vec::new()) })
    }
}

/// What a transport was given, and when.
#[derive(Debug, Clone, PartialEq)]
pub struct Tried {
    pub minute: u64,
    pub mail: Mail,
}

/// Answers by a rule over the minutes since the start and the mail. No answer: never ends.
pub struct RuledTransport<R> {
    rule: R,
    start: Instant,
    tried: Arc<Mutex<Vec<Tried>>>,
}

impl<R: FnMut(u64, &Mail) -> Option<Sent> + Send + 'static> Transport for RuledTransport<R> {
    async fn send(&mut self, mail: &Mail) -> Sent {
        let minute = self.start.elapsed().as_secs() / 60;
        self.tried.lock().unwrap().push(Tried { minute, mail: mail.clone() });
        tokio::time::sleep(Duration::from_millis(10)).await;
        match (self.rule)(minute, mail) {
            Some(sent) => sent,
            None => std::future::pending().await,
        }
    }

    async fn rest(&mut self) {}

    async fn probe(&mut self) -> Result<(), Failure> {
        Ok(())
    }
}

/// Panics over a text that says so.
struct SimpleLetters;

impl Letters for SimpleLetters {
    fn write(&self, suggestion: &Suggestion) -> anyhow::Result<Written> {
        assert!(suggestion.text != "poison", "a defect in the templates");
        Ok(Written { subject: suggestion.target.title.clone(), body: suggestion.text.clone() })
    }
}

/// A store, a clock, and as many workers as a test starts.
pub struct World {
    pub store: Arc<MemoryStore>,
    pub tried: Arc<Mutex<Vec<Tried>>>,
    pub tally: Arc<Tally>,
    wake: Wake,
    start: Instant,
    stop: watch::Sender<bool>,
}

impl World {
    pub fn new() -> World {
        World {
            store: Arc::default(),
            tried: Arc::default(),
            tally: Arc::default(),
            wake: Wake::default(),
            start: Instant::now(),
            stop: watch::Sender::new(false),
        }
    }

    /// Starts a worker; aborting the handle is `kill -9`.
    pub fn start(
        &self,
        rule: impl FnMut(u64, &Mail) -> Option<Sent> + Send + 'static,
    ) -> tokio::task::JoinHandle<()> {
        let address: PlainAddress = "beteiligung@stadt.example".parse().unwrap();
        let outbox = Outbox {
            store: self.store.clone(),
            clock: Arc::new(VirtualClock(self.start)),
            letters: Arc::new(SimpleLetters),
            sender: Sender { address, name: HeaderText::new("Stadt") },
            transport: RuledTransport { rule, start: self.start, tried: self.tried.clone() },
            dice: Box::new(|| u32::MAX / 2),
            wake: self.wake.clone(),
            tally: self.tally.clone(),
        };
        tokio::spawn(outbox.run(self.stop.subscribe()))
    }

    pub fn clock(&self) -> Arc<VirtualClock> {
        Arc::new(VirtualClock(self.start))
    }

    pub fn stop(&self) {
        self.stop.send_replace(true);
    }

    pub async fn accept(&self, number: u64, text: &str) {
        let prefix = Prefix::try_from("LOE".to_owned()).unwrap();
        let target = Target {
            id: "6.1.3".into(),
            kind: TargetKind::Passage,
            title: "FahrPraxis".into(),
            number: Some("6.1.3".into()),
            path: "/fahrpraxis/#absatz-6.1.3".into(),
            form: "/vorschlag/6.1.3/".into(),
            theme: None,
            text: None,
            digest: None,
        };
        let suggestion = Suggestion {
            reference: Reference::from_bits(&prefix, number),
            received: VirtualClock(self.start).now(),
            round: 1,
            target,
            digest_sent: None,
            text: text.into(),
            rewording: None,
            name: None,
            email: None,
            publish: false,
            suspicious: false,
        };
        let recipients = vec![Recipient { name: "Amt".into(), address: "amt@stadt.example".into() }];
        self.store.accept(Entry { nonce: [0; 16], suggestion, recipients }).await.unwrap();
        self.wake.wake();
    }

    pub fn minutes(&self) -> Vec<u64> {
        self.tried.lock().unwrap().iter().map(|tried| tried.minute).collect()
    }

    pub fn states(&self) -> Vec<DeliveryState> {
        self.store.rows.lock().unwrap().iter().map(|row| row.state).collect()
    }

    pub fn causes(&self) -> Vec<Option<String>> {
        self.store.rows.lock().unwrap().iter().map(|row| row.cause.clone()).collect()
    }
}
