//! What is written is what a program, a spreadsheet, the public may read, and nothing else.

use super::*;
use crate::contract::{Recipient, Target, TargetKind};
use crate::reference::{Prefix, Reference};
use crate::store::memory::MemoryStore;
use crate::store::{Entry, Standing};
use crate::suggestion::{Marks, Suggestion};

const FORMATS: [Format; 5] =
    [Format::Jsonl, Format::Csv, Format::Synopsis, Format::SynopsisMd, Format::SynopsisHtml];

fn suggestion(number: u64, text: &str) -> Suggestion {
    Suggestion {
        reference: Reference::from_bits(&Prefix::try_from("LOE".to_owned()).unwrap(), number),
        received: "2026-12-31T23:30:00Z".parse().unwrap(),
        round: 1,
        target: Target {
            id: "6.1.1".into(),
            kind: TargetKind::Passage,
            title: "FahrPraxis".into(),
            number: Some("6.1.1".into()),
            path: "/themen/".into(),
            form: "/vorschlag/6.1.1/".into(),
            theme: Some("mobilitaet".into()),
            text: Some("Der Bus fährt.".into()),
            digest: None,
        },
        digest_sent: None,
        text: text.into(),
        rewording: None,
        name: Some("canary-name".into()),
        email: Some("canary@example.org".into()),
        publish: true,
        marks: Marks::default(),
    }
}

async fn stored(suggestions: Vec<Suggestion>, standing: Standing) -> MemoryStore {
    let store = MemoryStore::default();
    for (number, suggestion) in (0_u8..=255).cycle().zip(suggestions) {
        let mut nonce = [number; 16];
        nonce[..8].copy_from_slice(&suggestion.reference.as_str().as_bytes()[4..12]);
        let recipients = vec![Recipient { name: String::new(), address: "amt@stadt.example".into() }];
        store.accept(Entry { nonce, suggestion, recipients, standing, confirm: None }).await.unwrap();
    }
    store
}

fn wish(format: Format, audience: Audience) -> Wish {
    Wish { format, filter: Filter::default(), audience, dialect: Dialect::Plain, answers: Answers::new() }
}

async fn text(store: &MemoryStore, wish: &Wish) -> (String, Written) {
    let mut out = Vec::new();
    let written = write(store, wish, &mut out).await.unwrap();
    (String::from_utf8(out).unwrap(), written)
}

#[tokio::test]
async fn every_suggestion_is_written_once_and_the_oldest_first() {
    let store = stored((0..600).map(|number| suggestion(number, "x")).collect(), Standing::Accepted).await;
    for format in FORMATS {
        let (text, written) = text(&store, &wish(format, Audience::Internal)).await;
        let places: Vec<usize> =
            (0..600).map(|number| text.find(suggestion(number, "").reference.as_str()).unwrap()).collect();
        assert!(places.is_sorted(), "{format:?}");
        assert_eq!(text.matches("LOE-").count(), 600, "{format:?}");
        assert_eq!(written.suggestions, 600);
    }
}

#[tokio::test]
async fn synopsis_for_the_public_holds_nobody_and_only_texts_that_may_be_published() {
    let mut secret = suggestion(1, "canary-text");
    secret.publish = false;
    secret.rewording = Some("canary-rewording".into());
    let store = stored(vec![suggestion(0, "Mehr Bänke"), secret], Standing::Accepted).await;
    for format in [Format::Synopsis, Format::SynopsisMd, Format::SynopsisHtml] {
        let (public, written) = text(&store, &wish(format, Audience::Public)).await;
        assert!(public.contains("Mehr Bänke") && public.contains("2027-01"), "{public}");
        assert!(!public.contains("canary") && !public.contains("2027-01-01"), "{public}");
        assert_eq!((written.suggestions, written.withheld), (2, 1));
        let (internal, written) = text(&store, &wish(format, Audience::Internal)).await;
        for canary in ["canary-text", "canary-rewording", "canary-name", "2027-01-01"] {
            assert!(internal.contains(canary), "{canary}: {internal}");
        }
        assert_eq!(written.withheld, 0);
    }
}

#[tokio::test]
async fn quarantined_suggestions_are_counted_and_not_in_a_synopsis() {
    let store = stored(vec![suggestion(0, "Casino")], Standing::Quarantined).await;
    let (synopsis, written) = text(&store, &wish(Format::Synopsis, Audience::Internal)).await;
    assert!(!synopsis.contains("Casino"), "{synopsis}");
    assert_eq!((written.suggestions, written.quarantined), (0, 1));
    let (lines, _) = text(&store, &wish(Format::Jsonl, Audience::Internal)).await;
    assert!(lines.contains("Casino") && lines.contains("quarantined"), "{lines}");
}

#[tokio::test]
async fn filters_leave_out_what_is_not_wanted() {
    let mut other = suggestion(1, "x");
    other.round = 2;
    other.target.id = "7".into();
    other.target.theme = None;
    let store = stored(vec![suggestion(0, "x"), other], Standing::Accepted).await;
    let none = Filter::default();
    for (filter, count) in [
        (none.clone(), 2),
        (Filter { round: Some(2), ..none.clone() }, 1),
        (Filter { target: Some("6.1.1".into()), ..none.clone() }, 1),
        (Filter { theme: Some("mobilitaet".into()), ..none.clone() }, 1),
        (Filter { theme: Some("mobilitaet".into()), round: Some(2), ..none.clone() }, 0),
    ] {
        let wish = Wish { filter, ..wish(Format::Csv, Audience::Internal) };
        assert_eq!(text(&store, &wish).await.1.suggestions, count, "{wish:?}");
    }
}

#[test]
fn cell_with_text_is_never_a_formula() {
    for (typed, cell) in [
        ("=1+1", "'=1+1"),
        ("+49 7654", "'+49 7654"),
        ("-5 Grad", "'-5 Grad"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\n=1"),
        ("  =1", "'  =1"),
        ("＝1", "'＝1"),
        ("1-1=0", "1-1=0"),
        ("'=1", "'=1"),
        ("", ""),
        ("\u{1b}[2J", "␛[2J"),
    ] {
        assert_eq!(guarded(typed), cell, "{typed:?}");
        let clean = crate::mail::text::BodyText::new(typed).to_string();
        assert!(typed == "'=1" || unguarded(cell) == clean, "{typed:?}");
    }
}

#[tokio::test]
async fn table_reads_back_as_it_was_meant() {
    let nasty = "=HYPERLINK(\"http://x\"),\n\"zwei\"; 'drei'";
    let store = stored(vec![suggestion(0, nasty)], Standing::Accepted).await;
    for (dialect, delimiter, mark) in
        [(Dialect::Plain, b',', ""), (Dialect::Marked, b',', "\u{feff}"), (Dialect::Excel, b';', "\u{feff}")]
    {
        let (text, _) = text(&store, &Wish { dialect, ..wish(Format::Csv, Audience::Public) }).await;
        let table = text.strip_prefix(mark).unwrap();
        assert!(table.starts_with("reference") && table.ends_with("\r\n"), "{text:?}");
        let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(table.as_bytes());
        let row: std::collections::HashMap<String, String> = reader.deserialize().next().unwrap().unwrap();
        assert_eq!(row["text"], format!("'{nasty}"));
        assert_eq!(row["received"], "2026-12-31T23:30:00Z");
        assert_eq!(row["mails"], "waiting");
    }
}

#[tokio::test]
async fn documents_show_what_was_typed_and_obey_none_of_it() {
    let store = stored(vec![suggestion(0, "<b>a|b</b> & {{ c }}\n- d\u{1b}[2J")], Standing::Accepted).await;
    let (html, _) = text(&store, &wish(Format::SynopsisHtml, Audience::Public)).await;
    assert!(html.contains("<td>&lt;b&gt;a|b&lt;/b&gt; &amp; {{ c }}\n- d␛[2J</td>"), "{html}");
    let (markdown, _) = text(&store, &wish(Format::SynopsisMd, Audience::Public)).await;
    assert!(markdown.contains("| \\<b>a\\|b\\</b> & \\{\\{ c \\}\\}<br>\\- d␛\\[2J |"), "{markdown}");
    let (lines, _) = text(&store, &wish(Format::Jsonl, Audience::Public)).await;
    let line: serde_json::Value = serde_json::from_str(lines.trim_end()).unwrap();
    assert_eq!(line["text"], "<b>a|b</b> & {{ c }}\n- d\u{1b}[2J");
}
