//! A real mail server as the receiver: Postfix, with a configuration of its own in a temporary folder.
//!
//! Every text arrives once, whole, in a mail that is well formed, whatever was typed. Postfix needs root for
//! its users; `cargo xtask test` installs it where it can.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests make real files and stop at the first surprise"
)]

mod postfix;
mod program;

use postfix::Postfix;
use program::Program;
use unicode_normalization::UnicodeNormalization;

/// What residents, and others, type into a field. Line ends, ends of data, headers, commands, encodings.
const TYPED: [&str; 24] = [
    "Mehr Bänke",
    "x\nBcc: v@e.example",
    "x\r\nCc: v@e.example\r\n\r\nbody",
    "x\rBcc: v@e.example",
    ".",
    "\n.\n",
    "\r\n.\r\n",
    "a\n.\nb",
    "..\n.a\n.",
    ".\r\nQUIT\r\n",
    "\n.\nMAIL FROM:<a@b.example>",
    "=?utf-8?q?=0ABcc:_v@e?=",
    "=0ABcc: x=\n=3D=\t=",
    "x \n folded\n\tfolded",
    "From an old friend\nFrom: y",
    "\u{2028}Bcc: x\u{85}y\u{b}z\u{c}",
    "\u{202e}gnirts\u{2066}",
    "\u{feff}\u{200b}",
    "--\u{20}\nsignature",
    "\u{1f333}\u{1f3fb}\u{e9}e\u{301}",
    "begin 644 a.txt\n#86%A\n`\nend",
    "--=_boundary\nContent-Type: text/html\n\n<script>",
    "\u{0}\u{1}\u{7f}\u{80}\u{9f}",
    "trailing blanks   \n\n\n   ",
];

#[test]
fn every_text_arrives_once_and_whole_at_postfix() {
    let postfix = Postfix::start();
    let program = Program::start(postfix.port);
    let mut references = Vec::new();
    let long = ["a".repeat(9_980), "ä ".repeat(4_990), "\u{1f333}".repeat(9_980), "x\n".repeat(4_990)];
    let texts = TYPED.iter().map(|text| (*text).to_owned()).chain(long);
    for text in texts.clone() {
        // Never blank, and everywhere else where something can be typed.
        let text = format!("Anfang {text} Ende");
        let name: String = text.chars().take(200).collect();
        references.push((program.suggest(&text, &name, ""), text));
    }
    references
        .push((program.suggest("Anfang Ende", "Ä. Muster", "muster@example.org"), "Anfang Ende".into()));
    let mails = postfix.wait_for(references.len());
    assert_eq!(mails.len(), references.len(), "each arrives once");
    for (reference, text) in references {
        let mine: Vec<_> =
            mails.iter().filter(|mail| mail.header("X-Auslage-Reference") == reference).collect();
        assert_eq!(mine.len(), 1, "{reference} of {text:?}");
        let mail = mine[0];
        assert_eq!(mail.defects, [] as [String; 0], "{text:?}");
        assert_eq!(mail.names(), mail.expected_names(), "{text:?}");
        assert!(mail.longest_line <= 998, "{text:?}: {} octets", mail.longest_line);
        // What cannot be seen is written out, as ⟨U+202E⟩, letters are composed (NFC); what separates lines ends one.
        let letters = |text: &str| {
            let pieces = text.split('⟨').map(|piece| piece.split_once('⟩').map_or(piece, |(_, rest)| rest));
            pieces.flat_map(str::chars).nfc().filter(|letter| letter.is_alphanumeric()).collect::<String>()
        };
        let quoted: String = mail.body.lines().filter_map(|line| line.strip_prefix("> ")).collect();
        assert!(letters(&quoted).contains(&letters(&text)), "{text:?} is not in {}", mail.body);
    }
}

#[test]
fn what_is_sent_while_postfix_is_away_arrives_when_it_is_back() {
    let mut postfix = Postfix::start();
    let program = Program::start(postfix.port);
    postfix.stop();
    let references: Vec<String> =
        (0..3).map(|number| program.suggest(&format!("Baum {number}"), "", "")).collect();
    postfix.start_again();
    // A restart of the program forgets that the route was down; what waits is due then.
    let program = program.restart();
    let mails = postfix.wait_for(references.len());
    drop(program);
    for reference in references {
        let mine = mails.iter().filter(|mail| mail.header("X-Auslage-Reference") == reference);
        assert_eq!(mine.count(), 1, "{reference}");
    }
}
