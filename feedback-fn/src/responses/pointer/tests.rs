//! What offices write is found, and nothing else; a text that names references is read like the one with numbers.

use super::*;
use crate::reference::Prefix;

/// What is pointed to, a target a word.
fn told(text: &str) -> String {
    let targets = pointers(text).into_iter().flat_map(|pointer| pointer.targets);
    let words = targets.map(|target| match target.to {
        To::Row(number) => number.to_string(),
        To::Reference(reference) => reference.to_string(),
        To::Mistyped(prefix) => format!("{prefix}?"),
        To::Span => "span".to_owned(),
    });
    words.collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn check(text: &str, wanted: &str) {
    assert_eq!(told(text), wanted, "{text}");
    assert_eq!(told(&crate::markdown::paragraphs(text)), wanted, "as Markdown: {text}");
}

#[test]
fn answers_point_in_the_words_that_offices_use() {
    for (text, wanted) in [
        ("siehe Nr. 12", "12"),
        ("Siehe Nr.12.", "12"),
        ("s. lfd. Nr. 12", "12"),
        ("s.lfd.Nr.12", "12"),
        ("vgl. Antwort zu Nr. 12", "12"),
        ("Vgl. auch unsere Antwort zur laufenden Nummer 12", "12"),
        ("wie zu Nr. 7", "7"),
        ("Danke.\nSiehe\nAbwägung zu Nr. 3 (oben)", "3"),
        ("Nr. 12", "12"),
        ("lfd. Nr. 12.", "12"),
        ("Es wird auf Nr. 12 verwiesen.", "12"),
        ("Auf Nr. 12 und Nr. 13 wird verwiesen.", "12 13"),
        ("Wir verweisen auf die Antwort zu Nr. 12.", "12"),
        ("siehe Nrn. 3, 4 und 7", "3 4 7"),
        ("siehe Nr. 3, 4 u. 7.", "3 4 7"),
        ("siehe Nr. 3 und vgl. Nr. 5", "3 5"),
        ("siehe Nr. 12 in der Synopse", "12"),
        ("siehe LOE-0000-0104", "LOE-0000-0104"),
        ("vgl. Antwort zu loe-0000-0104, LOE-0000-0208.", "LOE-0000-0104 LOE-0000-0208"),
        ("siehe Nr. 3 und LOE-0000-0104", "3 LOE-0000-0104"),
        ("LOE-0000-0104", "LOE-0000-0104"),
        ("siehe LOE-0000-0105", "LOE?"),
        // Only the table knows whether that is the town's.
        ("siehe Haus-Park-Plan", "HAUS?"),
        ("siehe Nr. 3 bis 5", "span"),
        ("siehe Nr. 3-5", "span"),
        ("siehe Nrn. 3 ff.", "span"),
        ("siehe Nr. 12, 3 Bänke kommen", "12"),
        ("siehe Nr. 12. 3 Bänke kommen", "12"),
    ] {
        check(text, wanted);
    }
}

#[test]
fn what_only_looks_like_a_pointer_is_none() {
    for text in [
        "",
        "siehe",
        "siehe oben",
        "Gern.",
        "Nr. 12 wird gebaut",
        "nach § 9 Abs. 1 Nr. 20 BauGB",
        "siehe § 9 Abs. 1 Nr. 20 BauGB",
        "siehe Nr. 20 BauGB",
        "siehe Nr. 12 der Satzung",
        "siehe Nr. 6.1.3",
        "siehe Nr. 12a",
        "siehe Nr. 1234567890",
        "siehe 12 Bänke",
        "Auf Nr. 12 freuen wir uns",
        "Ihr Vorschlag LOE-0000-0104 ist gut",
        "wie Herr Nr",
    ] {
        check(text, "");
    }
}

#[test]
fn text_that_names_references_is_read_as_the_one_with_numbers() {
    let prefix = Prefix::try_from("LOE".to_owned()).unwrap();
    let named = |to: &To| match to {
        To::Row(number) => Some(Reference::from_bits(&prefix, *number).to_string()),
        _ => None,
    };
    let words = [
        "siehe",
        "s.",
        "auf",
        "vgl.",
        "Nr.",
        "Nrn.",
        "lfd.",
        "12",
        "3",
        ",",
        "und",
        "u.",
        "verwiesen",
        "Bänke",
        "BauGB",
        "der",
        "Synopse",
        "bis",
        "LOE-0000-0104",
        ".",
        "\n",
        "-",
        "Antwort",
        "zu",
    ];
    let mut state = 1_u64;
    let mut next = move |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let mut pointing = 0;
    for _ in 0..4_000 {
        let length = next(9) + 1;
        let tail = (0..length).map(|_| words[next(words.len())]).collect::<Vec<_>>().join(" ");
        let text = format!("{} {tail}", ["", "siehe Nr. 12", "vgl. Nrn. 3, 12", "auf Nr. 3"][next(4)]);
        let once = replaced(&text, named);
        pointing += usize::from(once != text);
        assert_eq!(replaced(&once, named), once, "{text}");
        let path = |reference: &Reference| Some(format!("r/{reference}.md"));
        assert_eq!(unlinked(&linked(&once, &path)), once, "{text}");
    }
    assert!(pointing > 1_000, "{pointing}");
}

#[test]
fn only_what_says_nothing_else_only_points() {
    for (text, only) in [
        ("Siehe Nr. 12.", true),
        ("(s. Nr. 12 und 13)", true),
        ("Danke, siehe Nr. 12.", false),
        ("Gern.", false),
        ("", false),
    ] {
        assert_eq!(only_points(text), only, "{text}");
    }
}

#[test]
fn links_of_others_stay() {
    for text in [
        "[hier](@/a.md)",
        "\\[LOE-0000-0104](@/a.md)",
        "[LOE-0000-0104](https://a.example)",
        "[LOE-0000-0105](@/a.md)",
        "[LOE-0000-0104](@/a.md",
        "[[x]",
    ] {
        assert_eq!(unlinked(text), text);
    }
    assert_eq!(unlinked("s. [LOE-0000-0104](@/a.md#b), [x]"), "s. LOE-0000-0104, [x]");
}
