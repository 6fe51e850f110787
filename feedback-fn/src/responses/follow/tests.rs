//! Numbers become references, and what leads nowhere is told with its cell.

use super::*;
use crate::responses::{Decision, read, tests::reference};

/// A table of rows `number;reference;answer;decision`, and the pages that there are.
fn followed(rows: &[&str], pages: &[(&Reference, Option<&str>)]) -> Result<Read, Vec<String>> {
    let table = format!("Lfd. Nr.;Vorgangsnummer;Antwort;Entscheidung\n{}", rows.join("\n"));
    let says =
        |answer: &&str| Says { answer: (*answer).into(), decision: Decision::parse("Übernommen").unwrap() };
    let says: Vec<Option<Says>> = pages.iter().map(|(_, answer)| answer.as_ref().map(says)).collect();
    let answering =
        pages.iter().zip(&says).map(|((reference, _), says)| (*reference, says.as_ref())).collect();
    let told = |mistakes: Vec<Mistake>| mistakes.iter().map(Mistake::to_string).collect();
    read(table.as_bytes()).unwrap().followed(&answering).map_err(told)
}

#[test]
fn number_of_a_row_becomes_its_reference_wherever_the_row_stands() {
    let rows = [
        "12;LOE-0000-0104;siehe Nr. 3 und 7;Nicht übernommen: s. Nr. 3",
        "7;LOE-0000-0208;Ja. Vgl. auch Nr. 12. Siehe Haus-Park-Plan.;Übernommen",
        "3;LOE-0000-0000;Gern, wie loe-0000-0208;Übernommen",
    ];
    let read = followed(&rows, &[]).unwrap();
    let said: Vec<&str> = read.responses.iter().map(|response| response.answer.as_str()).collect();
    assert_eq!(
        said,
        [
            "siehe LOE-0000-0000 und LOE-0000-0208",
            "Ja. Vgl. auch LOE-0000-0104. Siehe Haus-Park-Plan.",
            "Gern, wie LOE-0000-0208"
        ]
    );
    assert_eq!(read.responses[0].decision.remark, "s. LOE-0000-0000");
    let again: Vec<String> = read
        .responses
        .iter()
        .map(|response| format!("1;{};{};{}", response.reference, response.answer, response.decision.cell()))
        .collect();
    let again: Vec<&str> = again.iter().map(String::as_str).collect();
    let again = followed(&again, &[]).unwrap();
    let told =
        |read: Read| read.responses.into_iter().map(|one| (one.answer, one.decision)).collect::<Vec<_>>();
    assert_eq!(told(again), told(read), "what names references stays");
}

#[track_caller]
fn check_lost(rows: &[&str], messages: &[&str]) {
    let told = followed(rows, &[]).expect_err("there are mistakes");
    assert_eq!(told.len(), messages.len(), "{told:#?}");
    for (told, message) in told.iter().zip(messages) {
        assert!(told.starts_with(message), "{told}");
    }
}

#[test]
fn pointer_that_leads_nowhere_is_told_with_its_cell() {
    check_lost(
        &[
            "1;LOE-0000-0000;siehe Nr. 9;Übernommen",
            "2;LOE-0000-0104;Nein.;Nicht übernommen: s. LOE-0000-0036",
            "2;LOE-0000-0208;vgl. Nr. 2;Übernommen",
            "4;LOE-0000-0036;siehe Nr. 4;Übernommen",
            "5;LOE-0000-0048;siehe Nr. 1 bis 3;Übernommen",
            "6;LOE-0000-005A;siehe LOE-0000-0001;Übernommen",
            "7;LOE-0000-006C;siehe LOE-0000-007E;Übernommen",
        ],
        &[
            "line 2, column 3 (cell C2): `Nr. 9` is not in the column `Lfd. Nr.`: write the reference",
            "line 4, column 3 (cell C4): `Nr. 2` is the number of several rows: write the reference",
            "line 5, column 3 (cell C5): `Nr. 4` is this row itself: write its answer here",
            "line 6, column 3 (cell C6): `Nr. 1 bis 3` means several rows: name each",
            "line 7, column 3 (cell C7): `LOE-0000-0001`: the check character does not fit",
            "line 8, column 3 (cell C8): `LOE-0000-007E` is neither in this table nor answered in the folder",
        ],
    );
    check_lost(
        &[
            "1;LOE-0000-0000;siehe Nr. 2;Übernommen",
            "2;LOE-0000-0104;s. LOE-0000-0208;Übernommen",
            "3;LOE-0000-0208;siehe Nr. 1.;Übernommen",
            "4;LOE-0000-0036;siehe Nr. 1;Übernommen",
            "5;LOE-0000-0048;Ja. Siehe auch Nr. 6;Übernommen",
            "6;LOE-0000-005A;siehe Nr. 5;Übernommen",
        ],
        &[
            "line 2, column 3 (cell C2): it points to Nr. 2 (`LOE-0000-0104`), and from there only back: write an answer",
            "line 3, column 3 (cell C3): it points to Nr. 3 (`LOE-0000-0208`), and",
            "line 4, column 3 (cell C4): it points to Nr. 1 (`LOE-0000-0000`), and",
            "line 5, column 3 (cell C5): it points to Nr. 1",
        ],
    );
    let table = "Vorgangsnummer;Antwort;Entscheidung\nLOE-0000-0000;siehe Nr. 1;Übernommen";
    let told = read(table.as_bytes()).unwrap().followed(&Answering::new()).unwrap_err();
    assert!(
        told[0].what.starts_with("`Nr. 1` is a number, and the table has no column `Lfd. Nr.`"),
        "{told:?}"
    );
}

#[test]
fn row_that_points_to_one_without_an_answer_waits_for_it() {
    let rows = [
        "1;LOE-0000-0000;siehe Nr. 2;Übernommen",
        "2;LOE-0000-0104;siehe Nr. 3;Übernommen",
        "3;LOE-0000-0208;Gern.;",
        "4;LOE-0000-0036;siehe LOE-0000-0048;Übernommen",
    ];
    let page = reference(4);
    let read = followed(&rows, &[(&page, None)]).unwrap();
    let waiting: Vec<String> = read.unfinished.iter().map(Mistake::to_string).collect();
    assert_eq!(
        waiting,
        [
            "line 2, column 3 (cell C2): it points to Nr. 2 (`LOE-0000-0104`), which has no answer yet: the row waits",
            "line 3, column 3 (cell C3): it points to Nr. 3 (`LOE-0000-0208`), which has no answer yet: the row waits",
            "line 4, column 4 (cell D4): `Entscheidung` is still empty: the row waits",
        ]
    );
    assert_eq!(read.responses.len(), 1, "a page outside of the table counts");
    let third = reference(64);
    assert_eq!(followed(&rows[..3], &[(&third, Some("Gern."))]).unwrap().responses.len(), 2);
    let back = followed(&rows[..3], &[(&third, Some("siehe LOE-0000-0000"))]).unwrap_err();
    assert!(back.len() == 2 && back[0].contains("from there only back"), "{back:?}");
}
