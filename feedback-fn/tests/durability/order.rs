//! The order of things: no byte of an acknowledgement leaves before the sync that covers the suggestion.

use crate::strace::strace;
use crate::town::{Place, Town, kill, post};

const SUGGESTIONS: usize = 20;

#[test]
fn nothing_is_acknowledged_before_it_is_synced() {
    let town = Town::new();
    let log = town.folder.path().join("calls");
    let options = ["--trace=fsync,fdatasync,read,recvfrom,write,writev,sendto,sendmsg", "--string-limit=64"];
    let place = Place::default();
    let mut program = town.start(&place, &strace(&log, &options));
    let address = place.other_than(None);
    for number in 0..SUGGESTIONS {
        let form = format!("target=6.1.1&suggestion=Baum+{number}");
        let (_, checked) = post(address, "check", &form).unwrap();
        let token = checked["token"].as_str().unwrap();
        let (status, _) = post(address, "send", &format!("{form}&token={token}")).unwrap();
        assert_eq!(status, 201);
    }
    kill(&mut program);

    let calls = std::fs::read_to_string(&log).unwrap();
    let mut acknowledged = 0;
    let mut synced = false;
    for call in calls.lines() {
        if call.contains("POST /rueckmeldung/send") {
            synced = false;
        }
        // A call that another thread interrupted ends in a line of its own.
        let is_sync = call.contains("fdatasync") || call.contains("fsync");
        if is_sync && call.trim_end().ends_with("= 0") {
            synced = true;
        }
        if call.contains("HTTP/1.1 201") {
            assert!(synced, "acknowledged before it was synced: {call}\n{calls}");
            acknowledged += 1;
        }
    }
    assert_eq!(acknowledged, SUGGESTIONS, "the calls were not seen:\n{calls}");
}
