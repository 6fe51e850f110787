//! From suggestions to the town's answers: export as a synopsis, filled in, import as drafts.

use crate::installation::{Installation, PROGRAM, Ran, reference, suggestion};
use feedback_fn::store::Standing;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
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
    let answers = [("Ja, gern.", "Übernommen"), ("Doch.", "Übernommen"), ("", "")];
    let ran = import(&installation, &fill_in(&installation, &[], ',', &answers));
    assert!(ran.stdout.contains("0 new, 1 updated, 0 unchanged, 1 kept"), "{ran:#?}");
    assert!(ran.stdout.contains(&format!("kept `{name}`: a person has changed it")), "{ran:#?}");
    assert_eq!(draft(&installation, 1), edited);
    assert!(draft(&installation, 2).contains("Doch."));

    let answers = [("Doch nicht.", "Nicht übernommen"), ("Nein.", "Nicht übernommen"), ("", "")];
    let ran = import(&installation, &fill_in(&installation, &[], ',', &answers));
    let told =
        format!("line 2, column 2 (cell B2): a person has changed `{name}`, and the row says something else");
    assert!(ran.code == Some(1) && ran.stderr.contains(&told), "{ran:#?}");
    assert_eq!(draft(&installation, 1), edited);
    assert!(draft(&installation, 2).contains("Doch."), "nothing is written if a row is refused");
}

/// Exports the synopsis with the answers that there are.
fn with_answers(installation: &Installation, options: &[&str]) -> (String, Ran) {
    let export = ["export", "--format", "synopsis", "--force", "--output", "synopse.csv"];
    let ran = installation.run(&[&export[..], &["--answers", "content/rueckmeldungen"], options].concat());
    (std::fs::read_to_string(installation.path("synopse.csv")).unwrap_or_default(), ran)
}

#[test]
fn second_synopsis_has_the_answers_and_its_import_changes_only_what_changed() {
    let installation = installation();
    let answers = [("- Ja,\n- gern.", "Übernommen"), ("Nein.", "Nicht übernommen: zu teuer"), ("", "")];
    assert_eq!(import(&installation, &fill_in(&installation, &[], ',', &answers)).code, Some(0));
    installation.keep(&[suggestion(4, "neu")], Standing::Accepted);

    let (table, ran) = with_answers(&installation, &[]);
    assert!(ran.code == Some(0) && ran.stderr.contains("2 answers filled in"), "{ran:#?}");
    assert!(table.contains(",\"'- Ja,\n- gern.\",Übernommen\r\n"), "{table}");
    assert!(table.contains(",Nein.,Nicht übernommen: zu teuer\r\n"), "{table}");
    assert_eq!(table.matches(",,\r\n").count(), 2, "{table}");
    let first = draft(&installation, 1);
    let name =
        installation.path(&format!("content/rueckmeldungen/{}.md", reference(1).as_str().to_lowercase()));
    let stamp = |path| std::fs::metadata(path).map(|file| (file.ino(), file.modified().unwrap())).unwrap();
    let before = stamp(&name);
    let ran = import(&installation, &table);
    assert!(ran.stdout.contains("0 new, 0 updated, 2 unchanged, 0 kept"), "{ran:#?}");
    assert_eq!(stamp(&name), before, "not touched");

    // An editor publishes one under a better name; the table then holds the editor's words.
    let (old, new) = (reference(1).as_str().to_lowercase(), "content/rueckmeldungen/baenke.md");
    let edited = first.replace("draft = true", "draft = false").replace("gern.", "**sehr** gern.");
    std::fs::remove_file(installation.path(&format!("content/rueckmeldungen/{old}.md"))).unwrap();
    std::fs::write(installation.path(new), &edited).unwrap();
    let (table, _) = with_answers(&installation, &["--excel"]);
    assert!(table.contains("**sehr** gern."), "{table}");
    let lines: Vec<String> = table
        .split_terminator("\r\n")
        .map(|line| match line.strip_suffix(";;") {
            Some(row) if row.contains("neu") => format!("{row};Auch gern.;Übernommen"),
            _ => line.replace("zu teuer", "zu spät"),
        })
        .collect();
    let table = lines.join("\r\n");
    let (second, third) = (reference(2).as_str().to_lowercase(), reference(4).as_str().to_lowercase());

    std::fs::write(installation.path("synopse.csv"), &table).unwrap();
    let before = draft(&installation, 2);
    let ran = installation.run(&["import", "synopse.csv", "--to", "content/rueckmeldungen", "--dry-run"]);
    let foretold = format!(
        "updated `content/rueckmeldungen/{second}.md`\nnew `content/rueckmeldungen/{third}.md`\n\
         3 answers in `content/rueckmeldungen`: 1 new, 1 updated, 1 unchanged, 0 kept\n\
         1 row without an answer\nnothing was written (`--dry-run`)\n"
    );
    assert_eq!(ran.stdout, foretold, "{ran:#?}");
    assert_eq!(draft(&installation, 2), before);
    assert!(!installation.path(&format!("content/rueckmeldungen/{third}.md")).exists());

    let ran = import(&installation, &table);
    assert!(ran.stdout.contains("1 new, 1 updated, 1 unchanged, 0 kept"), "{ran:#?}");
    assert_eq!(std::fs::read_to_string(installation.path(new)).unwrap(), edited);
    assert!(!installation.path(&format!("content/rueckmeldungen/{old}.md")).exists(), "no second answer");
    assert!(draft(&installation, 2).contains("zu spät") && draft(&installation, 4).contains("Auch gern."));
}

#[test]
fn answer_that_points_to_a_row_links_to_its_answer_and_the_next_table_names_it() {
    let installation = installation();
    let answers = [
        ("Gern.", "Übernommen"),
        ("Siehe Nr. 3.", "Zur Kenntnis genommen"),
        ("Ja, ab Mai.", "Teilweise übernommen: vgl. auch Nr. 1"),
    ];
    let numbered = fill_in(&installation, &["--internal"], ',', &answers);
    assert_eq!(import(&installation, &numbered).code, Some(0));
    let [first, second, third] = [1, 2, 3].map(reference);
    let link = |to: &str| format!("[{to}](@/rueckmeldungen/{}.md)", to.to_lowercase());
    let drafted = draft(&installation, 2);
    assert!(drafted.contains(&format!("## Antwort\n\nSiehe {}.\n", link(third.as_str()))), "{drafted}");
    let drafted = draft(&installation, 3);
    assert!(drafted.contains(&format!("vgl. auch {}\n", link(first.as_str()))), "{drafted}");

    // The rows are numbered anew: what was the third is the second.
    assert_eq!(installation.run(&["erase", first.as_str(), "--yes"]).code, Some(0));
    let (table, _) = with_answers(&installation, &[]);
    assert!(table.contains(&format!(",Siehe {third}.,Zur Kenntnis genommen\r\n")), "{table}");
    assert!(table.contains(&format!(",Teilweise übernommen: vgl. auch {first}\r\n")), "{table}");
    assert!(table.contains(&format!("\r\n2,{third},")), "{table}");
    let before = draft(&installation, 2);
    for table in [&table, &numbered] {
        let ran = import(&installation, table);
        assert!(ran.code == Some(0) && ran.stdout.contains("0 new, 0 updated"), "{ran:#?}");
        assert_eq!(draft(&installation, 2), before);
    }

    // A page of which nobody knows any more which table it meant.
    let name = format!("content/rueckmeldungen/{}.md", second.as_str().to_lowercase());
    std::fs::write(installation.path(&name), before.replace(&link(third.as_str()), "lfd. Nr. 3")).unwrap();
    let (table, ran) = with_answers(&installation, &[]);
    let told = format!("`{name}` is left out: it says `lfd. Nr. 3`, a number of one table only");
    assert!(ran.code == Some(0) && ran.stderr.contains(&told) && !table.contains("Siehe"), "{ran:#?}");
}

#[test]
fn pointer_to_nothing_is_told_before_anything_is_written() {
    let installation = installation();
    let wrong = [("siehe Nr. 2", "Übernommen"), ("s. Nr. 1", "Übernommen"), ("vgl. Nr. 30", "Übernommen")];
    let ran = import(&installation, &fill_in(&installation, &[], ',', &wrong));
    let told = "synopse.csv: line 4, column 9 (cell I4): `Nr. 30` is not in the column `Lfd. Nr.`";
    assert!(ran.code == Some(1) && ran.stderr.contains(told), "{ran:#?}");
    let wrong = [("siehe Nr. 2", "Übernommen"), ("s. Nr. 1", "Übernommen"), ("", "")];
    let ran = import(&installation, &fill_in(&installation, &[], ',', &wrong));
    assert!(ran.code == Some(1) && ran.stderr.matches("from there only back").count() == 2, "{ran:#?}");
    assert!(!installation.path("content/rueckmeldungen").exists());

    let waiting = [("siehe Nr. 3", "Übernommen"), ("Ja.", "Übernommen"), ("", "")];
    let table = fill_in(&installation, &[], ',', &waiting);
    let ran = import(&installation, &table);
    let told = format!("(cell I2): it points to Nr. 3 (`{}`), which has no answer yet", reference(3));
    assert!(ran.code == Some(0) && ran.stderr.contains(&told), "{ran:#?}");
    assert!(
        ran.stdout.contains("1 answer in") && ran.stdout.contains("2 rows without an answer"),
        "{ran:#?}"
    );

    let pointing = [("siehe Nr. 2", "Übernommen"), ("Ja.", "Übernommen"), ("", "")];
    std::fs::write(installation.path("synopse.csv"), fill_in(&installation, &[], ',', &pointing)).unwrap();
    std::fs::create_dir(installation.path("elsewhere")).unwrap();
    let ran = installation.run(&["import", "synopse.csv", "--to", "elsewhere/rueckmeldungen"]);
    let told = "an answer points to another, and `elsewhere/rueckmeldungen` is in no folder called `content`";
    assert!(ran.code == Some(1) && ran.stderr.contains(told), "{ran:#?}");
    assert!(!installation.path("elsewhere/rueckmeldungen").exists());
}

#[test]
fn only_published_answers_are_in_a_document_for_the_public() {
    let installation = installation();
    let answers = [("canary-draft", "Übernommen"), ("Nein.", "Nicht übernommen"), ("", "")];
    assert_eq!(import(&installation, &fill_in(&installation, &[], ',', &answers)).code, Some(0));
    let name = format!("content/rueckmeldungen/{}.md", reference(2).as_str().to_lowercase());
    let published = draft(&installation, 2).replace("draft = true\n", "");
    std::fs::write(installation.path(&name), published).unwrap();
    for format in ["synopsis-md", "synopsis-html"] {
        let export = ["export", "--format", format, "--answers", "content/rueckmeldungen"];
        let ran = installation.run(&export);
        assert!(ran.code == Some(0) && ran.stdout.contains("Nein."), "{ran:#?}");
        assert!(!ran.stdout.contains("canary-draft"), "{ran:#?}");
        assert!(ran.stderr.contains("1 answer left out: still drafts"), "{ran:#?}");
        let ran = installation.run(&[&export[..], &["--internal"]].concat());
        assert!(ran.stdout.contains("canary-draft"), "{ran:#?}");
    }
    let ran = installation.run(&["export", "--answers", "content/rueckmeldungen"]);
    assert!(ran.code == Some(1) && ran.stderr.contains("only a synopsis has answers"), "{ran:#?}");
}

#[test]
fn pages_that_leave_a_doubt_are_refused_by_name() {
    let installation = installation();
    let answers = [("Ja.", "Übernommen"), ("", ""), ("", "")];
    let table = fill_in(&installation, &[], ',', &answers);
    assert_eq!(import(&installation, &table).code, Some(0));
    let text = draft(&installation, 1);
    let name = format!("content/rueckmeldungen/{}.md", reference(1).as_str().to_lowercase());
    for (file, content, told) in [
        ("copy.md", text.clone(), "both answer `LOE-"),
        ("broken.md", "+++\ntitle = \n+++\n".to_owned(), "its front matter is not TOML"),
        (
            "typo.md",
            text.replace(reference(1).as_str(), "LOE-0000-0001"),
            "its `reference = \"LOE-0000-0001\"`",
        ),
    ] {
        let path = installation.path(&format!("content/rueckmeldungen/{file}"));
        std::fs::write(&path, content).unwrap();
        let imported = import(&installation, &table);
        let (_, exported) = with_answers(&installation, &[]);
        for ran in [imported, exported] {
            assert!(
                ran.code == Some(1) && ran.stderr.contains(told) && ran.stderr.contains(file),
                "{ran:#?}"
            );
        }
        std::fs::remove_file(path).unwrap();
    }
    // Translations and other pages do not count.
    std::fs::write(installation.path(&name.replace(".md", ".en.md")), &text).unwrap();
    std::fs::write(installation.path("content/rueckmeldungen/hilfe.md"), "+++\ntitle = \"x\"\n+++\n")
        .unwrap();
    assert_eq!(import(&installation, &table).code, Some(0));

    std::fs::write(installation.path(&name), text.replace("## Antwort", "## Wir sagen")).unwrap();
    let (_, ran) = with_answers(&installation, &[]);
    let told = format!("`{name}` is left out: there is no heading `## Antwort`");
    assert!(ran.code == Some(0) && ran.stderr.contains(&told), "{ran:#?}");
    std::fs::write(installation.path(&name), "+++\ntitle = \"x\"\n+++\n").unwrap();
    let ran = import(&installation, &table);
    assert!(ran.code == Some(1) && ran.stderr.contains(&format!("`{name}` is there and has no")), "{ran:#?}");
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
    old.round = 3;
    installation.keep(&[old], Standing::Accepted);
    for (option, value, code, told) in [
        ("--theme", "mobilitaet", 0, "0 suggestions written"),
        ("--theme", "fischerei", 0, "1 suggestion written"),
        ("--target", "9.9.9", 0, "1 suggestion written"),
        ("--target", "dokument", 0, "0 suggestions written"),
        ("--round", "1", 0, "0 suggestions written"),
        ("--round", "3", 0, "1 suggestion written"),
        ("--round", "7", 1, "there is no round 7, only rounds 1, 3"),
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
