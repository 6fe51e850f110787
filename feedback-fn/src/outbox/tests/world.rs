//! A transport that follows a rule and a clock that is tokio's: five days pass in no time.

use super::super::*;
use crate::clock::later;
use crate::contract::{Recipient, Target, TargetKind};
use crate::mail::text::HeaderText;
use crate::mail::{Failure, Mail, Outcome as Sent};
use crate::reference::{Prefix, Reference};
use crate::store::memory::MemoryStore;
use crate::store::{DeliveryState, Entry, ListedDelivery, Standing, Which};
use crate::suggestion::{Marks, Suggestion};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;
use tokio::time::Instant;

pub const MINUTE: Duration = Duration::from_secs(60);
pub const HOUR: Duration = Duration::from_secs(3600);
pub const DAY: Duration = Duration::from_secs(24 * 3600);

/// tokio's clock, which stands still while anything is to be done.
#[derive(Debug, Clone, Copy)]
pub struct VirtualClock {
    start: Instant,
    epoch: Timestamp,
}

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        later(self.epoch, self.start.elapsed())
    }
}

/// What a transport was given, and when.
#[derive(Debug, Clone, PartialEq)]
pub struct Tried {
    pub minute: u64,
    pub at: Timestamp,
    pub mail: Mail,
}

/// Answers by a rule over the minutes since the start and the mail. No answer: never ends.
pub struct RuledTransport<R> {
    rule: R,
    clock: VirtualClock,
    tried: Arc<Mutex<Vec<Tried>>>,
}

impl<R: FnMut(u64, &Mail) -> Option<Sent> + Send + 'static> Transport for RuledTransport<R> {
    async fn send(&mut self, mail: &Mail) -> Sent {
        let minute = self.clock.start.elapsed().as_secs() / 60;
        let at = self.clock.now();
        self.tried.lock().unwrap().push(Tried { minute, at, mail: mail.clone() });
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

/// Panics over a text that says so. A digest has a line for each suggestion.
struct SimpleLetters;

fn spoken(suggestion: &Suggestion) -> &str {
    assert!(suggestion.text != "poison", "a defect in the templates");
    &suggestion.text
}

impl Letters for SimpleLetters {
    fn write(&self, suggestion: &Suggestion) -> anyhow::Result<Written> {
        Ok(Written { subject: suggestion.target.title.clone(), body: spoken(suggestion).to_owned() })
    }

    fn digest(&self, suggestions: &[Suggestion]) -> anyhow::Result<Written> {
        let line = |suggestion: &Suggestion| format!("{} {}\n", suggestion.reference, spoken(suggestion));
        Ok(Written { subject: "Digest".into(), body: suggestions.iter().map(line).collect() })
    }

    fn confirmation(&self, suggestion: &Suggestion) -> anyhow::Result<Written> {
        let reference = suggestion.reference.to_string();
        Ok(Written { subject: "Confirmation".into(), body: reference })
    }
}

/// A store, a clock, and as many workers as a test starts.
pub struct World {
    pub store: Arc<MemoryStore>,
    pub tried: Arc<Mutex<Vec<Tried>>>,
    pub tally: Arc<Tally>,
    /// Any number of mails, unless a test says otherwise.
    pub delivery: DeliveryConfig,
    pub operator: Option<PlainAddress>,
    wake: Wake,
    clock: VirtualClock,
    stop: watch::Sender<bool>,
}

impl World {
    pub fn new() -> World {
        World::at("2027-01-15T08:00:00Z")
    }

    /// With the real limits.
    pub fn limited() -> World {
        World { delivery: DeliveryConfig::default(), ..World::new() }
    }

    /// Begins at this instant.
    pub fn at(epoch: &str) -> World {
        World {
            store: Arc::default(),
            tried: Arc::default(),
            tally: Arc::default(),
            delivery: DeliveryConfig { mails_per_hour: 0, mails_per_minute: 0, ..DeliveryConfig::default() },
            operator: None,
            wake: Wake::default(),
            clock: VirtualClock { start: Instant::now(), epoch: epoch.parse().unwrap() },
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
            clock: Arc::new(self.clock),
            letters: Arc::new(SimpleLetters),
            delivery: self.delivery.clone(),
            operator: self.operator.clone(),
            sender: Sender { address, name: HeaderText::new("Stadt") },
            transport: RuledTransport { rule, clock: self.clock, tried: self.tried.clone() },
            dice: Box::new(|| u32::MAX / 2),
            wake: self.wake.clone(),
            tally: self.tally.clone(),
        };
        tokio::spawn(outbox.run(self.stop.subscribe()))
    }

    pub fn clock(&self) -> Arc<VirtualClock> {
        Arc::new(self.clock)
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub fn time_since_start(&self) -> Duration {
        self.clock.start.elapsed()
    }

    pub fn stop(&self) {
        self.stop.send_replace(true);
    }

    pub async fn accept(&self, number: u64, text: &str) {
        self.accept_entry(self.entry(number, text)).await;
    }

    pub async fn accept_entry(&self, entry: Entry) {
        self.store.accept(entry).await.unwrap();
        self.wake.wake();
    }

    /// A suggestion to `amt@stadt.example`.
    pub fn entry(&self, number: u64, text: &str) -> Entry {
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
            reference: reference(number),
            received: self.clock.now(),
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
        let mut nonce = [0; 16];
        nonce[..8].copy_from_slice(&number.to_le_bytes());
        let recipients = vec![recipient("amt")];
        Entry { nonce, suggestion, recipients, standing: Standing::Accepted, confirm: None }
    }

    pub fn minutes(&self) -> Vec<u64> {
        self.tried.lock().unwrap().iter().map(|tried| tried.minute).collect()
    }

    /// The mails that were tried, in the order in which they were.
    pub fn mails(&self) -> Vec<Mail> {
        self.tried.lock().unwrap().iter().map(|tried| tried.mail.clone()).collect()
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

pub fn reference(number: u64) -> Reference {
    Reference::from_bits(&Prefix::try_from("LOE".to_owned()).unwrap(), number)
}

pub fn recipient(name: &str) -> Recipient {
    Recipient { name: String::new(), address: format!("{name}@stadt.example") }
}

/// The references that a mail tells of.
pub fn read(mail: &Mail) -> Vec<String> {
    if !mail.name.starts_with("digest-") {
        return vec![mail.name.trim_end_matches(".confirmation").to_owned()];
    }
    let text = std::str::from_utf8(&mail.bytes).unwrap();
    let (_, body) = text.split_once("\r\n\r\n").unwrap();
    body.lines()
        .filter_map(|line| line.split(' ').next())
        .filter(|word| word.starts_with("LOE-"))
        .map(str::to_owned)
        .collect()
}

/// The most mails in any stretch of time so long, counted for each key.
pub fn most_within(tried: &[Tried], length: Duration, key: impl Fn(&Mail) -> String) -> usize {
    let mut by_key: BTreeMap<String, VecDeque<Timestamp>> = BTreeMap::new();
    let mut most = 0;
    for tried in tried {
        let lately = by_key.entry(key(&tried.mail)).or_default();
        lately.push_back(tried.at);
        while lately.front().is_some_and(|first| later(*first, length) <= tried.at) {
            lately.pop_front();
        }
        most = most.max(lately.len());
    }
    most
}
