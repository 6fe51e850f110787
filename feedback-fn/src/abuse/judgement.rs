//! From marks to what is done. All weights and bounds of the program stand here.

use crate::suggestion::{Mark, Marks};

/// From here on a suggestion is shown to its sender once more. One strong sign is enough, since the second
/// page costs a person one click; a weak one is not.
const MIDDLE: u32 = 2;
/// From here on a suggestion waits for an operator. Three strong signs, or two and both weak ones: each of
/// them alone happens to people, so that fewer would catch the letter of somebody whose browser fills in
/// forms and who names many sources.
const HIGH: u32 = 6;

/// How much a mark tells.
fn weight(mark: Mark) -> u32 {
    match mark {
        // Browsers and password managers that fill in forms fill it in as well.
        Mark::Honeypot => 2,
        // Careful people name their sources.
        Mark::Links => 2,
        // Nobody finds the button in that time; programs that talk to us do.
        Mark::Haste => 2,
        // A page elsewhere may send people's browsers here without their knowing.
        Mark::Origin => 2,
        // Citizens' initiatives hand out texts, which is their right: alone it changes nothing.
        Mark::Repeated => 1,
        // A school class has one address: alone it changes nothing.
        Mark::Rate => 1,
    }
}

/// What is done with a suggestion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Judgement {
    /// It goes its way.
    Accept,
    /// Its sender is asked to send it once more; then it goes its way.
    AskAgain,
    /// It is stored, but not mailed before an operator has released it.
    Quarantine,
}

/// What an operator allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Whether anybody is asked to send once more. If not, what would be asked about is accepted.
    pub second_page: bool,
    /// Whether anything is quarantined. If not, its sender is asked once more at most.
    pub quarantine: bool,
}

/// What is to be done with a suggestion that has these marks and whose sender was not asked before.
pub fn judge(marks: Marks, policy: Policy) -> Judgement {
    match score(marks) {
        HIGH.. if policy.quarantine => Judgement::Quarantine,
        MIDDLE.. if policy.second_page => Judgement::AskAgain,
        _ => Judgement::Accept,
    }
}

/// Whether the authors are told that a suggestion may come from a program: not for a weak sign alone.
pub fn is_suspicious(marks: Marks) -> bool {
    score(marks) >= MIDDLE
}

fn score(marks: Marks) -> u32 {
    marks.iter().map(weight).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Policy = Policy { second_page: true, quarantine: true };

    fn marks(words: &str) -> Marks {
        words
            .split_whitespace()
            .map(|word| Mark::ALL.into_iter().find(|mark| mark.as_str() == word).unwrap())
            .collect()
    }

    #[track_caller]
    fn check(words: &str, policy: Policy, expected: Judgement) {
        assert_eq!(judge(marks(words), policy), expected, "{words}");
    }

    #[test]
    fn marks_decide() {
        use Judgement::{Accept, AskAgain, Quarantine};
        let cases = [
            ("", Accept),
            ("repeated", Accept),
            ("rate", Accept),
            ("repeated rate", AskAgain),
            ("honeypot", AskAgain),
            ("links", AskAgain),
            ("haste", AskAgain),
            ("origin", AskAgain),
            ("honeypot links", AskAgain),
            ("honeypot haste", AskAgain),
            ("honeypot repeated rate", AskAgain),
            ("honeypot links repeated", AskAgain),
            ("honeypot links haste", Quarantine),
            ("honeypot haste origin", Quarantine),
            ("links haste repeated rate", Quarantine),
            ("honeypot links haste origin repeated rate", Quarantine),
        ];
        for (words, expected) in cases {
            check(words, ALL, expected);
        }
    }

    #[test]
    fn no_mark_alone_quarantines_and_no_mark_more_makes_it_milder() {
        for bits in 0..64 {
            let some = Marks::from_bits(bits);
            for mark in Mark::ALL {
                let alone = Marks::from_iter([mark]);
                assert!(judge(alone, ALL) < Judgement::Quarantine, "{mark:?}");
                assert!(judge(some, ALL) <= judge(some.union(alone), ALL), "{bits:b} and {mark:?}");
            }
        }
    }

    #[test]
    fn operator_may_switch_each_off() {
        let worst = "honeypot links haste";
        check("honeypot", Policy { second_page: false, ..ALL }, Judgement::Accept);
        check(worst, Policy { second_page: false, ..ALL }, Judgement::Quarantine);
        check(worst, Policy { quarantine: false, ..ALL }, Judgement::AskAgain);
        check(worst, Policy { second_page: false, quarantine: false }, Judgement::Accept);
    }

    #[test]
    fn authors_are_not_warned_of_a_weak_sign() {
        for (words, expected) in [("", false), ("repeated", false), ("rate", false), ("honeypot", true)] {
            assert_eq!(is_suspicious(marks(words)), expected, "{words}");
        }
    }
}
