//! What a changed configuration does to a running program.

use crate::support::{Function, REVIEW, configuration};
use feedback_fn::config::Config;
use feedback_fn::store::DeliveryState;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

const FORM: [(&str, &str); 2] = [("target", "6.1.1"), ("suggestion", "Mehr Bänke")];

fn changed(function: &Function, lines: &str, replace: (&str, &str)) -> anyhow::Result<Vec<&'static str>> {
    let text = configuration(lines).replace(replace.0, replace.1);
    function.app.reload(Config::from_toml(&text, function.folder.path())?)
}

const NOTHING: (&str, &str) = ("", "");

#[tokio::test]
async fn limits_at_the_door_change_while_the_program_runs() {
    let function = Function::start().await;
    assert_eq!(changed(&function, "guard = { burst = 1 }", NOTHING).unwrap(), [] as [&str; 0]);
    assert_eq!(function.post("check", &FORM).await.status, 200);
    assert_eq!(function.post("check", &FORM).await.status, 429);
    changed(&function, "guard = { burst = 2 }", NOTHING).unwrap();
    assert_eq!(function.post("check", &FORM).await.status, 200);
}

#[tokio::test]
async fn counts_stay_when_the_rule_does() {
    let function = Function::start_with("guard = { burst = 1 }").await;
    assert_eq!(function.post("check", &FORM).await.status, 200);
    changed(&function, "guard = { burst = 1, trusted_proxies = [\"192.0.2.1\"] }", NOTHING).unwrap();
    assert_eq!(function.post("check", &FORM).await.status, 429, "reloading gives nobody new forms");
}

#[tokio::test]
async fn wrong_configuration_changes_nothing() {
    let function = Function::start_with("guard = { burst = 1 }").await;
    let wrong =
        changed(&function, "guard = { burst = 50 }", ("folder = \"mails\"", "folder = \"review.json\""));
    assert!(wrong.is_err(), "mails cannot go into a file");
    assert_eq!(function.post("check", &FORM).await.status, 200);
    assert_eq!(function.post("check", &FORM).await.status, 429);
}

#[tokio::test]
async fn what_needs_a_restart_is_named_and_stays() {
    let function = Function::start().await;
    let named = changed(&function, "", ("reference_prefix = \"LOE\"", "reference_prefix = \"ABC\"")).unwrap();
    assert_eq!(named, ["reference_prefix"]);
    assert!(function.suggest(&FORM).await.reference().starts_with("LOE-"));
}

#[tokio::test]
async fn mails_leave_by_the_new_way() {
    let function = Function::start().await;
    changed(&function, "", ("folder = \"mails\"", "folder = \"elsewhere\"")).unwrap();
    function.suggest(&FORM).await.reference();
    function.app.run_outbox(function.delivered()).await.unwrap();
    assert!(std::fs::read_dir(function.folder.path().join("elsewhere")).unwrap().next().is_some());
}

/// A mail server that takes one mail: for its last answer it needs a minute, which begins when it says so.
async fn takes_its_time(listener: TcpListener, begins: oneshot::Sender<()>) {
    let (stream, _) = listener.accept().await.unwrap();
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 ready\r\n").await.unwrap();
    let mut begins = Some(begins);
    let mut line = String::new();
    while stream.read_line(&mut line).await.unwrap() > 0 {
        let answer = match line.trim_end() {
            "DATA" => "354 go on\r\n",
            "." => {
                tokio::time::pause();
                begins.take().unwrap().send(()).unwrap();
                tokio::time::sleep(Duration::from_secs(60)).await;
                tokio::time::resume();
                "250 taken\r\n"
            }
            command if command.starts_with("EHLO") || command.starts_with("MAIL") => "250 fine\r\n",
            command if command.starts_with("RCPT") => "250 fine\r\n",
            "QUIT" => return,
            _ => "",
        };
        stream.write_all(answer.as_bytes()).await.unwrap();
        line.clear();
    }
}

#[tokio::test]
async fn mail_in_hand_is_not_cut_off_by_a_reload() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server =
        format!("host = \"127.0.0.1\"\nport = {}\ntls = \"none\"", listener.local_addr().unwrap().port());
    let configuration = configuration("")
        .replace("[transport.files]", "[transport.smtp]")
        .replace("folder = \"mails\"", &server);
    let function = Function::start_configured(&configuration, REVIEW).await;
    function.suggest(&[("target", "dokument"), ("suggestion", "Mehr Bänke")]).await.reference();
    let (begins, changed) = oneshot::channel();
    tokio::spawn(takes_its_time(listener, begins));
    let changed = async { changed.await.unwrap() };
    function.app.run_outbox_as_set(changed, std::future::pending()).await.unwrap();
    let stored = function.stored().await;
    let states: Vec<_> = stored[0].deliveries.iter().map(|delivery| delivery.state).collect();
    assert_eq!(states, [DeliveryState::Delivered], "it was taken, and nobody noted it");
}
