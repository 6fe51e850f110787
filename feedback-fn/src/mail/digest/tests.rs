//! What a digest tells of its suggestions.

use super::*;
use crate::store::conformance::entry;
use crate::suggestion::Mark;

#[test]
fn authors_are_not_warned_of_a_weak_sign_in_a_digest_either() {
    let review = crate::contract::parse(include_bytes!("../../../tests/fixtures/review.json")).unwrap();
    let with = |mark| Suggestion { marks: [mark].into_iter().collect(), ..entry(1).suggestion };
    let suggestions = [with(Mark::Rate), with(Mark::Repeated), with(Mark::Honeypot)];
    let warned =
        DigestContext::new(&suggestions, &review).suggestions.into_iter().map(|item| item.suspicious);
    assert_eq!(warned.collect::<Vec<_>>(), [false, false, true]);
}

#[test]
fn first_line_is_one_line_with_something_in_it() {
    for (typed, line) in [
        ("Mehr Busse\r\nbitte", "Mehr Busse"),
        ("\n \t\n\u{2028} Mehr\tBusse \u{85}bitte", "Mehr Busse"),
        ("\u{202E}x\0", "\u{FFFD}x␀"),
        ("", ""),
    ] {
        assert_eq!(first_line(typed), line, "{typed:?}");
    }
    assert_eq!(first_line(&"ü".repeat(120)), "ü".repeat(120));
    assert_eq!(first_line(&"ü".repeat(121)), format!("{}…", "ü".repeat(120)));
}
