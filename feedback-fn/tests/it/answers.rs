//! From suggestions to the town's answers: export as a synopsis, filled in, import as drafts.

use crate::installation::{Installation, PROGRAM, Ran, reference, suggestion};
use feedback_fn::store::Standing;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

fn installation() -> Installation {
    let installation = Installation::new();
    let mut secret = suggestion(2, "canary-text");
    secret.publish = false;
    secret.name = Some("canary-name".to_owned());
    installation.keep(&[suggestion(1, "Mehr Bänke {{ 1 }}"), secret, suggestion(3, "x")], Standing::Accepted);
    std::fs::create_dir(installation.path("content")).unwrap();
    installation
}

/// Exports the synopsis and fills in the last two columns.
fn fill_in(
    installation: &Installation,
    options: &[&str],
    separator: char,
    answers: &[(&str, &str)],
) -> String {
    let export = ["export", "--format", "synopsis", "--force", "--output", "synopse.csv"];
    let ran = installation.run(&[&export[..], options].concat());
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    let table = std::fs::read_to_string(installation.path("synopse.csv")).unwrap();
    let mut lines: Vec<String> = table.split_terminator("\r\n").map(str::to_owned).collect();
    let empty = format!("{separator}{separator}");
    for (line, (answer, decision)) in lines.iter_mut().skip(1).zip(answers) {
        let row = line.strip_suffix(&empty).unwrap_or_else(|| panic!("{line}"));
        *line = format!("{row}{separator}\"{answer}\"{separator}{decision}");
    }
    lines.join("\r\n") + "\r\n"
}

fn import(installation: &Installation, table: &str) -> Ran {
    std::fs::write(installation.path("synopse.csv"), table).unwrap();
    installation.run(&["import", "synopse.csv", "--to", "content/rueckmeldungen"])
}

fn draft(installation: &Installation, number: u64) -> String {
    let name = format!("content/rueckmeldungen/{}.md", reference(number).as_str().to_lowercase());
    std::fs::read_to_string(installation.path(&name)).unwrap()
}

#[test]
fn answers_become_drafts_and_what_a_person_changed_stays() {
    let installation = installation();
    let answers = [("Ja, gern.", "Übernommen"), ("Leider nein.", "Nicht übernommen: zu teuer"), ("", "")];
    for (options, separator) in [(&[][..], ','), (&["--excel"], ';')] {
        let table = fill_in(&installation, options, separator, &answers);
        let ran = import(&installation, &table);
        assert_eq!(ran.code, Some(0), "{ran:#?}");
        let (new, unchanged) = if separator == ',' { (2, 0) } else { (0, 2) };
        let counts = format!(
            "2 answers in `content/rueckmeldungen`: {new} new, 0 updated, {unchanged} unchanged, 0 kept"
        );
        assert!(ran.stdout.contains(&counts) && ran.stdout.contains("1 row without an answer"), "{ran:#?}");
    }
    let first = draft(&installation, 1);
    assert!(first.contains("draft = true") && first.contains("Mehr Bänke \\{\\{ 1 \\}\\}"), "{first}");
    assert!(!draft(&installation, 2).contains("canary"), "not allowed to be published");
    assert!(installation.path("content/rueckmeldungen/_index.md").exists());

    let edited = first.replace("Ja, gern.", "Ja, sehr gern.");
    let name = format!("content/rueckmeldungen/{}.md", reference(1).as_str().to_lowercase());
    std::fs::write(installation.path(&name), &edited).unwrap();
    let answers = [("Doch nicht.", "Nicht übernommen"), ("Doch.", "Übernommen"), ("", "")];
    let ran = import(&installation, &fill_in(&installation, &[], ',', &answers));
    assert!(ran.stdout.contains("0 new, 1 updated, 0 unchanged, 1 kept"), "{ran:#?}");
    assert!(ran.stdout.contains(&format!("kept `{name}`: a person has changed it")), "{ran:#?}");
    assert_eq!(draft(&installation, 1), edited);
    assert!(draft(&installation, 2).contains("Doch."));
}

#[test]
fn table_with_mistakes_writes_nothing() {
    let installation = installation();
    let answers = [("Ja.", "Vielleicht"), ("Nein.", "Nicht übernommen"), ("Gern.", "")];
    let table = fill_in(&installation, &[], ',', &answers);
    let ran = import(&installation, &table);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    let named = "synopse.csv: line 2, column 10 (cell J2): `Vielleicht` does not begin with `Übernommen`";
    assert!(ran.stderr.contains(named) && ran.stderr.contains("1 mistake in `synopse.csv`"), "{ran:#?}");
    assert!(!installation.path("content/rueckmeldungen").exists());

    let gone = reference(2);
    let erased = installation.run(&["erase", gone.as_str(), "--yes"]);
    assert_eq!(erased.code, Some(0), "{erased:#?}");
    let ran = import(&installation, &table.replace("Vielleicht", "Übernommen"));
    let named = format!("line 3, column 2 (cell B3): there is no suggestion `{gone}`: it was erased");
    assert!(ran.code == Some(1) && ran.stderr.contains(&named), "{ran:#?}");
    assert!(!installation.path("content/rueckmeldungen").exists());

    let lost = installation.run(&["import", "synopse.csv", "--to", "nowhere/rueckmeldungen"]);
    assert_eq!(lost.code, Some(1), "{lost:#?}");
}

#[test]
fn reader_of_an_export_may_stop_reading() {
    let installation = Installation::new();
    // More than a pipe holds.
    let long = "x".repeat(10_000);
    let many: Vec<_> = (0..50).map(|number| suggestion(number, &long)).collect();
    installation.keep(&many, Standing::Accepted);
    for format in ["jsonl", "csv", "synopsis", "synopsis-md", "synopsis-html"] {
        let mut command = Command::new(PROGRAM);
        let command = command.args(["export", "--format", format]).current_dir(installation.folder.path());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        drop(child.stdout.take());
        assert_eq!(child.wait().unwrap().code(), Some(0), "{format}");
    }
}

#[test]
fn export_replaces_its_file_whole_and_only_its_owner_reads_it() {
    let installation = installation();
    std::fs::write(installation.path("out.jsonl"), "before").unwrap();
    let ran = installation.run(&["export", "--output", "out.jsonl"]);
    assert!(ran.code == Some(0) && ran.stdout.is_empty(), "{ran:#?}");
    assert!(ran.stderr.contains("3 suggestions written"), "{ran:#?}");
    let text = std::fs::read_to_string(installation.path("out.jsonl")).unwrap();
    assert_eq!(text.lines().count(), 3);
    assert_eq!(text, installation.run(&["export"]).stdout);
    let mode = std::fs::metadata(installation.path("out.jsonl")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    let synopsis = ["export", "--format", "synopsis", "--output", "synopse-neu.csv"];
    assert_eq!(installation.run(&synopsis).code, Some(0));
    let again = installation.run(&synopsis);
    assert!(again.code == Some(1) && again.stderr.contains("may have written answers"), "{again:#?}");
    assert_eq!(installation.run(&[&synopsis[..], &["--force"]].concat()).code, Some(0));

    std::fs::remove_file(installation.path("data/feedback.sqlite")).unwrap();
    assert_eq!(installation.run(&["export", "--output", "out.jsonl"]).code, Some(1));
    assert_eq!(std::fs::read_to_string(installation.path("out.jsonl")).unwrap(), text, "as it was");
    assert!(!installation.path(".out.jsonl.part").exists());
}

#[test]
fn export_refuses_what_neither_contract_nor_store_knows() {
    let installation = Installation::new();
    let mut old = suggestion(1, "Mehr Fische");
    old.target.id = "9.9.9".to_owned();
    old.target.theme = Some("fischerei".to_owned());
    installation.keep(&[old], Standing::Accepted);
    for (option, value, code, told) in [
        ("--theme", "mobilitaet", 0, "0 suggestions written"),
        ("--theme", "fischerei", 0, "1 suggestion written"),
        ("--target", "9.9.9", 0, "1 suggestion written"),
        ("--target", "dokument", 0, "0 suggestions written"),
        (
            "--theme",
            "Mobilität",
            1,
            "there is no theme `Mobilität`, neither in the contract nor in the store",
        ),
        ("--theme", "mobilitat", 1, "hint: did you mean `mobilitaet`?"),
        ("--theme", "fischrei", 1, "hint: did you mean `fischerei`?"),
        ("--target", "Dokumente", 1, "hint: did you mean `dokument`?"),
        ("--target", "xyz", 1, "hint: `review.json` has every target"),
    ] {
        let ran = installation.run(&["export", option, value, "--output", "out.jsonl"]);
        assert!(ran.code == Some(code) && ran.stderr.contains(told), "{option} {value}: {ran:#?}");
        let made = std::fs::remove_file(installation.path("out.jsonl"));
        assert_eq!(made.is_ok(), code == 0, "{option} {value}");
    }
    std::fs::remove_file(installation.path("review.json")).unwrap();
    let ran = installation.run(&["export", "--theme", "fischerei"]);
    assert!(ran.code == Some(0) && ran.stderr.contains("1 suggestion written"), "{ran:#?}");
}
