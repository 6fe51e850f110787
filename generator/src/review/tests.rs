//! What residents and the feedback function get, and what an editor is told about the settings.

use jiff::civil::date;
use tera::{Context, Value};

use super::{FUNCTION_TEMPLATES, interpret};
use crate::diagnostic::Diagnostics;
use crate::emit::ArtifactContent;
use crate::render::{Extension, RenderText};
use crate::site::{NodeId, Site};
use crate::strategy::testing::{check_style, composed, seen, world};
use crate::values::Additions;
use crate::world::{MemoryWorld, World};

const SETTINGS: &str = "recipients = { default = [{ name = 'A', address = 'a@stadt.example' }] }\n\
    contact = { organisation = 'Stadt' }\n\
    round = { number = 1, title = 'Erste', opens = '2026-11-02', closes = '2027-12-31', answers_by = '2028-03-31' }\n\
    privacy = { retention_days = 515 }\n";

const THEME: &str = "+++\ntitle = \"Mobilität\"\n[extra]\nkind = \"theme\"\n+++\nEin Ziel.\n";

const PROJECT: &str = "+++\ntitle = \"FahrPraxis\"\n[extra]\nkind = \"project\"\n+++\n\
Erster *Absatz*, mit Fußnote[^1].\n\n## Zeiten\n\n- montags\n- dienstags\n\n```\nCode\n```\n\n\
> Ein Zitat.\n\n---\n\n| a | b |\n| - | - |\n| c | d |\n\n<div>roh</div>\n\n![](bild.png)\n\n[^1]: Anmerkung.\n";

const FILES: [(&str, &str); 5] = [
    ("_index.md", "+++\ntitle = \"Start\"\n+++\nHallo.\n"),
    ("mobilitaet/_index.md", THEME),
    ("mobilitaet/fahrpraxis.md", PROJECT),
    ("beteiligte/stadt.md", "+++\ntitle = \"Stadt\"\n[extra]\nkind = \"participant\"\n+++\nText.\n"),
    ("impressum.md", "+++\ntitle = \"Impressum\"\n+++\nText.\n"),
];

/// A world with the templates that a review needs.
fn reviewed(files: &[(&str, &str)], settings: &str) -> MemoryWorld {
    let names = FUNCTION_TEMPLATES.iter().map(|name| format!("templates/function/{name}"));
    let names =
        names.chain(["templates/review/form.html".to_owned(), "templates/review/forms.html".to_owned()]);
    names.fold(world(files, settings), |world, name| world.with(name, ""))
}

struct Names;

impl RenderText for Names {
    fn text(&self, name: &str, _: Context, _: &mut Diagnostics) -> Option<String> {
        Some(format!("<{name}>"))
    }
}

fn contract(world: &MemoryWorld) -> serde_json::Value {
    let (site, bodies, templates) = composed(world);
    let mut diagnostics = Diagnostics::default();
    let extension = interpret(world, &site, &bodies, &templates, &mut diagnostics).unwrap();
    assert!(!diagnostics.has_errors(), "{diagnostics:?}");
    let files = extension.extra_files(&Names, &mut diagnostics);
    assert_eq!((files.len(), files[0].path.as_str()), (1, "review.json"));
    match &files[0].content {
        ArtifactContent::Bytes(bytes) => serde_json::from_slice(bytes).unwrap(),
        ArtifactContent::Copy(_) => panic!("review.json is made, not copied"),
    }
}

fn value(values: Vec<(&'static str, Value)>, key: &str) -> serde_json::Value {
    let value = values.into_iter().find(|(name, _)| *name == key).unwrap().1;
    serde_json::to_value(&value).unwrap()
}

fn page(site: &Site, relative: &str) -> crate::site::PageId {
    match site.by_path[relative] {
        NodeId::Page(id) => id,
        NodeId::Section(_) => panic!("{relative} is a section"),
    }
}

#[test]
fn passages_are_counted_and_nothing_of_the_page_is_lost() {
    let world = reviewed(&FILES, SETTINGS);
    let (site, bodies, templates) = composed(&world);
    let mut diagnostics = Diagnostics::default();
    let extension = interpret(&world, &site, &bodies, &templates, &mut diagnostics).unwrap();
    assert_eq!(seen(&world, &diagnostics), []);
    let id = page(&site, "mobilitaet/fahrpraxis.md");
    let review = value(extension.page(id), "review");
    let blocks = review["blocks"].as_array().unwrap();
    let kinds: Vec<&str> = blocks.iter().map(|block| block["kind"].as_str().unwrap()).collect();
    assert_eq!(
        kinds.iter().filter(|kind| **kind == "passage").count(),
        4,
        "paragraph, list, quote and table: {blocks:#?}"
    );
    assert_eq!(review["passages_count"], 4);
    assert_eq!((kinds[0], kinds[1], kinds[2]), ("passage", "heading", "passage"));
    assert_eq!(blocks[2]["number"], "1.1.2");
    assert_eq!(blocks[2]["anchor"], "absatz-1.1.2");
    assert_eq!(blocks[2]["form_url"], "https://strategie.example/vorschlag/1.1.2/");
    let html: String = blocks.iter().map(|block| block["html"].as_str().unwrap()).collect();
    let squeezed = |text: &str| text.replace('\n', "");
    assert_eq!(squeezed(&html), squeezed(&bodies.pages[id.0].markup.html));
}

#[test]
fn a_link_may_lead_to_a_passage_that_exists() {
    let text = "+++\ntitle = \"Impressum\"\n+++\n\
        [da](@/mobilitaet/fahrpraxis.md#absatz-1.1.4) [nicht da](@/mobilitaet/fahrpraxis.md#absatz-1.1.9)\n";
    let files: Vec<(&str, &str)> = FILES[..4].iter().copied().chain([("impressum.md", text)]).collect();
    let world = reviewed(&files, SETTINGS);
    let (site, bodies, templates) = composed(&world);
    let extension = interpret(&world, &site, &bodies, &templates, &mut Diagnostics::default()).unwrap();
    let mut diagnostics = Diagnostics::default();
    crate::check::links(&site, &bodies, |node| extension.anchors(node), &mut diagnostics);
    let link = "@/mobilitaet/fahrpraxis.md#absatz-1.1.9".to_owned();
    assert_eq!(seen(&world, &diagnostics), [("missing-anchor", link)]);
}

#[test]
fn pages_without_a_number_have_a_form_and_no_passages() {
    let world = reviewed(&FILES, SETTINGS);
    let (site, bodies, templates) = composed(&world);
    let extension = interpret(&world, &site, &bodies, &templates, &mut Diagnostics::default()).unwrap();
    let review = value(extension.page(page(&site, "beteiligte/stadt.md")), "review");
    let expected = serde_json::json!({
        "id": "stadt", "number": null, "passages_count": 0, "blocks": [],
        "form_url": "https://strategie.example/vorschlag/stadt/",
    });
    assert_eq!(review, expected);
}

#[test]
fn every_target_has_a_form_page() {
    let world = reviewed(&FILES, SETTINGS);
    let (site, bodies, templates) = composed(&world);
    let extension = interpret(&world, &site, &bodies, &templates, &mut Diagnostics::default()).unwrap();
    let pages = extension.extra_pages();
    let paths: Vec<&str> = pages.iter().map(|page| page.path.as_str()).collect();
    let expected = [
        "/vorschlag/",
        "/vorschlag/gesamt/",
        "/vorschlag/1.0/",
        "/vorschlag/1.0.1/",
        "/vorschlag/1.1/",
        "/vorschlag/1.1.1/",
        "/vorschlag/1.1.2/",
        "/vorschlag/1.1.3/",
        "/vorschlag/1.1.4/",
        "/vorschlag/start/",
        "/vorschlag/stadt/",
        "/vorschlag/impressum/",
    ];
    assert_eq!(paths, expected);
    let has_more = reviewed(&FILES, SETTINGS).with("templates/review/outage.html", "");
    let (site, bodies, templates) = composed(&has_more);
    let extension_of_more =
        interpret(&has_more, &site, &bodies, &templates, &mut Diagnostics::default()).unwrap();
    let more = extension_of_more.extra_pages();
    let more = more.iter().map(|page| page.path.as_str()).filter(|path| !expected.contains(path));
    assert_eq!(more.collect::<Vec<_>>(), ["/vorschlag/outage.html"]);
    let form = &pages.iter().find(|page| page.path == "/vorschlag/1.1.1/").unwrap().context;
    let form = serde_json::to_value(form.get("form").unwrap()).unwrap();
    assert_eq!(form["target"]["text"], "Erster Absatz, mit Fußnote.");
    let html = form["target"]["html"].as_str().unwrap();
    assert!(html.contains("href=\"https://strategie.example/mobilitaet/fahrpraxis/#"), "{html}");
    assert_eq!(form["target"]["recipients"][0]["name"], "A");
    assert_eq!((&form["round"]["phase"], &form["limits"]["suggestion"]), (&"open".into(), &10_000.into()));
    let forms = serde_json::to_value(pages[0].context.get("forms").unwrap()).unwrap();
    assert_eq!(forms["pages"][1]["target"]["id"], "1.1");
    assert_eq!(forms["pages"][1]["passages"][3]["number"], "1.1.4");
}

#[test]
fn the_contract_is_as_agreed() {
    let json = contract(&reviewed(&FILES, SETTINGS));
    assert_eq!(json["version"], 1);
    assert_eq!(
        json["round"],
        serde_json::json!({
            "number": 1, "title": "Erste", "opens": "2026-11-02T00:00:00+01:00",
            "closes": "2028-01-01T00:00:00+01:00", "answers_by": "2028-03-31",
        })
    );
    assert_eq!(json["site"]["organisation"], "Stadt");
    assert_eq!(
        json["limits"],
        serde_json::json!({ "suggestion": 10000, "rewording": 20000, "name": 200, "email": 254 })
    );
    let targets = json["targets"].as_array().unwrap();
    let passage = targets.iter().find(|target| target["id"] == "1.1.1").unwrap();
    let text = "Erster Absatz, mit Fußnote.";
    let expected = serde_json::json!({
        "id": "1.1.1", "kind": "passage", "title": "FahrPraxis", "number": "1.1.1",
        "path": "/mobilitaet/fahrpraxis/#absatz-1.1.1", "form": "/vorschlag/1.1.1/",
        "theme": "mobilitaet", "text": text, "digest": super::passages::digest(text),
    });
    assert_eq!(*passage, expected);
    assert_eq!((&targets[0]["id"], &targets[0]["kind"]), (&"gesamt".into(), &"document".into()));
    assert_eq!(
        json["recipients"]["default"][0],
        serde_json::json!({ "name": "A", "address": "a@stadt.example" })
    );
    assert_eq!(json["templates"]["check.html"], "<function/check.html>");
    assert_eq!(json["templates"].as_object().unwrap().len(), 5);
}

#[test]
fn the_same_site_gives_the_same_contract() {
    let world = reviewed(&FILES, SETTINGS);
    assert_eq!(contract(&world).to_string(), contract(&world).to_string());
}

#[test]
fn without_a_round_there_are_no_forms() {
    let settings = SETTINGS.split("round").next().unwrap().to_owned() + "review = {}\n";
    let world = reviewed(&FILES, &settings);
    let (site, bodies, templates) = composed(&world);
    let extension = interpret(&world, &site, &bodies, &templates, &mut Diagnostics::default()).unwrap();
    assert!(extension.extra_pages().is_empty());
    let review = value(extension.page(page(&site, "mobilitaet/fahrpraxis.md")), "review");
    assert!(review.is_null());
    assert!(contract(&world)["round"].is_null());
}

#[test]
fn a_strategy_may_be_without_a_review() {
    let world = world(&FILES, "content = 'content'\n");
    let (site, bodies, templates) = composed(&world);
    let mut diagnostics = Diagnostics::default();
    let extension = interpret(&world, &site, &bodies, &templates, &mut diagnostics).unwrap();
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    assert!(extension.extra_files(&Names, &mut diagnostics).is_empty());
    assert_eq!(extension.globals("de")[0].0, "strategy");
}

#[test]
fn a_plain_site_knows_nothing_of_this() {
    let world = MemoryWorld::new(date(2026, 11, 2)).with("zola.toml", "base_url = 'https://a.example'\n");
    let (site, bodies, templates) = composed(&world);
    let extension = interpret(&world, &site, &bodies, &templates, &mut Diagnostics::default());
    assert!(extension.is_none());
}

#[test]
fn templates_see_the_strategy() {
    let world = reviewed(&FILES, SETTINGS);
    let (site, bodies, templates) = composed(&world);
    let extension = interpret(&world, &site, &bodies, &templates, &mut Diagnostics::default()).unwrap();
    let strategy = value(extension.globals("de"), "strategy");
    assert_eq!(strategy["themes"][0]["projects"][0]["timeframe"]["text"], "in den Quellen nicht angegeben");
    assert_eq!(strategy["round"]["closes_text"], "31. Dezember 2027");
    assert_eq!(strategy["round"]["closes_time_text"], "24 Uhr");
    assert_eq!(strategy["forms"]["general_url"], "https://strategie.example/vorschlag/gesamt/");
    assert_eq!(strategy["contact"]["organisation"], "Stadt");
    let project = value(extension.page(page(&site, "mobilitaet/fahrpraxis.md")), "strategy");
    assert_eq!((&project["number"], &project["kind_label"]), (&"1.1".into(), &"Projekt".into()));
    assert!(value(extension.page(page(&site, "impressum.md")), "strategy").is_null());
}

/// These settings, or these files beside the usual ones, have these problems.
#[track_caller]
fn check(files: &[(&str, &str)], settings: &str, expected: &[(&str, &str)]) {
    let all: Vec<(&str, &str)> = FILES.iter().chain(files).copied().collect();
    compare(&reviewed(&all, settings), expected);
}

#[track_caller]
fn compare(world: &MemoryWorld, expected: &[(&str, &str)]) {
    let (site, bodies, templates) = composed(world);
    let mut diagnostics = Diagnostics::default();
    interpret(world as &dyn World, &site, &bodies, &templates, &mut diagnostics);
    check_style(&diagnostics);
    let seen = seen(world, &diagnostics);
    let seen: Vec<(&str, &str)> = seen.iter().map(|(code, text)| (*code, text.as_str())).collect();
    assert_eq!(seen, expected, "{diagnostics:#?}");
}

#[test]
fn settings_are_strict() {
    for (key, replacement, code, text) in [
        ("opens = '2026-11-02'", "opens = '2.11.2026'", "bad-moment", "'2.11.2026'"),
        ("opens = '2026-11-02'", "opens = '2027-12-31T24:00'", "bad-moment", "'2027-12-31T24:00'"),
        ("opens = '2026-11-02'", "opens = '2028-01-01'", "round-order", "'2027-12-31'"),
        ("answers_by = '2028-03-31'", "answers_by = '2027-12-30'", "round-order", "'2027-12-30'"),
        ("title = 'Erste'", "titel = 'Erste', title = 'E'", "unknown-key", "titel"),
        ("number = 1", "number = -1", "wrong-type", "-1"),
        ("'a@stadt.example'", "'a at stadt'", "bad-address", "'a at stadt'"),
    ] {
        let settings = SETTINGS.replace(key, replacement);
        let world = reviewed(&FILES, &settings);
        let (site, bodies, templates) = composed(&world);
        let mut diagnostics = Diagnostics::default();
        interpret(&world, &site, &bodies, &templates, &mut diagnostics);
        check_style(&diagnostics);
        let seen = seen(&world, &diagnostics);
        assert!(seen.iter().any(|problem| *problem == (code, text.to_owned())), "{replacement}: {seen:?}");
    }
    check(&[], &format!("{SETTINGS}x = 1\n"), &[("unknown-key", "x")]);
    for (review, code, text) in [
        ("{ forms = 'vorschlag' }", "bad-path", "'vorschlag'"),
        ("{ endpoint = '/' }", "bad-path", "'/'"),
        ("{ endpoint = '/ä/' }", "bad-path", "'/ä/'"),
        ("{ endpoint = '/a/', forms = '/a/' }", "same-path", "'/a/'"),
        ("{ max_length = 1000000 }", "too-large", "1000000"),
        ("{ maxlength = 1 }", "unknown-key", "maxlength"),
    ] {
        check(&[], &format!("{SETTINGS}review = {review}\n"), &[(code, text)]);
    }
}

#[test]
fn suggestions_are_kept_until_their_answers_are_due() {
    for (privacy, problems) in [
        ("privacy = { retention_days = 515 }", &[][..]),
        ("privacy = { retention_days = 514 }", &[("short-retention", "514")]),
        ("privacy = { retention_days = 0 }", &[("wrong-type", "0")]),
        ("privacy = { retention_days = 5000000000 }", &[("too-large", "5000000000")]),
        ("privacy = { notice = 'Bald.' }", &[("short-retention", "{ notice = 'Bald.' }")]),
        ("", &[("short-retention", "'2028-03-31'")]),
    ] {
        check(&[], &SETTINGS.replace("privacy = { retention_days = 515 }", privacy), problems);
    }
}

#[test]
fn recipients_belong_to_themes() {
    let with = |recipients: &str| SETTINGS.replace("default = [", &format!("{recipients}, default = ["));
    check(&[], &with("mobilitaet = []"), &[]);
    check(&[], &with("mobiltaet = []"), &[("unknown-theme", "[]")]);
    let nobody = SETTINGS.replace("{ name = 'A', address = 'a@stadt.example' }", "");
    check(&[], &nobody, &[("no-recipients", "[]")]);
}

#[test]
fn a_form_belongs_to_one_page() {
    let text = "+++\ntitle = \"X\"\n+++\n";
    check(&[("anderswo/impressum.md", text)], SETTINGS, &[("duplicate-target", "")]);
    check(&[("gesamt.md", text)], SETTINGS, &[("duplicate-target", "")]);
    check(&[("vorschlag/x.md", text)], SETTINGS, &[("page-among-forms", "")]);
    check(&[("rueckmeldung.md", text)], SETTINGS, &[("page-among-forms", "")]);
}

#[test]
fn missing_templates_are_named() {
    let world = world(&FILES, SETTINGS);
    let (site, bodies, templates) = composed(&world);
    let mut diagnostics = Diagnostics::default();
    interpret(&world, &site, &bodies, &templates, &mut diagnostics);
    let messages: Vec<&str> = diagnostics.iter().map(|diagnostic| diagnostic.message.as_str()).collect();
    assert_eq!(messages.len(), 7, "{messages:?}");
    assert!(messages.contains(&"the review needs the template `function/check.html`"), "{messages:?}");
}

#[test]
fn words_of_further_mails_go_into_the_contract_if_the_site_has_them() {
    let templates = |world: &MemoryWorld| contract(world)["templates"].as_object().unwrap().len();
    let world = reviewed(&FILES, SETTINGS);
    assert_eq!(templates(&world), FUNCTION_TEMPLATES.len());
    let world = world.with("templates/function/digest_body.txt", "");
    assert_eq!(templates(&world), FUNCTION_TEMPLATES.len() + 1);
}

#[test]
fn copied_files_are_there() {
    let copy = |from: &str, to: &str| {
        format!("{SETTINGS}[extra.auslage.assets]\ncopy = [{{ from = '{from}', to = '{to}' }}]\n")
    };
    check(&[], &copy("node_modules/a.woff2", "fonts/a.woff2"), &[("missing-file", "'node_modules/a.woff2'")]);
    check(&[], &copy("zola.toml", "../a"), &[("bad-destination", "'../a'")]);
    let world = reviewed(&FILES, &copy("zola.toml", "fonts/a.woff2"));
    let (site, bodies, templates) = composed(&world);
    let extension = interpret(&world, &site, &bodies, &templates, &mut Diagnostics::default()).unwrap();
    assert_eq!(extension.copies()[0].to, "fonts/a.woff2");
}
