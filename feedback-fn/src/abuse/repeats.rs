//! Texts that were sent before: a table of fixed size that holds no text.

use super::Daily;
use crate::suggestion::{Draft, Mark, Marks};
use jiff::{SignedDuration, Timestamp};
use std::sync::{Mutex, MutexGuard};

/// A municipality gets fewer suggestions in a day. When two texts meet in one place, the later one stays.
const PLACES: usize = 1 << 16;
/// With the key of the day before, a text is known for one to two days.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(24);

/// Knows which texts were stored lately, whoever sent them.
pub struct Repeats(Mutex<Daily<Table>>);

/// What is left of texts: 32 bits of a keyed hash each; 0 is none.
type Table = Vec<u32>;

impl Repeats {
    /// With no text known.
    pub fn new(now: Timestamp) -> Repeats {
        // Zeroed pages cost no memory before they are written.
        Repeats(Mutex::new(Daily::new(now, || vec![0; PLACES])))
    }

    /// The mark of a text that was stored before.
    pub fn mark(&self, gist: &Gist, now: Timestamp) -> Marks {
        let mut daily = self.turned(now);
        let Daily { present, before, .. } = &mut *daily;
        let is_known = std::iter::once(present).chain(before).any(|keyed| {
            let (place, rest) = split(keyed.code(gist.0.as_bytes()));
            keyed.memory[place] == rest
        });
        is_known.then_some(Mark::Repeated).into_iter().collect()
    }

    /// Notes a text that was stored.
    pub fn note(&self, gist: &Gist, now: Timestamp) {
        let mut daily = self.turned(now);
        let (place, rest) = split(daily.present.code(gist.0.as_bytes()));
        daily.present.memory[place] = rest;
    }

    fn turned(&self, now: Timestamp) -> MutexGuard<'_, Daily<Table>> {
        let mut daily = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        daily.turn(now, REMEMBERED);
        daily
    }
}

/// What makes two suggestions the same to a reader: not capitals, blanks, names or the place.
pub struct Gist(String);

impl Gist {
    /// Of this draft.
    pub fn of(draft: &Draft) -> Gist {
        let rewording = draft.rewording.as_deref().unwrap_or_default();
        let mut gist = String::with_capacity(draft.text.len() + rewording.len() + 1);
        push_words(&mut gist, &draft.text);
        gist.push('\n');
        push_words(&mut gist, rewording);
        Gist(gist)
    }
}

/// In small letters, with one blank after each word.
fn push_words(gist: &mut String, text: &str) {
    let mut in_word = false;
    for letter in text.chars() {
        match letter {
            _ if letter.is_whitespace() => {
                if in_word {
                    gist.push(' ');
                }
            }
            _ if letter.is_ascii() => gist.push(letter.to_ascii_lowercase()),
            _ => gist.extend(letter.to_lowercase()),
        }
        in_word = !letter.is_whitespace();
    }
    if in_word {
        gist.push(' ');
    }
}

fn split(code: [u8; 32]) -> (usize, u32) {
    let place = usize::from(u16::from_be_bytes([code[0], code[1]]));
    let rest = u32::from_be_bytes([code[2], code[3], code[4], code[5]]);
    (place % PLACES, rest.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{Target, TargetKind};

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000).unwrap() + SignedDuration::from_hours(hours)
    }

    fn draft(text: &str) -> Draft {
        let target = Target {
            id: "dokument".into(),
            kind: TargetKind::Document,
            title: "Strategie".into(),
            number: None,
            path: "/".into(),
            form: "/".into(),
            theme: None,
            text: None,
            digest: None,
        };
        Draft {
            round: 1,
            target,
            digest_sent: None,
            text: text.into(),
            rewording: None,
            name: None,
            email: None,
            publish: false,
            marks: Marks::default(),
        }
    }

    #[track_caller]
    fn check(repeats: &Repeats, text: &str, hours: i64, expected: bool) {
        let marks = repeats.mark(&Gist::of(&draft(text)), at(hours));
        assert_eq!(marks.contains(Mark::Repeated), expected, "{text} after {hours} hours");
    }

    #[test]
    fn text_is_known_from_its_second_time_on() {
        let repeats = Repeats::new(at(0));
        check(&repeats, "Mehr Busse", 0, false);
        repeats.note(&Gist::of(&draft("Mehr Busse")), at(0));
        check(&repeats, "Mehr Busse", 0, true);
        check(&repeats, " mehr\n BUSSE ", 0, true);
        check(&repeats, "Mehr Züge", 0, false);
        let reworded = Draft { rewording: Some("Busse".into()), ..draft("Mehr Busse") };
        assert!(repeats.mark(&Gist::of(&reworded), at(0)).is_empty());
    }

    #[test]
    fn text_is_known_for_a_day_at_least_and_not_for_two() {
        let repeats = Repeats::new(at(0));
        repeats.note(&Gist::of(&draft("Mehr Busse")), at(23));
        check(&repeats, "Mehr Busse", 24, true);
        check(&repeats, "Mehr Busse", 47, true);
        check(&repeats, "Mehr Busse", 49, false);
    }
}
