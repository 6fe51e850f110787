//! What a changed configuration does to a running program.

use crate::support::{Function, configuration};
use feedback_fn::config::Config;

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
