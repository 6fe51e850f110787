//! What a passage is, and how its text is fingerprinted.

use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

use crate::markup::BlockKind;

/// Whether one can comment on such a block.
pub fn is_passage(kind: BlockKind) -> bool {
    use BlockKind::{Code, DefinitionList, Footnote, Heading, Html, List, Paragraph, Quote, Rule, Table};
    match kind {
        Paragraph | List | Table | Quote | DefinitionList => true,
        Heading(_) | Code | Rule | Html | Footnote => false,
    }
}

/// A text as the contract has it: whitespace collapsed to single spaces, trimmed, Unicode NFC.
pub fn normalize(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").nfc().collect()
}

/// SHA-256 of a normalized text, in lower-case hexadecimal.
pub fn digest(normalized: &str) -> String {
    Sha256::digest(normalized.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Fragment of a passage: `absatz-6.1.3`.
pub fn anchor(number: &str) -> String {
    format!("absatz-{number}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_sees_the_text_and_nothing_else() {
        let one = normalize("  Die Bu\u{308}rger\n fahren\tmit. ");
        assert_eq!(one, "Die Bürger fahren mit.");
        assert_eq!(digest(&one), digest(&normalize("Die Bürger fahren mit.")));
        assert_ne!(digest(&one), digest(&normalize("Die Bürger fahren mit!")));
    }

    #[test]
    fn the_digest_is_sha_256() {
        assert_eq!(digest("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
