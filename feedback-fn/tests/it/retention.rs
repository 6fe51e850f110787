//! What is left of a suggestion when its days are over: in the store nothing, with the authors their mail.

use crate::support::{Function, REVIEW};
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const FIELDS: &[(&str, &str)] = &[
    ("target", "6.1.1"),
    ("suggestion", "canary-text"),
    ("name", "canary-name"),
    ("rewording", "canary-new"),
];

/// How often the canaries stand in the files of a folder.
fn canaries(function: &Function, folder: &str) -> usize {
    let files = std::fs::read_dir(function.folder.path().join(folder)).unwrap();
    let texts = files.map(|file| std::fs::read(file.unwrap().path()).unwrap());
    texts.map(|text| String::from_utf8_lossy(&text).matches("canary").count()).sum()
}

/// Starts erasing, until nothing is stored or the time is over in which that would have happened.
async fn erase(function: &Function) {
    let gone = async {
        while !function.stored().await.is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        never = function.app.run_retention() => match never {},
        () = gone => {}
    }
}

#[tokio::test]
async fn erased_text_is_gone_from_the_data_folder_and_its_token_stores_nothing_again() {
    let function =
        Function::start_from("", &REVIEW.replace("\"retention_days\": 180", "\"retention_days\": 1")).await;
    let token = function.token(FIELDS).await;
    function.send(FIELDS, &token).await.reference();
    function.app.run_outbox(function.delivered()).await.unwrap();
    assert!(canaries(&function, "data") > 0);
    let mailed = canaries(&function, "mails");
    assert!(mailed > 0);

    function.clock.advance(DAY + Duration::from_millis(1));
    erase(&function).await;
    // The log is emptied after what it held is gone: ask for the end of that.
    function.app.store().purge(jiff::Timestamp::MIN, 1).await.unwrap();
    assert_eq!(canaries(&function, "data"), 0);
    assert_eq!(canaries(&function, "mails"), mailed, "mails belong to the authors");

    let again = function.send(FIELDS, &token).await;
    assert_eq!((again.status, function.stored().await.len()), (409, 0), "{}", again.body);
}
