//! Commands that are run as somebody else than the user of the service.

use crate::installation::{Installation, PROGRAM, Ran, ran, reference, suggestion};
use feedback_fn::store::Standing;
use rustix::process::{Pid, Signal, geteuid, kill_process};
use std::fs::Permissions;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

/// Nobody has this number.
const SERVICE: u32 = 54_321;
const NOBODY: u32 = 65_534;

/// Runs the program as somebody who may read everything but the data folder.
fn run(installation: &Installation, command: &str) -> Ran {
    run_with(installation, &[command])
}

fn run_with(installation: &Installation, arguments: &[&str]) -> Ran {
    // Where the program was built others may not be allowed to go.
    let program = installation.path("feedback-fn");
    if !program.exists() {
        std::fs::copy(PROGRAM, &program).unwrap();
    }
    let mut run = Command::new(program);
    run.args(arguments).current_dir(installation.folder.path());
    if geteuid().is_root() {
        run.uid(NOBODY).gid(NOBODY);
    }
    ran(&mut run)
}

#[test]
fn command_of_a_user_without_rights_says_who_has_them() {
    let installation = Installation::new();
    let folder = installation.folder.path();
    std::fs::set_permissions(folder, Permissions::from_mode(0o755)).unwrap();
    let data = installation.path("data");
    let mails = installation.path("mails");
    std::fs::create_dir(&mails).unwrap();
    std::fs::set_permissions(&mails, Permissions::from_mode(0o777)).unwrap();
    let hint = match geteuid().is_root() {
        true => {
            chown(&data, Some(SERVICE), Some(SERVICE)).unwrap();
            format!("`data` belongs: `sudo -u '#{SERVICE}' feedback-fn …`")
        }
        // Who is not root can be somebody else only by having no rights.
        false => {
            std::fs::set_permissions(&data, Permissions::from_mode(0o000)).unwrap();
            "`chmod u+rwX data`".to_owned()
        }
    };
    let as_root = installation.run(&["check"]).stdout;
    assert_eq!(as_root.contains("warning: root may do more"), geteuid().is_root(), "{as_root}");
    if geteuid().is_root() {
        let served = installation.run(&["serve"]);
        assert!(
            served.stderr.contains("root would make files in `data`") && served.stderr.contains(&hint),
            "{served:#?}"
        );
    }
    let listed = run(&installation, "list");
    let checked = run(&installation, "check");
    let served = run(&installation, "serve");
    std::fs::set_permissions(&data, Permissions::from_mode(0o700)).unwrap();
    assert_eq!((listed.code, checked.code, served.code), (Some(1), Some(1), Some(1)));
    assert!(served.stderr.contains("cannot lock `data/feedback.lock`"), "{served:#?}");
    assert!(served.stderr.contains(&hint), "{served:#?}");
    let what = "the store `data/feedback.sqlite` cannot be read and written by this user\nhint: ";
    assert!(listed.stderr.contains(what) && listed.stderr.contains(&hint), "{listed:#?}");
    assert!(
        checked.stdout.contains("`data` by this user: ") && checked.stdout.contains(&hint),
        "{checked:#?}"
    );
}

#[test]
fn who_may_not_write_is_told_another_way() {
    let installation = Installation::new();
    let set = |path: &str, mode| {
        std::fs::set_permissions(installation.path(path), Permissions::from_mode(mode)).unwrap();
    };
    installation.keep(&[suggestion(1, "Mehr Bänke")], Standing::Accepted);
    let table = format!("Vorgangsnummer,Antwort,Entscheidung\n{},Gern.,Übernommen\n", reference(1));
    std::fs::write(installation.path("synopse.csv"), table).unwrap();
    if geteuid().is_root() {
        for path in ["data", "data/feedback.sqlite"] {
            chown(installation.path(path), Some(NOBODY), Some(NOBODY)).unwrap();
        }
    }
    // Everybody may look, and nobody but root may write.
    set("", 0o755);
    let program = installation.path("feedback-fn");
    std::fs::copy(PROGRAM, &program).unwrap();
    set("", 0o555);
    let exported = run_with(&installation, &["export", "--output", "all.jsonl"]);
    let imported = run_with(&installation, &["import", "synopse.csv", "--to", "drafts"]);
    set("", 0o755);
    assert_eq!((exported.code, imported.code), (Some(1), Some(1)));
    let told = "cannot write `all.jsonl`: Permission denied (os error 13)\nhint: leave `--output` out";
    assert!(exported.stderr.contains(told), "{exported:#?}");
    let told = "cannot write to `drafts`: Permission denied (os error 13)\nhint: run `import` as";
    assert!(imported.stderr.contains(told), "{imported:#?}");
}

#[test]
fn service_warns_at_its_start_of_what_others_can_read() {
    let installation = Installation::new();
    let set = |path: &str, mode| {
        std::fs::set_permissions(installation.path(path), Permissions::from_mode(mode)).unwrap();
    };
    set("", 0o755);
    set("data", 0o755);
    let mut service = Command::new(PROGRAM);
    service
        .arg("serve")
        .current_dir(installation.folder.path())
        .stderr(Stdio::piped())
        .env_remove("RUST_LOG");
    let mut service = service.spawn().unwrap();
    let mut log = BufReader::new(service.stderr.take().unwrap());
    let mut listening = String::new();
    log.read_line(&mut listening).unwrap();
    // It ends by itself, after its start, and so does its log.
    kill_process(Pid::from_child(&service), Signal::TERM).unwrap();
    let line = log.lines().map(Result::unwrap).find(|line| line.contains("files.open"));
    service.wait().unwrap();
    let event: serde_json::Value = serde_json::from_str(&line.unwrap()).unwrap();
    assert_eq!(event["problem"], "others can read `data`: `chmod 700 data`");
}
