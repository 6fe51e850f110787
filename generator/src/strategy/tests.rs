//! What an editor sees: one small site per mistake, and the model of a sound one.

use super::present::Presenter;
use super::testing::{check_style, seen, site, world};
use super::{FollowUps, Strategy, interpret};
use crate::diagnostic::Diagnostics;
use crate::site::Site;

const THEME: &str =
    "+++\ntitle = \"Mobilität\"\nweight = 60\nsort_by = \"weight\"\n[extra]\nkind = \"theme\"\n+++\n";
const SOURCES: &str = "[S01]\ntitle = \"Seite\"\n[S02]\ntitle = \"Andere\"\ndate = \"2020-04\"\n";

fn build(files: &[(&str, &str)], sources: &str) -> (Site, Strategy, Diagnostics) {
    let world = world(files, "").with("content/sources.toml", sources);
    let site = site(&world);
    let mut diagnostics = Diagnostics::default();
    let auslage = site.config.auslage.clone().unwrap();
    let strategy = interpret(&site, &auslage, &world, &mut diagnostics);
    crate::check::strategy(&site, &strategy, &mut diagnostics);
    (site, strategy, diagnostics)
}

fn project(extra: &str) -> String {
    format!("+++\ntitle = \"FahrPraxis\"\nweight = 10\n[extra]\nkind = \"project\"\n{extra}\n+++\nText.\n")
}

/// A project with these keys, beside a theme, a second project, a step and two participants: the
/// problems are `expected`, by code and text at their place.
#[track_caller]
fn check(extra: &str, expected: &[(&str, &str)]) {
    let project = project(extra);
    let files = [
        ("mobilitaet/_index.md", THEME),
        ("mobilitaet/fahrpraxis.md", project.as_str()),
        ("mobilitaet/anderes.md", "+++\ntitle = \"A\"\nweight = 20\n[extra]\nkind = \"project\"\n+++\n"),
        ("prozess/_index.md", "+++\ntitle = \"P\"\n+++\n"),
        ("prozess/befragung.md", "+++\ntitle = \"B\"\nweight = 1\n[extra]\nkind = \"step\"\n+++\n"),
        ("beteiligte/_index.md", "+++\ntitle = \"B\"\n+++\n"),
        (
            "beteiligte/stadt.md",
            "+++\ntitle = \"Stadt\"\n[extra]\nkind = \"participant\"\nsources = [\"S01\"]\n+++\n",
        ),
        (
            "beteiligte/programm.md",
            "+++\ntitle = \"P\"\n[extra]\nkind = \"participant\"\ntype = \"programme\"\nsources = [\"S02\"]\n+++\n",
        ),
    ];
    compare(&files, expected);
}

/// These files have these problems.
#[track_caller]
fn compare(files: &[(&str, &str)], expected: &[(&str, &str)]) {
    let sources = if files.iter().any(|(_, text)| text.contains("S01")) { SOURCES } else { "" };
    let (_, _, diagnostics) = build(files, sources);
    check_style(&diagnostics);
    let seen = seen(&world(files, ""), &diagnostics);
    let seen: Vec<(&str, &str)> = seen.iter().map(|(code, text)| (*code, text.as_str())).collect();
    assert_eq!(seen, expected, "{diagnostics:#?}");
}

#[test]
fn a_sound_project_has_no_problem() {
    check(
        "scope = \"strategy\"\nstatus = \"ongoing\"\nnumber = 1\n\
         timeframe = { from = \"2021-02-01\", to = \"open\", as_of = \"2022\", note = \"n\", sources = [\"S01\"] }\n\
         milestones = [{ date = \"2020-04\", text = \"geplant\", sources = [\"S02\"] }]\n\
         participants = [{ who = \"stadt\", role = \"lead\", note = \"n\", sources = [\"S01\"] }]\n\
         relations = [{ kind = \"part-of\", to = \"programm\" }, { kind = \"arose-from\", to = \"befragung\" }]\n\
         facts = [{ label = \"Umkreis\", value = \"30 km\", note = \"n\", conflicting = true, sources = [\"S01\"] }]\n\
         cost = \"1\"\nfunding = \"2\"\naudiences = [\"alle\"]\nsources = [\"S01\"]",
        &[],
    );
}

#[test]
fn keys_are_strict() {
    check("statsu = \"done\"", &[("unknown-key", "statsu")]);
    check("timeframe = { form = \"2021\" }", &[("unknown-key", "form")]);
    check("facts = [{ label = \"a\", value = \"b\", x = 1 }]", &[("unknown-key", "x")]);
    check("goals = []", &[("unknown-key", "goals")]);
}

#[test]
fn types_are_strict() {
    check("status = 3", &[("wrong-type", "3")]);
    check("timeframe = \"2021\"", &[("wrong-type", "\"2021\"")]);
    check("audiences = \"alle\"", &[("wrong-type", "\"alle\"")]);
    check("participants = [\"stadt\"]", &[("wrong-type", "\"stadt\"")]);
    check("number = \"1\"", &[("wrong-type", "\"1\"")]);
    check("number = 0", &[("wrong-type", "0")]);
    check("timeframe = { single = \"ja\" }", &[("wrong-type", "\"ja\"")]);
    check("cost = \" \"", &[("empty-text", "\" \"")]);
}

#[test]
fn words_are_of_their_set() {
    check("status = \"laufend\"", &[("unknown-value", "\"laufend\"")]);
    check("scope = \"strategie\"", &[("unknown-value", "\"strategie\"")]);
    check("participants = [{ who = \"stadt\", role = \"leader\" }]", &[("unknown-value", "\"leader\"")]);
}

#[test]
fn a_table_needs_what_it_is_about() {
    check("participants = [{ who = \"stadt\" }]", &[("missing-key", "{ who = \"stadt\" }")]);
    check("milestones = [{ text = \"x\" }]", &[("missing-key", "{ text = \"x\" }")]);
    check("relations = [{ to = \"anderes\" }]", &[("missing-key", "{ to = \"anderes\" }")]);
}

#[test]
fn dates_are_dates() {
    check("timeframe = { from = \"01.02.2021\" }", &[("bad-date", "\"01.02.2021\"")]);
    check("timeframe = { to = \"offen\" }", &[("bad-date", "\"offen\"")]);
    check("timeframe = { to = \"2021-02-30\" }", &[("impossible-date", "\"2021-02-30\"")]);
    check("milestones = [{ date = \"2020-Q5\", text = \"x\" }]", &[("impossible-date", "\"2020-Q5\"")]);
    check("timeframe = { from = \"2022\", to = \"2021-12\" }", &[("from-after-to", "\"2022\"")]);
    check("timeframe = { from = \"2021-12\", to = \"2021\" }", &[]);
    check("timeframe = { not_before = \"2022\", not_after = \"2021\" }", &[("bounds-reversed", "\"2022\"")]);
    check("timeframe = { from = \"2022\", not_after = \"2023\" }", &[("bound-beside-from", "\"2023\"")]);
    check("timeframe = { from = \"2022\", to = \"2023\", single = true }", &[("single-with-to", "true")]);
}

#[test]
fn what_is_over_does_not_go_on() {
    check("status = \"done\"\ntimeframe = { to = \"open\" }", &[("status-contradicts-end", "\"done\"")]);
    check("status = \"paused\"\ntimeframe = { to = \"open\" }", &[]);
}

#[test]
fn every_reference_resolves() {
    check("participants = [{ who = \"stdat\", role = \"lead\" }]", &[("unknown-participant", "\"stdat\"")]);
    check("participants = [{ who = \"anderes\", role = \"lead\" }]", &[("not-a-participant", "\"anderes\"")]);
    check("relations = [{ kind = \"part-of\", to = \"andres\" }]", &[("unknown-target", "\"andres\"")]);
    check("sources = [\"S09\"]", &[("unknown-source", "\"S09\"")]);
    check("sources = [\"S01\", \"S01\"]", &[("duplicate-source", "\"S01\"")]);
    check(
        "participants = [{ who = \"stadt\", role = \"lead\" }, { who = \"stadt\", role = \"lead\" }]",
        &[("duplicate-participant", "{ who = \"stadt\", role = \"lead\" }")],
    );
}

#[test]
fn the_nearest_name_is_the_hint() {
    let project = project("participants = [{ who = \"stdat\", role = \"lead\" }]");
    let files = [
        ("m/_index.md", THEME),
        ("m/fahrpraxis.md", project.as_str()),
        ("stadt.md", "+++\ntitle = \"Stadt\"\n[extra]\nkind = \"participant\"\n+++\n"),
    ];
    let (_, _, diagnostics) = build(&files, "");
    let hint = diagnostics.iter().next().and_then(|diagnostic| diagnostic.hint.clone()).unwrap();
    assert!(hint.starts_with("did you mean `stadt`?"), "{hint}");
}

#[test]
fn relations_lead_where_their_kind_leads() {
    for (relation, code) in [
        ("{ kind = \"part-of\", to = \"befragung\" }", "wrong-target"),
        ("{ kind = \"arose-from\", to = \"anderes\" }", "wrong-target"),
        ("{ kind = \"part-of\", to = \"stadt\" }", "not-a-programme"),
        ("{ kind = \"part-of\", to = \"fahrpraxis\" }", "relation-to-itself"),
    ] {
        let target = relation.split("to = ").nth(1).unwrap().trim_end_matches(" }");
        check(&format!("relations = [{relation}]"), &[(code, target)]);
    }
    check("relations = [{ kind = \"has-part\", to = \"anderes\" }]", &[("inverse-relation", "\"has-part\"")]);
    check("relations = [{ kind = \"teil-von\", to = \"anderes\" }]", &[("unknown-relation", "\"teil-von\"")]);
    check(
        "relations = [{ kind = \"part-of\", to = \"anderes\" }, { kind = \"part-of\", to = \"anderes\" }]",
        &[("duplicate-relation", "\"anderes\"")],
    );
}

fn related(weight: u8, kind: &str, to: &str) -> String {
    format!(
        "+++\ntitle = \"X\"\nweight = {weight}\n[extra]\nkind = \"project\"\nrelations = [{{ kind = \"{kind}\", to = \"{to}\" }}]\n+++\n"
    )
}

#[test]
fn a_symmetric_relation_is_written_once() {
    let (one, other) = (related(1, "complements", "b"), related(2, "complements", "a"));
    let files = [("m/_index.md", THEME), ("m/a.md", one.as_str()), ("m/b.md", other.as_str())];
    compare(&files, &[("duplicate-relation", "\"a\"")]);
}

#[test]
fn every_circle_is_reported_once() {
    let texts = [
        ("m/a.md", related(1, "builds-on", "b")),
        ("m/b.md", related(2, "builds-on", "c")),
        ("m/c.md", related(3, "builds-on", "b")),
        ("m/d.md", related(4, "part-of", "e")),
        ("m/e.md", related(5, "part-of", "d")),
        ("m/f.md", related(6, "complements", "a")),
    ];
    let mut files = vec![("m/_index.md", THEME)];
    files.extend(texts.iter().map(|(path, text)| (*path, text.as_str())));
    compare(&files, &[("relation-cycle", "\"b\""), ("relation-cycle", "\"d\"")]);
}

#[test]
fn a_theme_says_whether_it_is_empty() {
    let empty = "+++\ntitle = \"Umwelt\"\n[extra]\nkind = \"theme\"\nempty = \"Nichts.\"\n+++\n";
    let project = project("");
    let later = project.replace("[extra]\n", "[extra]\nscope = \"follow-up\"\n");
    compare(&[("u/_index.md", empty)], &[]);
    compare(&[("u/_index.md", empty), ("u/p.md", &later)], &[]);
    compare(&[("m/_index.md", THEME)], &[("empty-theme", "\"theme\"")]);
    compare(&[("m/_index.md", THEME), ("m/p.md", &later)], &[("empty-theme", "\"theme\"")]);
    compare(&[("u/_index.md", empty), ("u/p.md", &project)], &[("theme-not-empty", "\"Nichts.\"")]);
}

#[test]
fn everything_is_where_its_kind_belongs() {
    let group = "+++\ntitle = \"G\"\n[extra]\nkind = \"group\"\n+++\n";
    let kind = |kind: &str| format!("+++\ntitle = \"X\"\n[extra]\nkind = \"{kind}\"\n+++\n");
    compare(
        &[("g/_index.md", group), ("g/p.md", "+++\ntitle = \"X\"\n[extra]\na = 1\n+++\n")],
        &[("missing-kind", "[extra]")],
    );
    compare(&[("p.md", &kind("project"))], &[("project-outside-theme", "\"project\"")]);
    compare(&[("p.md", &kind("group"))], &[("kind-needs-section", "\"group\"")]);
    compare(&[("s/_index.md", &kind("step"))], &[("kind-needs-page", "\"step\"")]);
    compare(&[("p.md", &kind("projekt"))], &[("unknown-value", "\"projekt\"")]);
    compare(&[("p.md", "+++\ntitle = \"X\"\n[extra]\nkind = 1\n+++\n")], &[("wrong-type", "1")]);
    compare(&[("p.md", "+++\n[extra]\nkind = \"step\"\n+++\n")], &[("missing-title", "\"step\"")]);
    compare(&[("Ä b.md", &kind("step"))], &[("bad-id", "\"step\"")]);
    compare(&[("a/x.md", &kind("step")), ("b/x.md", &kind("step"))], &[("duplicate-id", "\"step\"")]);
    let sorted = "+++\ntitle = \"P\"\nsort_by = \"weight\"\n+++\n";
    compare(&[("p/_index.md", sorted), ("p/s.md", &kind("step"))], &[("not-listed", "\"step\"")]);
}

#[test]
fn participants_belong_to_participants() {
    let who = |parent: &str| {
        format!("+++\ntitle = \"X\"\n[extra]\nkind = \"participant\"\nparent = \"{parent}\"\n+++\n")
    };
    compare(&[("a.md", &who("c"))], &[("unknown-participant", "\"c\"")]);
    compare(&[("a.md", &who("b")), ("b.md", &who("a"))], &[("parent-cycle", "\"b\"")]);
    compare(&[("a.md", &who("a"))], &[("parent-cycle", "\"a\"")]);
}

#[test]
fn a_source_that_nobody_names_is_a_warning() {
    let (_, _, diagnostics) = build(&[], SOURCES);
    check_style(&diagnostics);
    let codes: Vec<&str> = diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
    assert_eq!(codes, ["unused-source", "unused-source"]);
    assert!(!diagnostics.has_errors());
}

#[test]
fn the_registry_is_strict() {
    for (sources, code) in [
        ("[S01]\ntitel = \"x\"\n", "missing-key"),
        ("S01 = 1\n", "wrong-type"),
        ("[S01\n", "toml-syntax"),
        ("[S01]\ntitle = \"x\"\ndate = \"gestern\"\n", "bad-date"),
    ] {
        let (_, _, diagnostics) = build(&[], sources);
        check_style(&diagnostics);
        assert!(diagnostics.iter().any(|diagnostic| diagnostic.code == code), "{sources}: {diagnostics:?}");
    }
    let world = world(&[], "sources = 'fehlt.toml'\n");
    let site = site(&world);
    let mut diagnostics = Diagnostics::default();
    interpret(&site, &site.config.auslage.clone().unwrap(), &world, &mut diagnostics);
    assert_eq!(
        diagnostics.iter().map(|diagnostic| diagnostic.code).collect::<Vec<_>>(),
        ["no-source-registry"]
    );
}

fn numbered(kind: &str, weight: u8, more: &str) -> String {
    let sort = if matches!(kind, "theme" | "group") { "sort_by = \"weight\"\n" } else { "" };
    format!("+++\ntitle = \"T{weight}\"\nweight = {weight}\n{sort}[extra]\nkind = \"{kind}\"\n{more}\n+++\n")
}

#[test]
fn numbers_follow_the_order_of_the_sections() {
    let texts = [
        ("themen/m/_index.md", numbered("theme", 60, "")),
        ("themen/m/b.md", numbered("project", 10, "")),
        ("themen/m/a.md", numbered("project", 20, "scope = \"context\"")),
        ("themen/m/spaeter.md", numbered("project", 30, "scope = \"follow-up\"")),
        ("themen/v/_index.md", numbered("theme", 10, "")),
        ("themen/v/neu.md", numbered("project", 5, "number = 3")),
        ("themen/v/c.md", numbered("project", 10, "")),
        ("themen/v/d.md", numbered("project", 20, "")),
        ("g/_index.md", numbered("group", 1, "")),
        ("strategie/_index.md", "+++\ntitle = \"S\"\nsort_by = \"weight\"\n+++\n".to_owned()),
        ("strategie/y.md", numbered("chapter", 1, "")),
        ("strategie/x.md", numbered("chapter", 2, "")),
        ("prozess/_index.md", "+++\ntitle = \"S\"\nsort_by = \"weight\"\n+++\n".to_owned()),
        ("prozess/s.md", numbered("step", 2, "")),
    ];
    let files: Vec<(&str, &str)> = texts.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let (_, strategy, diagnostics) = build(&files, "");
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    for (id, number) in [
        ("v", Some("1.0")),
        ("c", Some("1.1")),
        ("d", Some("1.2")),
        ("neu", Some("1.3")),
        ("m", Some("2.0")),
        ("b", Some("2.1")),
        ("a", Some("2.2")),
        ("spaeter", None),
        ("g", Some("3.0")),
        ("y", Some("S1")),
        ("x", Some("S2")),
        ("s", Some("P1")),
    ] {
        let entity = strategy.entity(strategy.of_id(id).unwrap());
        assert_eq!(entity.number.as_deref(), number, "{id}");
    }
    let ids = |ids: &[super::EntityId]| -> Vec<String> {
        ids.iter().map(|id| strategy.entity(*id).id.clone()).collect()
    };
    assert_eq!(ids(&strategy.projects), ["c", "d", "neu", "b", "a", "spaeter"]);
    let mobility = strategy.of_id("m").unwrap();
    assert_eq!(strategy.projects_in(mobility, FollowUps::Only).count(), 1);
}

#[test]
fn a_number_belongs_to_one() {
    let (one, other) = (numbered("project", 1, "number = 2"), numbered("project", 2, "number = 2"));
    let files = [("m/_index.md", THEME), ("m/a.md", one.as_str()), ("m/b.md", other.as_str())];
    compare(&files, &[("duplicate-number", "2")]);
}

#[test]
fn the_opposite_directions_are_derived() {
    let project = project(
        "timeframe = { from = \"2021-02-01\", to = \"open\", as_of = \"2022\" }\n\
         relations = [{ kind = \"arose-from\", to = \"befragung\", note = \"n\" }]\n\
         participants = [{ who = \"stadt\", role = \"lead\" }]",
    );
    let files = [
        ("mobilitaet/_index.md", THEME),
        ("mobilitaet/fahrpraxis.md", project.as_str()),
        ("befragung.md", "+++\ntitle = \"B\"\n[extra]\nkind = \"step\"\n+++\n"),
        ("stadt.md", "+++\ntitle = \"Stadt\"\n[extra]\nkind = \"participant\"\nsources = [\"S01\"]\n+++\n"),
    ];
    let (site, strategy, _) = build(&files, SOURCES);
    let presenter = Presenter { strategy: &strategy, site: &site };
    let entity = |id: &str| serde_json::Value::Object(presenter.entity(strategy.of_id(id).unwrap()));
    let step = entity("befragung");
    let relation = &step["relations"]["projects"][0];
    assert_eq!((&relation["kind"], &relation["label"]), (&"gave-rise-to".into(), &"daraus entstand".into()));
    assert_eq!((&relation["target"]["number"], &relation["note"]), (&"1.1".into(), &"n".into()));
    assert_eq!(relation["derived"], true);
    let town = entity("stadt");
    assert_eq!(town["roles"][0]["in"]["id"], "fahrpraxis");
    assert_eq!(town["roles"][0]["role_label"], "Federführung");
    let project = entity("fahrpraxis");
    assert_eq!(project["timeframe"]["text"], "seit 1. Februar 2021 (Stand 2022)");
    assert_eq!(project["timeframe"]["to_edtf"], "..");
    assert_eq!(
        project["status"],
        serde_json::json!({ "value": null, "label": "in den Quellen nicht angegeben", "stated": false })
    );
    assert_eq!(project["theme"]["path"], "/mobilitaet/");
    assert_eq!(project["lead_stated"], true);
    let source = presenter.source_with_uses(super::SourceId(0));
    assert_eq!((&source["anchor"], &source["used_by"][0]["id"]), (&"quelle-s01".into(), &"stadt".into()));
}
