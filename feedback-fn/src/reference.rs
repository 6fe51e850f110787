//! The reference number a resident gets for a suggestion: `LOE-7KQ2-M9X7`.
//!
//! A prefix of the municipality, seven random characters and one check character, in Crockford's
//! base 32 (no I, L, O, U), so that it can be read out on the telephone.
//! Not a secret and not a proof: whoever knows it can name a suggestion, not read it.
//!
//! The check character is `Σ αⁱ·cᵢ` in the field of 32 elements (`x⁵ + x² + 1`, `α = x`).
//! Every single wrong character and every swap of two characters changes it, and it stays
//! in the same alphabet; Crockford's own modulus 37 would need `*~$=U`, which nobody can read out.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::str::FromStr;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// 35 bits: with 50 000 suggestions a new number is taken once in 700 000 draws, and then drawn again.
const RANDOM_CHARACTERS: usize = 7;
/// Of the random bits, those that are drawn for each reference. The others, three characters, are drawn for a stretch.
const WITHIN: u32 = 20;
/// Milliseconds. At 10 000 suggestions a second one of 4 000 draws finds its reference taken.
const STRETCH: i64 = 50;
const LONGEST_PREFIX: usize = 8;

/// A reference number in its written form, checked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Reference(String);

/// Draws references at random. Those of one moment share their first characters, which are drawn for the moment: so
/// they stand together in a store's index, and keeping many suggestions at once touches a few pages of it instead of
/// one each.
#[derive(Debug)]
pub struct Draws {
    prefix: Prefix,
    stretches: RandomState,
}

/// The part before the first hyphen, the same for all references of one municipality.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Prefix(String);

/// Why a text is no reference number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReferenceError {
    /// Not a prefix and eight characters of the alphabet.
    Shape,
    /// The check character does not fit: a character was mistyped or two were swapped.
    Check,
}

impl Reference {
    /// The reference with the lower 35 bits of `bits` as its random part.
    pub fn from_bits(prefix: &Prefix, bits: u64) -> Reference {
        let mut values: Vec<u8> =
            (0..RANDOM_CHARACTERS).rev().map(|at| ((bits >> (5 * at)) & 31) as u8).collect();
        values.push(check_value(&values));
        let code: String = values.iter().map(|value| char::from(ALPHABET[usize::from(*value)])).collect();
        Reference(format!("{}-{}-{}", prefix.0, &code[..4], &code[4..]))
    }

    /// The written form.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the reference belongs to the municipality with this prefix.
    pub fn has_prefix(&self, prefix: &Prefix) -> bool {
        self.0.split('-').next() == Some(&prefix.0)
    }
}

impl Draws {
    /// Of references with this prefix.
    pub fn new(prefix: Prefix) -> Draws {
        Draws { prefix, stretches: RandomState::new() }
    }

    /// A new reference.
    pub fn draw(&self, now: Timestamp) -> Reference {
        let stretch = self.stretches.hash_one(now.as_millisecond().div_euclid(STRETCH));
        let mut bytes = [0; 4];
        getrandom::fill(&mut bytes).expect("the operating system gives random numbers");
        let within = u64::from(u32::from_le_bytes(bytes)) & ((1 << WITHIN) - 1);
        Reference::from_bits(&self.prefix, stretch << WITHIN | within)
    }

    /// The part that all of them begin with.
    pub fn prefix(&self) -> &Prefix {
        &self.prefix
    }
}

impl FromStr for Reference {
    type Err = ReferenceError;

    /// Reads what a person types: small letters, spaces, missing hyphens, `O` for `0`, `I` and `L` for `1`.
    fn from_str(text: &str) -> Result<Reference, ReferenceError> {
        if text.len() > 64 {
            return Err(ReferenceError::Shape);
        }
        let characters: Vec<char> =
            text.chars().filter(|c| !matches!(c, '-' | ' ')).map(|c| c.to_ascii_uppercase()).collect();
        let prefix_length =
            characters.len().checked_sub(RANDOM_CHARACTERS + 1).ok_or(ReferenceError::Shape)?;
        let (prefix, code) = characters.split_at(prefix_length);
        let prefix =
            Prefix::try_from(prefix.iter().collect::<String>()).map_err(|_| ReferenceError::Shape)?;
        let values: Option<Vec<u8>> = code.iter().map(|c| value_of(*c)).collect();
        let values = values.ok_or(ReferenceError::Shape)?;
        let (random, check) = values.split_at(RANDOM_CHARACTERS);
        if check != [check_value(random)] {
            return Err(ReferenceError::Check);
        }
        let bits = random.iter().fold(0, |bits, value| bits << 5 | u64::from(*value));
        Ok(Reference::from_bits(&prefix, bits))
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Reference {
    type Error = ReferenceError;

    fn try_from(text: String) -> Result<Reference, ReferenceError> {
        text.parse()
    }
}

impl From<Reference> for String {
    fn from(reference: Reference) -> String {
        reference.0
    }
}

impl fmt::Display for ReferenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ReferenceError::Shape => "not a reference number",
            ReferenceError::Check => "the check character does not fit",
        })
    }
}

impl std::error::Error for ReferenceError {}

impl TryFrom<String> for Prefix {
    type Error = String;

    fn try_from(text: String) -> Result<Prefix, String> {
        let fits = (1..=LONGEST_PREFIX).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        match fits {
            true => Ok(Prefix(text)),
            false => {
                Err(format!("a prefix has one to {LONGEST_PREFIX} capital letters or digits, not `{text}`"))
            }
        }
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn value_of(character: char) -> Option<u8> {
    let read = match character {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    ALPHABET.iter().position(|letter| char::from(*letter) == read).map(|at| at as u8)
}

/// Horner's scheme for `Σ αⁱ·cᵢ` with `i` from 1.
fn check_value(values: &[u8]) -> u8 {
    values.iter().fold(0, |sum, value| times_alpha(sum ^ value))
}

fn times_alpha(value: u8) -> u8 {
    let doubled = value << 1;
    if doubled & 0b10_0000 == 0 { doubled } else { doubled ^ 0b10_0101 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn prefix() -> Prefix {
        Prefix::try_from("LOE".to_owned()).unwrap()
    }

    #[track_caller]
    fn check(typed: &str, expected: Result<&Reference, ReferenceError>) {
        assert_eq!(typed.parse::<Reference>().as_ref().map_err(|error| *error), expected, "{typed}");
    }

    #[test]
    fn reference_is_read_as_a_person_types_it() {
        let reference = Reference::from_bits(&prefix(), 0b00001_00000);
        assert_eq!(reference.as_str(), "LOE-0000-0104");
        for typed in ["LOE-0000-0104", "loe 0000 0104", "LOE00000104", "LOE-OOOO-OIO4", "loe-oooo-olo4"] {
            check(typed, Ok(&reference));
        }
    }

    #[test]
    fn references_of_one_moment_stand_together_and_those_of_others_apart() {
        let draws = Draws::new(prefix());
        let beginning = |reference: Reference| reference.as_str()[..7].to_owned();
        let drawn_at = |moment: i64| {
            let now = Timestamp::from_millisecond(moment * STRETCH).unwrap();
            (draws.draw(now), draws.draw(now))
        };
        let mut beginnings = HashSet::new();
        for moment in -500..500 {
            let (one, other) = drawn_at(moment);
            assert_eq!(one.as_str().parse().as_ref(), Ok(&one));
            assert_eq!(beginning(one.clone()), beginning(other.clone()));
            beginnings.insert(beginning(one));
        }
        // Of 32 768 that there are, a thousand draws hardly ever hit fewer.
        assert!(beginnings.len() > 900, "{}", beginnings.len());
        let same: HashSet<_> = (0..100).map(|_| drawn_at(1).0).collect();
        assert!(same.len() > 90, "{}", same.len());
    }

    #[test]
    fn every_wrong_character_and_every_swap_is_noticed() {
        for bits in [0, 1, 0x1234_5678, 0x7_ffff_ffff, 0x2_db6e_1a97] {
            let right = Reference::from_bits(&prefix(), bits).0.replace('-', "").into_bytes();
            for at in 3..11 {
                for letter in ALPHABET.iter().filter(|letter| **letter != right[at]) {
                    let mut wrong = right.clone();
                    wrong[at] = *letter;
                    check(&String::from_utf8(wrong).unwrap(), Err(ReferenceError::Check));
                }
                for other in (3..11).filter(|other| right[*other] != right[at]) {
                    let mut wrong = right.clone();
                    wrong.swap(at, other);
                    check(&String::from_utf8(wrong).unwrap(), Err(ReferenceError::Check));
                }
            }
        }
    }

    #[test]
    fn other_text_is_no_reference() {
        for typed in ["", "LOE", "LOE-0000", "LOE-0000-010U", "<b>-0000-0104", "ÄÖÜ-0000-0104"] {
            check(typed, Err(ReferenceError::Shape));
        }
        check(&"A".repeat(100), Err(ReferenceError::Shape));
    }
}
