//! The only way text reaches a message: [`HeaderText`] for one header line, [`BodyText`] for the body.
//!
//! A resident's text may hold anything that Unicode has. What could start a new header, end the data,
//! or turn the reading direction around is replaced by something visible; nothing else is changed.
//! Not for HTML (the templates escape it) and not for what is stored (that stays as it was sent).

use std::fmt;
use unicode_normalization::UnicodeNormalization;

/// Longest text of a header, in characters. With four octets each and the encoding of RFC 2047 such a
/// line still folds below the 998 octets of RFC 5322 §2.1.1, which Exim enforces.
const HEADER_CHARACTERS: usize = 200;

/// Text for one header: a single line, in NFC, at most 200 characters, nothing that acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderText(String);

impl HeaderText {
    /// Cleans `raw`. Line ends and runs of blanks become one space.
    pub fn new(raw: &str) -> HeaderText {
        let visible: String = raw.nfc().flat_map(in_header).collect();
        let line = visible.split_whitespace().collect::<Vec<_>>().join(" ");
        HeaderText(shortened(&without_encoded_words(&line)))
    }

    /// The clean text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for HeaderText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Text for a body: lines end with `\n`, control characters and bidi controls are visible, in NFC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BodyText(String);

impl BodyText {
    /// Cleans `raw`. Cleaning twice changes nothing.
    pub fn new(raw: &str) -> BodyText {
        let lines = raw.replace("\r\n", "\n");
        let mut clean = String::with_capacity(lines.len());
        for character in lines.nfc() {
            match character {
                '\n' | '\t' => clean.push(character),
                end if ends_line(end) => clean.push('\n'),
                bidi if turns_direction(bidi) => clean.push_str(&format!("⟨U+{:04X}⟩", u32::from(bidi))),
                other => clean.extend(substitute(other).or(Some(other))),
            }
        }
        BodyText(clean)
    }

    /// The clean text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for BodyText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn in_header(character: char) -> Option<char> {
    match character {
        '\t' => Some(' '),
        end if ends_line(end) => Some(' '),
        bidi if turns_direction(bidi) => Some(char::REPLACEMENT_CHARACTER),
        other => substitute(other).or(Some(other)),
    }
}

/// The characters that some program somewhere takes for the end of a line (Unicode TR 14: BK, CR, LF, NL).
fn ends_line(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\u{B}' | '\u{C}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Marks, embeddings, overrides and isolates of the bidirectional algorithm (Unicode TR 9 §2).
fn turns_direction(character: char) -> bool {
    matches!(character, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// What stands for a character that must not act: its control picture, or the replacement character.
fn substitute(character: char) -> Option<char> {
    match character {
        '\0'..='\u{1F}' => char::from_u32(0x2400 + u32::from(character)),
        '\u{7F}' => Some('\u{2421}'),
        '\u{80}'..='\u{9F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{FFFE}' | '\u{FFFF}' => {
            Some(char::REPLACEMENT_CHARACTER)
        }
        _ => None,
    }
}

/// `=?utf-8?q?…?=` typed by a resident would be decoded by the reader's mail program; a blank stops that.
fn without_encoded_words(line: &str) -> String {
    line.replace("=?", "= ?")
}

fn shortened(line: &str) -> String {
    if line.chars().count() <= HEADER_CHARACTERS {
        return line.to_owned();
    }
    let kept: String = line.chars().take(HEADER_CHARACTERS - 1).collect();
    kept.trim_end().to_owned() + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_header(raw: &str, clean: &str) {
        assert_eq!(HeaderText::new(raw).as_str(), clean, "{raw:?}");
    }

    #[track_caller]
    fn check_body(raw: &str, clean: &str) {
        assert_eq!(BodyText::new(raw).as_str(), clean, "{raw:?}");
        assert_eq!(BodyText::new(clean).as_str(), clean, "cleaning {raw:?} twice");
    }

    #[test]
    fn a_header_is_one_line_whatever_was_typed() {
        for (raw, clean) in [
            ("Mehr Busse", "Mehr Busse"),
            ("  Mehr\t\tBusse \n", "Mehr Busse"),
            ("x\nBcc: v@e.example", "x Bcc: v@e.example"),
            ("x\r\nCc: v@e.example\r\n\r\nbody", "x Cc: v@e.example body"),
            ("x\rBcc: v", "x Bcc: v"),
            ("x\u{2028}Bcc:\u{2029}y\u{85}z\u{B}a\u{C}b", "x Bcc: y z a b"),
            ("x\0\u{1B}[31m\u{7F}", "x␀␛[31m␡"),
            ("Bürger\u{202E}gpj.exe", "Bürger\u{FFFD}gpj.exe"),
            ("u\u{308}ber", "über"),
            ("=?utf-8?q?=0ABcc:_v@e?=", "= ?utf-8?q?=0ABcc:_v@e?="),
            ("=\u{200E}?", "=\u{FFFD}?"),
        ] {
            check_header(raw, clean);
        }
    }

    #[test]
    fn a_header_has_at_most_200_characters() {
        check_header(&"ü".repeat(200), &"ü".repeat(200));
        check_header(&"ü".repeat(201), &format!("{}…", "ü".repeat(199)));
        assert_eq!(HeaderText::new(&format!("a{}", "\u{300}".repeat(10_000))).as_str().chars().count(), 200);
    }

    #[test]
    fn a_body_keeps_its_lines_and_shows_what_would_act() {
        for (raw, clean) in [
            ("eins\r\nzwei\rdrei\nvier", "eins\nzwei\ndrei\nvier"),
            ("a\u{2028}b\u{2029}c\u{85}d\u{C}e", "a\nb\nc\nd\ne"),
            ("Tab\tbleibt", "Tab\tbleibt"),
            ("\r\n.\r\n", "\n.\n"),
            ("\0\u{8}\u{1B}", "␀␈␛"),
            ("\u{2066}rechts\u{2069} \u{202E}links", "⟨U+2066⟩rechts⟨U+2069⟩ ⟨U+202E⟩links"),
            ("o\u{308}de", "öde"),
            ("👩\u{200D}🚒 bleibt", "👩\u{200D}🚒 bleibt"),
        ] {
            check_body(raw, clean);
        }
    }
}
