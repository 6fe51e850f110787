//! A filled-in table is read as the spreadsheet left it; a mistake is told with its cell; a draft is safe.

use super::*;
use crate::contract::{Target, TargetKind};
use crate::reference::Prefix;
use crate::suggestion::{Marks, Suggestion};

pub(super) fn reference(number: u64) -> Reference {
    Reference::from_bits(&Prefix::try_from("LOE".to_owned()).unwrap(), number)
}

fn suggestion(publish: bool) -> Suggestion {
    Suggestion {
        reference: reference(0),
        received: "2026-12-31T23:30:00Z".parse().unwrap(),
        round: 2,
        target: Target {
            id: "6.1.1".into(),
            kind: TargetKind::Passage,
            title: "Fahr\"Praxis\"".into(),
            number: Some("6.1.1".into()),
            path: "/themen/mobilitaet/".into(),
            form: "/vorschlag/6.1.1/".into(),
            theme: None,
            text: Some("Der Bus fährt stündlich.".into()),
            digest: None,
        },
        digest_sent: None,
        text: "Öfter! {{ 1 + 1 }}\n<script>".into(),
        rewording: Some("Der Bus fährt canary-rewording.".into()),
        name: Some("canary-name".into()),
        email: Some("canary-mail@example.org".into()),
        publish,
        marks: Marks::default(),
    }
}

/// No content to link to.
fn nowhere(_: &Reference) -> Option<String> {
    None
}

fn response(answer: &str, decision: &str) -> Response {
    let place = Place { line: 2, row: 2, column: 1 };
    let decision = Decision::parse(decision).unwrap();
    Response { place, reference: reference(0), answer: answer.into(), decision }
}

#[test]
fn table_is_read_whatever_the_spreadsheet_made_of_it() {
    let wanted = [response("Gern, ab Mai", "Übernommen: ab Mai")];
    for table in [
        "Vorgangsnummer,Antwort,Entscheidung\r\nLOE-0000-0000,\"Gern, ab Mai\",Übernommen: ab Mai\r\n",
        "\u{feff}Vorgangsnummer;Antwort;Entscheidung\nloe 0000 0000;Gern, ab Mai;übernommen – ab Mai\n;;\n",
        "Vorgangsnummer\tAntwort\tEntscheidung\nLOE-0000-0000\tGern, ab Mai\tU\u{308}BERNOMMEN. ab Mai",
    ] {
        let read = read(table.as_bytes()).unwrap();
        assert_eq!(read.responses, wanted, "{table}");
        assert_eq!((read.unfinished.len(), read.empty), (0, 0), "{table}");
    }
}

/// As Excel saves it in Germany: the bytes are those of the code page, not made by the code that is tested.
const WINDOWS: &[u8] = b"Vorgangsnummer;Antwort;Entscheidung\r\n\
    LOE-0000-0000;\"\x84Spa\xdf\x93; \xc4\xd6\xdc \x96 5 \x80\r\nf\xfcr \"\"alle\"\"\x85\";\xdcbernommen: ab M\xe4rz\r\n";
const TEXT: &str = "Vorgangsnummer;Antwort;Entscheidung\r\n\
    LOE-0000-0000;\"„Spaß“; ÄÖÜ – 5 €\r\nfür \"\"alle\"\"…\";Übernommen: ab März\r\n";

#[test]
fn table_is_read_in_the_encodings_of_spreadsheets() {
    let wanted = [response("„Spaß“; ÄÖÜ – 5 €\nfür \"alle\"…", "Übernommen: ab März")];
    let utf16 = |turn: fn(u16) -> [u8; 2]| format!("\u{feff}{TEXT}").encode_utf16().flat_map(turn).collect();
    let utf8 = format!("\u{feff}{TEXT}").into_bytes();
    let mac = TEXT.replace("\r\n", "\r").into_bytes();
    for bytes in [WINDOWS.to_vec(), utf16(u16::to_le_bytes), utf16(u16::to_be_bytes), utf8, mac] {
        assert_eq!(read(&bytes).unwrap().responses, wanted, "{bytes:x?}");
    }
    let read =
        read(b"Vorgangsnummer;Antwort;Entscheidung\nLOE-0000-0000;\x84Spa\xdf\x93;Zur Kenntnis genommen");
    assert_eq!(read.unwrap().responses, [response("„Spaß“", "Zur Kenntnis genommen")], "UTF-8 by accident");
}

#[test]
fn table_whose_letters_are_uncertain_is_refused_with_the_cell() {
    let utf16: Vec<u8> = TEXT.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let marked = |bytes: &[u8]| [b"\xff\xfe", bytes].concat();
    let row = |cells: &[u8]| [b"Vorgangsnummer;Antwort;Entscheidung\r\nx;\"a\r\nb\";c\r\n", cells].concat();
    let is_not_utf8 =
        "line 4, column 2 (cell B3): byte `0xFF` is not UTF-8: save the table as `CSV UTF-8` (Excel)";
    for (bytes, message) in [
        (row("LOE-0000-0000;Grüße ".as_bytes()).into_iter().chain([0xFF]).collect(), is_not_utf8),
        (row(b"x;\xff;").into_iter().chain("Übernommen".bytes()).collect(), is_not_utf8),
        ([b"\xef\xbb\xbf", &row(b"x;\xff")[..]].concat(), is_not_utf8),
        (
            row(b"x;Gr\xfc\xdfe;\x81"),
            "line 4, column 3 (cell C3): byte `0x81` is a letter neither of UTF-8 nor of",
        ),
        (row(b"x;\x90\r\n"), "line 4, column 2 (cell B3): byte `0x90` is a letter neither"),
        (
            row(b"x;sp\x84t\r\n"),
            "line 4, column 2 (cell B3): letters stand in words as if for MS-DOS or Macintosh",
        ),
        (
            row(b"x;f\x9fr\r\n"),
            "line 4, column 2 (cell B3): letters stand in words as if for MS-DOS or Macintosh",
        ),
        (row(b"x;\xfc;\0"), "line 4, column 3 (cell C3): byte `0x00` is in no text"),
        (utf16.clone(), "line 1, column 1 (cell A1): byte `0x00` is in no text"),
        (marked(&utf16[..utf16.len() - 1]), "line 4, column 1 (cell A3): here is no UTF-16"),
        (marked(b"a\0;\0\x00\xdc"), "line 1, column 2 (cell B1): here is no UTF-16"),
    ] {
        check(bytes, &[message]);
    }
}

#[test]
fn empty_cells_at_the_end_may_be_missing_or_too_many() {
    let table = "Nr.;Vorgangsnummer;Antwort;Entscheidung\n1;LOE-0000-0104\n2;LOE-0000-0000;Gern.;Übernommen;;\n\
                 3;LOE-0000-0208;\"siehe\nunten\"\n";
    let read = read(table.as_bytes()).unwrap();
    assert_eq!((read.responses.len(), read.unfinished.len(), read.empty), (1, 1, 1), "{read:?}");
}

#[test]
fn row_that_is_half_filled_in_waits() {
    let table = "Entscheidung;Antwort;x;Vorgangsnummer\n;Gern;\"a\nb\";LOE-0000-0000\nÜbernommen;;;LOE-0000-0104\n\
                 ;;;LOE-0000-0208\n";
    let read = read(table.as_bytes()).unwrap();
    let waiting: Vec<String> = read.unfinished.iter().map(Mistake::to_string).collect();
    assert_eq!(
        waiting,
        [
            "line 2, column 1 (cell A2): `Entscheidung` is still empty: the row waits",
            "line 4, column 2 (cell B3): `Antwort` is still empty: the row waits"
        ]
    );
    assert_eq!((read.responses.len(), read.empty), (0, 1));
}

#[track_caller]
fn check(table: impl AsRef<[u8]>, messages: &[&str]) {
    let mistakes = read(table.as_ref()).expect_err("there are mistakes");
    let told: Vec<String> = mistakes.iter().map(Mistake::to_string).collect();
    assert_eq!(told.len(), messages.len(), "{told:#?}");
    for (told, message) in told.iter().zip(messages) {
        assert!(told.starts_with(message), "{told}");
    }
}

#[test]
fn all_mistakes_are_told_with_their_cells() {
    let missing = ["Vorgangsnummer", "Antwort", "Entscheidung"]
        .map(|name| format!("line 1, column 1 (cell A1): there is no column `{name}`"));
    check("", &missing.each_ref().map(String::as_str));
    check("Vorgangsnummer,Antwort\n", &["line 1, column 2 (cell B1): there is no column `Entscheidung`"]);
    check(
        "Vorgangsnummer,Antwort,Entscheidung\nLOE-0000-0001,a,Übernommen\nx,a,Übernommen\nLOE-0000-0000,a,Mal sehen\n\
         LOE-0000-0000,a,Übernommenes\nLOE-0000-0104,a,Übernommen,ab Mai\n",
        &[
            "line 2, column 1 (cell A2): `LOE-0000-0001`: the check character does not fit",
            "line 3, column 1 (cell A3): `x`: not a reference number",
            "line 4, column 3 (cell C4): `Mal sehen` does not begin with `Übernommen`, `Teilweise übernommen`",
            "line 5, column 1 (cell A5): `LOE-0000-0000` stands on line 4 already",
            "line 5, column 3 (cell C5): `Übernommenes` does not begin with",
            "line 6, column 4 (cell D6): the row has 4 cells, the first row has 3",
        ],
    );
    check(
        "Vorgangsnummer,Antwort,Entscheidung\nLOE-0000-0000,\"a,Übernommen\nLOE-0000-0104,b,Übernommen\n",
        &[
            "line 2, column 2 (cell B2): the row has 2 cells, the first row has 3: a quotation mark may be missing",
        ],
    );
    check(
        "Vorgangsnummer,x,Antwort,Entscheidung\nLOE-0000-0000,\"a,Gern.,Übernommen\n",
        &[
            "line 2, column 2 (cell B2): the row has 2 cells, the first row has 4: a quotation mark may be missing",
        ],
    );
    check(
        "Vorgangsnummer,Antwort,Entscheidung\nLOE-0000-0000,\"a,Übernommen\nLOE-0000-0104,b\"\n",
        &[
            "line 2, column 2 (cell B2): the row has 2 cells, the first row has 3: a quotation mark may be missing",
        ],
    );
    check(
        "Antwort,Vorgangsnummer,Antwort,Entscheidung\n",
        &["line 1, column 3 (cell C1): this is the second column `Antwort`"],
    );
}

#[test]
fn every_verdict_is_read_from_its_words() {
    for verdict in Verdict::ALL {
        let decision = Decision::parse(&format!(" {}, weil:\nso ", verdict.words().to_lowercase())).unwrap();
        assert_eq!(decision, Decision { verdict, remark: "weil:\nso".into() });
    }
    assert_eq!(Decision::parse("Noch offen"), None);
    assert_eq!(Decision::parse(""), None);
}

#[test]
fn draft_holds_only_what_may_be_published() {
    let text = Draft::new(&response("Gern.", "Übernommen: ab Mai"), &suggestion(true), &nowhere).text;
    assert!(text.contains("draft = true") && text.contains("received = \"2027-01\""), "{text}");
    assert!(text.contains("> Öfter! \\{\\{ 1 + 1 \\}\\}\\\n> \\<script>"), "{text}");
    assert!(text.contains("canary-rewording") && text.contains("**Übernommen.**\n\nab Mai\n"), "{text}");
    assert!(!text.contains("canary-name") && !text.contains("canary-mail"), "{text}");
    let front = text.split("+++").nth(1).unwrap().parse::<toml::Table>().unwrap();
    assert_eq!(front["title"].as_str(), Some("Antwort zu 6.1.1 Fahr\"Praxis\""));

    let text = Draft::new(&response("Gern.", "Übernommen"), &suggestion(false), &nowhere).text;
    assert!(!text.contains("Öfter") && !text.contains("canary"), "{text}");
    assert!(text.contains("wird nicht veröffentlicht") && text.ends_with("**Übernommen.**\n"), "{text}");
}

#[test]
fn draft_knows_whether_a_person_has_changed_it() {
    let text = Draft::new(&response("Gern.", "Übernommen"), &suggestion(true), &nowhere).text;
    assert!(is_as_imported(&text));
    assert!(is_as_imported(&text.replace('\n', "\r\n")), "git may turn line ends");
    for changed in [
        text.replace("Gern.", "Sehr gern."),
        text.replace("draft = true", "draft = false"),
        text.replace("imported = \"", "imported = \"0"),
        text.lines().filter(|line| !line.starts_with("imported")).collect::<Vec<_>>().join("\n"),
        text.clone() + "\n",
    ] {
        assert!(!is_as_imported(&changed), "{changed}");
    }
}

#[test]
fn page_reads_back_as_what_was_answered() {
    for (answer, decision) in [
        ("Gern.", "Übernommen"),
        ("Gern,\nab Mai.\n\n- eins\n- zwei\\", "Teilweise übernommen: ab\nMai"),
        ("## Antwort\n## Entscheidung\n**Übernommen.**", "Nicht übernommen (*zu* teuer)"),
        ("=1+1", "Zur Kenntnis genommen – {{ 1 }}"),
        ("# {{ x }} [a](b) `c` 1. d &amp; :e:", "Nicht Gegenstand des Verfahrens"),
    ] {
        let response = response(answer, decision);
        let text = Draft::new(&response, &suggestion(true), &nowhere).text;
        for text in [text.clone(), text.replace('\n', "\r\n"), format!("\u{feff}{text}")] {
            let page = Page::read(&text).unwrap().unwrap();
            assert_eq!(page.reference, response.reference);
            assert!(page.is_draft && page.is_as_imported, "{text}");
            let says = page.says.unwrap();
            assert_eq!((&says.answer, &says.decision), (&response.answer, &response.decision));
            let cells = says.cells();
            let cells = [&cells.answer, &cells.decision].map(|cell| crate::export::guarded(cell));
            let mut table = csv::Writer::from_writer(Vec::new());
            table.write_record(["Vorgangsnummer", "Antwort", "Entscheidung"]).unwrap();
            table.write_record([response.reference.as_str(), &cells[0], &cells[1]]).unwrap();
            let read = read(&table.into_inner().unwrap()).unwrap().responses;
            assert_eq!((&read[0].answer, &read[0].decision), (&response.answer, &response.decision));
        }
    }
}

#[test]
fn page_that_an_editor_wrote_is_read_or_says_why_not() {
    let page = |body: &str| {
        let text = format!("+++\ntitle = \"x\"\n[extra]\nreference = \"loe 0000 0000\"\n+++\n{body}");
        Page::read(&text).unwrap().unwrap()
    };
    let body = "# Bank\n## Antwort {#antwort}\nJa, **gern**.\n### Wann\nMai\n## Entscheidung\nÜbernommen\n\nso\n## Mehr\nx";
    let read = page(body);
    assert!(!read.is_draft && !read.is_as_imported);
    let says = read.says.unwrap();
    assert_eq!(says.answer, "Ja, **gern**.\n### Wann\nMai");
    assert_eq!(says.decision, Decision { verdict: Verdict::Accepted, remark: "so".into() });
    for (body, why) in [
        ("Ja.", "there is no heading `## Antwort`"),
        ("## Antwort\n\n## Entscheidung\nÜbernommen", "there is no text below `## Antwort`"),
        ("## Antwort\nJa.", "there is no heading `## Entscheidung`"),
        (
            "## Antwort\nJa.\n## Entscheidung\nMal sehen",
            "the text below `## Entscheidung` does not begin with",
        ),
    ] {
        assert!(page(body).says.unwrap_err().starts_with(why), "{body}");
    }
    for other in ["", "Text", "---\ntitle: x\n---\n", "+++\ntitle = \"x\"\n+++\nreference"] {
        assert_eq!(Page::read(other).unwrap(), None, "{other}");
    }
}

#[test]
fn answer_is_weighed_against_the_page_and_what_it_was_made_from() {
    let suggestion = suggestion(true);
    let made = |answer: &str| Draft::new(&response(answer, "Übernommen"), &suggestion, &nowhere);
    let page = |text: &str| Page::read(text).unwrap().unwrap();
    let first = made("Ja.").text;
    let edited = page(&first.replace("Ja.", "Ja!").replace("draft = true\n", ""));
    let first = page(&first);
    for (answer, page, fate, without_suggestion) in [
        ("Ja.", None, Fate::New, Fate::Orphaned),
        ("Ja.", Some(&first), Fate::Unchanged, Fate::Unchanged),
        ("Nein.", Some(&first), Fate::Updated, Fate::Orphaned),
        ("Ja.", Some(&edited), Fate::Kept, Fate::Disputed),
        ("Ja!", Some(&edited), Fate::Unchanged, Fate::Unchanged),
        ("Nein.", Some(&edited), Fate::Disputed, Fate::Disputed),
    ] {
        let response = response(answer, "Übernommen");
        assert_eq!(weigh(&response, page, Some(&made(answer))), fate, "{answer} {page:?}");
        assert_eq!(weigh(&response, page, None), without_suggestion, "{answer} {page:?}");
    }
}

#[test]
fn columns_are_named_as_in_a_spreadsheet() {
    for (column, name) in [(1, "A"), (26, "Z"), (27, "AA"), (52, "AZ"), (703, "AAA")] {
        assert_eq!(letters(column), name);
    }
}

#[test]
fn page_links_to_the_answer_that_it_points_to() {
    let paths = |reference: &Reference| Some(format!("r/{reference}.md"));
    let response = response("Siehe LOE-0000-0104 (wie LOE-0000-0208)!", "Übernommen: vgl. LOE-0000-0208");
    let draft = Draft::new(&response, &suggestion(true), &paths);
    let wanted = "Siehe [LOE-0000-0104](@/r/LOE-0000-0104.md) (wie [LOE-0000-0208](@/r/LOE-0000-0208.md))!\n";
    assert!(draft.text.contains(wanted), "{}", draft.text);
    assert!(
        draft.text.ends_with("**Übernommen.**\n\nvgl. [LOE-0000-0208](@/r/LOE-0000-0208.md)\n"),
        "{}",
        draft.text
    );
    let page = Page::read(&draft.text).unwrap().unwrap();
    assert_eq!(weigh(&response, Some(&page), Some(&draft)), Fate::Unchanged);

    // The other page got a better name, and this one an editor: it is as it was said all the same.
    let moved = draft.text.replace("r/LOE-0000-0104", "r/baenke");
    let page = Page::read(&moved).unwrap().unwrap();
    assert!(page.is_as_imported && page.says.as_ref().unwrap().row().is_none());
    let edited = Page::read(&moved.replace("Siehe", "Bitte siehe")).unwrap().unwrap();
    assert_eq!(weigh(&response, Some(&edited), Some(&draft)), Fate::Kept);
    let written = draft.text.replace("(wie [LOE-0000-0208]", "(wie Nr. loe-0000-0208, [x]");
    let says = Page::read(&written).unwrap().unwrap().says.unwrap();
    assert!(
        says.answer.starts_with("Siehe LOE-0000-0104 (wie Nr. LOE-0000-0208, [x](@/r"),
        "{}",
        says.answer
    );
    let numbered = Page::read(&draft.text.replace("(wie", "(wie Nr. 3,")).unwrap().unwrap();
    assert_eq!(numbered.says.unwrap().row(), Some("Nr. 3"));
}
