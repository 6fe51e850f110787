//! Keeping suggestions, many in one statement.

use super::super::trouble::Trouble;
use super::read;
use crate::reference::Reference;
use crate::store::{Accepted, DeliveryState, Entry, Standing, StoreError};
use std::collections::BTreeMap;
use tokio_postgres::Client;
use tokio_postgres::types::Type;

/// Begins, and waits until no other replica is writing suggestions: their numbers are then in the order in which
/// they become visible, so that who reads page by page passes none over, and one snapshot sees all nonces.
///
/// A `synchronous_commit = off` that came after the start is undone for this transaction; other values stay. No
/// `statement_timeout`: cancelled while it waits for a standby, COMMIT would call itself a success. Should this
/// program stop in the middle, the others wait no longer than the server waits for it.
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED;
    SET LOCAL lock_timeout = '8s';
    SET LOCAL statement_timeout = 0;
    SET LOCAL idle_in_transaction_session_timeout = '15s';
    SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off';
    SELECT pg_advisory_xact_lock(107157075525634)";

/// `stored` are those that neither nonce nor reference keeps out. Of several confirmations to one address the
/// first stays, if none was to go there in the 24 hours before.
const ACCEPT: &str = r#"
    WITH stored AS (
        INSERT INTO suggestion (nonce, reference, received, round, target, digest_sent, text, rewording, name,
                                email, publish, marks)
        SELECT nonce, reference, received, round, target, digest_sent, text, rewording, name, email, publish, marks
        FROM unnest($1::bytea[], $2::text[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::text[],
                    $8::text[], $9::text[], $10::text[], $11::boolean[], $12::bigint[]) WITH ORDINALITY
             AS g (nonce, reference, received, round, target, digest_sent, text, rewording, name, email, publish,
                   marks, place)
        ORDER BY place
        ON CONFLICT DO NOTHING
        RETURNING id, nonce, reference, received
    ), mail AS (
        SELECT s.id, s.received, m.number, m.name, m.address, m.state, m.place
        FROM unnest($13::bytea[], $14::bigint[], $15::text[], $16::text[], $17::text[]) WITH ORDINALITY
             AS m (nonce, number, name, address, state, place)
        JOIN stored s ON s.nonce = m.nonce
    ), confirmation AS (
        SELECT DISTINCT ON (lower(m.address COLLATE "C")) m.*
        FROM mail m
        WHERE m.number = 0 AND NOT EXISTS (
            SELECT 1 FROM delivery d JOIN suggestion o ON o.id = d.suggestion
            WHERE d.number = 0 AND lower(d.address) = lower(m.address COLLATE "C")
              AND abs(o.received - m.received) < 86400000)
        ORDER BY lower(m.address COLLATE "C"), m.place
    ), sent AS (
        INSERT INTO delivery (suggestion, number, name, address, state, due)
        SELECT id, number, name, address, state, received
        FROM (SELECT * FROM mail WHERE number > 0 UNION ALL SELECT * FROM confirmation) AS m
        ORDER BY place
    )
    SELECT TRUE, nonce, reference FROM stored
    UNION ALL
    SELECT FALSE, nonce, reference FROM suggestion WHERE nonce = ANY ($1)"#;

/// Entries, column by column. A nonce stands in it once.
#[derive(Default)]
pub(in super::super) struct Given<'e> {
    nonces: Vec<&'e [u8]>,
    references: Vec<&'e str>,
    received: Vec<i64>,
    rounds: Vec<i64>,
    targets: Vec<String>,
    digests: Vec<Option<&'e str>>,
    texts: Vec<&'e str>,
    rewordings: Vec<Option<&'e str>>,
    names: Vec<Option<&'e str>>,
    emails: Vec<Option<&'e str>>,
    published: Vec<bool>,
    marks: Vec<i64>,
    mail: Mail<'e>,
}

#[derive(Default)]
struct Mail<'e> {
    nonces: Vec<&'e [u8]>,
    numbers: Vec<i64>,
    names: Vec<&'e str>,
    addresses: Vec<&'e str>,
    states: Vec<&'static str>,
}

impl<'e> Given<'e> {
    /// Those of the entries whose nonce is not an earlier one's.
    pub(in super::super) fn new(
        entries: impl IntoIterator<Item = &'e Entry>,
    ) -> Result<Given<'e>, StoreError> {
        let mut given = Given::default();
        for entry in entries {
            if !given.nonces.contains(&entry.nonce.as_slice()) {
                given.add(entry)?;
            }
        }
        Ok(given)
    }

    fn add(&mut self, entry: &'e Entry) -> Result<(), StoreError> {
        let suggestion = &entry.suggestion;
        let target =
            serde_json::to_string(&suggestion.target).map_err(|error| StoreError::Failed(error.into()))?;
        self.nonces.push(&entry.nonce);
        self.references.push(suggestion.reference.as_str());
        self.received.push(suggestion.received.as_millisecond());
        self.rounds.push(suggestion.round.into());
        self.targets.push(target);
        self.digests.push(suggestion.digest_sent.as_deref());
        self.texts.push(&suggestion.text);
        self.rewordings.push(suggestion.rewording.as_deref());
        self.names.push(suggestion.name.as_deref());
        self.emails.push(suggestion.email.as_deref());
        self.published.push(suggestion.publish);
        self.marks.push(suggestion.marks.bits().into());
        self.mail.add(entry);
        Ok(())
    }
}

impl<'e> Mail<'e> {
    fn add(&mut self, entry: &'e Entry) {
        let state = match entry.standing {
            Standing::Accepted => DeliveryState::Waiting,
            Standing::Quarantined => DeliveryState::Quarantined,
        };
        let authors = (1..).zip(entry.recipients.iter().map(|to| (to.name.as_str(), to.address.as_str())));
        let resident = entry.confirm.iter().map(|address| (0, ("", address.as_str())));
        for (number, (name, address)) in authors.chain(resident) {
            self.nonces.push(&entry.nonce);
            self.numbers.push(number);
            self.names.push(name);
            self.addresses.push(address);
            self.states.push(state.as_str());
        }
    }
}

/// What stands in the database about the nonces that were given.
pub(in super::super) struct Found {
    stored: BTreeMap<Vec<u8>, Reference>,
    known: BTreeMap<Vec<u8>, Reference>,
}

impl Found {
    /// How an entry was accepted; to be asked once for each, in their order.
    pub(in super::super) fn answer(&mut self, entry: &Entry) -> Result<Accepted, StoreError> {
        let nonce = entry.nonce.as_slice();
        if self.stored.get(nonce) == Some(&entry.suggestion.reference) {
            let reference = self.stored.remove(nonce).expect("it was there");
            self.known.insert(nonce.to_vec(), reference.clone());
            return Ok(Accepted::Stored(reference));
        }
        let known = self.known.get(nonce).or_else(|| self.stored.get(nonce));
        known.cloned().map(Accepted::Known).ok_or(StoreError::ReferenceTaken)
    }
}

/// Keeps suggestions and their deliveries, all that were given or, if it fails, none. They are durable when the
/// answer is here. BEGIN, statement and COMMIT travel together: nobody waits for our network in between.
pub(in super::super) async fn accept(client: &Client, given: &Given<'_>) -> Result<Found, Trouble> {
    let mail = &given.mail;
    let values: [(&(dyn tokio_postgres::types::ToSql + Sync), Type); 17] = [
        (&given.nonces, Type::BYTEA_ARRAY),
        (&given.references, Type::TEXT_ARRAY),
        (&given.received, Type::INT8_ARRAY),
        (&given.rounds, Type::INT8_ARRAY),
        (&given.targets, Type::TEXT_ARRAY),
        (&given.digests, Type::TEXT_ARRAY),
        (&given.texts, Type::TEXT_ARRAY),
        (&given.rewordings, Type::TEXT_ARRAY),
        (&given.names, Type::TEXT_ARRAY),
        (&given.emails, Type::TEXT_ARRAY),
        (&given.published, Type::BOOL_ARRAY),
        (&given.marks, Type::INT8_ARRAY),
        (&mail.nonces, Type::BYTEA_ARRAY),
        (&mail.numbers, Type::INT8_ARRAY),
        (&mail.names, Type::TEXT_ARRAY),
        (&mail.addresses, Type::TEXT_ARRAY),
        (&mail.states, Type::TEXT_ARRAY),
    ];
    let (begun, rows, committed) = tokio::join!(
        client.batch_execute(BEGIN),
        client.query_typed(ACCEPT, &values),
        client.batch_execute("COMMIT")
    );
    // In this order: what failed first made the rest fail, and COMMIT then undid everything.
    begun?;
    let rows = rows?;
    committed?;
    found(&rows)
}

fn found(rows: &[tokio_postgres::Row]) -> Result<Found, Trouble> {
    let mut found = Found { stored: BTreeMap::new(), known: BTreeMap::new() };
    for row in rows {
        let of = if row.try_get(0)? { &mut found.stored } else { &mut found.known };
        of.insert(row.try_get(1)?, read::reference(row, 2)?);
    }
    Ok(found)
}

/// The reference given for a nonce.
pub(in super::super) async fn reference_of_nonce(
    client: &Client,
    nonce: &[u8],
) -> Result<Option<Reference>, Trouble> {
    let select = "SELECT reference FROM suggestion WHERE nonce = $1";
    let row = client.query_typed_opt(select, &[(&nonce, Type::BYTEA)]).await?;
    row.map(|row| read::reference(&row, 0)).transpose()
}
