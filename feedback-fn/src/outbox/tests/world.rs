//! A transport that follows a rule and a clock that is tokio's: five days pass in no time.

use super::super::*;
use crate::contract::{Recipient, Target, TargetKind};
use crate::mail::PlainAddress;
use crate::mail::text::HeaderText;
use crate::reference::{Prefix, Reference};
use crate::store::memory::MemoryStore;
use crate::store::{DeliveryState, Entry, ListedDelivery, Standing, Which};
use crate::suggestion::Marks;
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
            marks: Marks::default(),
        };
        let recipients = vec![Recipient { name: "Amt".into(), address: "amt@stadt.example".into() }];
        let mut nonce = [0; 16];
        nonce[..8].copy_from_slice(&number.to_le_bytes());
        let standing = Standing::Accepted;
        let entry = Entry { nonce, suggestion, recipients, standing, confirm: None };
        self.store.accept(entry).await.unwrap();
        self.wake.wake();
    }

    pub fn minutes(&self) -> Vec<u64> {
        self.tried.lock().unwrap().iter().map(|tried| tried.minute).collect()
    }

    /// The deliveries, in the order in which they were stored.
    pub async fn deliveries(&self) -> Vec<ListedDelivery> {
        let mut listed = self.store.list(Which::All, usize::MAX).await.unwrap();
        listed.reverse();
        listed.into_iter().flat_map(|listed| listed.deliveries).collect()
    }

    pub async fn states(&self) -> Vec<DeliveryState> {
        self.deliveries().await.into_iter().map(|delivery| delivery.state).collect()
    }

    pub async fn causes(&self) -> Vec<Option<String>> {
        self.deliveries().await.into_iter().map(|delivery| delivery.cause).collect()
    }
}
