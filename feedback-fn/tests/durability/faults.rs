//! A disk that fails: whoever is told "stored" is stored, whatever the disk said, and nobody else is told so.

use crate::strace::strace;
use crate::town::{Place, Town, kill, post};
use std::collections::BTreeMap;

/// What the system answers instead of doing it, to which call: the first one, the one so many later, ….
const FAULTS: [(&str, &str, usize); 4] =
    [("fdatasync", "EIO", 1), ("fdatasync", "ENOSPC", 2), ("pwrite64", "EIO", 5), ("pwrite64", "ENOSPC", 7)];
/// Once, or from then on.
const LASTING: [&str; 2] = ["", "+"];
const MOMENTS: usize = 7;
const SUGGESTIONS: usize = 5;

#[test]
fn failing_disk_makes_nobody_believe_what_is_not_stored() {
    let (mut acknowledged, mut refused, mut faults) = (0, 0, 0);
    for (call, error, step) in FAULTS {
        for (moment, lasting) in (0..MOMENTS).flat_map(|moment| LASTING.map(|lasting| (moment, lasting))) {
            let fault = format!("{call}:error={error}:when={}{lasting}", 1 + moment * step);
            let town = Town::new();
            // Made whole first: a disk that fails at the first start has nothing to lose.
            let place = Place::default();
            kill(&mut town.start(&place, &[]));
            let (held, turned_away) = residents(&town, call, &fault);
            let mut program = town.start(&place, &[]);
            let stored: BTreeMap<String, String> = town
                .stored()
                .into_iter()
                .map(|listed| (listed.suggestion.reference.to_string(), listed.suggestion.text))
                .collect();
            kill(&mut program);
            for (reference, text) in &held {
                assert_eq!(stored.get(reference), Some(text), "{fault}");
            }
            acknowledged += held.len();
            refused += turned_away;
            faults += 1;
        }
    }
    println!("{faults} faults: {acknowledged} acknowledged, none missing; {refused} refused");
    assert!(refused > 0, "no fault was felt");
    assert!(acknowledged > faults, "nothing works any more after a fault");
}

/// Sends suggestions while one call fails; what was acknowledged, and how many were refused.
fn residents(town: &Town, call: &str, fault: &str) -> (BTreeMap<String, String>, usize) {
    let log = town.folder.path().join("calls");
    let (trace, inject) = (format!("--trace={call}"), format!("--inject={fault}"));
    let (mut program, address) = town.try_start(&strace(&log, &[&trace, &inject]));
    let (mut held, mut refused) = (BTreeMap::new(), 0);
    if let Some(address) = address {
        for number in 0..SUGGESTIONS {
            let text = format!("{call} {number}");
            let form = format!("target=6.1.1&suggestion={}", text.replace(' ', "+"));
            let (status, checked) = post(address, "check", &form).unwrap();
            assert_eq!(status, 200);
            let token = checked["token"].as_str().unwrap();
            match post(address, "send", &format!("{form}&token={token}")) {
                Some((201, sent)) => {
                    held.insert(sent["reference"].as_str().unwrap().to_owned(), text);
                }
                Some((500 | 503, _)) => refused += 1,
                other => panic!("{fault}: {other:?}"),
            }
        }
    }
    kill(&mut program);
    (held, refused)
}
